import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { runCheck, TallyError, type ParsedContract, type RunContext } from '../contracts/index.ts';
import type { Call } from './call.ts';
import { trustFaults } from './fault-certificates.ts';
import { ownersOf } from './fault-owners.ts';
import { checkProcesses, createFaultRunner, type FaultRunner } from './fault-runner.ts';
import { faults } from './faults/index.ts';
import { openJournal, type Journal, type JournalOptions, type JournalWriter } from './journal.ts';
import { hostInUrl, listen, type Listening } from './listen.ts';
import { isMockable, loadContracts, operationsNone, type LoadedContract } from './load-contract.ts';
import { limitsOf, type MockLayout, type MockOptions } from './mock-options.ts';
import { openWebhooks, type OpenWebhooks } from './open-webhooks.ts';
import { followDocuments, type Reloader } from './reload.ts';
import { createReception, type Reception } from './reception.ts';
import { openStates } from './open-states.ts';
import type { SandboxStates, StateControl } from './sandbox-states.ts';
import { openService, type MockService, type RunningService } from './service.ts';
import { tlsSettings, type ServerCertificate } from './tls-settings.ts';
import { createTrafficLog, type Remarks, type TrafficLog } from './traffic-log.ts';
import { createWebServer, type Transport, type WebServer } from './web-server.ts';
import { openWorkers, type Workers } from './workers.ts';
import type { WorkerPlan } from './worker-messages.ts';

export type { MockService } from './service.ts';

/** Running mocks. */
export interface MockServer {
  /** Of the first port, without a trailing slash. */
  readonly url: string;
  readonly services: readonly MockService[];
  readonly journal: Journal;
  /** What is done to clients on purpose: to be turned on and off while the mocks run. */
  readonly faults: FaultRunner;
  /** Tells subscribers of what happens in the mocks; none where nobody is to be told. */
  readonly webhooks: OpenWebhooks | undefined;
  /** Of HTTPS. */
  readonly certificate: ServerCertificate | undefined;
  /** What they remember, where they do. */
  readonly state: StateControl | undefined;
  /** Ends every connection, writes the HAR and emits a result for each service. A second call waits for the first. */
  close(): Promise<void>;
}

/**
 * Serves every API of the workspace, in all its versions, with Prism's answers. Ctrl-C (`context.signal`) closes it.
 *
 * @throws TallyError MOCKS_NONE, OPERATIONS_NONE, DOCUMENT_NOT_MOCKABLE, FILE_NOT_WRITABLE, and those of `listen`
 */
export async function startMocks(context: RunContext, options: MockOptions): Promise<MockServer> {
  const contracts = apisOf(context);
  const layout = options.layout ?? layoutOf(context, contracts);
  const loaded = await loadContracts(context, contracts);
  for (const { contract, document } of loaded) {
    if (layout === 'root' && document.routes.length === 0) throw operationsNone(contract);
  }
  const tls = options.tls === undefined ? undefined : await tlsSettings(options.tls);
  await trustFaults(options);
  const transport = { http2: options.http2 === true, ...(tls === undefined ? {} : { tls: tls.settings }) };
  const log = createTrafficLog(context, options.verboseLevel);
  const states = await statesOf(options, loaded, log);
  const journal = openJournal(journalOptions(context, options, log));
  const ownerOf = await ownersOf(context, options.faults ?? []);
  const mocks = new Mocks(context, {
    options,
    layout,
    log,
    journal,
    transport,
    certificate: tls?.certificate,
    ownerOf,
    states,
  });
  try {
    await mocks.open(loaded);
  } catch (thrown) {
    await mocks.close();
    throw thrown;
  }
  return mocks;
}

/** @throws TallyError STATE_NEEDS_ONE_PROCESS, and those of `openStates` */
async function statesOf(
  options: MockOptions,
  loaded: readonly LoadedContract[],
  log: TrafficLog,
): Promise<SandboxStates | undefined> {
  if (options.state === undefined) return undefined;
  if (workersOf(options) > 1) {
    throw new TallyError({
      code: 'STATE_NEEDS_ONE_PROCESS',
      where: `tally mock --state --workers ${workersOf(options)}`,
      why: 'what is kept lives in the memory of one process',
      fix: 'leave out --workers, or --state',
    });
  }
  const contracts = loaded.map(({ contract }) => contract);
  return await openStates(options.state, { contracts, seed: options.seed, warn: log.warn });
}

