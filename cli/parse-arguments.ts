import { parseArgs } from 'node:util';
import type { Command, Flags, Option } from './command.ts';

/** What was typed, checked against the verb's options. */
export interface ParsedArguments {
  readonly args: readonly string[];
  readonly flags: Flags;
}

/** The flags that every verb takes. `-h` is help, except where a verb gives it another meaning (`tally mock -h HOST`, as Prism). */
export const COMMON_OPTIONS: Readonly<Record<string, Option>> = {
  help: { type: 'boolean', summary: 'Show this help' },
  debug: { type: 'boolean', summary: 'Log more, and show stack traces' },
};

type Value = string | number | boolean | readonly string[];

/**
 * Checks the words after the verb.
 *
 * @throws TallyError FLAG_UNKNOWN (with the nearest flag), FLAG_VALUE, ARGUMENTS
 */
export async function parseArguments(command: Command, argv: readonly string[]): Promise<ParsedArguments> {
  const options = { ...COMMON_OPTIONS, ...command.options };
  const { tokens } = parseArgs({
    args: argv.map((word) => asDeclared(options, word)),
    options: nodeOptions(options),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<string, Value>();
  const args: string[] = [];
  for (const [at, token] of tokens.entries()) {
    const next = tokens[at + 1];
    if (token.kind === 'option') await setFlag(command, options, values, withNextWord(options, token, next));
    else if (token.kind === 'positional' && !isValueOf(options, tokens[at - 1], token)) args.push(token.value);
  }
  const [min, max] = command.arguments;
  if (args.includes('')) throw await emptyArgument(command);
  if (!values.has('help') && (args.length < min || args.length > max)) throw await argumentsError(command, args);
  return { args, flags: flagsOf(values, options) };
}

type Options = Readonly<Record<string, Option>>;
type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  /** Whether it follows an equals sign. */
  readonly inlineValue?: boolean | undefined;
}

async function setFlag(
  command: Command,
  options: Readonly<Record<string, Option>>,
  values: Map<string, Value>,
  token: OptionToken,
): Promise<void> {
  const negated = token.name.startsWith('no-') && options[token.name] === undefined;
  const name = negated ? token.name.slice(3) : token.name;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined || (negated && option.type !== 'boolean')) throw await unknownFlag(command, options, token);
  if (option.type === 'boolean') values.set(name, await booleanValue(command, token, !negated));
  else values.set(name, addValue(values.get(name), option, await textValue(command, option, token)));
}

/** `--cors false`, as yargs-based commands take it: the word after a switch, where it is one of these two. */
function isValueOf(options: Options, before: Token | undefined, word: Token | undefined): boolean {
  if (before?.kind !== 'option' || word?.kind !== 'positional' || before.value !== undefined) return false;
  return options[before.name]?.type === 'boolean' && (word.value === 'true' || word.value === 'false');
}

function withNextWord(options: Options, token: OptionToken & Token, next: Token | undefined): OptionToken {
  return next?.kind === 'positional' && isValueOf(options, token, next) ? { ...token, value: next.value } : token;
}

/** A flag under the name that it is declared by: yargs takes `--ignore-examples` for `--ignoreExamples` and `--validateRequest` for `--validate-request`, and so do we. */
function asDeclared(options: Options, word: string): string {
  const [, dashes = '', given = '', rest = ''] = /^(--(?:no-)?)([a-z][\w-]*)(.*)$/is.exec(word) ?? [];
  if (given === '' || Object.hasOwn(options, given)) return word;
  const plain = (name: string): string => name.replaceAll('-', '').toLowerCase();
  const declared = Object.keys(options).find(
    (name) => /[a-z][A-Z]/.test(name + ' ' + given) && plain(name) === plain(given),
  );
  return declared === undefined ? word : dashes + declared + rest;
}

/** `--errors`, `--no-errors`, and `--errors=false` as yargs-based commands take it. */
async function booleanValue(command: Command, token: OptionToken, unlessTold: boolean): Promise<boolean> {
  if (token.value === undefined) return unlessTold;
  if (token.value !== 'true' && token.value !== 'false') {
    throw await flagError(
      command,
      token,
      `it is a switch and takes no value, found '${token.value}'`,
      `give ${token.rawName} alone`,
    );
  }
  return (token.value === 'true') === unlessTold;
}

