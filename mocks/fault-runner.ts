import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import type { Socket } from 'node:net';
import { didYouMean, TallyError } from '../contracts/index.ts';
import type { ConnectionAction, Delivery, Fault, FaultAction, FaultRequest } from './fault.ts';
import type { FaultRule } from './fault-rule.ts';
import { createSelector, type FaultSelector } from './fault-selector.ts';

/** A rule with what it has counted and remembers in this scenario. */
export interface ActiveFault {
  readonly fault: Fault;
  readonly rule: FaultRule;
  readonly action: FaultAction;
  readonly selector: FaultSelector;
}

/** One time that a fault fired, for the journal and the console. */
export interface FaultFiring {
  readonly fault: string;
  /** ISO 8601. */
  readonly at: string;
  readonly operationId?: string;
  /** The beginning of the credential's digest. */
  readonly consumer?: string;
}

/** A service that rules may name. */
interface FaultTarget {
  readonly name: string;
  readonly operationIds: readonly string[];
}

/** Where connections come in; the faults' view of a port. */
interface FaultPort {
  readonly number: number;
  readonly services: () => readonly FaultTarget[];
  readonly isTls: boolean;
  readonly isHttp2: boolean;
  /** Speaks HTTP/1.1 on it, whatever it came over. */
  readonly serve: (socket: Socket) => void;
  /** Nobody listens for so long; with 0 an earlier rest is over. */
  readonly rest: (durationMs: number) => void;
  readonly close: () => void;
}

export interface FaultSettings {
  readonly faults: readonly Fault[];
  /** Whose credential it is, by its digest. */
  readonly ownerOf?: (credential: string) => string | undefined;
  readonly say?: (text: string) => void;
  readonly nowMs?: () => number;
  readonly clockMs?: () => number;
}

/** Which faults are on, and what they have done. */
export interface FaultRunner {
  readonly settings: FaultSettings;
  /** Undefined where none is on: all that a request without faults costs. */
  readonly active: readonly ActiveFault[] | undefined;
  /** The newest thousand, oldest first. */
  readonly firings: readonly FaultFiring[];
  /** Ends with the mock. */
  readonly signal: AbortSignal;
  /** Turns these on and all others off, with new counters. @throws TallyError FAULT_NOT_POSSIBLE and nothing is changed */
  set(rules: readonly FaultRule[]): void;
  /** A new scenario: all counters begin anew. */
  reset(): void;
  addPort(port: FaultPort): number;
  /** @returns whether a fault has taken the connection */
  accept(port: number, socket: Socket): boolean;
  /** What a webhook sender asks about everything that is due. */
  readonly deliveries: {
    /** @returns what is to be sent instead: some twice, some later, some kept for now */
    readonly plan: (deliveries: readonly Delivery[]) => readonly Delivery[];
    /** What was kept, when no more comes. */
    readonly rest: () => readonly Delivery[];
  };
  note(active: ActiveFault, request?: FaultRequest): void;
  /** Nobody listens on the port with this number for so long. */
  rest(number: number | undefined, durationMs: number): void;
  /** Something goes on that has to be over before the mock is. */
  track<T>(work: Promise<T>): Promise<T>;
  /** When all that is going on now is over. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const FIRINGS = 1_000;

/** Selections that only a request can meet. */
export const OF_REQUESTS = ['operation', 'consumer', 'attempt', 'every', 'toxicity', 'windowMs'] as const;

export function createFaultRunner(settings: FaultSettings): FaultRunner {
  return new Runner(settings);
}

class Runner implements FaultRunner {
  readonly settings: FaultSettings;
  readonly #controller = new AbortController();
  readonly #work = new Set<Promise<unknown>>();
  readonly #ports: { readonly port: FaultPort; readonly sockets: Set<Socket> }[] = [];
  readonly #firings: FaultFiring[] = [];
  readonly #overdue: Delivery[] = [];
  #rules: readonly FaultRule[] = [];
  #active: readonly ActiveFault[] | undefined;

