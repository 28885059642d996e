import type { SignatureScheme } from '../contracts/index.ts';
import type { Clock } from './clock.ts';
import type { Delivery } from './fault.ts';
import type { Random } from './seeded-random.ts';
import type { AttemptOutcome, AttemptRequest } from './webhook-attempt.ts';
import { retryAfterMs, retryDelayMs } from './webhook-retries.ts';

/** Somebody who is told of events. */
export interface EndpointSettings {
  /** Its URL unless told. */
  readonly id?: string;
  readonly url: string;
  /** Name of a contract; events of all of them unless told. */
  readonly contract?: string;
  /** Ids of events; all unless told. */
  readonly events?: readonly string[];
  /** None where nothing is signed. */
  readonly scheme?: SignatureScheme;
  /** The newest first. All of them sign, where the scheme knows of several. */
  readonly secrets: readonly string[];
}

/** `gone`: it answered 410. `disabled`: it failed too often. Nothing is sent to it in either state. */
export type EndpointState = 'active' | 'disabled' | 'gone';

/**
 * `waiting`: for its next attempt. `failed`: after the last one. `refused`: its address may not be called. `dropped`: the
 * endpoint was not active any more, or had too many waiting.
 */
type DeliveryState = 'sending' | 'waiting' | 'delivered' | 'failed' | 'refused' | 'dropped';

export interface WebhookDelivery {
  readonly id: string;
  readonly event: string;
  readonly endpoint: string;
  readonly state: DeliveryState;
  readonly attempts: number;
  /** Of the last attempt; none where no answer came. */
  readonly status?: number | undefined;
  /** Why no answer came, or none is looked for. */
  readonly reason?: string | undefined;
  /** Since 1970. */
  readonly nextAttemptAtMs?: number | undefined;
}

/** A delivery as it changes. */
export interface OpenDelivery extends WebhookDelivery {
  state: DeliveryState;
  attempts: number;
  status?: number | undefined;
  reason?: string | undefined;
  nextAttemptAtMs?: number | undefined;
  readonly method: string;
  readonly contentType: string;
  readonly body: string;
  /** How many attempts have failed since it was sent, or sent again. */
  failures: number;
  cancelRetry?: (() => void) | undefined;
}

export interface EndpointLimits {
  /** Gaps after the first attempt. */
  readonly retriesS: readonly number[];
  readonly timeoutMs: number;
  /** Attempts at once. One, and events come in the order in which they happened. */
  readonly parallel: number;
  /** Failed attempts in a row. */
  readonly disableAfter: number;
  /** Deliveries that wait for their turn. */
  readonly backlog: number;
}

export interface EndpointParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: EndpointLimits;
  readonly attempt: (request: AttemptRequest, signal: AbortSignal) => Promise<AttemptOutcome>;
  /** An attempt was made. */
  readonly note: (made: MadeAttempt) => void;
  /** A delivery has to be sent now. */
  readonly due: (endpoint: Endpoint, delivery: OpenDelivery) => void;
  readonly warn: (text: string) => void;
}

export interface MadeAttempt {
  readonly delivery: OpenDelivery;
  /** From 1. */
  readonly number: number;
  readonly request: AttemptRequest;
  readonly outcome: AttemptOutcome;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

interface Queued {
  readonly delivery: OpenDelivery;
  readonly request: AttemptRequest;
  readonly signedAtMs: number;
  /** Whether somebody changed what was signed: then it goes as it is. */
  readonly isChanged: boolean;
}

/** What waited longer for its turn is signed anew: it would be refused as too old. */
const FRESH_MS = 30_000;
/** Receivers that say so cannot keep up: nothing at all goes to them for a while. */
const THROTTLING = new Set([429, 502, 503, 504]);

/** One endpoint: its queue, its attempts, and whether there is any point in going on. */
export class Endpoint {
  readonly id: string;
  readonly settings: EndpointSettings;
  state: EndpointState = 'active';
  failuresInRow = 0;
  #secrets: readonly string[];
  #overlapUntilMs = Infinity;
  #inFlight = 0;
  #pausedUntilMs = 0;
  #resume: (() => void) | undefined;
  readonly #queue: Queued[] = [];
  readonly #timers = new Set<() => void>();
  readonly #ending = new Set<AbortController>();
  readonly #parts: EndpointParts;
  #isClosed = false;

