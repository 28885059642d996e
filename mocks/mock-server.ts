import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { createLogger } from '@stoplight/prism-core';
import {
  runCheck,
  TallyError,
  type Contract,
  type Exchange,
  type Finding,
  type RunContext,
} from '../contracts/index.ts';
import { findService, sendProblem, sendServices, sendUnknownService, type ListedService } from './catalogue.ts';
import { exchangeOf } from './exchange-of.ts';
import type { Handled } from './handled.ts';
import { openJournal, type Journal, type JournalWriter } from './journal.ts';
import { listen, type Listening, type RecordedResponse } from './listen.ts';
import { createMockEngine, type MockEngine } from './mock-engine.ts';
import { limitsOf, type MockLayout, type MockOptions } from './mock-options.ts';
import { markApiKeys } from './mark-api-keys.ts';
import { loadPrismDocument, type PrismDocument } from './prism-operations.ts';
import { explainRefusal, operationOf } from './refusal.ts';
import { createTrafficLog, type TrafficLog } from './traffic-log.ts';

/** Running mocks. */
export interface MockServer {
  /** Of the first port, without a trailing slash. */
  readonly url: string;
  readonly services: readonly MockService[];
  readonly journal: Journal;
  /** Ends every connection, writes the HAR and emits a result for each service. A second call waits for the first. */
  close(): Promise<void>;
}

export interface MockService extends ListedService {
  readonly contract: Contract;
}

interface RunningService extends MockService {
  readonly engine: MockEngine;
  readonly counts: { requests: number; refused: number };
  readonly startedAt: number;
}

/**
 * Serves every API of the workspace, in all its versions, with Prism's answers. Ctrl-C (`context.signal`) closes it.
 *
 * @throws TallyError MOCKS_NONE, OPERATIONS_NONE, DOCUMENT_NOT_MOCKABLE, FILE_NOT_WRITABLE, and those of `listen`
 */
export async function startMocks(context: RunContext, options: MockOptions): Promise<MockServer> {
  const contracts = apisOf(context);
  const layout = options.layout ?? layoutOf(context, contracts);
  const documents = await loadDocuments(context, contracts, layout);
  const journal = await openJournal(journalOptions(context, options));
  const mocks = new Mocks(context, options, layout, journal);
  try {
    await mocks.open(documents);
  } catch (thrown) {
    await mocks.close();
    throw thrown;
  }
  return mocks;
}

function apisOf(context: RunContext): readonly Contract[] {
  const apis = context.workspace.contracts.map(({ contract }) => contract).filter(({ kind }) => kind === 'openapi');
  if (apis.length > 0) return apis;
  const { configSource, contracts } = context.workspace;
  throw new TallyError({
    code: 'MOCKS_NONE',
    where: configSource ?? contracts.map(({ contract }) => contract.source).join(', '),
    why: configSource === undefined ? 'only OpenAPI contracts are mocked' : 'there is no OpenAPI contract to mock',
    fix: 'add one as contracts/apis/<name>/<version>/openapi.yaml, or name a document: tally mock openapi.yaml',
  });
}

/** One bare document is served as `prism mock` would. */
function layoutOf(context: RunContext, contracts: readonly Contract[]): MockLayout {
  return context.workspace.configSource === undefined && contracts.length === 1 ? 'root' : 'catalogue';
}

interface Loaded {
  readonly contract: Contract;
  readonly document: PrismDocument;
}

async function loadDocuments(
  context: RunContext,
  contracts: readonly Contract[],
  layout: MockLayout,
): Promise<readonly Loaded[]> {
  const loaded: Loaded[] = [];
  for (const contract of contracts) {
    context.log.progress(`reading ${contract.source}`);
    const document = await loadDocument(context, contract);
    if (layout === 'root' && document.routes.length === 0) throw operationsNone(contract);
    loaded.push({ contract, document });
  }
  context.log.progress('');
  return loaded;
}

async function loadDocument({ workspace }: RunContext, contract: Contract): Promise<PrismDocument> {
  try {
    return await loadPrismDocument(path.resolve(workspace.root, contract.source));
  } catch (cause) {
    const parsed = workspace.contracts.find((each) => each.contract === contract);
    throw notMockable(contract, parsed?.findings ?? [], cause);
  }
}

