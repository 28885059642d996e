import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DIFFERENTIAL_REQUESTS, type DifferentialRequest } from './fixtures/differential-requests.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks } from './index.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const PRISM = createRequire(import.meta.url).resolve('@stoplight/prism-cli/dist/index.js');
const DOCUMENTS = [...new Set(DIFFERENTIAL_REQUESTS.map(({ document }) => document))];

interface Pair {
  readonly prism: number;
  readonly ours: number;
}

const pairs = new Map<string, Pair>();
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  for (const document of DOCUMENTS) {
    const [prism, ours] = await Promise.all([startPrism(document), startOurs(document)]);
    pairs.set(document, { prism, ours });
  }
}, 60_000);

afterAll(async () => {
  for (const close of closing) await close();
});

describe.each(DOCUMENTS)('%s is answered as Prism answers it', (document) => {
  const requests = DIFFERENTIAL_REQUESTS.filter((each) => each.document === document);
  test.each(requests.map((each) => [describeRequest(each), each] as const))('%s', async (_, each) => {
    const { prism, ours } = pairs.get(document) ?? { prism: 0, ours: 0 };
    const expected = await send(prism, each);
    expect(await send(ours, each)).toEqual(expected);
  });
});

function describeRequest({ method, target, headers = {}, body = '' }: DifferentialRequest): string {
  const told = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target}`, ...told, JSON.stringify(body)].join('  ');
}

interface Answer {
  readonly status: number | undefined;
  /** In order, without Date. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Names the same host to both, so that nothing in the answers depends on the port. */
async function send(port: number, { method, target, headers, body }: DifferentialRequest): Promise<Answer> {
  const options = {
    host: '127.0.0.1',
    port,
    method,
    path: target,
    headers: { host: 'mock.example', ...headers },
    agent: false,
  };
  const outgoing = request(options);
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const pairs = response.rawHeaders.flatMap((name, index, all) =>
    index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
  );
  return {
    status: response.statusCode,
    headers: pairs.filter((line) => !line.startsWith('Date: ')),
    body: Buffer.concat(chunks).toString('latin1'),
  };
}

async function startOurs(document: string): Promise<number> {
  const { context } = await contextFor([document]);
  const server = await startMocks(context, { ...MOCK_DEFAULTS, port: 0 });
  closing.push(() => server.close());
  return Number(new URL(server.url).port);
}

/** Prism takes no port 0, so a free one is looked for. */
async function startPrism(document: string): Promise<number> {
  const port = await freePort();
  const child = spawn(process.execPath, [PRISM, 'mock', '-p', String(port), document], {
    cwd: FIXTURES,
    env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  closing.push(() => end(child));
  await listeningLine(child);
  return port;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function listeningLine(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const read = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (printed.includes('Prism is listening')) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`prism ended: ${printed}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
