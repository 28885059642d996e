import type { Format } from '../reports/index.ts';
import type { CommandInput, Option } from './command.ts';

/** The flags of every verb that prints or writes a report. */
export const OUTPUT_OPTIONS: Readonly<Record<string, Option>> = {
  format: {
    type: 'string',
    multiple: true,
    value: 'FORMAT[=FILE]',
    summary: 'How to print the report, or which file to write it to; tally list names the formats',
  },
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    summary: 'File for the one --format that names none; alone, its ending says the format',
  },
};

export interface Output {
  readonly format: Format;
  /** Relative to where the command was typed; absent is stdout. */
  readonly path?: string;
}

/**
 * What is asked for: files, and at most one format for stdout.
 *
 * @throws TallyError FORMAT_UNKNOWN, FORMAT_PATH_MISSING, FLAG_VALUE
 */
export async function readOutputs({ flags }: CommandInput, command: string): Promise<readonly Output[]> {
  const { formatOfFile, parseFormatFlag } = await import('../reports/index.ts');
  const asked: readonly Output[] = flags.strings('format').map(parseFormatFlag);
  const file = flags.string('output');
  const outputs = file === undefined || file === '-' ? asked : withFile(asked, file, formatOfFile);
  const printed = outputs.filter((output) => output.path === undefined);
  if (printed.length > 1) throw await twoForStdout(command, printed);
  return outputs;
}

/** `--output FILE` is where the one format without a file goes; alone, the file's name says which format it is. */
function withFile(asked: readonly Output[], path: string, formatOfFile: (file: string) => Format): readonly Output[] {
  if (asked.every((output) => output.path !== undefined)) return [...asked, { format: formatOfFile(path), path }];
  return asked.map((output) => (output.path === undefined ? { ...output, path } : output));
}

async function twoForStdout(command: string, printed: readonly Output[]) {
  const { TallyError } = await import('../contracts/index.ts');
  const [first] = printed;
  return new TallyError({
    code: 'FLAG_VALUE',
    where: `tally ${command} --format`,
    why: `${printed.map((output) => output.format.id).join(' and ')} cannot both go to stdout`,
    fix: `name a file for all but one: --format ${first?.format.id}=report.${first?.format.extension}`,
  });
}
