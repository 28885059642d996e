/**
 * How fast does `tally mock` answer, beside the prism command, a server written by hand and bare node:http?
 *
 *     npm run build && npx tsx load/bench/mock.ts [--rounds 5] [--seconds 3] [--only get,post] [--mockoon FOLDER]
 *
 * Every server is a process of its own, started once for a scenario and measured in turns, so that a busy moment of the
 * machine hits all alike. The load comes from this process, over ten connections, one request at a time on each.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { fastify } from './peers/fastify.ts';
import { mockoonIn } from './peers/mockoon.ts';
import { nodeHttp } from './peers/node-http.ts';
import type { Answer, Peer } from './peers/peer.ts';
import { prism, prismSilent } from './peers/prism.ts';
import { tally, tallySilent } from './peers/tally.ts';

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
    mockoon: { type: 'string', default: '' },
  },
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PARCELS = path.join(ROOT, 'contracts/apis/parcels/2.0.0/openapi.yaml');
const GITHUB = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@octokit/openapi/package.json')),
  'generated/api.github.com.json',
);
const CONNECTIONS = 10;
const ADDED_BY_NODE = new Set(['date', 'connection', 'keep-alive']);
const QUOTE = { fromCountry: 'DE', toCountry: 'SE', weightGrams: 1250, service: 'standard' };
/** Prism needs 22 s for its first answer on GitHub's document, more on a slow machine. */
const START_LIMIT_MS = 180_000;

interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly document: string;
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
}

const KEY = { 'x-api-key': 'key' };
const JSON_TYPE = { 'content-type': 'application/json' };
const parcel = { document: PARCELS, method: 'GET', target: '/parcels/PCL-0000AAAA', status: 200 } as const;
const quotes = { document: PARCELS, method: 'POST', target: '/quotes', headers: { ...KEY, ...JSON_TYPE } } as const;

const SCENARIOS: readonly Scenario[] = [
  { ...parcel, id: 'get', title: 'GET, answer from an example', headers: KEY },
  { ...quotes, id: 'post', title: 'POST, valid JSON', body: JSON.stringify(QUOTE), status: 200 },
  {
    ...quotes,
    id: 'invalid',
    title: 'POST, invalid JSON body',
    body: JSON.stringify({ ...QUOTE, weightGrams: 0, service: 'slow' }),
    status: 422,
  },
  { ...parcel, id: 'dynamic', title: 'GET, generated answer', headers: { ...KEY, prefer: 'dynamic=true' } },
  {
    id: 'github',
    title: "GET on GitHub's 1,223 operations",
    document: GITHUB,
    method: 'GET',
    target: '/repos/octocat/hello-world',
    headers: {},
    status: 200,
  },
];

interface Running {
  readonly peer: Peer;
  readonly url: string;
  readonly child: ChildProcess;
  readonly startMs: number;
  readonly samples: Sample[];
}

interface Sample {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuMicrosecondsPerRequest: number | undefined;
}

const folder = await mkdtemp(path.join(tmpdir(), 'tally-bench-'));
const peers = [tally, tallySilent, nodeHttp, fastify, prism, prismSilent];
const mockoon = mockoonIn(flags.mockoon);
if (mockoon !== undefined) peers.push(mockoon);

try {
  const only = flags.only === '' ? undefined : flags.only.split(',');
  for (const scenario of SCENARIOS.filter(({ id }) => only?.includes(id) ?? true)) await run(scenario);
  const machine = `${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} cores`;
  const day = new Date().toISOString().slice(0, 10);
  print(
    `${day}, Node ${process.version}, ${machine}; medians of ${flags.rounds} rounds of ${flags.seconds} s, in turns.`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function run(scenario: Scenario): Promise<void> {
  const answerFile = path.join(folder, `${scenario.id}.json`);
  const servers: Running[] = [];
  try {
    for (const peer of peers.filter(({ scenarios }) => scenarios?.includes(scenario.id) ?? true)) {
      servers.push(await start(peer, scenario, answerFile));
    }
    for (let round = 0; round < Number(flags.rounds); round++) {
      for (const server of servers) server.samples.push(await measure(server, scenario));
    }
    print(await table(scenario, servers));
  } finally {
    for (const { child } of servers) await end(child);
  }
}

async function start(peer: Peer, scenario: Scenario, answerFile: string): Promise<Running> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(process.execPath, peer.command({ document: scenario.document, port, answerFile }), {
    cwd: ROOT,
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    const answer = await firstAnswer(child, url, scenario);
    const startMs = performance.now() - startedAt;
    if (answer.status !== scenario.status) throw new Error(`${peer.name} answered ${answer.status}: ${answer.body}`);
    if (peer === tally) await writeFile(answerFile, JSON.stringify(answer));
    return { peer, url, child, startMs, samples: [] };
  } catch (thrown) {
    await end(child);
    throw thrown;
  }
}

async function firstAnswer(child: ChildProcess, url: string, scenario: Scenario): Promise<Answer> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline && child.exitCode === null) {
    const answer = await ask(url, scenario).catch(notYet);
    if (answer !== undefined) return answer;
    await delay(5);
  }
  throw new Error(`no answer from ${child.spawnargs.join(' ')}`);
}

