import { relative, resolve } from 'node:path';
import type { ExitCode } from '../../contracts/index.ts';
import type { Report } from '../../reports/index.ts';
import type { Command, CommandInput } from '../command.ts';
import { OUTPUT_OPTIONS, readOutputs } from '../outputs.ts';

/** `tally report`: an earlier run's report in another format, or the picture of the integration. */
export const report: Command = {
  id: 'report',
  summary: 'Render or merge reports, or draw the integration',
  usage: '[REPORT.json…]',
  examples: [
    { command: 'tally report', summary: 'the last run, as text' },
    { command: 'tally report a.json b.json --format html=all.html', summary: 'two runs in one page' },
    { command: 'tally report --diagram', summary: 'a Mermaid diagram drawn from the contracts' },
  ],
  options: {
    ...OUTPUT_OPTIONS,
    diagram: { type: 'boolean', summary: 'Draw the integration in diagrams/integrations/ instead' },
  },
  arguments: [0, Infinity],
  run: async (input) => (input.flags.boolean('diagram') ? await drawDiagram(input) : await renderReports(input)),
};

async function renderReports(input: CommandInput): Promise<ExitCode> {
  const { combineReports, formatNamed, readReport, writeReports } = await import('../../reports/index.ts');
  const asked = await readOutputs(input, 'report');
  const outputs = asked.length === 0 ? [{ format: formatNamed('text') }] : asked;
  const reports: Report[] = [];
  for (const file of await filesOf(input)) reports.push(await readReport(file));
  const whole = combineReports(reports);
  const printed = outputs.find((output) => output.path === undefined);
  if (printed !== undefined) input.stdout.write(printed.format.render(whole, { colour: input.colour }));
  const written = outputs.flatMap(({ format, path }) => (path === undefined ? [] : [{ format, path }]));
  await writeReports(whole, written, input.cwd);
  for (const { path } of written) {
    // Not behind what a program reads.
    if (printed === undefined) input.stdout.write(`wrote ${path}\n`);
    else input.log.info(`wrote ${path}`);
  }
  return whole.exitCode;
}

/** Absolute. Of the workspace around, unless others are named. */
async function filesOf({ args, cwd }: CommandInput): Promise<readonly string[]> {
  if (args.length > 0) return args.map((file) => resolve(cwd, file));
  const { nearestRoot } = await import('../../contracts/index.ts');
  return [resolve((await nearestRoot(cwd)) ?? cwd, 'reports/out/report.json')];
}

async function drawDiagram(input: CommandInput): Promise<ExitCode> {
  const { openWorkspace, writeFileAtomically } = await import('../../contracts/index.ts');
  const { integrationDiagram } = await import('../../reports/index.ts');
  const workspace = await openWorkspace(input.args, input.cwd);
  const path = `diagrams/integrations/${workspace.config.name}.md`;
  for (const { where, why } of workspace.unreadable) input.log.warn(`${where} is not drawn: ${why}`);
  const contracts = workspace.contracts.map(({ contract }) => contract);
  await writeFileAtomically(resolve(workspace.root, path), integrationDiagram(workspace.config.name, contracts));
  input.stdout.write(`wrote ${relative(input.cwd, resolve(workspace.root, path))}\n`);
  return 0;
}
