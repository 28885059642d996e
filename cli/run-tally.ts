import type { ExitCode } from '../contracts/index.ts';
import type { Command, Surroundings } from './command.ts';
import { commands } from './commands/index.ts';
import { commandHelp, overview } from './help.ts';
import { createLog } from './log.ts';
import { parseArguments } from './parse-arguments.ts';
import { readVersion } from './version.ts';

/** Runs one command line, without `tally` itself, and says which code to exit with. Never throws. */
export async function runTally(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  try {
    return await dispatch(argv, surroundings);
  } catch (thrown) {
    return await reportError(thrown, surroundings, argv.includes('--debug'));
  }
}

async function dispatch(argv: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const [verb, ...rest] = argv;
  if (verb === undefined || HELP.includes(verb)) {
    const asked = rest[0] === undefined ? undefined : await findCommand(rest[0]);
    surroundings.stdout.write(asked === undefined ? overview(commands, readVersion()) : commandHelp(asked));
    return 0;
  }
  if (verb === '--version' || verb === '-V') {
    surroundings.stdout.write(`${readVersion()}\n`);
    return 0;
  }
  const command = await findCommand(verb);
  const { args, flags } = await parseArguments(command, rest);
  if (flags.boolean('help')) {
    surroundings.stdout.write(commandHelp(command));
    return 0;
  }
  const log = createLog(surroundings, { debug: flags.boolean('debug') });
  return await command.run({ ...surroundings, args, flags, log });
}

const HELP: readonly string[] = ['help', '--help', '-h'];
/** What may stand in a verb's place. */
const WORDS: readonly string[] = [...commands.map(({ id }) => id), 'help', '--help', '--version'];

async function findCommand(verb: string): Promise<Command> {
  const command = commands.find((candidate) => candidate.id === verb);
  if (command !== undefined) return command;
  const { nearMiss, TallyError } = await import('../contracts/index.ts');
  const near = nearMiss(verb, WORDS);
  throw new TallyError({
    code: 'VERB_UNKNOWN',
    where: `tally ${verb}`,
    why: verb.startsWith('-') ? 'a flag stands where a verb belongs' : 'there is no such verb',
    fix: near === undefined ? 'tally --help lists the verbs' : `did you mean tally ${near}?`,
  });
}

/** Prints an error that ended the command, redacted, and says which code to exit with. */
export async function reportError(thrown: unknown, surroundings: Surroundings, debug: boolean): Promise<ExitCode> {
  const { asTallyError, createRedactor, EXIT, formatError } = await import('../contracts/index.ts');
  if (surroundings.signal.aborted) return EXIT.interrupted;
  const error = asTallyError(thrown);
  const redactor = createRedactor();
  surroundings.stderr.write(`${redactor.text(formatError(error))}\n`);
  if (debug && thrown instanceof Error) surroundings.stderr.write(`${redactor.text(thrown.stack ?? '')}\n`);
  return error.exitCode;
}
