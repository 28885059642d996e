import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { EXIT, signalWithin, TallyError, type ProviderConfig, type RunContext } from '../contracts/index.ts';
import { errorCode } from './error-code.ts';

type StartConfig = NonNullable<ProviderConfig['start']>;

/** The provider under test: one that runs already, or one that we started and will stop. */
export interface Target {
  readonly apiName: string;
  /** The origin, without a trailing slash: `http://127.0.0.1:40123`. */
  readonly url: string;
  readonly startedByUs: boolean;
  /** Where one version of the API is served. @throws TallyError VERSION_NOT_SERVED */
  baseUrl(version: string): string;
  /** Resolves when a provider that we started ends by itself; never otherwise. */
  readonly died: Promise<TallyError>;
  /** @throws TallyError PROVIDER_DIED */
  assertAlive(): void;
  /** Stops a provider that we started, with everything it started. Safe to call twice. */
  close(): Promise<void>;
}

/**
 * Reaches the provider of an API as `tally.yaml` says: by its URL, or by its start command.
 *
 * @throws TallyError PROVIDER_NOT_CONFIGURED, PROVIDER_NOT_STARTED
 */
export async function startTarget(context: RunContext, apiName: string): Promise<Target> {
  const provider = context.workspace.config.providers[apiName];
  const source = context.workspace.configSource ?? 'tally.yaml';
  if (!provider?.url && !provider?.start) {
    throw new TallyError({
      code: 'PROVIDER_NOT_CONFIGURED',
      where: `${source}: providers.${apiName}`,
      why: `nothing says where the provider of ${apiName} runs`,
      fix: `give --url, or add providers.${apiName}.url or .start to ${source}`,
    });
  }
  if (provider.url) return runningTarget(apiName, provider, provider.url);
  if (!provider.start) throw new Error('unreachable: a provider has a url or a start command');
  return startedTarget(context, apiName, provider, provider.start);
}

function runningTarget(apiName: string, provider: ProviderConfig, url: string): Target {
  const origin = url.replace(/\/+$/, '');
  return {
    apiName,
    url: origin,
    startedByUs: false,
    baseUrl: (version) => versionUrl(apiName, provider, origin, version),
    died: new Promise<TallyError>(() => {}),
    assertAlive: () => {},
    close: async () => {},
  };
}

function versionUrl(apiName: string, provider: ProviderConfig, origin: string, version: string): string {
  const path = provider.versions[version];
  if (path !== undefined) return origin + path.replace(/\/+$/, '');
  throw new TallyError({
    code: 'VERSION_NOT_SERVED',
    where: `providers.${apiName}.versions`,
    why: `the provider serves ${Object.keys(provider.versions).join(', ') || 'no version'}, not ${version}`,
    fix: `add the path of ${version} to providers.${apiName}.versions`,
  });
}

async function startedTarget(
  context: RunContext,
  apiName: string,
  provider: ProviderConfig,
  start: StartConfig,
): Promise<Target> {
  const origin = `http://127.0.0.1:${await freePort()}`;
  const running = await launch(context, start, new URL(origin).port);
  const fail = (code: string, why: string) => startError(code, apiName, start, why, running.lastLines);
  const onAbort = (): void => void running.close();
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await waitUntilReady(context, start, origin, running, fail);
  } catch (error) {
    context.signal.removeEventListener('abort', onAbort);
    await running.close();
    throw error;
  }
  let death: TallyError | undefined;
  const died = running.ended.then((how) => {
    death = fail('PROVIDER_DIED', `it ended while it was being tested: ${how}`);
    return running.closing() ? new Promise<TallyError>(() => {}) : death;
  });
  return {
    apiName,
    url: origin,
    startedByUs: true,
    baseUrl: (version) => versionUrl(apiName, provider, origin, version),
    died,
    assertAlive: () => {
      if (death) throw death;
    },
    close: async () => {
      context.signal.removeEventListener('abort', onAbort);
      await running.close();
    },
  };
}

interface Running {
  readonly lastLines: readonly string[];
  /** How it ended, in words. */
  readonly ended: Promise<string>;
  closing(): boolean;
  close(): Promise<void>;
}

const KEPT_LINES = 20;
const GRACE_MS = 2000;

