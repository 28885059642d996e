import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import type { Defect } from './defects.ts';
import type { Event } from './events.ts';
import { invalidBody } from './problem.ts';
import type { Settings } from './settings.ts';

const MOST_ENDPOINTS = 20;
const MOST_WAITING = 1000;

interface Endpoint {
  readonly url: string;
  /** Ends when everything before the next event was tried once, so that events leave in order. */
  turn: Promise<void>;
  waiting: number;
  enabled: boolean;
}

/** Sends events to the partner's endpoints, signed as Standard Webhooks 1.0.0 says, until they are taken. */
export class Webhooks {
  readonly #settings: Settings;
  readonly #log: (entry: Readonly<Record<string, unknown>>) => void;
  readonly #signer: Webhook;
  readonly #closing = new AbortController();
  #endpoints: Endpoint[] = [];

  constructor(settings: Settings, log: (entry: Readonly<Record<string, unknown>>) => void) {
    this.#settings = settings;
    this.#log = log;
    this.#signer = new Webhook(settings.webhookSecret);
  }

  /** @throws Problem 422 for a URL that does not lead to this machine */
  subscribe(text: unknown): string {
    const url = loopbackUrl(text);
    if (this.#endpoints.some((endpoint) => endpoint.url === url)) return url;
    if (this.#endpoints.length >= MOST_ENDPOINTS)
      throw refusedUrl(`is one too many; ${MOST_ENDPOINTS} endpoints are the most`);
    this.#endpoints.push({ url, turn: Promise.resolve(), waiting: 0, enabled: true });
    return url;
  }

  /** Forgets all endpoints; what still waits for them is dropped. */
  reset(): void {
    for (const endpoint of this.#endpoints) endpoint.enabled = false;
    this.#endpoints = [];
  }

  /** Returns at once; the event goes out after the ones before it. */
  emit(event: Event): void {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const body = JSON.stringify(this.#settings.defect?.event?.(event) ?? event);
    for (const endpoint of this.#endpoints) this.#enqueue(endpoint, id, body);
  }

  close(): void {
    this.reset();
    this.#closing.abort();
  }

  #enqueue(endpoint: Endpoint, id: string, body: string): void {
    if (endpoint.waiting >= MOST_WAITING) return this.#log({ webhook: id, dropped: 'too many wait' });
    endpoint.waiting += 1;
    endpoint.turn = endpoint.turn.then(async () => {
      const wait = await this.#attempt(endpoint, id, body, 0);
      endpoint.waiting -= 1;
      if (wait !== undefined) void this.#retry(endpoint, id, body, wait);
    });
  }

  /** The same id and body on every attempt, a new time and signature. */
  async #retry(endpoint: Endpoint, id: string, body: string, firstWaitMs: number): Promise<void> {
    let waitMs: number | undefined = firstWaitMs;
    for (let attempt = 1; waitMs !== undefined; attempt += 1) {
      try {
        await sleep(waitMs, undefined, { signal: this.#closing.signal, ref: false });
      } catch {
        return;
      }
      waitMs = await this.#attempt(endpoint, id, body, attempt);
    }
  }

  /** Milliseconds until the next attempt; undefined when there is none. */
  async #attempt(endpoint: Endpoint, id: string, body: string, attempt: number): Promise<number | undefined> {
    if (!endpoint.enabled) return undefined;
    const { status, retryAfterMs } = await this.#post(endpoint.url, id, body);
    this.#log({ webhook: id, attempt, status });
    if (status === 410) endpoint.enabled = false;
    if (status === 410 || (status >= 200 && status < 300)) return undefined;
    const plannedMs = this.#settings.webhookRetryMs[attempt];
    // A tenth of jitter, upwards only, keeps a waiting endpoint from being met by everything at once.
    return plannedMs === undefined ? undefined : Math.max(plannedMs * (1 + Math.random() / 10), retryAfterMs);
  }

  /** A redirect is not followed: it would lead where nobody checked. Status 0 is no answer. */
  async #post(url: string, id: string, body: string): Promise<{ status: number; retryAfterMs: number }> {
    const timeout = AbortSignal.timeout(this.#settings.webhookTimeoutMs);
    // Node 20's AbortSignal.any holds its sources weakly: without a listener this one may be collected before it fires.
    timeout.addEventListener('abort', () => undefined, { once: true });
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'parcels/2.0.0',
          ...sign(this.#signer, id, body, this.#settings.defect),
        },
        body,
        signal: AbortSignal.any([this.#closing.signal, timeout]),
      });
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? 0);
      return { status: response.status, retryAfterMs: seconds > 0 ? Math.min(seconds, 3600) * 1000 : 0 };
    } catch {
      return { status: 0, retryAfterMs: 0 };
    }
  }
}

function sign(signer: Webhook, id: string, body: string, defect: Defect | undefined): Readonly<Record<string, string>> {
  const at = new Date();
  const signature = signer.sign(id, at, body);
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': defect?.signature?.(signature) ?? signature,
  };
}

/** The URL parser has already turned `127.1` and `0x7f000001` into `127.0.0.1`. Names are refused but one: they may change. */
function loopbackUrl(text: unknown): string {
  if (typeof text !== 'string' || !URL.canParse(text)) throw refusedUrl('must be an absolute URL');
  const url = new URL(text);
  if (url.protocol !== 'http:') throw refusedUrl('must be an http URL');
  if (url.username || url.password) throw refusedUrl('must not carry credentials');
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  if (/^127\.\d+\.\d+\.\d+$/.test(url.hostname) || url.hostname === '[::1]') return url.href;
  throw refusedUrl('must lead to this machine, 127.0.0.1 or [::1]');
}

function refusedUrl(detail: string) {
  return invalidBody(422, [{ pointer: '/url', detail }]);
}
