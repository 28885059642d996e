import type { CredentialConfig } from '../../contracts/index.ts';
import type { Command, CommandInput } from '../command.ts';
import { REPORT_OPTIONS, withSession } from '../session.ts';

/** Written out, because the suites are loaded only when the verb runs. */
const SUITES = ['connectivity', 'consumer', 'provider', 'conformance', 'failure-modes', 'files', 'webhooks'] as const;

/** `tally verify`: does the provider do, and do the consumers expect, what the contracts say. */
export const verify: Command = {
  id: 'verify',
  summary: 'Provider and consumer suites, connectivity, files and webhooks',
  usage: '[DOCUMENT] [--url URL]',
  examples: [
    { command: 'tally verify', summary: 'everything this workspace has contracts for' },
    {
      command: 'tally verify openapi.yaml --url http://127.0.0.1:8080',
      summary: 'a running server against one document',
    },
    { command: 'tally verify --suite conformance --suite webhooks', summary: 'two suites of this workspace' },
    {
      command: "tally verify openapi.yaml --url https://api.example.com --header 'Authorization: Bearer env:TOKEN'",
      summary: 'with a token from the environment',
    },
  ],
  options: {
    ...REPORT_OPTIONS,
    url: { type: 'string', value: 'URL', summary: 'Server to verify; only safe methods are sent to it' },
    suite: { type: 'string', multiple: true, value: 'SUITE', choices: SUITES, summary: 'Run this suite only' },
    writes: { type: 'boolean', summary: 'Send operations that change data to --url as well' },
    'update-pacts': { type: 'boolean', summary: "Write the consumers' pacts into contracts/pacts" },
    credential: { type: 'string', value: 'NAME', summary: 'Credential of tally.yaml to use' },
    header: {
      type: 'string',
      multiple: true,
      value: "'NAME: REFERENCE'",
      summary: 'Header with a secret: env:NAME, file:path or command:…, after Bearer if need be',
    },
  },
  arguments: [0, 1],
  run: async (input) => {
    const headers = await Promise.all(input.flags.strings('header').map(parseHeader));
    return await withSession(input, { command: 'verify', paths: input.args, next: 'tally load' }, async (context) => {
      const { runVerify } = await import('../../suites/index.ts');
      await runVerify(context, { ...optionsOf(input), headers });
    });
  },
};

function optionsOf({ flags }: CommandInput) {
  const url = flags.string('url');
  const credential = flags.string('credential');
  const suites = SUITES.filter((suite) => flags.strings('suite').includes(suite));
  return {
    ...(url === undefined ? {} : { url }),
    ...(credential === undefined ? {} : { credential }),
    ...(suites.length === 0 ? {} : { suites }),
    writes: flags.boolean('writes'),
    updatePacts: flags.boolean('update-pacts'),
  };
}

/** A command line is read by every user of the machine: the secret itself is not taken from it. */
async function parseHeader(flag: string): Promise<CredentialConfig> {
  const [, header, bearer, from] = /^\s*([\w-]+)\s*:\s*(Bearer\s+)?((?:env|file|command):.+?)\s*$/i.exec(flag) ?? [];
  if (header !== undefined && from !== undefined) {
    return bearer === undefined ? { type: 'apiKey', header, value: { from } } : { type: 'bearer', value: { from } };
  }
  const { TallyError } = await import('../../contracts/index.ts');
  throw new TallyError({
    code: 'HEADER_NOT_A_REFERENCE',
    // The value may be the secret: only the name is repeated.
    where: `--header ${flag.split(':', 1)[0]?.slice(0, 40)}`,
    why: 'its value is not taken from the command line, where every user of the machine can read it',
    fix: "name where it is kept: --header 'X-Api-Key: env:API_KEY' or --header 'Authorization: Bearer file:token.txt'",
  });
}
