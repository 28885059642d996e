import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { asTallyError } from '../contracts/index.ts';
import { createBatch } from './batch.ts';
import { reasonsOf, type Call } from './call.ts';
import { engineText } from './engine-text.ts';
import { readContract } from './load-contract.ts';
import { limitsOf } from './mock-options.ts';
import { createReception, type Reception } from './reception.ts';
import { openService, type RunningService } from './service.ts';
import { createWebServer, type RecordedResponse, type WebServer } from './web-server.ts';
import type { FromWorker, NotedCall, ToWorker, WorkerDesk, WorkerPlan } from './worker-messages.ts';

/** One port's connections in this process. */
interface Desk {
  readonly url: string;
  readonly reception: Reception;
  readonly web: WebServer;
  services: readonly RunningService[];
}

let plan: WorkerPlan | undefined;
let desks: readonly Desk[] = [];
/** Loaded, but not served yet, by turn. */
const prepared = new Map<number, RunningService>();

process.on('message', (message: ToWorker, socket?: Socket) => void obey(message, socket));
// Ctrl-C reaches every process of a terminal; the one that started us says when to end.
process.on('SIGINT', () => undefined);
// It is gone: nobody hands us connections any more.
process.once('disconnect', () => process.exit());

async function obey(message: ToWorker, socket: Socket | undefined): Promise<void> {
  if (message.type === 'connection') return takeOver(message, socket);
  if (message.type === 'start') return await start(message.plan);
  if (message.type === 'load') return await load(message.index, message.turn);
  if (message.type === 'swap') return swap(message.turn);
  for (const { web } of desks) web.close();
  calls.flush();
  process.disconnect();
}

function takeOver({ desk, id }: ToWorker & { readonly type: 'connection' }, socket: Socket | undefined): void {
  tell({ type: 'taken', id });
  // Its client was gone before it came here.
  if (socket === undefined) return;
  // As node:http has it: a client that has said all may still listen.
  socket.allowHalfOpen = true;
  desks[desk]?.web.take(socket);
  socket.resume();
}

async function start(given: WorkerPlan): Promise<void> {
  try {
    plan = given;
    desks = await Promise.all(given.desks.map(async (desk) => await openDesk(given, desk)));
    tell({ type: 'ready' });
  } catch (thrown) {
    const { where, why } = asTallyError(thrown);
    tell({ type: 'failed', why: `${where}: ${why}` });
  }
}

async function openDesk(given: WorkerPlan, { url, contracts }: WorkerDesk): Promise<Desk> {
  const { root, options, transport, connections, isRefusalShown } = given;
  const limits = { ...limitsOf(options), connections };
  const warn = (text: string): void => tell({ type: 'said', level: 'warn', text });
  const reception = createReception({
    root,
    urlBytes: limits.urlBytes,
    origin: () => url,
    log: { isRefusalShown, warn },
    note: (call, remarks) => calls.add({ call: explained(call), remarks }),
  });
  const web = createWebServer(limits, transport, {
    handle: (request, response, client) => admit(reception, request, response, client),
    malformed: (status, reason) => warn(`malformed request  ${status}  refused\n  ${reason}`),
    handshakeFailed: (reason) => warn(`TLS handshake  refused\n  ${reason}`),
  });
  const services = await Promise.all(
    contracts.map(async ({ index, ...known }) =>
      openService(await readContract(root, known), { url, index }, settingsOf(given)),
    ),
  );
  reception.replace(services);
  return { url, reception, web, services };
}

/** Functions do not pass between processes. */
function explained(call: Call): Call {
  return call.reasons === undefined ? call : { ...call, reasons: reasonsOf(call) };
}

function settingsOf({ options, layout, engineLevel }: WorkerPlan): Parameters<typeof openService>[2] {
  return { options, layout, log: { engineLevel, engineStream } };
}

const engineStream = new Writable({
  write: (line: Buffer, _encoding, done) => {
    tell({ type: 'said', level: 'info', text: engineText(line) });
    done();
  },
});

async function load(index: number, turn: number): Promise<void> {
  const desk = desks.find(({ services }) => services.some((service) => service.index === index));
  const known = desk?.services.find((service) => service.index === index)?.contract;
  try {
    if (plan === undefined || desk === undefined || known === undefined) throw new Error('not started yet');
    const loaded = await readContract(plan.root, known);
    prepared.clear();
    prepared.set(turn, openService(loaded, { url: desk.url, index }, settingsOf(plan)));
    tell({ type: 'loaded', turn, digest: loaded.contract.digest });
  } catch {
    // The process that started us has read it too, and says what is wrong.
    tell({ type: 'loaded', turn });
  }
}

function swap(turn: number): void {
  const service = prepared.get(turn);
  prepared.delete(turn);
  for (const desk of desks) {
    if (!desk.services.some(({ index }) => index === service?.index)) continue;
    desk.services = desk.services.map((old) => (old.index === service?.index ? service : old));
    desk.reception.replace(desk.services);
  }
}

/** Calls that were sent and have not been taken in yet, and the requests that wait for that. */
let underway = 0;
const waiting: (() => void)[] = [];
const MAX_UNDERWAY = 5_000;

const calls = createBatch<NotedCall>((noted) => {
  underway += noted.length;
  tell({ type: 'calls', noted }, () => {
    underway -= noted.length;
    if (underway < MAX_UNDERWAY) for (const answer of waiting.splice(0)) answer();
  });
});

/** A journal that cannot keep up slows the answers down instead of filling our memory. */
function admit(reception: Reception, request: IncomingMessage, response: RecordedResponse, client?: string): void {
  if (underway < MAX_UNDERWAY) reception.handle(request, response, client);
  else waiting.push(() => reception.handle(request, response, client));
}

function tell(message: FromWorker, sent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, sent);
}