  constructor(id: string, settings: EndpointSettings, parts: EndpointParts) {
    this.id = id;
    this.settings = settings;
    this.#secrets = settings.secrets;
    this.#parts = parts;
  }

  /** Whether nothing is being sent, nor waits for its turn rather than for a time. */
  get isQuiet(): boolean {
    return this.#inFlight === 0 && (this.#queue.length === 0 || this.#resume !== undefined);
  }

  /** From now on this one signs too, and after the overlap alone. */
  rotate(secret: string, overlapMs: number): void {
    this.#secrets = [secret, ...this.#current().slice(0, 1)];
    this.#overlapUntilMs = this.#parts.clock.nowMs() + overlapMs;
  }

  #current(): readonly string[] {
    return this.#parts.clock.nowMs() < this.#overlapUntilMs ? this.#secrets : this.#secrets.slice(0, 1);
  }

  enable(): void {
    this.state = 'active';
    this.failuresInRow = 0;
    this.#pump();
  }

  /** What goes over the wire, signed at this moment. */
  signed(delivery: OpenDelivery): Delivery {
    const { scheme, url } = this.settings;
    const { id, method, contentType, body } = delivery;
    const address = URL.canParse(url) ? new URL(url).href : url;
    const timestampS = Math.floor(this.#parts.clock.nowMs() / 1_000);
    const request = { method, url: address, contentType };
    const signature = scheme?.sign({ id, timestampS, body, secrets: this.#current(), request }) ?? {};
    const headers = { 'content-type': contentType, 'user-agent': 'tallystick', ...signature };
    return { eventId: id, url: address, headers, body, delayMs: 0 };
  }

  /** @param outgoing as it was signed, or as a fault made of it */
  take(delivery: OpenDelivery, outgoing: Delivery, signed: Delivery): void {
    const { method } = delivery;
    const { url, headers, body, delayMs } = outgoing;
    const isChanged = headers !== signed.headers || body !== signed.body;
    const signedAtMs = this.#parts.clock.nowMs();
    this.#later(delayMs, () => {
      if (this.#queue.length >= this.#parts.limits.backlog) return drop(delivery, 'too many deliveries wait');
      this.#queue.push({ delivery, request: { method, url, headers, body }, signedAtMs, isChanged });
      this.#pump();
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#queue.length = 0;
    for (const controller of this.#ending) controller.abort();
  }

  /** At once where there is nothing to wait for. */
  #later(delayMs: number, run: () => void): () => void {
    if (delayMs <= 0) {
      run();
      return () => undefined;
    }
    const stop = this.#parts.clock.setTimer(() => {
      this.#timers.delete(stop);
      run();
    }, delayMs);
    this.#timers.add(stop);
    return () => {
      stop();
      this.#timers.delete(stop);
    };
  }

  #pump(): void {
    const { clock, limits } = this.#parts;
    if (this.#isClosed) return;
    if (this.state !== 'active') return this.#dropAll();
    const pauseMs = this.#pausedUntilMs - clock.nowMs();
    if (pauseMs > 0) {
      this.#resume ??= this.#later(pauseMs, () => {
        this.#resume = undefined;
        this.#pump();
      });
      return;
    }
    while (this.#inFlight < limits.parallel) {
      const next = this.#queue.shift();
      if (next === undefined) return;
      void this.#send(next);
    }
  }

  #dropAll(): void {
    for (const { delivery } of this.#queue.splice(0)) drop(delivery, `the endpoint is ${this.state}`);
  }

