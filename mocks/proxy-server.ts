import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createLogger } from '@stoplight/prism-core';
import { locate, TallyError, type Contract, type RunContext } from '../contracts/index.ts';
import { keptBody, type Call } from './call.ts';
import { exchangeOf } from './exchange-of.ts';
import { openJournal, type Journal, type JournalWriter } from './journal.ts';
import { hostInUrl, listen, type Listening } from './listen.ts';
import { isMockable, loadContract, operationsNone, type LoadedContract } from './load-contract.ts';
import { apiKeysOf } from './mark-api-keys.ts';
import { limitsOf, type RequestLimits } from './mock-options.ts';
import { pathOf } from './path-of.ts';
import { createProxyCoverage, responsePointer, type CoverageRow, type ProxyCoverage } from './proxy-coverage.ts';
import type { Proxied, ProxyEngine } from './proxy-engine.ts';
import type { ProxyOptions } from './proxy-options.ts';
import { explainNoRoute, operationOf, pointerOf } from './refusal.ts';
import { followDocuments, type Reloader } from './reload.ts';
import { createTrafficLog, type TrafficLog } from './traffic-log.ts';
import type { Upstream } from './forward-request.ts';
import { createWebServer, type RecordedResponse, type WebServer } from './web-server.ts';

/** A running proxy. */
export interface ProxyServer {
  /** Without a trailing slash. */
  readonly url: string;
  readonly contract: Contract;
  readonly journal: Journal;
  /** What was seen so far. */
  rows(): readonly CoverageRow[];
  /** Ends every connection, writes the HAR and emits the results. A second call waits for the first. */
  close(): Promise<void>;
}

/**
 * Passes requests on to the upstream and holds both directions to the contract, with Prism's answers.
 * Ctrl-C (`context.signal`) closes it.
 *
 * @throws TallyError PROXY_ONE_DOCUMENT, OPERATIONS_NONE, DOCUMENT_NOT_MOCKABLE, FILE_NOT_WRITABLE, and those of `listen`
 */
export async function startProxy(context: RunContext, options: ProxyOptions): Promise<ProxyServer> {
  const { createProxyEngine } = await import('./proxy-engine.ts');
  const { openUpstream } = await import('./forward-request.ts');
  const loaded = await loadOnly(context);
  for (const { password } of [options.upstream, options.upstreamProxy ?? options.upstream]) {
    if (password !== '') context.redactor.addSecret(decodeURIComponent(password));
  }
  const { upstream: url, upstreamProxy: proxy, silenceMs = SILENCE_MS } = options;
  const upstream = openUpstream({ url, silenceMs, ...(proxy === undefined ? {} : { proxy }) });
  const log = createTrafficLog(context, options.verboseLevel);
  const logger = createLogger('PRISM', { level: log.engineLevel }, log.engineStream);
  const openEngine = ({ document }: LoadedContract): ProxyEngine =>
    createProxyEngine(document, options, upstream, logger);
  const server = new RunningProxy(context, {
    options,
    upstream,
    log,
    openEngine,
    journal: journalOf(context, options, log),
  });
  try {
    await server.open(loaded);
  } catch (thrown) {
    await server.close();
    throw thrown;
  }
  return server;
}

const SILENCE_MS = 60_000;

async function loadOnly({ workspace }: RunContext): Promise<LoadedContract> {
  const [only, ...more] = workspace.contracts.filter(({ contract }) => isMockable(contract));
  if (only === undefined || more.length > 0) throw oneDocument(workspace);
  const loaded = await loadContract(workspace.root, only);
  if (loaded.document.routes.length === 0) throw operationsNone(loaded.contract);
  return loaded;
}

function oneDocument({ contracts, configSource }: RunContext['workspace']): TallyError {
  const sources = contracts.map(({ contract }) => contract.source);
  return new TallyError({
    code: 'PROXY_ONE_DOCUMENT',
    where: configSource ?? sources.join(', '),
    why: 'a proxy stands before one API and is held to one document',
    fix: `name it: tally proxy ${sources[0] ?? 'openapi.yaml'} http://127.0.0.1:8080`,
  });
}

