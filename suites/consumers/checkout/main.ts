import { createWriteStream } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { CarrierError } from './carrier-error.ts';
import { systemClock } from './clock.ts';
import { connectCarrier, type CarrierSettings } from './connect-carrier.ts';
import type { ParcelCarrier } from './parcel-carrier.ts';
import { createParcelProjection } from './parcel-projection.ts';
import { createWebhookReceiver } from './webhook-receiver.ts';

/**
 * The client as a command, for certification and for trying things out:
 *
 *   main.ts book < order.json       main.ts track ID         main.ts list [STATUS]     main.ts change ID < change.json
 *   main.ts cancel ID               main.ts label ID         main.ts quote < shipment.json
 *   main.ts receive                 takes webhooks on 127.0.0.1:PORT, prints each event that took effect
 *
 * Environment: CARRIER_URL; CARRIER_CLIENT_ID, CARRIER_CLIENT_SECRET and CARRIER_TOKEN_URL, or CARRIER_API_KEY;
 * CARRIER_ATTEMPT_TIMEOUT_MS, CARRIER_DEADLINE_MS; CARRIER_LOG (a file); CARRIER_WEBHOOK_SECRET and PORT.
 * Exit code: 0 done (a fallback prints `"estimated": true`), 1 the carrier did not do it, 2 wrong usage.
 */
const [verb = '', argument = ''] = process.argv.slice(2);
const { env } = process;

class UsageError extends Error {}

try {
  if (verb === 'receive') receive();
  else await run(connect(), verb, argument);
} catch (error) {
  if (!(error instanceof UsageError) && !(error instanceof CarrierError)) throw error;
  const told = error instanceof CarrierError ? { kind: error.kind, status: error.status, problem: error.problem } : {};
  process.stderr.write(`${JSON.stringify({ error: error.message, ...told })}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function run(carrier: ParcelCarrier, verb: string, id: string): Promise<void> {
  // What comes from stdin goes to the carrier as it is: the carrier says what is wrong with it.
  const verbs: Readonly<Record<string, () => Promise<unknown>>> = {
    book: async () => carrier.book(JSON.parse(await readText(process.stdin))),
    track: () => carrier.track(id),
    change: async () => carrier.change(await carrier.track(id), JSON.parse(await readText(process.stdin))),
    cancel: () => carrier.cancel(id),
    label: () => carrier.label(id),
    quote: async () => carrier.quote(JSON.parse(await readText(process.stdin))),
  };
  if (verb === 'list') return list(carrier, id);
  const call = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (call === undefined)
    throw new UsageError(`no verb "${verb}"; there are list, receive, ${Object.keys(verbs).join(', ')}`);
  print(await call());
}

async function list(carrier: ParcelCarrier, status: string): Promise<void> {
  const statuses = ['created', 'in_transit', 'delivered', 'exception', 'cancelled'] as const;
  const wanted = statuses.find((each) => each === status);
  if (status !== '' && wanted === undefined)
    throw new UsageError(`no status "${status}"; there are ${statuses.join(', ')}`);
  for await (const parcel of carrier.list(wanted && { status: wanted })) print(parcel);
}

function print(value: unknown): void {
  if (value instanceof Uint8Array) process.stdout.write(value);
  else if (value !== undefined) process.stdout.write(`${JSON.stringify(value)}\n`);
}

function connect(): ParcelCarrier {
  const baseUrl = required('CARRIER_URL');
  const log = env['CARRIER_LOG'] && createWriteStream(env['CARRIER_LOG'], { flags: 'a' });
  const resilience = {
    ...milliseconds('attemptTimeoutMs', env['CARRIER_ATTEMPT_TIMEOUT_MS']),
    ...milliseconds('deadlineMs', env['CARRIER_DEADLINE_MS']),
  };
  const settings = { baseUrl, credentials: credentialsFor(baseUrl), resilience };
  return connectCarrier(settings, log ? { writeLog: (line) => log.write(line) } : {});
}

function credentialsFor(baseUrl: string): CarrierSettings['credentials'] {
  const key = env['CARRIER_API_KEY'];
  if (key) return { type: 'apiKey', key };
  return {
    type: 'oauth2',
    tokenUrl: env['CARRIER_TOKEN_URL'] || new URL('/oauth/token', baseUrl).href,
    clientId: env['CARRIER_CLIENT_ID'] || 'checkout',
    clientSecret: required('CARRIER_CLIENT_SECRET'),
  };
}

function milliseconds(name: string, value: string | undefined): Readonly<Record<string, number>> {
  if (!value) return {};
  if (!/^[1-9]\d{0,6}$/.test(value)) throw new UsageError(`${name} is a number of milliseconds, not "${value}"`);
  return { [name]: Number(value) };
}

function required(name: string): string {
  const value = env[name];
  if (!value) throw new UsageError(`${name} is not set`);
  return value;
}

function receive(): void {
  const projection = createParcelProjection();
  const receiveWebhook = createWebhookReceiver({
    secrets: required('CARRIER_WEBHOOK_SECRET').split(' '),
    clock: systemClock,
    handle: (event) => {
      projection.apply(event);
      print(event);
    },
  });
  const server = createServer((request, response) => {
    void statusFor(request).then((status) => response.writeHead(status, { connection: 'close' }).end());
  });
  const statusFor = async (request: IncomingMessage): Promise<number> => {
    if (request.method !== 'POST') return 405;
    const body = await readAtMost(request, 256 * 1024);
    if (body === undefined) return 413;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]);
    return receiveWebhook({ headers: Object.fromEntries(headers), body });
  };
  server.listen(Number(env['PORT'] ?? 0), '127.0.0.1');
}

async function readAtMost(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    // The rest is read and dropped: a sender that is cut off would not see its 413.
    if (sizeBytes <= limitBytes) chunks.push(chunk);
  }
  return sizeBytes <= limitBytes ? Buffer.concat(chunks) : undefined;
}
