import { didYouMean, TallyError, type Contract, type Json } from '../contracts/index.ts';
import { asError } from './as-error.ts';
import { keptBody, type Call } from './call.ts';
import { systemClock, type Clock } from './clock.ts';
import { cronTimes } from './cron-times.ts';
import type { Delivery } from './fault.ts';
import type { JournalWriter } from './journal.ts';
import type { Random } from './seeded-random.ts';
import { openAddressRules, readTarget, type Lookup } from './webhook-address.ts';
import { attempt, lookupAll } from './webhook-attempt.ts';
import {
  Endpoint,
  type EndpointLimits,
  type EndpointSettings,
  type EndpointState,
  type MadeAttempt,
  type OpenDelivery,
  type WebhookDelivery,
} from './webhook-endpoint.ts';
import { webhookEvents, type WebhookEvent } from './webhook-event.ts';
import { RETRIES_S } from './webhook-retries.ts';

export interface WebhookSenderOptions {
  readonly contracts: readonly Contract[];
  readonly endpoints: readonly EndpointSettings[];
  /** Addresses and ranges beside loopback. */
  readonly allow?: readonly string[];
  readonly limits?: Partial<EndpointLimits>;
  /** Every attempt is recorded. */
  readonly journal: Pick<JournalWriter, 'record'>;
  readonly random: Random;
  readonly log: { readonly info: (text: string) => void; readonly warn: (text: string) => void };
  /** Faults on deliveries that are due: some twice, some later, some changed. */
  readonly deliveries?: DeliveryPlan;
  readonly clock?: Clock;
  readonly lookup?: Lookup;
  /** PEM of an authority that is trusted beside the usual ones. */
  readonly ca?: string;
}

/** `plan` and `rest` of `DeliveryAction`, with their randomness. */
interface DeliveryPlan {
  readonly plan: (deliveries: readonly Delivery[]) => readonly Delivery[];
  readonly rest?: () => readonly Delivery[];
}

/** An operation was done. */
interface Happening {
  readonly operationId: string;
  readonly status: number;
  /** By the id of an event: what it tells, where that is known better than by the contract's example. */
  readonly payloads?: Readonly<Record<string, Json>>;
}

/** Tells subscribers of the events of contracts. Nothing is ever sent to where the operator has not allowed it. */
export interface WebhookSender {
  readonly events: readonly WebhookEvent[];
  readonly endpoints: readonly { readonly id: string; readonly url: string; readonly state: EndpointState }[];
  /** The newest 1,000, oldest first. */
  readonly deliveries: readonly WebhookDelivery[];
  /** @throws TallyError WEBHOOK_URL_INVALID, SIGNING_SECRET_INVALID */
  subscribe(settings: EndpointSettings): string;
  /** Sends the events that this triggers. */
  trigger(happening: Happening): readonly WebhookDelivery[];
  /**
   * Sends an event by hand, to one endpoint or to all that are subscribed to it.
   *
   * @param event its id, or `contract/id` where several contracts have it
   * @throws TallyError WEBHOOK_EVENT_UNKNOWN, WEBHOOK_ENDPOINT_UNKNOWN
   */
  send(event: string, given?: { readonly endpoint?: string; readonly payload?: Json }): readonly WebhookDelivery[];
  /** The same event again: same id, same body, new timestamp. @throws TallyError WEBHOOK_DELIVERY_UNKNOWN */
  resend(delivery: string, endpoint?: string): WebhookDelivery;
  /** A new secret, with the old one beside it for a while. @throws TallyError WEBHOOK_ENDPOINT_UNKNOWN */
  rotate(endpoint: string, secret: string, overlapMs: number): void;
  /** Sends to it again after it was disabled, or after it answered 410. @throws TallyError WEBHOOK_ENDPOINT_UNKNOWN */
  enable(endpoint: string): void;
  /** From now on events that have a schedule are sent by it. */
  start(): void;
  /** Once nothing is on its way; what waits for a later attempt is not waited for. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

const LIMITS: EndpointLimits = {
  retriesS: RETRIES_S,
  timeoutMs: 15_000,
  parallel: 1,
  disableAfter: 20,
  backlog: 1_000,
};
const ANSWER_BYTES = 64 * 1024;
const KEPT = 1_000;
/** Nothing was due for so long: what a fault keeps back is sent. */
const IDLE_MS = 1_000;

/** @throws TallyError WEBHOOK_RANGE_INVALID, WEBHOOK_URL_INVALID, SIGNING_SECRET_INVALID */
export function createWebhookSender(options: WebhookSenderOptions): WebhookSender {
  return new Sender(options);
}

interface Due {
  readonly endpoint: Endpoint;
  readonly delivery: OpenDelivery;
  readonly signed: Delivery;
}

class Sender implements WebhookSender {
  readonly events: readonly WebhookEvent[];
  readonly #options: WebhookSenderOptions;
  readonly #clock: Clock;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #deliveries: OpenDelivery[] = [];
  /** What was signed and may be kept back by a fault, by id and URL. */
  readonly #handed = new Map<string, Due>();
  readonly #timers = new Map<string, () => void>();
  readonly #attempt: (request: Parameters<typeof attempt>[0], signal: AbortSignal) => ReturnType<typeof attempt>;
  #due: Due[] = [];
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.events = webhookEvents(options.contracts);
    const { lookup = lookupAll, ca } = options;
    const rules = openAddressRules(options.allow ?? []);
    this.#attempt = (request, signal) =>
      attempt(request, { rules, lookup, answerBytes: ANSWER_BYTES, signal, ...(ca === undefined ? {} : { ca }) });
    for (const settings of options.endpoints) this.subscribe(settings);
  }