  constructor(settings: FaultSettings) {
    this.settings = settings;
    // One for each request that a fault holds back.
    setMaxListeners(0, this.#controller.signal);
  }

  get active(): readonly ActiveFault[] | undefined {
    return this.#active;
  }

  get firings(): readonly FaultFiring[] {
    return this.#firings;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  set(rules: readonly FaultRule[]): void {
    checkServed(
      rules,
      this.#ports.flatMap(({ port }) => port.services()),
    );
    this.#begin(rules);
  }

  #begin(rules: readonly FaultRule[]): void {
    const active = rules.map((rule) => activate(rule, this.settings.faults));
    for (const [index, { port }] of this.#ports.entries()) checkPort(active, port, index);
    // What faults have kept is sent all the same when they are turned off.
    this.#overdue.push(...this.#kept());
    this.#rules = rules;
    this.#active = active.length === 0 ? undefined : active;
    for (const { port } of this.#ports) port.rest(0);
    for (const index of this.#ports.keys()) this.#restFromTheStart(index);
  }

  reset(): void {
    this.#begin(this.#rules);
  }

  addPort(port: FaultPort): number {
    const index = this.#ports.push({ port, sockets: new Set() }) - 1;
    checkPort(this.#active ?? [], port, index);
    this.#restFromTheStart(index);
    return index;
  }

  /** A listener that nobody has to call first. */
  #restFromTheStart(index: number): void {
    for (const active of this.#active ?? []) {
      const { action, rule } = active;
      if (action.on !== 'listener' || !this.#isOn(index, rule)) continue;
      if (OF_REQUESTS.some((name) => rule[name] !== undefined)) continue;
      this.note(active);
      this.#rest(index, action.windowMs);
    }
  }

  #isOn(index: number, { service }: FaultRule): boolean {
    return service === undefined || this.#ports[index]?.port.services().every(({ name }) => name === service) === true;
  }

  rest(number: number | undefined, durationMs: number): void {
    const index = this.#ports.findIndex(({ port }) => port.number === number);
    if (index !== -1) this.#rest(index, durationMs);
  }

  #rest(index: number, durationMs: number): void {
    const { port, sockets } = this.#ports[index] ?? {};
    port?.rest(durationMs);
    for (const socket of sockets ?? []) socket.destroySoon();
  }

  accept(index: number, socket: Socket): boolean {
    const { port, sockets } = this.#ports[index] ?? {};
    if (port === undefined || sockets === undefined) return false;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    for (const active of this.#active ?? []) {
      const { action, rule, selector } = active;
      if (action.on !== 'connection' || !this.#isOn(index, rule) || !selector.fires(this.#clockMs())) continue;
      this.note(active);
      this.#take(action, socket, port);
      return true;
    }
    return false;
  }

  #take(action: ConnectionAction, socket: Socket, port: FaultPort): void {
    socket.on('error', () => undefined);
    const destroy = (): void => void socket.destroy();
    this.signal.addEventListener('abort', destroy, { once: true });
    socket.once('close', () => this.signal.removeEventListener('abort', destroy));
    const taken = Promise.resolve(action.take({ socket, serve: port.serve }));
    void this.track(taken.catch((thrown: unknown) => void socket.destroy(asError(thrown))));
  }

  #clockMs(): number {
    return (this.settings.clockMs ?? (() => performance.now()))();
  }

  readonly deliveries = {
    plan: (deliveries: readonly Delivery[]): readonly Delivery[] => {
      const overdue = this.#overdue.splice(0);
      return [...overdue, ...(this.#active ?? []).reduce((due, active) => this.#plan(active, due), deliveries)];
    },
    rest: (): readonly Delivery[] => [...this.#overdue.splice(0), ...this.#kept()],
  };

  #plan(active: ActiveFault, deliveries: readonly Delivery[]): readonly Delivery[] {
    const { action, rule, selector } = active;
    if (action.on !== 'delivery') return deliveries;
    const isMine = ({ consumer }: Delivery): boolean => rule.consumer === undefined || rule.consumer === consumer;
    const mine = deliveries.filter((delivery) => isMine(delivery) && selector.fires(this.#clockMs()));
    if (mine.length === 0) return deliveries;
    this.note(active);
    return [...deliveries.filter((delivery) => !mine.includes(delivery)), ...action.plan(mine, selector.random)];
  }

  #kept(): readonly Delivery[] {
    return (this.#active ?? []).flatMap(({ action, selector }) =>
      action.on === 'delivery' && action.rest !== undefined ? action.rest(selector.random) : [],
    );
  }

  note({ fault }: ActiveFault, request?: FaultRequest): void {
    const { nowMs = Date.now, say } = this.settings;
    const { operationId, credential } = request ?? {};
    this.#firings.push({
      fault: fault.id,
      at: new Date(nowMs()).toISOString(),
      ...(operationId === undefined ? {} : { operationId }),
      ...(credential === undefined ? {} : { consumer: credential.slice(0, 19) }),
    });
    if (this.#firings.length > FIRINGS) this.#firings.shift();
    if (request === undefined) say?.(`fault ${fault.id}  on a connection`);
  }

  track<T>(work: Promise<T>): Promise<T> {
    const kept = work.finally(() => this.#work.delete(kept));
    this.#work.add(kept);
    return kept;
  }

  async close(): Promise<void> {
    this.#controller.abort();
    for (const { port } of this.#ports) port.close();
    await this.settled();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.#work);
    // What waits for it writes its line in the journal first.
    await new Promise((resolve) => void setImmediate(resolve));
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function activate(rule: FaultRule, faults: readonly Fault[]): ActiveFault {
  const fault = faults.find(({ id }) => id === rule.fault);
  if (fault === undefined) throw refused(rule.fault, 'there is no such fault', 'take one of tally list');
  return { fault, rule, action: fault.apply(rule.options), selector: createSelector(rule) };
}

/** @throws TallyError FAULT_NOT_POSSIBLE what the rules ask for cannot happen on this port */
function checkPort(active: readonly ActiveFault[], port: FaultPort, index: number): void {
  for (const { action, rule } of active) {
    const isFirst = index === 0;
    if (action.on === 'connection') checkConnection(action, rule, port);
    if (action.on === 'stream' && !port.isHttp2)
      throw refused(rule.fault, 'it is a fault of HTTP/2, which is not spoken here', 'add --http2');
    if (action.on === 'connection' && rule.service !== undefined && isFirst && port.services().length > 1)
      throw refused(
        rule.fault,
        'several APIs share the port, and a connection does not say which it is for',
        'add --one-port-each',
      );
  }
}

function checkConnection({ needsTls }: ConnectionAction, rule: FaultRule, { isTls }: FaultPort): void {
  if (needsTls === true && !isTls)
    throw refused(rule.fault, 'it is a fault of TLS, which is not spoken here', 'add --https');
  const known = (['operation', 'consumer'] as const).find((name) => rule[name] !== undefined);
  if (known === undefined) return;
  const why = `it acts before a request is sent: nobody knows its ${known} yet`;
  throw refused(rule.fault, why, `take "${known}" out, or choose connections with attempt=…, every=… or toxicity=…`);
}

function refused(fault: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'FAULT_NOT_POSSIBLE', where: `fault ${fault}`, why, fix });
}

/** @throws TallyError FAULT_NOT_POSSIBLE a rule names a service or an operation that is not served */
function checkServed(rules: readonly FaultRule[], services: readonly FaultTarget[]): void {
  for (const { fault, service, operation = [] } of rules) {
    const names = services.map(({ name }) => name);
    if (service !== undefined && !names.includes(service))
      throw refused(
        fault,
        `no service "${service}" is mocked${didYouMean(service, names)}`,
        `take one of ${names.join(', ')}`,
      );
    const ids = services
      .filter(({ name }) => service === undefined || name === service)
      .flatMap(({ operationIds }) => operationIds);
    const missing = operation.find((id) => !ids.includes(id));
    if (missing === undefined) continue;
    const few = ids.slice(0, 20).join(', ') + (ids.length > 20 ? ' …' : '');
    throw refused(fault, `no operation "${missing}" is mocked${didYouMean(missing, ids)}`, `take one of ${few}`);
  }
}

/** @throws TallyError FAULT_NOT_POSSIBLE */
export function checkProcesses(workers: number): void {
  if (workers === 1) return;
  const why = `${workers} processes answer, and each would count for itself which request is the first`;
  throw new TallyError({
    code: 'FAULT_NOT_POSSIBLE',
    where: '--fault',
    why,
    fix: 'take --workers out while faults are on',
  });
}
