import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  checkContracts,
  documentedMediaType,
  documentedResponse,
  schemaValidator,
  type Contract,
  type Json,
} from '../contracts/index.ts';
import { startControl, type ControlServer } from './control-api.ts';
import type { ControlRequest, ControlSection } from './control-section.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';

const DOCUMENT = fileURLToPath(new URL('./console/control-api.yaml', import.meta.url));

const echo: ControlSection = {
  id: 'faults',
  title: 'Faults',
  routes: [
    {
      method: 'POST',
      path: '/{name}',
      summary: 'Echoes',
      handle: ({ params, body }: ControlRequest) => ({ status: 200, body: { params, body } }),
    },
  ],
};

let mocks: MockServer;
let control: ControlServer;
let contract: Contract;
let logged: string[] = [];

beforeAll(async () => {
  const run = await contextFor(['shop-3.0.yaml', 'tickets-3.1.yaml']);
  logged = run.logged;
  mocks = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0 });
  control = await startControl(run.context, mocks, { port: 0, sections: [echo] });
  const { context } = await contextFor([DOCUMENT]);
  const [parsed] = context.workspace.contracts;
  if (parsed === undefined) throw new Error('the document was not read');
  contract = parsed.contract;
});
afterAll(async () => {
  await control.close();
  await mocks.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly json: Json;
}

/** `fetch` would set Host and Origin itself. */
async function ask(method: string, path: string, headers: OutgoingHttpHeaders = {}, body?: string): Promise<Answer> {
  const outgoing = httpRequest(`${control.url}${path}`, { method, headers, agent: false });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += String(chunk);
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parsed(text) };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
}

const token = (): OutgoingHttpHeaders => ({ authorization: `Bearer ${control.token}` });
const asJson = (): OutgoingHttpHeaders => ({ ...token(), 'content-type': 'application/json' });

/** What is wrong with an answer, by the control API's own document. */
function departures(operationId: string, { status, headers, json }: Answer): readonly string[] {
  const operation = contract.operations.find(({ id }) => id === operationId);
  const response = operation === undefined ? undefined : documentedResponse(operation, status);
  if (response === undefined) return [`${operationId} ${status} is not documented`];
  const media = documentedMediaType(response, headers['content-type']);
  if (media === undefined) return [`${headers['content-type']} is not documented`];
  return schemaValidator(
    contract,
    media.pointer,
    'response',
  )(json).map(({ instancePointer, message }) => `${instancePointer} ${message}`);
}