function apisOf(context: RunContext): readonly ParsedContract[] {
  const apis = context.workspace.contracts.filter(({ contract }) => isMockable(contract));
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
function layoutOf(context: RunContext, contracts: readonly ParsedContract[]): MockLayout {
  return context.workspace.configSource === undefined && contracts.length === 1 ? 'root' : 'catalogue';
}

function journalOptions({ redactor, workspace }: RunContext, options: MockOptions, log: TrafficLog): JournalOptions {
  const absolute = (file: string): string => path.resolve(workspace.root, file);
  return {
    redactor,
    version: options.toolVersion ?? '0',
    warn: log.warn,
    ...(options.journalSize === undefined ? {} : { size: options.journalSize }),
    ...(options.journalFile === undefined ? {} : { file: absolute(options.journalFile) }),
    ...(options.harFile === undefined ? {} : { harFile: absolute(options.harFile) }),
  };
}

interface MockParts {
  readonly options: MockOptions;
  readonly layout: MockLayout;
  readonly log: TrafficLog;
  readonly journal: JournalWriter;
  readonly transport: Transport;
  readonly certificate: ServerCertificate | undefined;
  readonly ownerOf: (credential: string) => string | undefined;
  readonly states: SandboxStates | undefined;
}

/** One port, and its services by their place in the list. */
interface Desk {
  readonly url: string;
  readonly listening: Listening;
  readonly reception: Reception;
  /** Where this process answers itself. */
  readonly web: WebServer;
  readonly indices: readonly number[];
}

interface Counts {
  requests: number;
  refused: number;
}

class Mocks implements MockServer {
  services: readonly RunningService[] = [];
  webhooks: OpenWebhooks | undefined;
  readonly faults: FaultRunner;
  readonly #context: RunContext;
  readonly #parts: MockParts;
  readonly #desks: Desk[] = [];
  readonly #counts: Counts[] = [];
  readonly #startedAt = performance.now();
  #workers: Workers | undefined;
  #reloader: Reloader | undefined;
  #closed: Promise<void> | undefined;
  readonly #closeOnAbort = (): void => void this.close();

  constructor(context: RunContext, parts: MockParts) {
    this.#context = context;
    this.#parts = parts;
    this.faults = createFaultRunner({ faults, ownerOf: parts.ownerOf, say: parts.log.info });
  }

  get journal(): Journal {
    return this.#parts.journal;
  }

  get certificate(): ServerCertificate | undefined {
    return this.#parts.certificate;
  }

  get state(): StateControl | undefined {
    return this.#parts.states;
  }

  get url(): string {
    return this.#desks[0]?.url ?? '';
  }

  async open(loaded: readonly LoadedContract[]): Promise<void> {
    if (this.#parts.layout === 'ports') {
      for (const each of loaded) await this.#openDesk([each]);
    } else {
      await this.#openDesk(loaded);
    }
    this.#setFaults();
    await this.#openWebhooks();
    await this.#openWorkers();
    this.#followDocuments();
    this.#context.signal.addEventListener('abort', this.#closeOnAbort, { once: true });
    if (this.#context.signal.aborted) await this.close();
  }

  /** @throws TallyError FAULT_NOT_POSSIBLE */
  #setFaults(): void {
    const { faults: rules = [] } = this.#parts.options;
    if (rules.length > 0) checkProcesses(workersOf(this.#parts.options));
    this.faults.set(rules);
  }

  async #openWebhooks(): Promise<void> {
    const { options, journal, log } = this.#parts;
    if (options.webhooks === undefined) return;
    const { seed } = options;
    const { deliveries } = this.faults;
    this.webhooks = await openWebhooks(this.#context, options.webhooks, { journal, log, seed, deliveries });
    this.webhooks.sender.start();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#context.signal.removeEventListener('abort', this.#closeOnAbort);
    const { journal, log } = this.#parts;
    this.#reloader?.close();
    await this.webhooks?.sender.close();
    await this.faults.close();
    const unheard = this.#desks.map(async ({ listening }) => await listening.close());
    for (const { web } of this.#desks) web.close();
    await Promise.all([...unheard, this.#workers?.close()]);
    await this.#parts.states?.close();
    log.flush();
    await journal.close();
    for (const service of this.services) await this.#emit(service);
  }

  async #emit({ name, version, index }: RunningService): Promise<void> {
    const subject = { id: 'mock-served', suite: 'mock', subject: `${name} ${version}` };
    const durationMs = performance.now() - this.#startedAt;
    const { requests = 0, refused = 0 } = this.#counts[index] ?? {};
    const emit: RunContext['emit'] = (result) => this.#context.emit({ ...result, durationMs });
    await runCheck({ emit, signal: this.#context.signal }, subject, () => ({
      measures: [
        { name: 'requests', value: requests, unit: 'count' },
        { name: 'refused', value: refused, unit: 'count' },
      ],
    }));
  }

  async #openDesk(loaded: readonly LoadedContract[]): Promise<void> {
    const { options, transport } = this.#parts;
    const { host, port } = options;
    const place = this.#desks.length;
    let url = '';
    const reception = this.#openReception(() => url);
    const web = this.#openWeb(reception);
    const listening = await listen(
      { host, port: port === 0 ? 0 : port + place },
      {
        connections: limitsOf(options).connections,
        isHandedOn: workersOf(options) > 1,
        accept: (socket) => {
          if (this.faults.accept(place, socket)) return;
          if (this.#workers !== undefined) return this.#workers.take(place, socket);
          web.take(socket);
          socket.resume();
        },
      },
    );
    url = `${transport.tls === undefined ? 'http' : 'https'}://${hostInUrl(host)}:${listening.port}`;
    const first = this.services.length;
    // Before a service fails to open (a seed that does not fit), so that the port is closed then too.
    this.#desks.push({ url, listening, web, reception, indices: loaded.map((_, at) => first + at) });
    const services = loaded.map((each, at) => openService(each, { url, index: first + at }, this.#parts));
    reception.replace(services);
    this.services = [...this.services, ...services];
    this.#openFaults(services, listening, reception);
  }

  /** Faults know each port and whom it serves; connections that they have taken come back by `serve`. */
  #openFaults(services: readonly RunningService[], listening: Listening, reception: Reception): void {
    const { transport } = this.#parts;
    let plain: WebServer | undefined;
    this.faults.addPort({
      number: listening.port,
      services: () =>
        services.map(({ name, contract }) => ({ name, operationIds: contract.operations.map(({ id }) => id) })),
      isTls: transport.tls !== undefined,
      isHttp2: transport.http2,
      serve: (socket) => {
        plain ??= this.#openWeb(reception, { http2: false });
        plain.take(socket);
      },
      close: () => plain?.close(),
      rest: (durationMs) => listening.rest(durationMs),
    });
  }

  #openReception(origin: () => string): Reception {
    const { root } = this.#context.workspace;
    const { log, options } = this.#parts;
    const { urlBytes } = limitsOf(options);
    return createReception({
      root,
      urlBytes,
      origin,
      log,
      note: (call, remarks) => this.#note(call, remarks),
      faults: this.faults,
      cors: options.cors,
    });
  }

  #openWeb(reception: Reception, transport = this.#parts.transport): WebServer {
    const { log, options } = this.#parts;
    return createWebServer(limitsOf(options), transport, {
      handle: reception.handle,
      malformed: (status, reason) => log.warn(`malformed request  ${status}  refused\n  ${reason}`),
      handshakeFailed: (reason) => log.warn(`TLS handshake  refused\n  ${reason}`),
    });
  }

  async #openWorkers(): Promise<void> {
    const { options, layout, transport, log } = this.#parts;
    const count = workersOf(options);
    if (count === 1) return;
    const desks = this.#desks.map(({ url, indices }) => ({ url, contracts: this.#known(indices) }));
    const plan: WorkerPlan = {
      root: this.#context.workspace.root,
      options,
      layout,
      transport,
      engineLevel: log.engineLevel,
      isRefusalShown: log.isRefusalShown,
      connections: Math.ceil(limitsOf(options).connections / count),
      desks,
    };
    this.#workers = await openWorkers(count, plan, {
      onCalls: (noted) => {
        for (const { call, remarks } of noted) this.#note(call, remarks);
      },
      onSaid: (level, text) => log[level](text),
    });
  }

  #known(indices: readonly number[]): WorkerPlan['desks'][number]['contracts'] {
    return this.services
      .filter(({ index }) => indices.includes(index))
      .map(({ contract: { name, source, kind }, index }) => ({ name, source, kind, index }));
  }

  #followDocuments(): void {
    if (this.#parts.options.watch !== true) return;
    this.#reloader = followDocuments({
      root: this.#context.workspace.root,
      served: () => this.services.map(({ contract }) => contract),
      replace: async (index, loaded) => await this.#replace(index, loaded),
      log: this.#parts.log,
    });
  }

  async #replace(index: number, loaded: LoadedContract): Promise<boolean> {
    const desk = this.#desks.find(({ indices }) => indices.includes(index));
    if (desk === undefined) return true;
    const service = openService(loaded, { url: desk.url, index }, this.#parts);
    const twin = this.services.find((other) => other.index !== index && other.url === service.url);
    if (twin !== undefined) throw alreadyServed(service, twin);
    if (this.#workers !== undefined && !(await this.#workers.replace(index, loaded.contract.digest))) return false;
    this.services = this.services.map((old) => (old.index === index ? service : old));
    desk.reception.replace(this.services.filter((each) => desk.indices.includes(each.index)));
    return true;
  }

  #note(call: Call, remarks: Remarks): void {
    const { journal, log } = this.#parts;
    if (call.service !== undefined) {
      const counts = (this.#counts[call.service] ??= { requests: 0, refused: 0 });
      counts.requests += 1;
      if (call.refused) counts.refused += 1;
    }
    journal.record(call);
    log.note(call, remarks);
    const { operationId, status, refused } = call;
    if (operationId !== undefined && !refused) this.webhooks?.sender.trigger({ operationId, status });
  }
}

/** One process is this one. */
function workersOf({ workers = 1 }: MockOptions): number {
  return workers;
}

function alreadyServed(service: MockService, twin: MockService): TallyError {
  return new TallyError({
    code: 'SERVICE_TWICE',
    where: service.contract.source,
    why: `${service.name} ${service.version} is served already, from ${twin.contract.source}`,
    fix: 'give the document a version of its own (info.version)',
  });
}