function journalOf({ redactor, workspace }: RunContext, options: ProxyOptions, { warn }: TrafficLog): JournalWriter {
  const absolute = (file: string): string => path.resolve(workspace.root, file);
  return openJournal({
    redactor,
    warn,
    version: options.toolVersion ?? '0',
    ...(options.journalSize === undefined ? {} : { size: options.journalSize }),
    ...(options.journalFile === undefined ? {} : { file: absolute(options.journalFile) }),
    ...(options.harFile === undefined ? {} : { harFile: absolute(options.harFile) }),
  });
}

interface Parts {
  readonly options: ProxyOptions;
  readonly upstream: Upstream;
  readonly log: TrafficLog;
  readonly journal: JournalWriter;
  readonly openEngine: (loaded: LoadedContract) => ProxyEngine;
}

/** One reading of the document, which the next one replaces. */
interface Held {
  readonly contract: Contract;
  readonly engine: ProxyEngine;
}

class RunningProxy implements ProxyServer {
  url = '';
  readonly #context: RunContext;
  readonly #parts: Parts;
  readonly #coverage: ProxyCoverage;
  readonly #startedAt = performance.now();
  #held: Held | undefined;
  #listening: Listening | undefined;
  #web: WebServer | undefined;
  #reloader: Reloader | undefined;
  #closed: Promise<void> | undefined;
  readonly #closeOnAbort = (): void => void this.close();

  constructor(context: RunContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
    this.#coverage = createProxyCoverage(context.workspace.root);
  }

  get contract(): Contract {
    if (this.#held === undefined) throw new Error('the proxy has not been opened');
    return this.#held.contract;
  }

  get journal(): Journal {
    return this.#parts.journal;
  }

  rows(): readonly CoverageRow[] {
    return this.#coverage.rows(this.contract);
  }

  async open(loaded: LoadedContract): Promise<void> {
    const { options, openEngine, log } = this.#parts;
    this.#held = { contract: loaded.contract, engine: openEngine(loaded) };
    const limits = limitsFor(options);
    const web = createWebServer(
      limits,
      { http2: false },
      {
        handle: (request, response) => this.#handle(request, response),
        malformed: (status, reason) => log.warn(`malformed request  ${status}  refused\n  ${reason}`),
        handshakeFailed: () => undefined,
      },
    );
    this.#web = web;
    const accept = { connections: limits.connections, isHandedOn: false, accept: web.take };
    this.#listening = await listen({ host: options.host, port: options.port }, accept);
    this.url = `http://${hostInUrl(options.host)}:${this.#listening.port}`;
    if (options.watch === true) this.#followDocument();
    this.#context.signal.addEventListener('abort', this.#closeOnAbort, { once: true });
    if (this.#context.signal.aborted) await this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#closeOnAbort);
    this.#reloader?.close();
    const unheard = this.#listening?.close();
    this.#web?.close();
    await unheard;
    this.#parts.upstream.close();
    this.#parts.log.flush();
    await this.#parts.journal.close();
    if (this.url === '') return;
    const durationMs = performance.now() - this.#startedAt;
    for (const result of this.#coverage.results(this.contract, durationMs)) this.#context.emit(result);
  }

  #followDocument(): void {
    this.#reloader = followDocuments({
      root: this.#context.workspace.root,
      served: () => [this.contract],
      replace: async (_, loaded) => {
        this.#held = { contract: loaded.contract, engine: this.#parts.openEngine(loaded) };
        return await Promise.resolve(true);
      },
      log: this.#parts.log,
    });
  }

  #handle(request: IncomingMessage, response: RecordedResponse): void {
    const held = this.#held;
    if (held === undefined) return void response.destroy();
    const arrival = { request, response, startedAtMs: Date.now(), start: performance.now() };
    const target = pathOf(request.url ?? '/');
    held.engine
      .handle(request, response, target)
      .then((proxied) => this.#note(held, arrival, proxied))
      // A defect of ours must not end the proxy for everyone.
      .catch((thrown: unknown) => {
        this.#parts.log.warn(`${request.method} ${target.split('?', 1)[0]}  failed\n  ${String(thrown)}`);
        response.destroy();
      });
  }

