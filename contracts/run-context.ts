import { performance } from 'node:perf_hooks';
import type { Credentials } from './credentials.ts';
import { EXIT, TallyError } from './error.ts';
import type { Redactor } from './redact.ts';
import { statusOf, type Result } from './result.ts';
import { fileReason } from './thrown.ts';
import type { Workspace } from './workspace.ts';

/** Where progress and logs go: stderr in the command, nowhere in most tests. Every text is redacted on the way. */
export interface Log {
  /** Only with `--debug`. */
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  /** One line that replaces the last one on a terminal; nothing elsewhere. */
  progress(text: string): void;
}

/** What every runner of a suite, a mock or a load gets. */
export interface RunContext {
  readonly workspace: Workspace;
  readonly credentials: Credentials;
  readonly redactor: Redactor;
  readonly log: Log;
  /** Aborted by Ctrl-C: stop soon, close everything; what was emitted is kept. */
  readonly signal: AbortSignal;
  /** Every random choice of a run derives from it. */
  readonly seed: number;
  /** A result is handed over as soon as it is known, so that an interrupted run still has a report. */
  readonly emit: (result: Result) => void;
}

type Outcome = Partial<Pick<Result, 'status' | 'findings' | 'measures' | 'charts' | 'reason'>>;

/**
 * Runs one check, times it and emits its result. The status follows from the findings unless the check says otherwise
 * (`skipped` and `inconclusive` come with a `reason`). A check that throws is `errored`, never passed.
 */
export async function runCheck(
  context: Pick<RunContext, 'emit' | 'signal'>,
  check: Pick<Result, 'id' | 'suite' | 'subject'>,
  run: () => Promise<Outcome> | Outcome,
): Promise<Result> {
  const startedAt = performance.now();
  const result = await outcomeOf(context.signal, run).then((outcome): Result => ({
    ...check,
    ...outcome,
    findings: outcome.findings ?? [],
    status: outcome.status ?? statusOf(outcome.findings ?? []),
    durationMs: performance.now() - startedAt,
  }));
  context.emit(result);
  return result;
}

async function outcomeOf(
  signal: AbortSignal,
  run: () => Promise<Outcome> | Outcome,
): Promise<Outcome & Pick<Result, 'error'>> {
  try {
    return await run();
  } catch (thrown) {
    if (signal.aborted) return { status: 'inconclusive', reason: 'interrupted before it ended' };
    const error = asTallyError(thrown);
    return { status: 'errored', reason: `${error.where}: ${error.why}`, error: error.toJSON() };
  }
}

/** Any thrown value as a TallyError; one that we did not foresee is our own defect and says so. */
export function asTallyError(thrown: unknown): TallyError {
  if (thrown instanceof TallyError) return thrown;
  const file = fileOf(thrown);
  if (file !== undefined) return fileError(file, thrown);
  return new TallyError({
    code: 'INTERNAL',
    where: 'tallystick itself',
    why: thrown instanceof Error ? thrown.message : String(thrown),
    fix: 'run again with --debug and report the stack trace',
    exitCode: EXIT.inconclusive,
    cause: thrown,
  });
}

/** The file that the system refused, as its errors name it. */
function fileOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('syscall' in thrown)) return undefined;
  return 'path' in thrown && typeof thrown.path === 'string' ? thrown.path : undefined;
}

/** A disk that is full or read-only is no defect of ours. */
function fileError(file: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'FILE_REFUSED',
    where: file,
    why: fileReason(cause),
    fix: 'let this user read and write it, and leave space; temporary files go to the folder that TMPDIR names',
    cause,
  });
}