describe('the door', () => {
  test('tells nothing without the token, and nothing of it', async () => {
    const wrong = `${control.token.slice(0, -1)}${control.token.endsWith('A') ? 'B' : 'A'}`;
    const tries = [
      {},
      { authorization: `Bearer ${wrong}` },
      { authorization: `Basic ${control.token}` },
      { authorization: 'Bearer' },
    ];
    for (const headers of tries) {
      const answer = await ask('GET', '/services', headers);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(departures('listServices', answer)).toEqual([]);
    }
    expect((await ask('GET', `/services?token=${control.token}`)).status).toBe(401);
    expect(Buffer.from(control.token, 'base64url').length).toBe(32);
  });

  test.each([
    'http://evil.example',
    'null',
    'http://127.0.0.1:1',
    'http://127.0.0.1.evil.example',
    'https://localhost',
  ])('is closed to a page of %s, whatever it knows', async (origin) => {
    const answer = await ask('GET', '/services', { ...token(), origin });
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect(departures('listServices', answer)).toEqual([]);
  });

  test('is closed to a preflight, and to what a browser calls cross-site', async () => {
    const preflight = await ask('OPTIONS', '/try', {
      origin: 'http://evil.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    });
    expect([
      preflight.status,
      Object.keys(preflight.headers).filter((name) => name.startsWith('access-control')),
    ]).toEqual([403, []]);
    expect((await ask('GET', '/', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  test.each(['evil.example', '127.0.0.1', '127.0.0.1:1', '169.254.169.254:80', 'localhost.evil.example'])(
    'answers under no other name: %s',
    async (host) => {
      expect((await ask('GET', '/services', { ...token(), host })).status).toBe(421);
      expect((await ask('GET', '/', { host })).status).toBe(421);
    },
  );

  test('answers under the names of this machine, and to its own page', async () => {
    const { port } = new URL(control.url);
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`])
      expect((await ask('GET', '/services', { ...token(), host })).status).toBe(200);
    expect((await ask('GET', '/services', { ...token(), origin: control.url })).status).toBe(200);
  });

  test('gives the page without a token, with a policy that lets nothing else in', async () => {
    const page = await ask('GET', '/');
    expect([page.status, page.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).not.toContain('unsafe');
    expect([page.headers['x-content-type-options'], page.headers['referrer-policy']]).toEqual([
      'nosniff',
      'no-referrer',
    ]);
    expect(page.text).not.toMatch(/<script(?![^>]* src=)|<style|style=| on\w+=|https?:/);
  });

  test('gives no file that is not on its list', async () => {
    for (const path of [
      '/console.ts',
      '/../package.json',
      '/%2e%2e/package.json',
      '//console.css/',
      '/console.js/..%2f..',
    ])
      expect([401, 404]).toContain((await ask('GET', path)).status);
  });

  test('writes its token nowhere', () => {
    expect(JSON.stringify([logged, mocks.journal.exchanges])).not.toContain(control.token);
  });
});

describe('a body', () => {
  const LARGE = 50 * 1024 * 1024;

  test('of 50 MB is refused, announced or not, without being kept', async () => {
    const before = process.memoryUsage().arrayBuffers;
    for (const headers of [{ 'content-length': LARGE }, { 'transfer-encoding': 'chunked' }]) {
      const outgoing = httpRequest(`${control.url}/try`, {
        method: 'POST',
        headers: { ...asJson(), ...headers },
        agent: false,
      });
      const answered = once(outgoing, 'response') as Promise<[IncomingMessage]>;
      outgoing.on('error', () => undefined);
      const chunk = Buffer.alloc(1024 * 1024, 32);
      for (let sent = 0; sent < LARGE && !outgoing.destroyed; sent += chunk.length)
        if (!outgoing.write(chunk)) await Promise.race([once(outgoing, 'drain'), once(outgoing, 'close')]);
      outgoing.end();
      const [incoming] = await answered;
      expect(incoming.statusCode).toBe(413);
      incoming.resume();
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30 * 1024 * 1024);
    expect((await ask('GET', '/services', token())).status).toBe(200);
  });

  test('that is no JSON, or is not called so, is refused', async () => {
    const plain = await ask('POST', '/try', { ...token(), 'content-type': 'text/plain' }, '{}');
    expect([plain.status, departures('tryRequest', plain)]).toEqual([415, []]);
    const form = await ask('POST', '/try', { ...token(), 'content-type': 'application/x-www-form-urlencoded' }, 'a=1');
    expect(form.status).toBe(415);
    const broken = await ask('POST', '/try', asJson(), '{"a":');
    expect([broken.status, departures('tryRequest', broken)]).toEqual([400, []]);
  });
});

describe('an address', () => {
  test('that is unknown, or has another method, is told as a problem', async () => {
    const unknown = await ask('GET', '/exchange', token());
    expect([unknown.status, unknown.headers['content-type'], unknown.json]).toEqual([
      404,
      'application/problem+json',
      { type: 'about:blank', title: 'Unknown address', status: 404, detail: 'the control API has no /exchange' },
    ]);
    const wrong = await ask('DELETE', '/exchanges', token());
    expect([wrong.status, wrong.headers['allow']]).toEqual([405, 'GET']);
  });

  test('of a section is below it, with its parameters decoded', async () => {
    const answer = await ask('POST', '/faults/reset%2Fpeer', asJson(), '{"toxicity":0.2}');
    expect(answer.json).toEqual({ params: { name: 'reset/peer' }, body: { toxicity: 0.2 } });
    const listed = await ask('GET', '/sections', token());
    expect(listed.json).toEqual({
      sections: [
        { id: 'faults', title: 'Faults', routes: [{ method: 'POST', path: '/faults/{name}', summary: 'Echoes' }] },
      ],
    });
    expect(departures('listSections', listed)).toEqual([]);
  });
});

describe('the traffic', () => {
  test('is asked for by consumer, operation, status and time, and held to the document', async () => {
    const shop = mocks.services.find(({ name }) => name === 'shop')?.url ?? '';
    const since = new Date().toISOString();
    await fetch(`${shop}/items/newest`, { headers: { authorization: 'Bearer one' } });
    await fetch(`${shop}/items?limit=99`, { headers: { authorization: 'Bearer two' } });
    await fetch(`${shop}/itemz`);
    const all = await ask('GET', `/exchanges?since=${since}`, token());
    expect([all.status, departures('listExchanges', all)]).toEqual([200, []]);
    expect(all.json).toMatchObject({
      exchanges: [
        {
          target: '/shop/1.2.0/itemz',
          status: 404,
          refusal: { message: expect.stringContaining('did you mean /items') },
        },
        {
          operationId: 'listItems',
          consumer: expect.stringMatching(/^[0-9a-f]{8}$/),
          refusal: { place: 'query.limit', code: 'maximum' },
        },
        { target: '/shop/1.2.0/items/newest', status: 200, consumer: expect.stringMatching(/^[0-9a-f]{8}$/) },
      ],
    });
    expect(all.text).not.toContain('Bearer');
    const targets = async (query: string): Promise<readonly unknown[]> => {
      const { json } = await ask('GET', `/exchanges?since=${since}&${query}`, token());
      return (json as { exchanges: { target: string }[] }).exchanges.map(({ target }) => target.slice(11));
    };
    expect(await targets('refused=true&status=4xx&operation=listItems')).toEqual(['/items?limit=99']);
    expect(await targets('status=200')).toEqual(['/items/newest']);
    expect(await targets('consumer=00000000')).toEqual([]);
    expect(await targets('limit=1')).toEqual(['/itemz']);
    const [first] = (all.json as { exchanges: { id: number }[] }).exchanges;
    expect(await targets(`cursor=${first?.id}&limit=1`)).toEqual(['/items?limit=99']);
  });

  test.each(['limit=0', 'limit=1001', 'limit=x', 'status=9', 'since=yesterday', 'cursor=-1'])(
    'is not asked for by %s',
    async (query) => {
      const answer = await ask('GET', `/exchanges?${query}`, token());
      expect([answer.status, departures('listExchanges', answer)]).toEqual([400, []]);
    },
  );

  test('has the lines of the contract and the nearest request for what was refused', async () => {
    const shop = mocks.services.find(({ name }) => name === 'shop')?.url ?? '';
    await fetch(`${shop}/items?limit=99&tags=new`);
    const id = mocks.journal.counts.requests;
    const answer = await ask('GET', `/exchanges/${id}`, token());
    expect(departures('getExchange', answer)).toEqual([]);
    expect(answer.json).toMatchObject({
      id,
      exchange: { refusal: [{ place: 'query.limit', where: { source: 'shop-3.0.yaml', line: 11 } }] },
      excerpts: [{ source: 'shop-3.0.yaml', line: 11 }],
      nearest: { request: { method: 'GET', target: '/items?tags=new' }, changes: ['query.limit left out'] },
    });
    const gone = await ask('GET', '/exchanges/99999', token());
    expect([gone.status, departures('getExchange', gone)]).toEqual([404, []]);
  });

  test.each([
    ['listServices', '/services'],
    ['listOperations', '/operations?service=shop'],
    ['getExample', '/example?service=shop&version=1.2.0&operation=listItems'],
    ['getUsage', '/usage'],
    ['getHar', '/har'],
  ])('and all else is as the document says: %s', async (operationId, path) => {
    const answer = await ask('GET', path, token());
    expect([answer.status, departures(operationId, answer)]).toEqual([200, []]);
  });

  test('is told as it happens', async () => {
    const socket = connect(Number(new URL(control.url).port), '127.0.0.1');
    socket.write(
      `GET /events HTTP/1.1\r\nHost: ${new URL(control.url).host}\r\nAuthorization: Bearer ${control.token}\r\n\r\n`,
    );
    let heard = '';
    const told = new Promise<void>((resolve) => {
      socket.setEncoding('utf8').on('data', (text: string) => {
        heard += text;
        if (heard.includes('event: hello') && !heard.includes('event: exchanges'))
          void fetch(`${mocks.url}/shop/1.2.0/items/newest`);
        if (heard.includes('event: exchanges')) resolve();
      });
    });
    await told;
    expect(heard).toContain('"target":"/shop/1.2.0/items/newest"');
    socket.destroy();
  });
});

describe('a request to try', () => {
  const tryIt = async (wanted: object): Promise<Answer> => await ask('POST', '/try', asJson(), JSON.stringify(wanted));
  const WANTED = { service: 'shop', version: '1.2.0', method: 'GET', target: '/items/newest' };

  test('goes to the mock, and its answer comes back', async () => {
    const answer = await tryIt({ ...WANTED, headers: { authorization: 'Bearer secret-token' } });
    expect([answer.status, departures('tryRequest', answer)]).toEqual([200, []]);
    expect(answer.json).toMatchObject({ response: { status: 200, body: '{"id":"newest"}' } });
    expect(answer.text).not.toContain('secret-token');
  });

  test.each([
    ['another host', { target: '@evil.example/' }],
    ['another host by its absolute form', { target: 'http://evil.example/' }],
    ['a line break', { target: '/items HTTP/1.1\r\nX: y' }],
    ['an unknown service', { service: 'shopp' }],
    ['CONNECT', { method: 'CONNECT' }],
    ['a header that cannot be', { headers: { 'x y': '1' } }],
    ['a header with a line break', { headers: { x: '1\r\ny: 2' } }],
    ['a number', { target: 5 }],
  ])('does not go to or with %s', async (_, wrong) => {
    const answer = await tryIt({ ...WANTED, ...wrong });
    expect([answer.status, departures('tryRequest', answer)]).toEqual([400, []]);
  });
});

test("the control API's own document passes tally check", async () => {
  const run = await contextFor([DOCUMENT]);
  await checkContracts(run.context);
  const wrong = run.results.flatMap((result) => (result.status === 'passed' ? [] : [result]));
  expect([run.results.length > 0, wrong]).toEqual([true, []]);
});