  #note(held: Held, arrival: Arrival, proxied: Proxied): void {
    const { log, journal } = this.#parts;
    const { root } = this.#context.workspace;
    const call = callOf(this.url, held, arrival, proxied);
    const { method, target } = call;
    const pathname = pathOf(target).split('?', 1)[0] ?? '';
    const { route, upstream, violations, answerViolations } = proxied;
    journal.record(call);
    this.#coverage.note({
      contract: held.contract,
      method,
      pathname,
      violations:
        violations.length === 0 && route === undefined && upstream === undefined ? unknown(proxied) : violations,
      answerViolations,
      exchange: () => exchangeOf(call, this.#context.redactor),
      ...(route === undefined ? {} : { route }),
      ...(upstream === undefined ? {} : { status: upstream.statusCode }),
      ...contentTypeOf(proxied),
    });
    const reasons = log.isRefusalShown ? reasonsOf(root, held, method, pathname, proxied) : [];
    if (call.refused) log.note(call, { reasons });
    else log.note(call, {});
    if (!call.refused && reasons.length > 0) {
      log.warn([`${method} ${pathname}  ${call.status}  departs from the contract`, ...reasons].join('\n  '));
    }
    for (const note of new Set(proxied.notes)) log.warn(`${method} ${pathname}  ${note}`);
  }
}

/** Uploads and downloads take what they take. */
const REQUEST_TIMEOUT_MS = 300_000;

function limitsFor({ limits }: ProxyOptions): RequestLimits {
  return limitsOf({ limits: { requestTimeoutMs: REQUEST_TIMEOUT_MS, ...limits } });
}

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: RecordedResponse;
  readonly startedAtMs: number;
  /** On the clock that never jumps. */
  readonly start: number;
}

function callOf(origin: string, { contract }: Held, arrival: Arrival, proxied: Proxied): Call {
  const { request, response, startedAtMs, start } = arrival;
  const operation = proxied.route === undefined ? undefined : operationOf(contract, proxied.route);
  return {
    origin,
    method: request.method ?? '',
    target: request.url ?? '/',
    headers: request.headers,
    body: proxied.body,
    status: response.writableEnded ? response.statusCode : 0,
    answerHeaders: response.getHeaders(),
    answerBody: proxied.answerBody ?? keptBody(response.sentBody),
    startedAtMs,
    durationMs: performance.now() - start,
    refused: proxied.problem !== undefined,
    service: 0,
    operationId: operation?.id,
    apiKeys: apiKeysOf(contract),
  };
}

/** With `--errors` a request to no operation is refused before there is a violation. */
function unknown({ problem }: Proxied): Proxied['violations'] {
  if (problem?.name.includes('#NO_') !== true) return [];
  return [{ path: [], code: '', message: problem.message, severity: 'warning' }];
}

function contentTypeOf({ upstream }: Proxied): { contentType?: string } {
  const contentType = Object.entries(upstream?.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type');
  return contentType === undefined ? {} : { contentType: contentType[1] };
}

/** What is wrong, one line each, with the line of the contract that it broke. */
function reasonsOf(
  root: string,
  { contract, engine }: Held,
  method: string,
  pathname: string,
  proxied: Proxied,
): readonly string[] {
  const { route, violations, answerViolations, upstream, problem } = proxied;
  if (route === undefined) {
    const isUnknown = violations.length > 0 || problem?.name.includes('#NO_') === true;
    const handled = { violations, answerViolations, refusedCallbacks: [] };
    if (isUnknown) return [explainNoRoute(root, { contract, routes: engine.routes, method, pathname, handled })];
    return problem === undefined ? [] : [problem.message];
  }
  const operation = operationOf(contract, route);
  const at = (pointer: string): string => {
    const { source, line } = locate(root, contract, pointer);
    return `${source}:${line}`;
  };
  const answered = {
    contract,
    ...(upstream === undefined ? {} : { status: upstream.statusCode }),
    ...contentTypeOf(proxied),
  };
  const lines = [
    ...violations.map((each) => `request ${lineOf(each)}  ${at(pointerOf(contract, operation, each))}`),
    ...answerViolations.map((each) => `response ${lineOf(each)}  ${at(responsePointer(answered, operation, each))}`),
  ];
  return lines.length > 0 || problem === undefined ? lines : [problem.message];
}

function lineOf({ path: place, code, message }: Proxied['violations'][number]): string {
  return [place.join('.'), code, message].filter((part) => part !== '').join('  ');
}