async function launch(context: RunContext, start: StartConfig, port: string): Promise<Running> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...start.env,
    ...(await context.credentials.environment()),
    PORT: port,
  };
  // The guard leads a process group of its own, so that one signal reaches whatever the command starts.
  const guard = spawn(process.execPath, ['-e', GUARD, start.command], {
    cwd: context.workspace.root,
    env: { ...env, NODE_OPTIONS: '', TALLY_CHILD_NODE_OPTIONS: env.NODE_OPTIONS ?? '' },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const lastLines: string[] = [];
  const keep = (line: string): void => {
    const text = context.redactor.text(line);
    context.log.debug(text);
    lastLines.push(text);
    if (lastLines.length > KEPT_LINES) lastLines.shift();
  };
  for (const stream of [guard.stdout, guard.stderr]) splitLines(stream, keep);
  guard.stdin.on('error', () => {});
  const ended = endOf(guard);
  let closed: Promise<void> | undefined;
  return { lastLines, ended, closing: () => closed !== undefined, close: () => (closed ??= stop(guard, ended)) };
}

/**
 * Runs the command in our place and ends its whole group when our end of its standard input closes, which the system
 * does for us however we end, by a crash or by SIGKILL as well: no provider is left behind.
 */
const GUARD = `
const { spawn } = require('node:child_process');
const { TALLY_CHILD_NODE_OPTIONS, ...env } = process.env;
env.NODE_OPTIONS = TALLY_CHILD_NODE_OPTIONS;
const child = spawn(process.argv[1], { shell: true, stdio: ['ignore', 'inherit', 'inherit'], env });
process.on('SIGTERM', () => {});
const end = () => {
  process.kill(-process.pid, 'SIGTERM');
  setTimeout(() => process.kill(-process.pid, 'SIGKILL'), ${GRACE_MS});
};
process.stdin.on('end', end).on('error', end).resume();
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGKILL' ? 137 : 143)));
`;

async function stop(guard: ChildProcess, ended: Promise<unknown>): Promise<void> {
  guard.stdin?.end();
  const timer = setTimeout(() => killGroup(guard), GRACE_MS + 500);
  await ended;
  clearTimeout(timer);
  // The command may have left children of its own in the group.
  killGroup(guard);
}

function killGroup(guard: ChildProcess): void {
  if (guard.pid === undefined) return;
  try {
    process.kill(-guard.pid, 'SIGKILL');
  } catch {
    // ESRCH: the group is gone already, as it should be.
  }
}

/** Not its `close` alone: a grandchild that keeps the pipes open would delay that for ever. */
async function endOf(guard: ChildProcess): Promise<string> {
  const closed = once(guard, 'close');
  await once(guard, 'exit');
  await Promise.race([closed, delay(200, undefined, { ref: false })]);
  return endedHow(guard.exitCode, guard.signalCode);
}

function endedHow(code: number | null, signal: string | null): string {
  if (code === 127) return 'its command was not found (exit code 127)';
  return code === null ? `ended by ${signal ?? 'a signal'}` : `it exits with code ${code}`;
}

function splitLines(stream: NodeJS.ReadableStream | null, keep: (line: string) => void): void {
  let rest = '';
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    // A provider that writes without line ends must not fill our memory.
    if (rest.length > 65_536) rest = rest.slice(-65_536);
    for (const line of lines) if (line) keep(line);
  });
  stream?.on('end', () => rest && keep(rest));
}

async function waitUntilReady(
  context: RunContext,
  start: StartConfig,
  origin: string,
  running: Running,
  fail: (code: string, why: string) => TallyError,
): Promise<void> {
  const waiting = new AbortController();
  const signal = signalWithin(AbortSignal.any([context.signal, waiting.signal]), start.timeoutMs);
  const outcome = await Promise.race([
    pollUntilReady(origin + start.readyPath, signal),
    running.ended.then((how) => ({ how })),
  ]).finally(() => waiting.abort());
  if (outcome === 'ready') return;
  context.signal.throwIfAborted();
  if (typeof outcome === 'object') throw fail('PROVIDER_NOT_STARTED', outcome.how);
  throw fail('PROVIDER_NOT_STARTED', `${start.readyPath} is not ready within ${start.timeoutMs} ms (${outcome})`);
}

/** 'ready', or in words what the last attempt saw before the signal ended it. */
async function pollUntilReady(url: string, signal: AbortSignal): Promise<string> {
  let last = 'no answer';
  while (!signal.aborted) {
    try {
      const answer = await request(url, { signal, reset: true, headersTimeout: 2000, bodyTimeout: 2000 });
      await answer.body.dump();
      if (answer.statusCode < 300) return 'ready';
      last = `it answers ${answer.statusCode}`;
    } catch (error) {
      if (!signal.aborted) last = errorCode(error);
    }
    await delay(50, undefined, { signal }).catch(() => {});
  }
  return last;
}

function startError(
  code: string,
  apiName: string,
  start: StartConfig,
  why: string,
  lines: readonly string[],
): TallyError {
  const said = lines.length ? `; it said last:\n    ${lines.join('\n    ')}` : '; it said nothing';
  return new TallyError({
    code,
    where: `providers.${apiName}.start.command: ${start.command}`,
    why: why + said,
    fix: `run the command yourself with PORT=4010 and look at ${start.readyPath}`,
    exitCode: EXIT.unreached,
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
