import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { createRequire } from 'node:module';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { MOCK_DEFAULTS, smokeMocks, startMocks, type MockOptions, type MockServer } from './index.ts';

const running: MockServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function mocksOf(
  paths: readonly string[],
  options: Partial<MockOptions> = {},
): Promise<TestRun & { server: MockServer }> {
  const run = await contextFor(paths);
  const server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, ...options });
  running.push(server);
  return { ...run, server };
}

/** Sends bytes as they are and returns all that comes back until the connection ends. */
async function sendRaw(server: MockServer, text: string): Promise<string> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  await once(socket, 'close');
  return answer;
}

const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'tally-mocks-'));

describe('a catalogue', () => {
  const BOTH = ['shop-3.0.yaml', 'tickets-3.1.yaml'];

  test('serves every document under its name and version, and lists them', async () => {
    const { server } = await mocksOf(BOTH);
    const listed = (await (await fetch(`${server.url}/`)).json()) as unknown;
    expect(listed).toEqual({
      services: [
        { name: 'shop', version: '1.2.0', title: 'Shop', url: `${server.url}/shop/1.2.0`, operations: 9 },
        { name: 'tickets', version: '3.0.0', title: 'Tickets', url: `${server.url}/tickets/3.0.0`, operations: 3 },
      ],
    });
    const item = await fetch(`${server.url}/shop/1.2.0/items/newest`);
    expect(await item.json()).toEqual({ id: 'newest' });
  });

  test('says which service was meant', async () => {
    const { server, logged } = await mocksOf(BOTH);
    const response = await fetch(`${server.url}/shops/1.2.0/items`);
    expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
      404,
      'application/problem+json',
      {
        type: 'about:blank',
        title: 'Unknown service',
        status: 404,
        detail: 'No service is mocked at /shops/1.2.0/items, did you mean /shop/1.2.0?',
        services: ['/shop/1.2.0', '/tickets/3.0.0'],
      },
    ]);
    expect(logged.at(-1)).toContain('did you mean /shop/1.2.0?');
  });

  test('gives each a port of its own when asked', async () => {
    const { server } = await mocksOf(BOTH, { layout: 'ports' });
    const urls = server.services.map(({ url }) => url);
    expect(new Set(urls).size).toBe(2);
    const answers = await Promise.all([fetch(`${urls[0]}/items/newest`), fetch(`${urls[1]}/tickets`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('reports how much each service was used', async () => {
    const { server, results } = await mocksOf(BOTH);
    await fetch(`${server.url}/shop/1.2.0/items`);
    await fetch(`${server.url}/shop/1.2.0/items?limit=0`);
    await server.close();
    expect(results).toMatchObject([
      {
        id: 'mock-served',
        suite: 'mock',
        subject: 'shop 1.2.0',
        status: 'passed',
        measures: [
          { name: 'requests', value: 2, unit: 'count' },
          { name: 'refused', value: 1, unit: 'count' },
        ],
      },
      { id: 'mock-served', subject: 'tickets 3.0.0', measures: [{ value: 0 }, { value: 0 }] },
    ]);
  });
});

describe('a refused request', () => {
  test.each([
    ['/items?limit=0', {}, 'query.limit  minimum  Request query parameter limit must be >= 1  shop-3.0.yaml:11'],
    ['/items', { headers: { 'x-trace': 'no' } }, 'header.x-trace  format'],
    ['/item', {}, 'no path matches, did you mean /items?  shop-3.0.yaml:8'],
    ['/v1/items', {}, 'no path matches, did you mean /items?  shop-3.0.yaml:8'],
    ['/items', { method: 'PATCH' }, '/items has no PATCH, it has GET, POST  shop-3.0.yaml:8'],
    ['/items/1', {}, 'credentials  401  Invalid security scheme used  shop-3.0.yaml:53'],
    ['/items', { headers: { accept: 'image/png' } }, 'shop-3.0.yaml:8'],
  ])('%s %j says why, with the line of the contract', async (target, init, reason) => {
    const { server, logged } = await mocksOf(['shop-3.0.yaml']);
    await (await fetch(server.url + target, init)).text();
    expect(logged).toEqual([expect.stringContaining(reason)]);
    expect(logged[0]).toMatch(/^warn (GET|PATCH) .*  4\d\d  \d+ ms  refused\n/);
  });

  test('names the property of the body, inside what the schema refers to', async () => {
    const { server, logged } = await mocksOf(['library/openapi.yaml']);
    const body = JSON.stringify({ title: 'Dune', author: { name: 5 } });
    await fetch(`${server.url}/books`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect(logged[0]).toContain(
      'body.author.name  type  Request body property author.name must be string  library/schemas/author.yaml:3',
    );
  });

  test('is not one that prefers an error', async () => {
    const { server, logged } = await mocksOf(['shop-3.0.yaml']);
    const response = await fetch(`${server.url}/items`, { headers: { prefer: 'code=500' } });
    expect([response.status, server.journal.counts]).toEqual([500, { requests: 1, refused: 0 }]);
    expect(logged[0]).toMatch(/^info GET \/items {2}500 {2}\d+ ms {2}listItems$/);
  });
});

describe('the journal', () => {
  test('keeps exchanges with their operation, redacted, and writes them as NDJSON and HAR', async () => {
    const folder = temporary();
    const journalFile = path.join(folder, 'journal.ndjson');
    const harFile = path.join(folder, 'calls.har');
    const { server, logged } = await mocksOf(['shop-3.0.yaml'], { journalFile, harFile, toolVersion: '1.2.3' });
    const canary = 'canary-3f9a27c1d8';
    await fetch(`${server.url}/items?access_token=${canary}`, { headers: { authorization: `Bearer ${canary}` } });
    const body = JSON.stringify({ name: 'Lamp', price: 1, secret: canary });
    await fetch(`${server.url}/items`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-key': canary },
      body,
    });
    await server.close();
    expect(server.journal.exchanges.map(({ operationId, response }) => [operationId, response?.status])).toEqual([
      ['listItems', 200],
      ['createItem', 201],
    ]);
    const lines = readFileSync(journalFile, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(server.journal.exchanges);
    const har = readFileSync(harFile, 'utf8');
    expect(har + lines.join('') + logged.join('')).not.toContain(canary);
    expect(har).toContain('%5BREDACTED:');
    expectValidHar(JSON.parse(har));
  });

  test('keeps the newest and counts all', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml'], { journalSize: 2 });
    for (const limit of [1, 2, 3]) await fetch(`${server.url}/items?limit=${limit}`);
    expect(server.journal.exchanges.map(({ request }) => new URL(request.url).search)).toEqual([
      '?limit=2',
      '?limit=3',
    ]);
    expect(server.journal.counts).toEqual({ requests: 3, refused: 0 });
  });

  test('cuts a long body and says so', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml']);
    const body = 'x'.repeat(100_000);
    await fetch(`${server.url}/notes`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
    const kept = server.journal.exchanges[0]?.request.body;
    expect(kept?.slice(65_530)).toBe('xxxxxx… (cut, 100000 bytes in all)');
  });

  test('is refused before the start where it cannot be written', async () => {
    const { context } = await contextFor(['shop-3.0.yaml']);
    const journalFile = path.join(temporary(), 'no', 'such', 'folder.ndjson');
    await expect(startMocks(context, { ...MOCK_DEFAULTS, port: 0, journalFile })).rejects.toMatchObject({
      code: 'FILE_NOT_WRITABLE',
      where: `--journal ${journalFile}`,
    });
  });
});

/** The published schemas of HAR 1.2. */
const harSchemas = createRequire(import.meta.url)('har-schema') as Record<string, Record<string, unknown>>;

function expectValidHar(har: unknown): void {
  const ajv = new Ajv({ strict: false, validateSchema: false });
  addFormats.default(ajv);
  for (const [name, schema] of Object.entries(harSchemas)) {
    const { $schema: _, ...rest } = schema;
    ajv.addSchema({ ...rest, $id: `${name}.json` });
  }
  const valid = ajv.validate('har.json', har);
  expect({ valid, errors: ajv.errors }).toEqual({ valid: true, errors: null });
}

const PART = '--b\r\nX-Name: title\r\n\r\nHello\r\n--b--\r\n';

describe('what a request may cost', () => {
  test('a URL is as long as all headers may be', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml']);
    const statusOf = async (length: number) => (await fetch(`${server.url}/items?q=${'x'.repeat(length)}`)).status;
    expect([await statusOf(15 * 1024), await statusOf(16 * 1024)]).toEqual([200, 431]);
  });

  test('a URL that is longer than the limit is answered with 414', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml'], { limits: { urlBytes: 1_024 } });
    const response = await fetch(`${server.url}/items?q=${'x'.repeat(1_024)}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([414, 'application/problem+json']);
  });

  test.each([
    ['a content type that is none', 415, 'PUT /items/1', ['Content-Type: nonsense']],
    ['an accept header that is none', 406, 'GET /items', ['Accept: nonsense']],
    ['a part of a form that has no name', 422, 'POST /upload', ['Content-Type: multipart/form-data; boundary=b'], PART],
  ])('%s is answered with %i', async (_, status, line, headers, body = '') => {
    const { server } = await mocksOf(['shop-3.0.yaml']);
    const length = body === '' ? [] : [`Content-Length: ${body.length}`];
    const head = [`${line} HTTP/1.1`, 'Host: a', 'Connection: close', ...headers, ...length].join('\r\n');
    const answer = await sendRaw(server, `${head}\r\n\r\n${body}`);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*content-type: application/problem\\+json`));
  });

  test('headers over 16 KiB are answered with 431', async () => {
    const { server, logged } = await mocksOf(['shop-3.0.yaml']);
    const answer = await sendRaw(server, `GET /items HTTP/1.1\r\nHost: a\r\nX-Long: ${'x'.repeat(17 * 1024)}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(logged.at(-1)).toContain('431');
  });

  test('what is no HTTP is answered with 400, and the next request is served', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml']);
    expect(await sendRaw(server, 'hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect((await fetch(`${server.url}/items`)).status).toBe(200);
  });

  test('headers that come too slowly are answered with 408', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml'], { limits: { headersTimeoutMs: 200 } });
    expect(await sendRaw(server, 'GET /items HTTP/1.1\r\nHost: a\r\n')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('a body over 10 MB is answered with 413, and the next request is served', async () => {
    const { server } = await mocksOf(['shop-3.0.yaml']);
    const answer = await sendRaw(
      server,
      'POST /notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: 20000000\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect((await fetch(`${server.url}/items`)).status).toBe(200);
  });

  test.each(['/items/%zz', '/items/%ff', '/items?limit=%zz', '/%00', '/items?__proto__=1&__proto__=2'])(
    '%s does not end the process',
    async (target) => {
      const { server } = await mocksOf(['shop-3.0.yaml']);
      const outgoing = httpRequest(server.url, { path: target, headers: { authorization: 'Bearer t' }, agent: false });
      outgoing.end();
      const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
      response.resume();
      expect(response.statusCode).toBeLessThan(500);
      expect((await fetch(`${server.url}/items`)).status).toBe(200);
    },
  );
});

describe('starting and ending', () => {
  test('a port that is taken is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { context, results } = await contextFor(['shop-3.0.yaml']);
    await expect(startMocks(context, { ...MOCK_DEFAULTS, port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      where: `127.0.0.1:${port}`,
      fix: 'give another with --port, or --port 0 for any free one',
      exitCode: 2,
    });
    expect(results).toEqual([]);
    other.close();
    await once(other, 'close');
  });

  test.each([
    [{ port: 70_000 }, 'PORT_INVALID'],
    [{ port: 1.5 }, 'PORT_INVALID'],
    [{ host: '192.0.2.1' }, 'HOST_NOT_LOCAL'],
  ])('%j is refused as %s', async (options, code) => {
    const { context } = await contextFor(['shop-3.0.yaml']);
    await expect(startMocks(context, { ...MOCK_DEFAULTS, port: 0, ...options })).rejects.toMatchObject({ code });
  });

  test('Ctrl-C ends connections that are kept alive', async () => {
    const { server, abort } = await mocksOf(['shop-3.0.yaml']);
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write('GET /items HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    abort();
    await once(socket, 'close');
    await server.close();
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });
});

describe('a callback', () => {
  const DOCUMENT = 'callbacks-3.0.yaml';
  const body = (callbackUrl: string): RequestInit => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ callbackUrl }),
  });

  test('is sent to this machine', async () => {
    const { server } = await mocksOf([DOCUMENT]);
    const receiver = createServer((_, response) => response.end()).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const received = once(receiver, 'request');
    const { port } = receiver.address() as AddressInfo;
    await fetch(`${server.url}/orders`, body(`http://127.0.0.1:${port}/done`));
    const [request] = (await received) as [import('node:http').IncomingMessage];
    expect([request.method, request.url]).toEqual(['POST', '/done']);
    receiver.closeAllConnections();
    receiver.close();
  });

  test.each(['http://169.254.169.254/latest', 'http://10.0.0.1/', 'http://carrier.example/', 'file:///etc/passwd'])(
    'to %s is not sent',
    async (url) => {
      const { server, logged } = await mocksOf([DOCUMENT]);
      expect((await fetch(`${server.url}/orders`, body(url))).status).toBe(202);
      expect(logged).toContain(`warn POST /orders: the callback to ${url} was not sent, mocks call this machine only`);
    },
  );
});

describe('the mocks held to their own contract', () => {
  test('passes where every answer matches', async () => {
    const { server, context, results } = await mocksOf(['good-examples-3.0.yaml']);
    await smokeMocks(context, server);
    expect(results).toMatchObject([
      {
        id: 'mock-answers',
        suite: 'mock',
        subject: 'good-examples 1.0.0',
        status: 'passed',
        findings: [],
        reason: 'no example for getThing (id)',
        measures: [
          { name: 'operations answered', value: 1, unit: 'count' },
          { name: 'operations without an example', value: 1, unit: 'count' },
        ],
      },
    ]);
  });

  test('finds an answer that breaks its schema', async () => {
    const { server, context, results } = await mocksOf(['bad-example-3.0.yaml']);
    await smokeMocks(context, server);
    const findings = results.flatMap((result) => result.findings);
    expect(findings).toEqual([
      {
        code: 'mock-answer-mismatch',
        severity: 'error',
        message: "The mock's answer breaks the contract: /weightGrams must be integer",
        fix: 'give the response an example that matches its schema',
        expected: 'integer',
        actual: 'heavy',
        instancePointer: '/weightGrams',
        operationId: 'getParcel',
        where: {
          source: 'bad-example-3.0.yaml',
          pointer: expect.stringMatching(/\/weightGrams\/type$/),
          line: 15,
          column: expect.any(Number),
        },
        exchange: expect.objectContaining({ operationId: 'getParcel' }),
      },
    ]);
  });
});
