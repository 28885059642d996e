import { fork, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { EXIT, TallyError } from './error.ts';
import type { Finding } from './finding.ts';
import type { JsonObject } from './json.ts';
import type { Contract, ContractKind } from './model.ts';
import type { ResultCache } from './result-cache.ts';
import { ownRulesets, withExtended } from './ruleset-files.ts';
import { placeFinding, type UnplacedFinding } from './unplaced-finding.ts';

/** What the linting process is asked. */
export interface LintRequest {
  readonly kind: ContractKind;
  readonly source: string;
  readonly document: JsonObject;
  /** Absolute paths, ours first. */
  readonly rulesets: readonly string[];
}

/** What it answers. */
export type LintAnswer = { readonly findings: readonly UnplacedFinding[] } | { readonly error: string };

export interface LintOptions {
  readonly root: string;
  readonly cache: Pick<ResultCache, 'findings'>;
  readonly signal: AbortSignal;
}

/** Lints contracts, large ones in parallel. `close` ends its processes. */
export interface Linter {
  /**
   * Lints an OpenAPI or AsyncAPI contract: its structure with Redocly's rules, its style with Spectral and the rulesets
   * `tally`, `contracts/rulesets/*.yaml` and `.spectral.yaml`.
   *
   * @throws TallyError LINT_FAILED, RULESET_INVALID
   */
  lint(contract: Contract): Promise<readonly Finding[]>;
  close(): void;
}

/**
 * A process is started for the first contract whose findings are not cached, and kept: loading the linters takes seconds. A
 * second one is started for a large document while the first is at work on another.
 */
export function openLinter(options: LintOptions): Linter {
  const processes: LintProcess[] = [];
  const ask = async (request: LintRequest): Promise<readonly UnplacedFinding[]> => {
    const { size: sizeBytes } = await stat(request.source).catch(() => ({ size: 0 }));
    return await chooseProcess(processes, sizeBytes).ask(request, sizeBytes, options.signal);
  };
  return {
    lint: async (contract) => await lintContract(contract, options, ask),
    close: () => {
      for (const each of processes) each.close();
    },
  };
}

/** From here on, linting takes longer than loading the linters once more. */
const LARGE_BYTES = 1_000_000;
const MAX_PROCESSES = Math.min(2, availableParallelism());

function chooseProcess(processes: LintProcess[], sizeBytes: number): LintProcess {
  const [leastBusy] = processes.toSorted((a, b) => a.waitingBytes - b.waitingBytes);
  const isWorth = sizeBytes >= LARGE_BYTES && processes.length < MAX_PROCESSES;
  if (leastBusy !== undefined && !(isWorth && leastBusy.waitingBytes >= LARGE_BYTES)) return leastBusy;
  const started = openProcess();
  processes.push(started);
  return started;
}

/** One process, asked one thing after the other. */
interface LintProcess {
  /** Of the documents that it has not answered yet. */
  readonly waitingBytes: number;
  ask(request: LintRequest, sizeBytes: number, signal: AbortSignal): Promise<readonly UnplacedFinding[]>;
  close(): void;
}

function openProcess(): LintProcess {
  let child: ChildProcess | undefined;
  let waitingBytes = 0;
  let last: Promise<unknown> = Promise.resolve();
  const close = (): void => {
    child?.kill('SIGKILL');
    child = undefined;
  };
  const askNow = async (request: LintRequest, signal: AbortSignal): Promise<readonly UnplacedFinding[]> => {
    child ??= startProcess();
    return await askWithin(child, request, signal, close);
  };
  return {
    get waitingBytes() {
      return waitingBytes;
    },
    ask: async (request, sizeBytes, signal) => {
      waitingBytes += sizeBytes;
      const turn = last.then(async () => await askNow(request, signal));
      last = turn.catch(() => undefined);
      return await turn.finally(() => (waitingBytes -= sizeBytes));
    },
    close,
  };
}

async function lintContract(
  contract: Contract,
  options: LintOptions,
  ask: (request: LintRequest) => Promise<readonly UnplacedFinding[]>,
): Promise<readonly Finding[]> {
  const rulesets = [
    fileURLToPath(new URL('./rulesets/tally.yaml', import.meta.url)),
    ...(await ownRulesets(options.root)),
  ];
  const read = await withExtended(rulesets);
  const texts = await Promise.all(read.map(async (file) => await readFile(file, 'utf8')));
  const inputs = ['lint', contract.kind, contract.digest, hashOf(texts)];
  const source = path.resolve(options.root, contract.source);
  const request = { kind: contract.kind, source, document: contract.document, rulesets };
  const found = await options.cache.findings(inputs, async () => await ask(request));
  return found.map((finding) => placeFinding(options.root, contract, finding));
}

function hashOf(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

const require = createRequire(import.meta.url);

/** Far above what the largest public documents need; a process that hangs is ended. */
const TIME_LIMIT_MS = 300_000;

async function askWithin(
  child: ChildProcess,
  request: LintRequest,
  signal: AbortSignal,
  stop: () => void,
): Promise<readonly UnplacedFinding[]> {
  signal.throwIfAborted();
  const timer = setTimeout(stop, TIME_LIMIT_MS);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const answer = await answerOf(child, request);
    if ('error' in answer) throw failed(request, answer.error);
    return answer.findings;
  } catch (cause) {
    // It may be in any state: the next contract gets a new one.
    stop();
    throw cause;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** Run from source (tests, tsx) the process needs tsx as well; compiled it is plain JavaScript. */
function startProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts');
  const entry = fileURLToPath(new URL(isSource ? './lint-process.ts' : './lint-process.js', import.meta.url));
  const execArgv = isSource ? ['--import', pathToFileURL(require.resolve('tsx')).href] : [];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TMPDIR: process.env['TMPDIR'], NODE_OPTIONS: '' };
  return fork(entry, [], { execArgv, env, serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

async function answerOf(child: ChildProcess, request: LintRequest): Promise<LintAnswer> {
  const complaint: string[] = [];
  const listen = (chunk: Buffer): unknown => complaint.push(chunk.toString('utf8'));
  child.stderr?.on('data', listen);
  try {
    return await new Promise<LintAnswer>((resolve) => {
      child.once('message', (answer: LintAnswer) => resolve(answer));
      child.once('error', (cause) => resolve({ error: cause.message }));
      child.once('exit', (code, signal) =>
        resolve({ error: complaint.join('').slice(-4000) || `the process ended with ${signal ?? code}` }),
      );
      child.send(request, (cause) => {
        if (cause !== null) resolve({ error: cause.message });
      });
    });
  } finally {
    child.stderr?.off('data', listen);
    for (const event of ['message', 'error', 'exit']) child.removeAllListeners(event);
    // Its death between two contracts is noticed by the next one, when it cannot be asked.
    child.on('error', () => undefined);
  }
}

function failed(request: LintRequest, error: string): TallyError {
  const isRuleset =
    /ruleset|RulesetValidation|AggregateError/i.test(error.split('\n', 1)[0] ?? '') && request.rulesets.length > 1;
  const [first = error] = error.split('\n', 1);
  if (isRuleset) {
    return new TallyError({
      code: 'RULESET_INVALID',
      where: request.rulesets.slice(1).join(', '),
      why: first,
      fix: 'correct the ruleset; Spectral describes its format',
      cause: new Error(error),
    });
  }
  return new TallyError({
    code: 'LINT_FAILED',
    where: request.source,
    why: first,
    fix: 'run again with --debug and report it with this document',
    exitCode: EXIT.inconclusive,
    cause: new Error(error),
  });
}
