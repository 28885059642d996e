import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';

let folder = '';
let server: MockServer;
let run: TestRun;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-reload-'));
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

async function serve(files: Readonly<Record<string, string>>, workers = 1): Promise<void> {
  for (const [name, text] of Object.entries(files)) await write(name, text);
  run = await contextFor([Object.keys(files)[0] ?? ''], folder);
  server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, watch: true, workers });
}

async function write(name: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
}

/** As editors save. */
async function replace(name: string, text: string): Promise<void> {
  await write(`.${name}.swp`, text);
  await rename(path.join(folder, `.${name}.swp`), path.join(folder, name));
}

const document = (revision: number): string => `openapi: 3.0.3
info: { title: Revisions, version: 1.0.0 }
paths:
  /revision:
    get:
      operationId: getRevision
      responses:
        '200':
          description: Which one it is
          content: { application/json: { schema: { type: integer }, example: ${revision} } }
`;

interface Load {
  readonly answered: number;
  /** Whatever was no good answer. */
  readonly failures: readonly string[];
  /** Waits, request after request, until this holds. */
  readonly until: (holds: (revision: number) => boolean) => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Clients that ask one request after the other, over connections that they keep. */
function load(clients: number): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const failures: string[] = [];
  const waiting = new Set<{ holds: (revision: number) => boolean; resolve: () => void }>();
  let answered = 0;
  const state = { isStopped: false };
  const client = async (): Promise<void> => {
    while (!state.isStopped) {
      const answer = await ask(agent);
      answered += 1;
      if (!/^200 \d+$/.test(answer)) failures.push(answer);
      for (const each of waiting) if (each.holds(Number(answer.slice(4)))) each.resolve();
    }
  };
  const running = Array.from({ length: clients }, client);
  return {
    get answered() {
      return answered;
    },
    failures,
    until: async (holds) => {
      const entry = { holds, resolve: (): void => undefined };
      await new Promise<void>((resolve) => {
        entry.resolve = resolve;
        waiting.add(entry);
      });
      waiting.delete(entry);
    },
    stop: async () => {
      state.isStopped = true;
      await Promise.all(running);
      agent.destroy();
    },
  };
}

function ask(agent: Agent): Promise<string> {
  return new Promise((resolve) => {
    get(`${server.url}/revision`, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve(`${response.statusCode} ${body}`));
    }).on('error', (error) => resolve(error.message));
  });
}

describe('a document that is edited', () => {
  test('a hundred times under load drops no request, serves every good version and tells the broken ones', async () => {
    await serve({ 'revisions.yaml': document(0) });
    const clients = load(4);
    let told = 0;
    for (let revision = 1; revision <= 100; revision++) {
      const save = revision % 2 === 0 ? replace : write;
      if (revision % 10 === 0) {
        const before = run.logged.length;
        await save('revisions.yaml', document(revision).replace('{ type: integer }', '{ type: integer'));
        await clients.until(() => run.logged.slice(before).some((text) => text.includes('cannot be served')));
        told += 1;
      }
      await save('revisions.yaml', document(revision));
      await clients.until((served) => served === revision);
    }
    await clients.stop();
    await server.close();
    expect(clients.failures).toEqual([]);
    expect(server.journal.counts).toEqual({ requests: clients.answered, refused: 0 });
    const lines = run.logged.flatMap((text) => text.split('\n'));
    const broken = lines.filter((line) => line.includes('its last good version stays'));
    const repaired = lines.filter((line) => line.includes('is in order again'));
    expect([broken.length, repaired.length]).toEqual([told, told]);
  });

  test('into something broken says where and why, and keeps the last good version', async () => {
    await serve({ 'revisions.yaml': document(1) });
    const clients = load(1);
    const edits: readonly (readonly [string, string, string])[] = [
      ['{ type: integer }', '{ $ref: "#/components/schemas/No" }', 'DOCUMENT_NOT_MOCKABLE  revisions.yaml:10:52'],
      ['example: 1 }', 'example: 1', 'CONTRACT_UNREADABLE  revisions.yaml:11:1'],
      ['get:', 'x-get:', 'OPERATIONS_NONE  revisions.yaml'],
    ];
    for (const [from, to, place] of edits) {
      await write('revisions.yaml', document(1).replace(from, to));
      await clients.until(() => run.logged.some((text) => text.includes(place)));
      await clients.until((served) => served === 1);
    }
    await rm(path.join(folder, 'revisions.yaml'));
    await clients.until(() => run.logged.some((text) => text.includes('there is no such file')));
    await write('revisions.yaml', document(2));
    await clients.until((served) => served === 2);
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  test('is followed into the files that it refers to, those that are named later too', async () => {
    const referring = (file: string): string =>
      document(0).replace('{ type: integer }, example: 0', `{ type: integer }, examples: { one: { $ref: ${file} } }`);
    await serve({ 'api.yaml': referring('parts/one.yaml'), 'parts/one.yaml': 'value: 1\n' });
    const clients = load(1);
    await clients.until((served) => served === 1);
    await write('parts/one.yaml', 'value: 2\n');
    await clients.until((served) => served === 2);
    await write('api.yaml', referring('more/two.yaml'));
    await clients.until(() => run.logged.some((text) => text.includes('leads to a file that does not exist')));
    await write('more/two.yaml', 'value: 3\n');
    await write('api.yaml', `${referring('more/two.yaml')}\n`);
    await clients.until((served) => served === 3);
    await write('more/two.yaml', 'value: 4\n');
    await clients.until((served) => served === 4);
    await clients.stop();
    expect(clients.failures).toEqual([]);
  });

  test('is left alone where nobody asked for that', async () => {
    await write('revisions.yaml', document(1));
    run = await contextFor(['revisions.yaml'], folder);
    server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0 });
    const other = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, watch: true });
    await write('revisions.yaml', document(2));
    for (let served = ''; served !== '2';) served = await (await fetch(`${other.url}/revision`)).text();
    expect(await (await fetch(`${server.url}/revision`)).text()).toBe('1');
    await other.close();
  });
});

describe('a catalogue', () => {
  test('serves a version that changes its number under the new one', async () => {
    await serve({ 'revisions.yaml': document(1) });
    await server.close();
    await write('other.yaml', document(5).replace('Revisions', 'Others'));
    run = await contextFor(['revisions.yaml', 'other.yaml'], folder);
    server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, watch: true });
    await write('revisions.yaml', document(2).replace('version: 1.0.0', 'version: 2.0.0'));
    const url = `${server.url}/revisions/2.0.0/revision`;
    for (let status = 0; status !== 200;) ({ status } = await fetch(url));
    expect(await (await fetch(url)).json()).toBe(2);
    expect(server.services.map((service) => service.basePath)).toEqual(['/others/1.0.0', '/revisions/2.0.0']);
    expect(await (await fetch(`${server.url}/others/1.0.0/revision`)).json()).toBe(5);
  });
});
