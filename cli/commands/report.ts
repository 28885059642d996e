import { resolve } from 'node:path';
import type { ExitCode } from '../../contracts/index.ts';
import type { Report } from '../../reports/index.ts';
import type { Command, CommandInput } from '../command.ts';

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
    format: {
      type: 'string',
      multiple: true,
      value: 'FORMAT[=FILE]',
      summary: 'How to print it, or which file to write it to',
    },
    diagram: { type: 'boolean', summary: 'Draw the integration in diagrams/integrations/ instead' },
  },
  arguments: [0, Infinity],
  run: async (input) => (input.flags.boolean('diagram') ? await drawDiagram(input) : await renderReports(input)),
};

async function renderReports(input: CommandInput): Promise<ExitCode> {
  const { combineReports, parseFormatFlag, readReport, writeReports } = await import('../../reports/index.ts');
  const files = input.args.length === 0 ? ['reports/out/report.json'] : input.args;
  const asked = input.flags.strings('format');
  const outputs = (asked.length === 0 ? ['text'] : asked).map(parseFormatFlag);
  const reports: Report[] = [];
  for (const file of files) reports.push(await readReport(resolve(input.cwd, file)));
  const whole = combineReports(reports);
  const written = outputs.flatMap(({ format, path }) => (path === undefined ? [] : [{ format, path }]));
  await writeReports(whole, written, input.cwd);
  for (const { format, path } of outputs) {
    if (path === undefined) input.stdout.write(format.render(whole, { colour: input.colour }));
    else input.stdout.write(`wrote ${path}\n`);
  }
  return whole.exitCode;
}

async function drawDiagram(input: CommandInput): Promise<ExitCode> {
  const { openWorkspace, writeFileAtomically } = await import('../../contracts/index.ts');
  const { integrationDiagram } = await import('../../reports/index.ts');
  const workspace = await openWorkspace(input.args, input.cwd);
  const path = `diagrams/integrations/${workspace.config.name}.md`;
  for (const { where, why } of workspace.unreadable) input.log.warn(`${where} is not drawn: ${why}`);
  const contracts = workspace.contracts.map(({ contract }) => contract);
  await writeFileAtomically(resolve(workspace.root, path), integrationDiagram(workspace.config.name, contracts));
  input.stdout.write(`wrote ${path}\n`);
  return 0;
}
