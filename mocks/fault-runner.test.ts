import { mkdtempSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { askCurl } from './fixtures/fault-clients.ts';
import {
  credentialDigest,
  faults,
  MOCK_DEFAULTS,
  parseFault,
  startMocks,
  type MockOptions,
  type MockServer,
} from './index.ts';

const running: MockServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function mocks(
  rules: readonly string[],
  options: Partial<MockOptions> = {},
  paths = ['faults-3.0.yaml'],
): Promise<MockServer> {
  const { context } = await contextFor(paths);
  const read = rules.map((text) => parseFault(text, faults, 'a test'));
  const server = await startMocks(context, {
    ...MOCK_DEFAULTS,
    port: 0,
    verboseLevel: 'silent',
    faults: read,
    ...options,
  });
  running.push(server);
  return server;
}

const refusal = (why: string, fix: string): unknown =>
  expect.objectContaining({ code: 'FAULT_NOT_POSSIBLE', why, fix });

describe('what cannot happen is refused at the start', () => {
  test.each([
    [
      'latency operation=getItm',
      'no operation "getItm" is mocked, did you mean "getItem"?',
      'take one of listItems, createItem, getItem, updateItem, inspectToken',
    ],
    ['latency service=fault', 'no service "fault" is mocked, did you mean "faults"?', 'take one of faults'],
    ['bad_certificate', 'it is a fault of TLS, which is not spoken here', 'add --https'],
    ['http2', 'it is a fault of HTTP/2, which is not spoken here', 'add --http2'],
    [
      'reset_peer after=accept consumer=checkout',
      'it acts before a request is sent: nobody knows its consumer yet',
      'take "consumer" out, or choose connections with attempt=…, every=… or toxicity=…',
    ],
  ])('%s', async (text, why, fix) => {
    await expect(mocks([text])).rejects.toEqual(refusal(why, fix));
  });

  test('faults in several processes, each of which would count for itself', async () => {
    await expect(mocks(['latency'], { workers: 2 })).rejects.toEqual(
      refusal(
        '2 processes answer, and each would count for itself which request is the first',
        'take --workers out while faults are on',
      ),
    );
  });

  test('a connection of one of several APIs on a port', async () => {
    await expect(
      mocks(['reset_peer after=accept service=shop'], {}, ['faults-3.0.yaml', 'shop-3.0.yaml']),
    ).rejects.toEqual(
      refusal('several APIs share the port, and a connection does not say which it is for', 'add --one-port-each'),
    );
  });

  test('and what is on stays on when the next is refused', async () => {
    const server = await mocks(['unavailable']);
    const wrong = parseFault('latency operation=nothing', faults, 'a test');
    expect(() => server.faults.set([wrong])).toThrow('no operation "nothing" is mocked');
    expect((await askCurl(`${server.url}/items/1`)).status).toBe(503);
  });
});

describe('whom a rule is for', () => {
  const call = async (server: MockServer, at: string, headers: Record<string, string> = {}): Promise<number> =>
    (await askCurl(server.url + at, { headers })).status;

  test('one operation', async () => {
    const server = await mocks(['unavailable operation=getItem,inspectToken']);
    expect([await call(server, '/items/1'), await call(server, '/token'), await call(server, '/items')]).toEqual([
      503, 503, 200,
    ]);
  });

  test('one service of a catalogue', async () => {
    const server = await mocks(['unavailable service=shop'], {}, ['faults-3.0.yaml', 'shop-3.0.yaml']);
    expect([await call(server, '/shop/1.2.0/items'), await call(server, '/faults/1.0.0/items')]).toEqual([503, 200]);
  });

  test('one consumer, by the name in its credential or by the digest of it', async () => {
    const basic = (name: string): Record<string, string> => ({
      authorization: `Basic ${Buffer.from(`${name}:pw`).toString('base64')}`,
    });
    const server = await mocks([
      'unavailable consumer=checkout',
      `forbidden consumer=${credentialDigest('Bearer a').slice(0, 20)}`,
    ]);
    const statuses = [
      basic('checkout'),
      basic('billing'),
      { authorization: 'Bearer a' },
      { authorization: 'Bearer b' },
      {},
    ].map(async (headers) => await call(server, '/items/1', headers));
    expect(await Promise.all(statuses)).toEqual([503, 200, 403, 200, 200]);
  });

  test('others are not counted', async () => {
    const server = await mocks(['unavailable operation=getItem attempt=2']);
    expect([
      await call(server, '/items/1'),
      await call(server, '/items'),
      await call(server, '/items/1'),
      await call(server, '/items/1'),
    ]).toEqual([200, 200, 503, 200]);
  });
});

test('requests behind a fault on the same connection are not answered', async () => {
  const server = await mocks(['empty attempt=2']);
  const two = await askCurl(`${server.url}/items/1`, { flags: ['--http1.1', `${server.url}/items/1`] });
  // curl opens another connection for what was not answered on the first.
  expect([two.error, two.body.includes('"id":1')]).toEqual([0, true]);
  await server.faults.settled();
  expect(server.journal.exchanges.map((each) => each.faults?.join() ?? each.response?.status)).toEqual([
    200,
    'empty',
    200,
  ]);
});

test('answers to earlier requests are sent before a fault ends their connection, and later ones never', async () => {
  const server = await mocks(['latency latencyMs=50 attempt=1', 'no_last_chunk attempt=2']);
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  const get = 'GET /items/1 HTTP/1.1\r\nHost: a\r\n\r\n';
  socket.write(get + get + get);
  const answers = (await text(socket)).split(/(?=HTTP\/1\.1 200 OK)/);
  socket.destroy();
  expect(answers.map((each) => each.slice(each.indexOf('\r\n\r\n') + 4))).toEqual([
    '{"note":"old","id":1,"colour":"red"}',
    '24\r\n{"note":"old","id":1,"colour":"red"}\r\n',
  ]);
});

test('a port that rests is closed over TLS as well', async () => {
  const server = await mocks(['down operation=getItem windowMs=120000'], { tls: {}, http2: true });
  const seen = [await askCurl(`${server.url}/items/1`, { http2: true }), await askCurl(`${server.url}/items/1`)];
  expect(seen.map(({ error, status }) => [error, status])).toEqual([
    [0, 200],
    [7, 0],
  ]);
});

test('a request that is longer than any mock reads is answered by the fault', async () => {
  const server = await mocks(['unavailable', 'latency latencyMs=1']);
  const body = 'x'.repeat(11 * 1024 * 1024);
  const seen = await askCurl(`${server.url}/items`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
    flags: ['-H', 'Expect:'],
  });
  expect(seen.status).toBe(503);
  expect((await askCurl(`${server.url}/items`)).status).toBe(503);
});

test('the authority of bad certificates is written for clients to trust', async () => {
  const caOutFile = path.join(mkdtempSync(path.join(tmpdir(), 'tally-faults-')), 'ca.pem');
  const server = await mocks(['bad_certificate variant=expired attempt=1'], { tls: { caOutFile } });
  const pem = readFileSync(caOutFile, 'utf8');
  expect(pem.match(/-----BEGIN CERTIFICATE-----/g)).toHaveLength(2);
  const ca = { file: caOutFile, pem };
  const errors = [await askCurl(`${server.url}/items/1`, { ca }), await askCurl(`${server.url}/items/1`, { ca })];
  expect(errors.map(({ error }) => error)).toEqual([60, 0]);
});

test('preflights are answered whatever is on', async () => {
  const server = await mocks(['unavailable']);
  const preflight = { origin: 'http://localhost', 'access-control-request-method': 'GET' };
  const seen = await askCurl(`${server.url}/items/1`, { method: 'OPTIONS', headers: preflight });
  const answered = await askCurl(`${server.url}/items/1`, { headers: { origin: 'http://localhost' } });
  expect([seen.status, answered.status, answered.headers['access-control-allow-origin']]).toEqual([
    204,
    503,
    'http://localhost',
  ]);
});
