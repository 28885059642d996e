import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isFromGenerator, type Batch, type Ended, type ToGenerator, type WirePlan } from './generator-messages.ts';

export interface GeneratorListener {
  /** Called for each batch, in order. */
  onBatch(batch: Batch): void;
  /** This moment's headers of the credential; asked once a second, because a token may expire while the run lasts. */
  readonly authorize?: () => Promise<Readonly<Record<string, string>>>;
}

export type GeneratorEnd = Ended | { readonly type: 'aborted' } | { readonly type: 'crashed'; readonly why: string };

const AUTHORIZE_EVERY_MS = 1000;
/** What the process may take beyond its plan: to start on a busy machine, and to end. */
const GRACE_MS = 20_000;
/** It needs to find Node's own files and a temporary folder; secrets of ours are none of its business. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot'];

/** Runs a plan in a process of its own; ends it when `signal` is aborted. What came before that was handed over. */
export async function generate(
  plan: WirePlan,
  listener: GeneratorListener,
  signal: AbortSignal,
): Promise<GeneratorEnd> {
  if (signal.aborted) return { type: 'aborted' };
  const child = startProcess();
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  const watchdog = setTimeout(kill, plan.warmupMs + plan.durationMs + plan.timeoutMs + GRACE_MS);
  const refresher = listener.authorize === undefined ? undefined : keepAuthorised(child, listener.authorize, plan);
  signal.addEventListener('abort', kill, { once: true });
  try {
    return await follow(child, plan, listener, signal);
  } finally {
    clearTimeout(watchdog);
    clearInterval(refresher);
    signal.removeEventListener('abort', kill);
    kill();
  }
}

function startProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(isSource ? './generator-process.ts' : './generator-process.js', import.meta.url));
  const env = Object.fromEntries(
    INHERITED.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
  return fork(file, [], {
    env,
    execArgv: isSource ? ['--import', loaderOfSource()] : [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

/** Only a checkout runs from source; an installed package has compiled files. */
function loaderOfSource(): string {
  return pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
}

async function follow(
  child: ChildProcess,
  plan: WirePlan,
  listener: GeneratorListener,
  signal: AbortSignal,
): Promise<GeneratorEnd> {
  let ended: Ended | undefined;
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  child.on('message', (message: unknown) => {
    if (!isFromGenerator(message)) return;
    if (message.type === 'ready') tell(child, { type: 'start', plan });
    else if (message.type === 'batch') listener.onBatch(message);
    else ended = message;
  });
  // 'close' comes after the last message and the last line of stderr.
  const status = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, killedBy) => resolve(killedBy ?? `exit code ${code}`));
  });
  if (ended !== undefined) return ended;
  if (signal.aborted) return { type: 'aborted' };
  return { type: 'crashed', why: complaint.trim() === '' ? status : `${status}: ${complaint.trim()}` };
}

function keepAuthorised(
  child: ChildProcess,
  authorize: () => Promise<Readonly<Record<string, string>>>,
  plan: WirePlan,
): NodeJS.Timeout {
  let last = JSON.stringify(plan.authorization);
  return setInterval(() => {
    // A token that cannot be renewed shows itself as the answers 401 that follow.
    authorize().then(
      (headers) => {
        if (JSON.stringify(headers) === last) return;
        last = JSON.stringify(headers);
        tell(child, { type: 'authorization', headers });
      },
      () => {},
    );
  }, AUTHORIZE_EVERY_MS).unref();
}

function tell(child: ChildProcess, message: ToGenerator): void {
  // It may have ended in this very moment; the end itself is reported by `close`.
  if (child.connected) child.send(message, () => {});
}
