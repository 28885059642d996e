import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createLogger } from '@stoplight/prism-core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Handled } from './handled.ts';
import { createMockEngine } from './mock-engine.ts';
import { MOCK_DEFAULTS, type MockOptions } from './mock-options.ts';
import { loadPrismDocument } from './prism-operations.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const JSON_TYPE = { 'content-type': 'application/json' };
const BEARER = { authorization: 'Bearer t' };

interface Asked {
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What is asked of documents that nobody here wrote, and of ours. */
const ASKED: Readonly<Record<string, readonly Asked[]>> = {
  'node_modules/@octokit/openapi/generated/api.github.com.json': [
    { target: '/users/octocat' },
    { target: '/repos/a/b/issues?per_page=3', headers: { accept: 'application/json' } },
    { target: '/repos/a/b/issues?page=two' },
    { target: '/repos/a/b/topics', headers: { prefer: 'code=404' } },
    { method: 'PUT', target: '/repos/a/b/topics', headers: JSON_TYPE, body: '{"names":["x"]}' },
    { method: 'PUT', target: '/repos/a/b/topics', headers: JSON_TYPE, body: '{"names":"x"}' },
    { method: 'DELETE', target: '/repos/a/b' },
    { method: 'HEAD', target: '/users/octocat' },
  ],
  'node_modules/@netlify/open-api/dist/swagger.json': [
    { target: '/sites/1', headers: BEARER },
    { target: '/sites/1' },
    { method: 'POST', target: '/sites', headers: { ...BEARER, ...JSON_TYPE }, body: '{"name":"x"}' },
    { method: 'POST', target: '/sites', headers: { ...BEARER, ...JSON_TYPE }, body: '{"name":5}' },
  ],
  'mocks/fixtures/shop-3.0.yaml': [
    { target: '/items', headers: { origin: 'http://a.example' } },
    { target: '/items', headers: { accept: 'image/png' } },
    { target: '/items/newest' },
    { target: '/nothing' },
    { method: 'PATCH', target: '/items' },
    { method: 'POST', target: '/items', headers: JSON_TYPE, body: '{"name":"Lamp","price":3}' },
    { method: 'POST', target: '/items', headers: { ...JSON_TYPE, 'x-key': 'k' }, body: '\uFEFF{"name":"Lamp"}' },
    {
      method: 'POST',
      target: '/items',
      headers: { 'content-type': 'application/json; charset=utf-8', 'x-key': 'k' },
      body: '\uFEFF{"name":"Lamp","price":3}',
    },
  ],
};

const closing: Server[] = [];

afterAll(() => {
  for (const server of closing) server.close();
});

describe.each(Object.keys(ASKED))('%s', (path) => {
  const ports: Record<string, number> = {};

  beforeAll(async () => {
    ports['ours'] = (await serve(path, MOCK_DEFAULTS)).port;
    // At this level Prism answers everything.
    ports['prism'] = (await serve(path, { ...MOCK_DEFAULTS, verboseLevel: 'debug' })).port;
  }, 120_000);

  test.each(
    (ASKED[path] ?? []).map(
      (asked) => [`${asked.method ?? 'GET'} ${asked.target}  ${asked.body ?? ''}`, asked] as const,
    ),
  )(
    'the second answer is the first, and Prism’s: %s',
    async (_, asked) => {
      const first = await ask(ports['ours'] ?? 0, asked);
      const second = await ask(ports['ours'] ?? 0, asked);
      const prism = await ask(ports['prism'] ?? 0, asked);
      expect(first).toEqual(prism);
      expect(second).toEqual(prism);
    },
    120_000,
  );
});

describe('answers that are made anew', () => {
  test('generated ones differ from request to request', async () => {
    const { port } = await serve('mocks/fixtures/shop-3.0.yaml', MOCK_DEFAULTS);
    const asked = { target: '/items', headers: { prefer: 'dynamic=true' } };
    const answers = [await ask(port, asked), await ask(port, asked), await ask(port, asked)];
    expect(new Set(answers.map(({ body }) => body)).size).toBeGreaterThan(1);
  });

  test('those to invalid requests name the mistake of each', async () => {
    const { port } = await serve('mocks/fixtures/shop-3.0.yaml', MOCK_DEFAULTS);
    const priced = async (price: string): Promise<string> => {
      const headers = { ...JSON_TYPE, 'x-key': 'k' };
      const { body } = await ask(port, {
        method: 'POST',
        target: '/items',
        headers,
        body: `{"name":"Lamp","${price}":1}`,
      });
      return body;
    };
    expect(await priced('one')).toContain("'one'");
    expect(await priced('two')).toContain("'two'");
  });
});

describe('what came of a request', () => {
  test('is told at once where there is no body to read, and tells what was sent', async () => {
    const { port, handled } = await serve('mocks/fixtures/shop-3.0.yaml', MOCK_DEFAULTS);
    const { body } = await ask(port, { target: '/items' });
    expect(handled).toMatchObject([
      { route: { method: 'get', path: '/items' }, violations: [], sent: { status: 200, body } },
    ]);
  });

  test('names the violations and holds the body', async () => {
    const { port, handled } = await serve('mocks/fixtures/shop-3.0.yaml', MOCK_DEFAULTS);
    await ask(port, { method: 'POST', target: '/items', headers: { ...JSON_TYPE, 'x-key': 'k' }, body: '{"name":5}' });
    expect(await handled[0]).toMatchObject({
      violations: expect.arrayContaining([expect.objectContaining({ path: ['body'], code: 'required' })]),
      body: Buffer.from('{"name":5}'),
    });
  });
});

interface Served {
  readonly port: number;
  readonly handled: (Handled | Promise<Handled>)[];
}

async function serve(path: string, options: MockOptions): Promise<Served> {
  const logger = createLogger('PRISM', { level: 'silent' });
  const engine = createMockEngine(await loadPrismDocument(ROOT + path), options, logger);
  const handled: Served['handled'] = [];
  const server = createServer((incoming, response) => {
    handled.push(engine.handle(incoming, response, incoming.url ?? '/'));
  });
  closing.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, handled };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: readonly string[];
  readonly body: string;
}

async function ask(port: number, { method = 'GET', target, headers = {}, body }: Asked): Promise<Answer> {
  const host = { host: 'mock.example' };
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method,
    path: target,
    headers: { ...host, ...headers },
    agent: false,
  });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const { rawHeaders } = response;
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  return {
    status: response.statusCode,
    headers: lines.filter((line) => !line.startsWith('Date: ')),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
