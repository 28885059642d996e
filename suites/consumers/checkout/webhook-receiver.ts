import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from './clock.ts';
import { readParcelEvent, UnreadableEventError, type ParcelEvent } from './parcel-event.ts';

export interface WebhookReceiverOptions {
  /** `whsec_` and Base64; several while one is being replaced. */
  readonly secrets: readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  /** What the shop does with an event; called once for each id, however often it is delivered. */
  readonly handle: (event: ParcelEvent) => Promise<void> | void;
}

export interface Delivery {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** As it came: the signature is over these bytes. */
  readonly body: Uint8Array;
}

/** Takes one delivery and says which HTTP status to answer it with. */
export type ReceiveWebhook = (delivery: Delivery) => Promise<number>;

const TOLERANCE_S = 300;
const BODY_LIMIT_BYTES = 256 * 1024;
/** How many ids are remembered: the carrier tries for three days, and no shop books this much in them. */
const REMEMBERED = 100_000;

/** A receiver of Standard Webhooks 1.0.0. A delivery counts when its handler is done, so that a failed one comes again. */
export function createWebhookReceiver(options: WebhookReceiverOptions): ReceiveWebhook {
  const keys = options.secrets.map(keyOf);
  const handled = new Map<string, Promise<void>>();
  return async ({ headers, body }) => {
    if (body.byteLength > BODY_LIMIT_BYTES) return 413;
    if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) return 415;
    const id = headers['webhook-id'] ?? '';
    if (!isSigned(keys, headers, body, options.clock.now())) return 401;
    try {
      const event = readParcelEvent(JSON.parse(Buffer.from(body).toString('utf8')));
      if (event === undefined) return 204;
      const work = handled.get(id) ?? remember(handled, id, async () => options.handle(event));
      await work;
      return 204;
    } catch (error) {
      return error instanceof SyntaxError || error instanceof UnreadableEventError ? 400 : 500;
    }
  };
}

/** The same id ten times at once is one piece of work; when it fails it is forgotten, for the next delivery to try. */
function remember(handled: Map<string, Promise<void>>, id: string, run: () => Promise<void>): Promise<void> {
  const work = run();
  handled.set(id, work);
  work.catch(() => handled.delete(id));
  const oldest = handled.keys().next().value;
  if (handled.size > REMEMBERED && oldest !== undefined) handled.delete(oldest);
  return work;
}

function isSigned(keys: readonly Buffer[], headers: Delivery['headers'], body: Uint8Array, nowMs: number): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signatures = '' } = headers;
  if (id === '' || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > TOLERANCE_S) return false;
  const given = signatures
    .split(' ')
    .flatMap((each) => (each.startsWith('v1,') ? [Buffer.from(each.slice(3), 'base64')] : []));
  const expected = keys.map((key) => createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest());
  return expected.some((one) => given.some((other) => other.length === one.length && timingSafeEqual(one, other)));
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  if (!secret.startsWith('whsec_') || key.length < 24)
    throw new TypeError('a webhook secret is whsec_ and 24 bytes or more in Base64');
  return key;
}
