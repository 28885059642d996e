import path from 'node:path';
import type { Command, CommandInput } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';
import { HEADER_OPTION, headerFlags, urlFlag } from '../target-flags.ts';

/** `tally load`: sends what the contract describes under load, and judges the gates. */
export const load: Command = {
  id: 'load',
  summary: 'Send requests under load and judge the gates of load/slos',
  usage: '[DOCUMENT] [--url URL] [--slo FILE]',
  examples: [
    { command: 'tally load', summary: 'every SLO of the workspace, against the providers of tally.yaml' },
    {
      command: 'tally load openapi.yaml --url http://127.0.0.1:4010',
      summary: 'one document, every GET with an example',
    },
    {
      command: "tally load openapi.yaml --url http://127.0.0.1:4010 --header 'X-Api-Key: env:API_KEY'",
      summary: 'with a key from the environment',
    },
    { command: 'tally load --slo load/slos/parcels.yaml --duration 60', summary: 'one SLO, for a minute' },
  ],
  options: {
    ...REPORT_OPTIONS,
    url: {
      type: 'string',
      value: 'URL',
      summary: 'Base URL of a target that runs already, with the path of the version',
    },
    header: HEADER_OPTION,
    slo: { type: 'string', value: 'FILE', summary: 'One SLO file instead of all in load/slos' },
    duration: { type: 'number', value: 'S', summary: 'Seconds to measure, 1 to 3600, instead of what the SLO says' },
    connections: { type: 'number', value: 'N', summary: 'Connections that send at the same time, 1 to 1000' },
    operation: { type: 'string', multiple: true, value: 'ID', summary: 'Send only this operation, even if it writes' },
    'allow-host': {
      type: 'string',
      multiple: true,
      value: 'HOST',
      summary: 'A host other than this machine whose owner agreed to the load',
    },
  },
  arguments: [0, 1],
  run: async (input) => {
    const durationS = await within(input, 'duration', 1, 3600);
    const connections = await within(input, 'connections', 1, 1000);
    const url = await urlFlag(input);
    const credentials = await headerFlags(input);
    const slo = input.flags.string('slo');
    return await withSession(input, { command: 'load', paths: input.args, credentials }, async (context) => {
      const { runLoads } = await import('../run-loads.ts');
      await runLoads(context, {
        allowHosts: input.flags.strings('allow-host'),
        operationIds: input.flags.strings('operation'),
        headers: Object.keys(credentials),
        ...(url === undefined ? {} : { url }),
        ...(slo === undefined ? {} : { sloSource: relativeTo(context.workspace.root, path.resolve(input.cwd, slo)) }),
        ...(durationS === undefined ? {} : { durationS }),
        ...(connections === undefined ? {} : { connections }),
      });
    });
  },
};

/** The value of a flag that has bounds. @throws TallyError FLAG_VALUE */
async function within(input: CommandInput, name: string, low: number, high: number): Promise<number | undefined> {
  const value = input.flags.number(name);
  if (value === undefined || (value >= low && value <= high && (name === 'duration' || Number.isInteger(value))))
    return value;
  const { TallyError } = await import('../../contracts/index.ts');
  throw new TallyError({
    code: 'FLAG_VALUE',
    where: `tally load --${name} ${value}`,
    why: `it must be ${name === 'duration' ? 'a number' : 'a whole number'} from ${low} to ${high}`,
    fix: `write for example --${name} ${name === 'duration' ? 30 : 8}`,
  });
}

/** As results and errors name it: relative in the workspace, absolute outside. */
function relativeTo(root: string, file: string): string {
  const relative = path.relative(root, file);
  return relative.startsWith('..') || path.isAbsolute(relative) ? file : relative.split(path.sep).join('/');
}
