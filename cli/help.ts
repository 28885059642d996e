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
  const exampleWidth = Math.max(0, ...command.examples.map((example) => example.command.length));
  return `${command.summary}

${command.examples.map((example) => `  ${example.command.padEnd(exampleWidth)}  ${example.summary}`).join('\n')}

Usage: tally ${command.id} ${command.usage}

Flags
${rows.map(([flag, text]) => `  ${flag.padEnd(flagWidth)}  ${text}`).join('\n')}
`;
}

function flagRow(name: string, option: Option): readonly [flag: string, text: string] {
  const short = option.short === undefined ? '    ' : `-${option.short}, `;
  const value = option.type === 'boolean' ? '' : ` ${option.value ?? option.type.toUpperCase()}`;
  const notes = [
    option.choices === undefined ? undefined : option.choices.join('|'),
    option.default === undefined ? undefined : `default ${String(option.default)}`,
    option.multiple === true ? 'repeatable' : undefined,
  ].filter((note) => note !== undefined);
  return [`${short}--${name}${value}`, notes.length === 0 ? option.summary : `${option.summary} (${notes.join('; ')})`];
}