/** What reading the contract found says where; what Prism says has neither line nor, often, sense. */
function notMockable({ source }: Contract, findings: readonly Finding[], cause: unknown): TallyError {
  const code = 'DOCUMENT_NOT_MOCKABLE';
  const finding = findings.find(({ severity }) => severity === 'error');
  const fix = `tally check ${source} says what is wrong with it`;
  if (finding === undefined) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new TallyError({ code, where: source, why, fix, cause });
  }
  const { line, column } = finding.where;
  const where = `${finding.where.source}:${line}:${column}`;
  return new TallyError({ code, where, why: finding.message, fix: finding.fix ?? fix, cause });
}

function operationsNone(contract: Contract): TallyError {
  return new TallyError({
    code: 'OPERATIONS_NONE',
    where: contract.source,
    why: 'it describes no operation, so there is nothing to answer',
    fix: 'add a path with a method to it',
  });
}

function journalOptions({ redactor, workspace }: RunContext, options: MockOptions): Parameters<typeof openJournal>[0] {
  const absolute = (file: string): string => path.resolve(workspace.root, file);
  return {
    redactor,
    version: options.toolVersion ?? '0',
    ...(options.journalSize === undefined ? {} : { size: options.journalSize }),
    ...(options.journalFile === undefined ? {} : { file: absolute(options.journalFile) }),
    ...(options.harFile === undefined ? {} : { harFile: absolute(options.harFile) }),
  };
}

class Mocks implements MockServer {
  readonly services: RunningService[] = [];
  readonly journal: JournalWriter;
  readonly #context: RunContext;
  readonly #options: MockOptions;
  readonly #layout: MockLayout;
  readonly #log: TrafficLog;
  readonly #listening: Listening[] = [];
  readonly #urlBytes: number;
  #closed: Promise<void> | undefined;
  readonly #closeOnAbort = (): void => void this.close();

  constructor(context: RunContext, options: MockOptions, layout: MockLayout, journal: JournalWriter) {
    this.#context = context;
    this.#options = options;
    this.#layout = layout;
    this.#log = createTrafficLog(context, options.verboseLevel);
    this.#urlBytes = limitsOf(options).urlBytes;
    this.journal = journal;
  }

  get url(): string {
    return this.#listening[0]?.url ?? '';
  }

  async open(documents: readonly Loaded[]): Promise<void> {
    if (this.#layout === 'ports') {
      for (const loaded of documents) await this.#listenFor([loaded]);
    } else {
      await this.#listenFor(documents);
    }
    this.#context.signal.addEventListener('abort', this.#closeOnAbort, { once: true });
    if (this.#context.signal.aborted) await this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#closeOnAbort);
    await Promise.all(this.#listening.map((listening) => listening.close()));
    await this.journal.close();
    for (const service of this.services) await this.#emit(service);
  }

  async #emit({ name, version, counts, startedAt }: RunningService): Promise<void> {
    const subject = { id: 'mock-served', suite: 'mock', subject: `${name} ${version}` };
    const durationMs = performance.now() - startedAt;
    const emit: RunContext['emit'] = (result) => this.#context.emit({ ...result, durationMs });
    await runCheck({ emit, signal: this.#context.signal }, subject, () => ({
      measures: [
        { name: 'requests', value: counts.requests, unit: 'count' },
        { name: 'refused', value: counts.refused, unit: 'count' },
      ],
    }));
  }

