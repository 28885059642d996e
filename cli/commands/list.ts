import type { FaultOption } from '../../mocks/index.ts';
import type { Command, CommandInput } from '../command.ts';

/** `tally list`: everything that can be named in a flag or a file, printed from the lists themselves. */
export const list: Command = {
  id: 'list',
  summary: 'Print the kinds, checks, rules, faults, signatures and formats there are',
  usage: '',
  examples: [{ command: 'tally list', summary: 'all of them' }],
  options: {},
  arguments: [0, 0],
  run: async (input) => {
    for (const [title, rows] of await catalogue()) printRows(input, title, rows);
    return 0;
  },
};

type Row = { readonly id: string; readonly summary: string };

async function catalogue(): Promise<readonly (readonly [title: string, rows: readonly Row[]])[]> {
  const { kinds, rules, signatureSchemes } = await import('../../contracts/index.ts');
  const { faults } = await import('../../mocks/index.ts');
  const { checks } = await import('../../suites/index.ts');
  const { formats } = await import('../../reports/index.ts');
  return [
    ['Kinds of contract', kinds],
    ['Checks of an answer', checks],
    ['Changes between two versions of an API', rules],
    ['Faults', faults.map(({ id, summary, options }) => ({ id, summary: summary + optionsOf(options) }))],
    ['Webhook signatures', signatureSchemes],
    ['Report formats', formats],
  ];
}

/** As they are written on the command line, with their defaults. */
function optionsOf(options: Readonly<Record<string, FaultOption>>): string {
  const words = Object.entries(options).map(([name, { default: value }]) => `${name}=${value ?? '…'}`);
  return words.length === 0 ? '' : ` (${words.join(' ')})`;
}

function printRows({ stdout }: CommandInput, title: string, rows: readonly Row[]): void {
  const width = Math.max(0, ...rows.map((row) => row.id.length));
  stdout.write(`${title}\n${rows.map((row) => `  ${row.id.padEnd(width)}  ${row.summary}\n`).join('')}`);
  if (rows.length === 0) stdout.write('  none yet\n');
}
