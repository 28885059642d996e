import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from '../contracts/index.ts';

/** One request that a sender of webhooks made. */
export interface Delivery {
  readonly method: string;
  /** Path and query as they came. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** As they came: a signature is over bytes. */
  readonly bytes: Buffer;
  /** Epoch milliseconds. */
  readonly receivedAtMs: number;
  /** What it was answered. */
  readonly status: number;
}

export interface WebhookReceiver {
  /** What a sender is told. */
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** The first delivery, past or to come, that is wanted; undefined when none came in time. */
  waitFor(
    wanted: (delivery: Delivery) => boolean,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Delivery | undefined>;
  close(): Promise<void>;
}

const PATH = '/webhooks';
const MAX_BYTES = 1_000_000;

/** Listens on the loopback interface; `answer` gives the status of each delivery as it comes. */
export async function startWebhookReceiver(
  answer: (delivery: Omit<Delivery, 'status'>) => number,
): Promise<WebhookReceiver> {
  const deliveries: Delivery[] = [];
  const waiting = new Set<() => void>();
  const take = (read: Omit<Delivery, 'status'>): number => {
    const delivery = { ...read, status: answer(read) };
    deliveries.push(delivery);
    for (const look of waiting) look();
    return delivery.status;
  };
  const server = createServer((incoming, outgoing) => {
    readDelivery(incoming).then(
      (read) => outgoing.writeHead(take(read)).end(),
      // The sender gave up in the middle: that is no delivery.
      () => outgoing.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${PATH}`,
    deliveries,
    waitFor: async (wanted, timeoutMs, signal) => await waitFor(deliveries, waiting, wanted, timeoutMs, signal),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function waitFor(
  deliveries: readonly Delivery[],
  waiting: Set<() => void>,
  wanted: (delivery: Delivery) => boolean,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Delivery | undefined> {
  const past = deliveries.find(wanted);
  if (past) return Promise.resolve(past);
  return new Promise((resolve) => {
    const end = (delivery?: Delivery): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      waiting.delete(look);
      resolve(delivery);
    };
    const abort = (): void => end();
    const timer = setTimeout(abort, timeoutMs);
    const look = (): void => {
      const found = deliveries.find(wanted);
      if (found) end(found);
    };
    waiting.add(look);
    signal.addEventListener('abort', abort, { once: true });
  });
}

async function readDelivery(incoming: IncomingMessage): Promise<Omit<Delivery, 'status'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= MAX_BYTES) chunks.push(bytes);
  }
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers,
    bytes: Buffer.concat(chunks),
    receivedAtMs: Date.now(),
  };
}

/** A delivery as evidence; not redacted. */
export function exchangeOf(receiver: WebhookReceiver, delivery: Delivery): Exchange {
  const { method, headers, bytes, status, receivedAtMs } = delivery;
  return {
    request: { method, url: new URL(delivery.url, receiver.url).href, headers, body: bytes.toString('utf8') },
    response: { status, headers: {} },
    startedAt: new Date(receivedAtMs).toISOString(),
    durationMs: 0,
  };
}
