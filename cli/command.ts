import type { ExitCode, Log } from '../contracts/index.ts';

/** One flag. Its name is its key in `Command.options`, in kebab-case without the dashes. */
export interface Option {
  readonly type: 'string' | 'boolean' | 'number';
  readonly summary: string;
  /** One letter. */
  readonly short?: string;
  /** May be given several times; its value is then an array. */
  readonly multiple?: boolean;
  /** Placeholder in the help: `URL`, `FILE`, `MS`. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly default?: string | boolean | number;
}

/** One verb of `tally`. It imports heavy libraries inside `run`, so that `tally --help` stays quick. */
export interface Command {
  readonly id: string;
  readonly summary: string;
  /** What follows the verb in the usage line: `[DOCUMENT] [--url URL]`. */
  readonly usage: string;
  readonly examples: readonly { readonly command: string; readonly summary: string }[];
  readonly options: Readonly<Record<string, Option>>;
  /** How many positional arguments it takes. */
  readonly arguments: readonly [min: number, max: number];
  run(input: CommandInput): Promise<ExitCode>;
}

/** What a verb gets: checked arguments, and the process as arguments so that tests can hand in their own. */
export interface CommandInput {
  readonly args: readonly string[];
  readonly flags: Flags;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  /** Colour is wanted on stdout: it is a terminal, and there is no NO_COLOR. */
  readonly colour: boolean;
  /** Live progress lines are wanted on stderr: it is a terminal of a person, not of CI. */
  readonly terminal: boolean;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Typed access to flags that the parser has already checked against `Command.options`. */
export interface Flags {
  string(name: string): string | undefined;
  strings(name: string): readonly string[];
  number(name: string): number | undefined;
  boolean(name: string): boolean;
  /** Whether it stands on the command line, whatever its default is. */
  given(name: string): boolean;
}

/** What a verb gets from the process that runs it. */
export type Surroundings = Omit<CommandInput, 'args' | 'flags' | 'log'>;