  async #listenFor(documents: readonly Loaded[]): Promise<void> {
    const { host, port } = this.#options;
    const own: RunningService[] = [];
    const address = { host, port: port === 0 ? 0 : port + this.#listening.length };
    const listening: Listening = await listen(address, limitsOf(this.#options), {
      handle: (request, response) => void this.#handle(own, listening.url, request, response),
      malformed: (status, reason) => this.#log.refused(`malformed request  ${status}`, [reason]),
    });
    this.#listening.push(listening);
    own.push(...documents.map((loaded) => this.#serviceOf(loaded, listening.url)));
    this.services.push(...own);
  }

  #serviceOf({ contract, document }: Loaded, url: string): RunningService {
    const { name, version, title } = contract;
    const basePath = this.#layout === 'catalogue' ? `/${encodeURIComponent(name)}/${encodeURIComponent(version)}` : '';
    const logger = createLogger('PRISM', { level: this.#log.engineLevel }, this.#log.engineStream);
    return {
      name,
      version,
      title,
      basePath,
      contract,
      url: url + basePath,
      operations: document.routes.length,
      engine: createMockEngine(document, this.#options, logger),
      counts: { requests: 0, refused: 0 },
      startedAt: performance.now(),
    };
  }

  async #handle(
    services: readonly RunningService[],
    url: string,
    request: IncomingMessage,
    response: RecordedResponse,
  ): Promise<void> {
    const startedAt = new Date();
    const start = performance.now();
    try {
      const answered = await this.#answer(services, request, response);
      const operationId = answered.operationId;
      const exchange = exchangeOf(request, response, {
        url,
        startedAt,
        durationMs: performance.now() - start,
        body: answered.body,
        ...(operationId === undefined ? {} : { operationId }),
      });
      const { contract } = answered;
      const marked = contract === undefined ? exchange : markApiKeys(exchange, contract, this.#context.redactor);
      this.#note(marked, answered);
    } catch (thrown) {
      // A defect of ours must not end the mocks for everyone.
      this.#log.refused(`${request.method} ${request.url}  failed`, [String(thrown)]);
      response.destroy();
    }
  }

  async #answer(
    services: readonly RunningService[],
    request: IncomingMessage,
    response: RecordedResponse,
  ): Promise<Answered> {
    const target = pathOf(request.url ?? '/');
    if (target.length > this.#urlBytes) {
      const why = `the URL is longer than ${this.#urlBytes} bytes`;
      sendProblem(response, 414, 'URI Too Long', `T${why.slice(1)}.`);
      return { refused: true, reasons: [why] };
    }
    const found = findService(services, target);
    if (found !== undefined) return await this.#answerOf(found.service, request, response, found.rest);
    if (target === '/' && (request.method === 'GET' || request.method === 'HEAD')) {
      sendServices(response, services);
      return { refused: false, reasons: [] };
    }
    return { refused: true, reasons: [sendUnknownService(response, services, target)] };
  }

  async #answerOf(
    service: RunningService,
    request: IncomingMessage,
    response: RecordedResponse,
    target: string,
  ): Promise<Answered> {
    const handled = await service.engine.handle(request, response, target);
    const refused = isRefused(handled);
    service.counts.requests += 1;
    if (refused) service.counts.refused += 1;
    const { contract, engine } = service;
    const pathname = target.split('?', 1)[0] ?? target;
    const method = request.method ?? '';
    const explain = { contract, routes: engine.routes, method, pathname, handled };
    const operationId = handled.route && operationOf(contract, handled.route)?.id;
    return {
      contract,
      refused,
      reasons: refused ? explainRefusal(this.#context.workspace.root, explain) : [],
      warnings: warningsOf(handled),
      ...(operationId === undefined ? {} : { operationId }),
      ...(handled.body === undefined ? {} : { body: handled.body }),
    };
  }

  #note(exchange: Exchange, { refused, reasons, warnings }: Answered): void {
    this.journal.record(exchange, refused);
    const { method, url } = exchange.request;
    const target = pathOf(this.#context.redactor.url(url));
    const answer = exchange.response?.status ?? exchange.connection ?? '';
    const line = `${method} ${target}  ${answer}  ${Math.round(exchange.durationMs)} ms`;
    if (refused) this.#log.refused(line, reasons);
    else this.#log.answered(exchange.operationId === undefined ? line : `${line}  ${exchange.operationId}`);
    for (const warning of warnings ?? []) this.#log.contractAtFault(warning);
  }
}

interface Answered {
  /** Of the service that was asked. */
  readonly contract?: Contract;
  readonly refused: boolean;
  readonly reasons: readonly string[];
  /** What is wrong on our side. */
  readonly warnings?: readonly string[];
  readonly operationId?: string;
  readonly body?: Buffer | string;
}

/** Refused is what the client did wrong, not every 4xx: `Prefer: code=404` gets what it asks for. */
function isRefused({ problem, violations }: Handled): boolean {
  return problem !== undefined || violations.some(({ severity }) => severity === 'error');
}

function warningsOf({ route, answerViolations, refusedCallbacks }: Handled): readonly string[] {
  const operation = `${route?.method.toUpperCase()} ${route?.path}`;
  return [
    ...answerViolations.map(
      ({ path, message }) => `${operation}: the mock's own answer breaks the contract: ${path.join('.')} ${message}`,
    ),
    ...refusedCallbacks.map(
      (url) => `${operation}: the callback to ${url || 'an empty address'} was not sent, mocks call this machine only`,
    ),
  ];
}

/** Path and query; a proxy's absolute form (RFC 9112 §3.2.2) is cut to them. */
function pathOf(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z][a-z+.-]*:\/\/[^/?#]*/i, '') || '/';
}