async function textValue(command: Command, option: Option, token: OptionToken): Promise<string | number> {
  const value = token.value;
  const placeholder = option.value ?? option.type.toUpperCase();
  if (value === undefined || swallowsFlag(token, value)) {
    throw await flagError(command, token, 'its value is missing', `give ${token.rawName} ${placeholder}`);
  }
  if (option.choices !== undefined && !option.choices.includes(value)) {
    throw await choiceError(command, token, value, option.choices);
  }
  if (option.type === 'string') return value;
  if (value.trim() === '' || !Number.isFinite(Number(value))) {
    throw await flagError(command, token, `'${value}' is no number`, `give a number, for example ${token.rawName} 10`);
  }
  return Number(value);
}

/** In `--output --quiet` the flag is no file name. A negative number is a value, and so is all that follows `=`. */
function swallowsFlag(token: OptionToken, value: string): boolean {
  return token.inlineValue === false && /^-(-|[a-z])/i.test(value);
}

function addValue(old: Value | undefined, option: Option, value: string | number): Value {
  if (option.multiple !== true) return value;
  return [...(Array.isArray(old) ? (old as readonly string[]) : []), String(value)];
}

function nodeOptions(options: Readonly<Record<string, Option>>) {
  const entries = Object.entries(options).map(([name, option]) => {
    const type = option.type === 'boolean' ? ('boolean' as const) : ('string' as const);
    return [name, { type, ...(option.short === undefined ? {} : { short: option.short }) }] as const;
  });
  const helpIsFree = !entries.some(([, option]) => option.short === 'h');
  return Object.fromEntries(
    entries.map(([name, option]) => [name, name === 'help' && helpIsFree ? { ...option, short: 'h' } : option]),
  );
}

function flagsOf(values: ReadonlyMap<string, Value>, options: Readonly<Record<string, Option>>): Flags {
  const valueOf = (name: string): Value | undefined => {
    // A flag that the verb does not declare is a defect of ours, found by the first test that runs the verb.
    if (!Object.hasOwn(options, name)) throw new Error(`the verb reads --${name} but does not declare it`);
    return values.get(name) ?? options[name]?.default;
  };
  return {
    string: (name) => {
      const value = valueOf(name);
      return typeof value === 'string' ? value : undefined;
    },
    strings: (name) => {
      const value = valueOf(name);
      if (typeof value === 'string') return [value];
      return Array.isArray(value) ? (value as readonly string[]) : [];
    },
    number: (name) => {
      const value = valueOf(name);
      return typeof value === 'number' ? value : undefined;
    },
    boolean: (name) => valueOf(name) === true,
    given: (name) => values.has(name),
  };
}

async function unknownFlag(command: Command, options: Readonly<Record<string, Option>>, token: OptionToken) {
  const { nearMiss, TallyError } = await import('../contracts/index.ts');
  const near = nearMiss(token.name, Object.keys(options));
  return new TallyError({
    code: 'FLAG_UNKNOWN',
    where: `tally ${command.id} ${token.rawName}`,
    why: `there is no such flag`,
    fix: near === undefined ? `tally ${command.id} --help lists the flags` : `did you mean --${near}?`,
  });
}

async function flagError(command: Command, token: OptionToken, why: string, fix: string) {
  const { TallyError } = await import('../contracts/index.ts');
  return new TallyError({ code: 'FLAG_VALUE', where: `tally ${command.id} ${token.rawName}`, why, fix });
}

/** What a shell makes of "$DOCUMENT" when it is not set; taken for the current folder it would check the wrong thing. */
async function emptyArgument(command: Command) {
  const { TallyError } = await import('../contracts/index.ts');
  return new TallyError({
    code: 'ARGUMENTS',
    where: `tally ${command.id} ''`,
    why: 'an argument is empty',
    fix: 'name a file or a folder; is a variable of your shell not set?',
  });
}

async function choiceError(command: Command, token: OptionToken, value: string, choices: readonly string[]) {
  const { nearMiss } = await import('../contracts/index.ts');
  const list = choices.join(', ');
  const near = nearMiss(value, choices);
  const fix = near === undefined ? `give one of ${list}` : `did you mean ${near}?`;
  return await flagError(command, token, `'${value}' is none of ${list}`, fix);
}

async function argumentsError(command: Command, args: readonly string[]) {
  const { TallyError } = await import('../contracts/index.ts');
  const [min, max] = command.arguments;
  const wanted = min === max ? `${min}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  return new TallyError({
    code: 'ARGUMENTS',
    where: `tally ${command.id} ${args.join(' ')}`.trimEnd(),
    why: `it takes ${wanted} argument${wanted === '1' ? '' : 's'}, found ${args.length}`,
    fix: `tally ${command.id} ${command.usage}`.trimEnd(),
  });
}
