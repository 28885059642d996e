import type { Command, Option } from './command.ts';
import { COMMON_OPTIONS } from './parse-arguments.ts';

/** The page of `tally --help`: examples first, then the verbs. */
export function overview(commands: readonly Command[], version: string): string {
  const width = Math.max(...commands.map((command) => command.id.length));
  return `tally ${version}: contract tests, mocks, load tests and reports from one catalogue of contracts

  tally mock openapi.yaml             a mock server for one document
  tally check openapi.yaml            what is wrong with it, by line
  tally diff old.yaml new.yaml        what changed, and what of it breaks
  tally verify openapi.yaml --url URL does a running provider keep it?
  tally init && tally run             a workspace, and everything in it checked

Usage: tally VERB [arguments] [flags]

Verbs
${commands.map((command) => `  ${command.id.padEnd(width)}  ${command.summary}`).join('\n')}

Flags
  --help     Help for tally or for a verb
  --version  The version

Exit codes
  0 kept   1 a finding or a missed gate   2 usage, configuration or contract invalid
  3 inconclusive   4 the target was never reached   130 interrupted
`;
}

/** The page of `tally VERB --help`. */
export function commandHelp(command: Command): string {
  const options = { ...command.options, ...COMMON_OPTIONS };
  const helpShort = Object.values(command.options).some((option) => option.short === 'h') ? undefined : 'h';
  const rows = Object.entries(options).map(([name, option]) =>
    flagRow(name, name === 'help' && helpShort !== undefined ? { ...option, short: helpShort } : option),
  );
  const flagWidth = Math.max(...rows.map(([flag]) => flag.length));
  return `${command.summary}

${exampleLines(command).join('\n')}

Usage: ${`tally ${command.id} ${command.usage}`.trimEnd()}

Flags
${rows.map(([flag, text]) => `  ${flag.padEnd(flagWidth)}  ${text}`).join('\n')}
`;
}

/** Longer examples get a line of their own: beside them nothing else would fit on a terminal. */
const EXAMPLE_CHARS = 70;

function exampleLines({ examples }: Command): readonly string[] {
  const short = examples.filter(({ command }) => command.length <= EXAMPLE_CHARS);
  const width = Math.max(0, ...short.map(({ command }) => command.length));
  return examples.map(({ command, summary }) =>
    command.length <= EXAMPLE_CHARS ? `  ${command.padEnd(width)}  ${summary}` : `  ${command}\n      ${summary}`,
  );
}

function flagRow(name: string, option: Option): readonly [flag: string, text: string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.type === 'boolean' ? '' : ` ${option.value ?? option.type.toUpperCase()}`;
  const notes = [
    option.choices === undefined ? undefined : option.choices.join('|'),
    option.default === undefined ? undefined : defaultNote(name, option.default),
    option.multiple === true ? 'repeatable' : undefined,
  ].filter((note) => note !== undefined);
  return [`${short}--${name}${value}`, notes.length === 0 ? option.summary : `${option.summary} (${notes.join('; ')})`];
}

/** A switch that is on can only be meant to be switched off. */
function defaultNote(name: string, value: NonNullable<Option['default']>): string {
  return value === true ? `on; --no-${name} switches it off` : `default ${String(value)}`;
}
