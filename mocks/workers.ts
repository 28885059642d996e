import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TallyError } from '../contracts/index.ts';
import { isFromWorker, type FromWorker, type NotedCall, type ToWorker, type WorkerPlan } from './worker-messages.ts';

/** Processes that answer, while this one hands out the connections and keeps journal, counts and log. */
export interface Workers {
  readonly take: (desk: number, socket: Socket) => void;
  /** All read a contract anew; they serve it once every one of them has read the version with this digest. */
  readonly replace: (index: number, digest: string) => Promise<boolean>;
  readonly close: () => Promise<void>;
}

export interface WorkerListener {
  readonly onCalls: (noted: readonly NotedCall[]) => void;
  readonly onSaid: (level: 'info' | 'warn', text: string) => void;
}

/** What a process may take to end by itself. */
const END_MS = 2_000;
/** Between two attempts to replace a process that does not come up. */
const RETRY_MS = 1_000;
/** It needs to find Node's own files and a temporary folder; secrets of ours are none of its business. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot'];

/** @throws TallyError WORKER_FAILED */
export async function openWorkers(count: number, plan: WorkerPlan, listener: WorkerListener): Promise<Workers> {
  const pool = new Pool(count, plan, listener);
  try {
    await pool.open();
  } catch (thrown) {
    await pool.close();
    throw thrown;
  }
  return {
    take: (desk, socket) => pool.take(desk, socket),
    replace: async (index, digest) => await pool.replace(index, digest),
    close: async () => await pool.close(),
  };
}

interface HandedOut {
  readonly worker: ChildProcess;
  readonly desk: number;
  readonly socket: Socket;
}

class Pool {
  readonly #count: number;
  readonly #plan: WorkerPlan;
  readonly #listener: WorkerListener;
  readonly #ready: ChildProcess[] = [];
  /** Connections that were handed out and not taken yet, by their number. */
  readonly #handedOut = new Map<number, HandedOut>();
  readonly #all = new Set<ChildProcess>();
  /** Connections that came while no process was ready. */
  readonly #waiting: (() => void)[] = [];
  #next = 0;
  #turn = 0;
  #isClosed = false;

  constructor(count: number, plan: WorkerPlan, listener: WorkerListener) {
    this.#count = count;
    this.#plan = plan;
    this.#listener = listener;
  }

  async open(): Promise<void> {
    await Promise.all(Array.from({ length: this.#count }, async () => await this.#start()));
  }

  take(desk: number, socket: Socket): void {
    const id = this.#next++;
    const worker = this.#ready[id % this.#ready.length];
    if (worker === undefined) return void this.#waiting.push(() => this.take(desk, socket));
    this.#handedOut.set(id, { worker, desk, socket });
    // Kept open here until it is taken there: a process that dies with it must not leave the client without an answer.
    worker.send({ type: 'connection', desk, id } satisfies ToWorker, socket, { keepOpen: true }, () => undefined);
  }

  #taken(id: number): void {
    this.#handedOut.get(id)?.socket.destroy();
    this.#handedOut.delete(id);
  }

  async replace(index: number, digest: string): Promise<boolean> {
    const turn = ++this.#turn;
    const workers = [...this.#ready];
    const digests = await Promise.all(
      workers.map(async (worker) => {
        const answer = nextMessage(worker, (message) => message.type === 'loaded' && message.turn === turn);
        tell(worker, { type: 'load', index, turn });
        const loaded = await answer;
        // One that has died is replaced by one that reads the newest.
        return loaded === undefined ? digest : loaded.type === 'loaded' && loaded.digest;
      }),
    );
    if (digests.some((each) => each !== digest)) return false;
    for (const worker of workers) tell(worker, { type: 'swap', turn });
    return true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { socket } of this.#handedOut.values()) socket.destroy();
    await Promise.all([...this.#all].map(async (worker) => await end(worker)));
  }

  async #start(): Promise<void> {
    const worker = startProcess();
    this.#all.add(worker);
    worker.on('message', (message: unknown) => this.#hear(message));
    let complaint = '';
    worker.stderr?.setEncoding('utf8').on('data', (text: string) => {
      complaint = (complaint + text).slice(-2_000);
    });
    worker.once('exit', (code, signal) =>
      this.#onExit(worker, `${signal ?? `exit code ${code}`}${complaint === '' ? '' : `: ${complaint.trim()}`}`),
    );
    worker.on('error', () => undefined);
    const answer = nextMessage(worker, ({ type }) => type === 'ready' || type === 'failed');
    tell(worker, { type: 'start', plan: this.#plan });
    const said = await answer;
    if (said?.type === 'ready') return this.#open(worker);
    const why = said?.type === 'failed' ? said.why : 'it ended before it was ready';
    await end(worker);
    const fix = 'run again without --workers, or with --debug';
    throw new TallyError({ code: 'WORKER_FAILED', where: `worker process ${worker.pid}`, why, fix });
  }

  #open(worker: ChildProcess): void {
    this.#ready.push(worker);
    for (const take of this.#waiting.splice(0)) take();
  }

  #hear(message: unknown): void {
    if (!isFromWorker(message)) return;
    if (message.type === 'calls') this.#listener.onCalls(message.noted);
    if (message.type === 'taken') this.#taken(message.id);
    if (message.type === 'said') this.#listener.onSaid(message.level, message.text);
  }

  #onExit(worker: ChildProcess, why: string): void {
    this.#all.delete(worker);
    const place = this.#ready.indexOf(worker);
    if (place === -1) return;
    this.#ready.splice(place, 1);
    if (this.#isClosed) return;
    for (const [id, lost] of this.#handedOut) {
      if (lost.worker !== worker) continue;
      this.#handedOut.delete(id);
      this.take(lost.desk, lost.socket);
    }
    this.#listener.onSaid('warn', `worker process ${worker.pid} ended (${why}), another one takes its place`);
    void this.#restart();
  }

  async #restart(): Promise<void> {
    while (!this.#isClosed) {
      try {
        return await this.#start();
      } catch (thrown) {
        if (this.#isClosed) return;
        this.#listener.onSaid('warn', `a worker process does not come up: ${String(thrown)}`);
        await wait(RETRY_MS, undefined, { ref: false });
      }
    }
  }
}

function startProcess(): ChildProcess {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(isSource ? './worker-process.ts' : './worker-process.js', import.meta.url));
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

function tell(worker: ChildProcess, message: ToWorker): void {
  // It may have ended in this very moment; the end itself is told by `exit`.
  if (worker.connected) worker.send(message, () => undefined);
}

/** The next message of this kind; undefined where the process ends before. */
function nextMessage(worker: ChildProcess, isIt: (message: FromWorker) => boolean): Promise<FromWorker | undefined> {
  return new Promise((resolve) => {
    const listen = (message: unknown): void => {
      if (isFromWorker(message) && isIt(message)) settle(message);
    };
    const settle = (message?: FromWorker): void => {
      worker.off('message', listen);
      worker.off('exit', settleWithout);
      resolve(message);
    };
    const settleWithout = (): void => settle();
    worker.on('message', listen);
    worker.once('exit', settleWithout);
  });
}

async function end(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  // Not `exit`: the last calls may still be on their way.
  const ended = once(worker, 'close');
  tell(worker, { type: 'close' });
  const timer = setTimeout(() => worker.kill('SIGKILL'), END_MS);
  await ended;
  clearTimeout(timer);
}