  get endpoints(): WebhookSender['endpoints'] {
    return [...this.#endpoints.values()].map(({ id, settings, state }) => ({ id, url: settings.url, state }));
  }

  get deliveries(): readonly WebhookDelivery[] {
    return this.#deliveries;
  }

  subscribe(settings: EndpointSettings): string {
    const target = readTarget(settings.url);
    if ('refused' in target) throw urlInvalid(settings.url, target.refused);
    // A secret that is none of this scheme's is better found now than with the first event.
    const request = { method: 'POST', url: target.url.href, contentType: 'application/json' };
    settings.scheme?.sign({ id: 'msg_0', timestampS: 0, body: '', secrets: settings.secrets, request });
    const id = settings.id ?? this.#freeId(target.url.href);
    const { random, log } = this.#options;
    const endpoint = new Endpoint(id, settings, {
      clock: this.#clock,
      random,
      limits: { ...LIMITS, ...this.#options.limits },
      attempt: this.#attempt,
      note: (made) => this.#note(made),
      due: (at, delivery) => this.#hand(at, delivery),
      warn: log.warn,
    });
    this.#endpoints.set(id, endpoint);
    return id;
  }

  #freeId(url: string): string {
    let id = url;
    for (let at = 2; this.#endpoints.has(id); at += 1) id = `${url} (${at})`;
    return id;
  }

  trigger({ operationId, status, payloads = {} }: Happening): readonly WebhookDelivery[] {
    return this.events
      .filter(({ trigger }) => trigger?.operationId === operationId && isStatus(trigger.status ?? '2XX', status))
      .flatMap((event) => this.#tellIfPossible(event, payloads[event.id]));
  }

  /** An event that cannot be told must not spoil the answer that triggered it. */
  #tellIfPossible(event: WebhookEvent, payload?: Json): readonly WebhookDelivery[] {
    try {
      return this.#tell(event, payload);
    } catch (thrown) {
      this.#options.log.warn(`webhook ${event.id}  not sent\n  ${asError(thrown).message}`);
      return [];
    }
  }

  send(name: string, given: Parameters<WebhookSender['send']>[1] = {}): readonly WebhookDelivery[] {
    const event = this.events.find(({ id, contract }) => id === name || `${contract}/${id}` === name);
    if (event === undefined)
      throw unknown(
        'EVENT',
        name,
        this.events.map(({ id }) => id),
      );
    return this.#tell(event, given.payload, given.endpoint === undefined ? undefined : this.#endpoint(given.endpoint));
  }

  resend(id: string, at?: string): WebhookDelivery {
    const delivery = this.#deliveries.findLast((one) => one.id === id && (at === undefined || one.endpoint === at));
    if (delivery === undefined)
      throw unknown(
        'DELIVERY',
        id,
        this.#deliveries.map((one) => one.id),
      );
    delivery.cancelRetry?.();
    delivery.cancelRetry = undefined;
    delivery.nextAttemptAtMs = undefined;
    delivery.failures = 0;
    delivery.state = 'sending';
    this.#hand(this.#endpoint(delivery.endpoint), delivery);
    return delivery;
  }

  rotate(endpoint: string, secret: string, overlapMs: number): void {
    this.#endpoint(endpoint).rotate(secret, overlapMs);
  }

  enable(endpoint: string): void {
    this.#endpoint(endpoint).enable();
  }

  start(): void {
    for (const event of this.events) {
      const line = event.trigger?.schedule;
      if (line === undefined) continue;
      const times = cronTimes(line);
      if (times === undefined)
        this.#options.log.warn(`${event.id} is sent by hand only: its schedule "${line}" is no crontab line`);
      else this.#schedule(event, times.nextMs);
    }
  }

  /** One event, one timer; it is set anew each time, for a clock may jump. */
  #schedule(event: WebhookEvent, nextMs: (afterMs: number) => number | undefined): void {
    const key = `${event.contract}/${event.id}`;
    const next = nextMs(this.#clock.nowMs());
    if (next === undefined || this.#isClosed) return;
    const wake = (): void => {
      const isTime = this.#clock.nowMs() >= next;
      if (isTime) this.#tellIfPossible(event);
      if (isTime) this.#schedule(event, nextMs);
      else this.#timers.set(key, this.#clock.setTimer(wake, next - this.#clock.nowMs()));
    };
    this.#timers.set(key, this.#clock.setTimer(wake, next - this.#clock.nowMs()));
  }

  settled(): Promise<void> {
    if (this.#isQuiet()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#due = [];
    for (const endpoint of this.#endpoints.values()) endpoint.close();
    this.#tellSettled(true);
    await Promise.resolve();
  }

  #isQuiet(): boolean {
    return this.#due.length === 0 && [...this.#endpoints.values()].every(({ isQuiet }) => isQuiet);
  }

  #tellSettled(isOver: boolean): void {
    if (!isOver && !this.#isQuiet()) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #endpoint(id: string): Endpoint {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) throw unknown('ENDPOINT', id, [...this.#endpoints.keys()]);
    return endpoint;
  }

  #tell(event: WebhookEvent, given: Json | undefined, only?: Endpoint): readonly WebhookDelivery[] {
    if (this.#isClosed) return [];
    const to = only === undefined ? [...this.#endpoints.values()].filter((each) => isSubscribed(each, event)) : [only];
    if (to.length === 0) return [];
    const { value, problem } = given === undefined ? event.payload(this.#options.random) : { value: given };
    if (problem !== undefined) this.#options.log.warn(`${event.id}: the payload may not be valid, ${problem}`);
    const body = typeof value === 'string' && !event.contentType.includes('json') ? value : JSON.stringify(value);
    // One event has one id wherever it goes.
    const id = newId(this.#options.random);
    return to.map((endpoint) => this.#open(endpoint, event, id, body));
  }

  #open(endpoint: Endpoint, { id: event, method, contentType }: WebhookEvent, id: string, body: string): OpenDelivery {
    const delivery: OpenDelivery = {
      id,
      event,
      endpoint: endpoint.id,
      state: 'sending',
      attempts: 0,
      failures: 0,
      method,
      contentType,
      body,
    };
    this.#deliveries.push(delivery);
    if (this.#deliveries.length > KEPT) this.#deliveries.shift();
    this.#hand(endpoint, delivery);
    return delivery;
  }

  /** What becomes due in one go is planned in one go: a fault may change its order. */
  #hand(endpoint: Endpoint, delivery: OpenDelivery): void {
    this.#due.push({ endpoint, delivery, signed: endpoint.signed(delivery) });
    if (this.#due.length === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const due = this.#due;
    this.#due = [];
    if (this.#isClosed) return;
    const { deliveries: faults } = this.#options;
    if (faults === undefined) {
      for (const { endpoint, delivery, signed } of due) endpoint.take(delivery, signed, signed);
    } else {
      for (const each of due) this.#keep(each);
      this.#take(faults.plan(due.map(({ signed }) => signed)));
      this.#restLater(faults);
    }
    this.#tellSettled(false);
  }

  /** For as long as a fault may keep it back, which is no more than it may keep of others. */
  #keep(due: Due): void {
    this.#handed.set(keyOf(due.signed), due);
    const [oldest] = this.#handed.keys();
    if (this.#handed.size > KEPT && oldest !== undefined) this.#handed.delete(oldest);
  }

  #take(planned: readonly Delivery[]): void {
    for (const outgoing of planned) {
      const due = this.#handed.get(keyOf(outgoing));
      if (due !== undefined) due.endpoint.take(due.delivery, outgoing, due.signed);
    }
  }

  #restLater({ rest }: DeliveryPlan): void {
    if (rest === undefined) return;
    this.#timers.get('rest')?.();
    this.#timers.set(
      'rest',
      this.#clock.setTimer(() => this.#take(rest()), IDLE_MS),
    );
  }

  #note(made: MadeAttempt): void {
    const { delivery, number, outcome, durationMs } = made;
    this.#options.journal.record(callOf(made));
    const came = outcome.status ?? outcome.reason ?? outcome.failure;
    const text = `webhook ${delivery.event}  ${came}  attempt ${number}, ${Math.round(durationMs)} ms  ${made.request.url}`;
    const isGood = outcome.status !== undefined && outcome.status >= 200 && outcome.status < 300;
    this.#options.log[isGood ? 'info' : 'warn'](text);
    // The endpoint takes note of it after us.
    queueMicrotask(() => this.#tellSettled(false));
  }
}

/** An attempt as the journal has it. */
function callOf({ delivery, number, request, outcome, startedAtMs, durationMs }: MadeAttempt): Call {
  const { origin, pathname, search } = new URL(request.url);
  return {
    origin,
    method: request.method,
    target: pathname + search,
    headers: request.headers,
    body: keptBody(request.body),
    status: outcome.status ?? 0,
    answerHeaders: outcome.headers,
    answerBody: keptBody(outcome.body),
    startedAtMs,
    durationMs,
    refused: false,
    apiKeys: [],
    delivery: { id: delivery.id, attempt: number, event: delivery.event },
    ...(outcome.failure === undefined ? {} : { connection: outcome.failure }),
  };
}

function keyOf({ eventId, url }: Delivery): string {
  return `${eventId} ${url}`;
}

function isSubscribed({ settings, state }: Endpoint, { id, contract }: WebhookEvent): boolean {
  if (state !== 'active') return false;
  if (settings.contract !== undefined && settings.contract !== contract) return false;
  return settings.events === undefined || settings.events.includes(id);
}

/** `201`, `2XX` or `default`. */
function isStatus(pattern: string, status: number): boolean {
  return pattern === 'default' || new RegExp(`^${pattern.replace(/x/gi, '\\d')}$`).test(String(status));
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'.split('');

function newId(random: Random): string {
  return `msg_${Array.from({ length: 24 }, () => random.pick(LETTERS)).join('')}`;
}

function unknown(what: 'EVENT' | 'ENDPOINT' | 'DELIVERY', name: string, known: readonly string[]): TallyError {
  const word = what.toLowerCase();
  return new TallyError({
    code: `WEBHOOK_${what}_UNKNOWN`,
    where: name,
    why: `there is no such ${word}${didYouMean(name, known)}`,
    fix: known.length === 0 ? `there is no ${word} at all yet` : `name one of: ${known.slice(-10).join(', ')}`,
  });
}

function urlInvalid(url: string, why: string): TallyError {
  return new TallyError({
    code: 'WEBHOOK_URL_INVALID',
    where: url.replace(/\/\/[^/@]*@/, '//…@'),
    why,
    fix: 'give the endpoint as http://127.0.0.1:4020/path, addresses in their usual form',
  });
}