  async #send({ delivery, request, signedAtMs, isChanged }: Queued): Promise<void> {
    const { clock, limits, attempt, note } = this.#parts;
    const startedAtMs = clock.nowMs();
    const isStale = !isChanged && startedAtMs - signedAtMs > FRESH_MS;
    const fresh = isStale ? { ...request, headers: this.signed(delivery).headers } : request;
    const controller = new AbortController();
    const stop = this.#later(limits.timeoutMs, () => controller.abort());
    this.#ending.add(controller);
    this.#inFlight += 1;
    delivery.attempts += 1;
    const number = delivery.attempts;
    const start = performance.now();
    const outcome = await attempt(fresh, controller.signal);
    stop();
    this.#ending.delete(controller);
    this.#inFlight -= 1;
    if (this.#isClosed) return;
    note({ delivery, number, request: fresh, outcome, startedAtMs, durationMs: performance.now() - start });
    this.#judge(delivery, outcome);
    this.#pump();
  }

  #judge(delivery: OpenDelivery, outcome: AttemptOutcome): void {
    const { status, failure, reason } = outcome;
    // A copy of what was delivered already.
    if (delivery.state === 'delivered') return;
    delivery.status = status;
    delivery.reason = reason ?? failure;
    if (status !== undefined && status >= 200 && status < 300) return this.#succeed(delivery);
    if (failure === 'address-refused') return end(delivery, 'refused');
    if (status === 410) return this.#leave(delivery, 'gone', 'it answered 410');
    this.failuresInRow += 1;
    if (this.failuresInRow >= this.#parts.limits.disableAfter)
      return this.#leave(delivery, 'disabled', `${this.failuresInRow} attempts in a row have failed`);
    this.#retry(delivery, outcome);
  }

  #succeed(delivery: OpenDelivery): void {
    this.failuresInRow = 0;
    end(delivery, 'delivered');
  }

  #leave(delivery: OpenDelivery, state: EndpointState, why: string): void {
    this.state = state;
    end(delivery, 'failed');
    this.#parts.warn(`webhooks to ${this.settings.url} are ${state === 'gone' ? 'unsubscribed' : 'disabled'}: ${why}`);
    this.#dropAll();
  }

  #retry(delivery: OpenDelivery, { status = 0, headers }: AttemptOutcome): void {
    const { clock, limits, random, due } = this.#parts;
    // A copy of what is tried again already.
    if (delivery.cancelRetry !== undefined) return;
    const nowMs = clock.nowMs();
    const wantedMs = retryAfterMs(headers['retry-after'], nowMs);
    // Others have not failed as often as this one has: they wait for what was asked, or as long as a first retry does.
    const pauseMs = Math.max(wantedMs, (limits.retriesS[0] ?? 0) * 1_000);
    if (THROTTLING.has(status)) this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + pauseMs);
    const delayMs = retryDelayMs(limits.retriesS, delivery.failures, wantedMs, random);
    if (delayMs === undefined) return end(delivery, 'failed');
    delivery.failures += 1;
    delivery.state = 'waiting';
    delivery.nextAttemptAtMs = nowMs + delayMs;
    delivery.cancelRetry = this.#later(delayMs, () => {
      delivery.cancelRetry = undefined;
      delivery.nextAttemptAtMs = undefined;
      if (this.state !== 'active') return drop(delivery, `the endpoint is ${this.state}`);
      delivery.state = 'sending';
      due(this, delivery);
    });
  }
}

function end(delivery: OpenDelivery, state: DeliveryState): void {
  delivery.cancelRetry?.();
  delivery.cancelRetry = undefined;
  delivery.nextAttemptAtMs = undefined;
  delivery.state = state;
}

function drop(delivery: OpenDelivery, reason: string): void {
  if (delivery.state === 'delivered') return;
  end(delivery, 'dropped');
  delivery.reason = reason;
}
