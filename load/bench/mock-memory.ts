/**
 * Does `tally mock` keep its memory under a load of a million requests?
 *
 *     npm run build && npx tsx load/bench/mock-memory.ts [--requests 1000000]
 *
 * Requests of all kinds, those with ever-new paths, values and headers among them, to a server as anybody starts it.
 * After every tenth of them it collects its garbage and tells what it still uses: the resident memory goes up and down
 * with the collector's moods. Ends with 1 when that grew by more than a tenth after the first, when a rejection went
 * unhandled or when the server is gone.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { tally } from './peers/tally.ts';

const { values: flags } = parseArgs({ options: { requests: { type: 'string', default: '1000000' } } });

const DOCUMENT = fileURLToPath(new URL('../../contracts/apis/parcels/2.0.0/openapi.yaml', import.meta.url));
const TENTH = Math.ceil(Number(flags.requests) / 10);
const CONNECTIONS = 10;
/** Requests on their way on one connection. */
const PIPELINED = 10;
const START_LIMIT_MS = 60_000;
const MOST_GROWTH = 1.1;

const STATUS_LINE = 'HTTP/1.1 ';
const KEY = 'X-Api-Key: key\r\n';
const QUOTE = { fromCountry: 'DE', toCountry: 'SE', weightGrams: 1250, service: 'standard' };

type MakeRequest = (count: number) => string;

const KINDS: readonly MakeRequest[] = [
  () => get('/parcels/PCL-0000AAAA', KEY),
  () => post(JSON.stringify(QUOTE)),
  (count) => post(JSON.stringify({ ...QUOTE, weightGrams: -count, service: `slow-${count}` })),
  (count) => post(JSON.stringify({ ...QUOTE, [`extra${count}`]: 'x'.repeat(count % 500) })),
  (count) => get(`/nothing/${count}/here`, KEY),
  (count) => get(`/parcels/PCL-${count}?cursor=${count}`, KEY),
  (count) => get('/parcels/PCL-0000AAAA', `${KEY}Prefer: code=${200 + (count % 300)}\r\n`),
  (count) => get('/parcels/PCL-0000AAAA', `${KEY}Prefer: example=name-${count}\r\n`),
  (count) => get('/parcels/PCL-0000AAAA', `${KEY}Accept: application/json;v=${count}\r\n`),
  (count) => get('/parcels/PCL-0000AAAA', `${KEY}Prefer: dynamic=true, seed=${count}\r\n`),
];

function get(target: string, headers: string): string {
  return `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`;
}

function post(body: string): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}\r\n`;
  return `POST /quotes HTTP/1.1\r\nHost: localhost\r\n${KEY}Content-Type: application/json\r\n${length}\r\n${body}`;
}

const port = await freePort();
const TELL = "process.on('SIGUSR2', () => { gc(); process.send(process.memoryUsage()); })";
const child = spawn(
  process.execPath,
  [
    '--expose-gc',
    '--import',
    `data:text/javascript,${TELL}`,
    ...tally.command({ document: DOCUMENT, port, answerFile: '' }),
  ],
  { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] },
);
const unhandled: string[] = [];
child.stderr?.setEncoding('utf8').on('data', (text: string) => {
  if (/unhandled|rejection|heap out of memory/i.test(text)) unhandled.push(text);
});

try {
  const sockets = await connectAll();
  const megabytes: number[] = [];
  for (let tenth = 0; tenth < 10; tenth++) {
    const startedAt = performance.now();
    await Promise.all(sockets.map((socket, place) => load(socket, tenth * TENTH + place)));
    const perSecond = TENTH / ((performance.now() - startedAt) / 1000);
    const { usedMegabytes, residentMegabytes } = await memoryOf();
    megabytes.push(usedMegabytes);
    const done = ((tenth + 1) * TENTH).toLocaleString('en').padStart(9);
    const memory = `${usedMegabytes.toFixed(1)} MB used  ${residentMegabytes.toFixed(0)} MB resident`;
    print(`${done} requests  ${memory}  ${perSecond.toFixed(0)} requests/s`);
  }
  for (const socket of sockets) socket.destroy();
  judge(megabytes);
} finally {
  child.kill('SIGKILL');
}

function judge([first = 0, ...later]: readonly number[]): void {
  const growth = Math.max(...later) / first;
  print(`at most ${growth.toFixed(2)} times the memory of the first tenth; unhandled rejections: ${unhandled.length}`);
  if (growth > MOST_GROWTH || unhandled.length > 0 || child.exitCode !== null) process.exitCode = 1;
}

/** Sends this connection's share of a tenth: every tenth request, beginning with `first`. */
async function load(socket: Socket, first: number): Promise<void> {
  const share = TENTH / CONNECTIONS;
  let sent = 0;
  let answered = 0;
  await new Promise<void>((resolve, reject) => {
    const send = (): void => {
      const batch: string[] = [];
      for (; sent < share && sent - answered < PIPELINED; sent++) batch.push(requestOf(first + sent * CONNECTIONS));
      if (batch.length > 0) socket.write(batch.join(''));
    };
    const count = answerCounter();
    const onData = (chunk: Buffer): void => {
      answered += count(chunk);
      if (answered < share) return send();
      socket.off('data', onData).off('close', onClose);
      resolve();
    };
    const onClose = (): void => reject(new Error(`the mocks closed a connection after ${answered} answers`));
    socket.on('data', onData).on('close', onClose);
    send();
  });
}

/** Another kind with each round of the connections, or each would send the same kind for ever. */
function requestOf(count: number): string {
  const kind = KINDS[(count + Math.floor(count / CONNECTIONS)) % KINDS.length];
  return kind === undefined ? '' : kind(count);
}

/** Counts answers by their status lines, also one that comes in two pieces. No body of these mocks has one in it. */
function answerCounter(): (chunk: Buffer) => number {
  let rest = '';
  return (chunk) => {
    const text = rest + chunk.toString('latin1');
    const parts = text.split(STATUS_LINE);
    rest = (parts.at(-1) ?? '').slice(1 - STATUS_LINE.length);
    return parts.length - 1;
  };
}

async function connectAll(): Promise<Socket[]> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, tryConnect));
    const open = sockets.filter((socket) => socket !== undefined);
    if (open.length === CONNECTIONS) return open;
    for (const socket of open) socket.destroy();
  }
  throw new Error('the mocks do not answer');
}

function tryConnect(): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => setTimeout(resolve, 50, undefined));
  });
}

async function memoryOf(): Promise<{ readonly usedMegabytes: number; readonly residentMegabytes: number }> {
  const told = once(child, 'message');
  child.kill('SIGUSR2');
  const [{ heapUsed, external, rss }] = (await told) as [NodeJS.MemoryUsage];
  const megabyte = 1024 * 1024;
  return { usedMegabytes: (heapUsed + external) / megabyte, residentMegabytes: rss / megabyte };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