function notYet(thrown: NodeJS.ErrnoException): undefined {
  if (thrown.code !== 'ECONNREFUSED') throw thrown;
}

async function ask(url: string, { target, method, headers, body }: Scenario): Promise<Answer> {
  const outgoing = request(url + target, { method, headers, agent: false }).end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  const { rawHeaders: raw, statusCode: status = 0 } = incoming;
  const rawHeaders = raw.filter((_, index) => !ADDED_BY_NODE.has(raw[index - (index % 2)]?.toLowerCase() ?? ''));
  return { status, rawHeaders, body: await text(incoming) };
}

async function measure({ child, url, peer }: Running, scenario: Scenario): Promise<Sample> {
  const { target, method, headers, body, status } = scenario;
  const before = await cpuMicroseconds(child);
  const result = await autocannon({
    url: url + target,
    method,
    headers: { ...headers },
    ...(body === undefined ? {} : { body }),
    connections: CONNECTIONS,
    duration: Number(flags.seconds),
  });
  const after = await cpuMicroseconds(child);
  const right = result.statusCodeStats?.[`${status}`]?.count ?? 0;
  const all = result.requests.total;
  if (all === 0 || right < all || result.errors > 0) {
    throw new Error(`${peer.name} answered ${right} of ${all} requests with ${status}, ${result.errors} errors`);
  }
  return {
    requestsPerSecond: all / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    cpuMicrosecondsPerRequest: before === undefined || after === undefined ? undefined : (after - before) / all,
  };
}

/** Of the process and all its threads so far; known on Linux only (proc(5): clock ticks of 10 ms). */
async function cpuMicroseconds({ pid }: ChildProcess): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : (Number(fields[11]) + Number(fields[12])) * 10_000;
}

/** Peak of the resident memory; known on Linux only. */
async function peakMegabytes({ pid }: ChildProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
}

async function table(scenario: Scenario, servers: readonly Running[]): Promise<string> {
  const rate = (peer: Peer): number =>
    median(servers.find((server) => server.peer === peer)?.samples.map((sample) => sample.requestsPerSecond) ?? []);
  const rows = await Promise.all(
    servers.map(async ({ peer, child, samples, startMs }) => {
      const rates = samples.map((sample) => sample.requestsPerSecond);
      const cpu = samples.map((sample) => sample.cpuMicrosecondsPerRequest ?? Number.NaN);
      return [
        peer.name,
        `${thousands(median(rates))} (${thousands(Math.min(...rates))}–${thousands(Math.max(...rates))})`,
        ratio(median(rates) / rate(prism)),
        ratio(median(rates) / rate(nodeHttp)),
        median(samples.map((sample) => sample.p50Ms)).toFixed(0),
        median(samples.map((sample) => sample.p99Ms)).toFixed(0),
        thousands(median(cpu)),
        (startMs / 1000).toFixed(2),
        thousands((await peakMegabytes(child)) ?? Number.NaN),
      ];
    }),
  );
  const head = ['', 'requests/s', '× prism', '× node:http', 'p50 ms', 'p99 ms', 'CPU µs', 'start s', 'peak MB'];
  const lines = [head, head.map((_, index) => (index === 0 ? '---' : '---:')), ...rows];
  return `\n**${scenario.title}**\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function thousands(value: number): string {
  return Number.isNaN(value) ? '–' : Math.round(value).toLocaleString('en');
}

function ratio(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(value < 10 ? 2 : 0);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
