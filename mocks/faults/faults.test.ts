import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Agent, fetch as fetchByPackage } from 'undici';
import { faultAuthority } from '../fault-certificates.ts';
import { credentialDigest } from '../fault-consumer.ts';
import type { Delivery } from '../fault.ts';
import { contextFor } from '../fixtures/context.ts';
import { askCurl, askUndici, type Asking, type Seen } from '../fixtures/fault-clients.ts';
import { faults, MOCK_DEFAULTS, parseFault, startMocks, type FaultRule, type MockServer } from '../index.ts';

/** What two clients say to one fault. */
interface Case extends Asking {
  /** The rule, less whom it is for. */
  readonly fault: string;
  readonly path?: string;
  /** Exit codes; which one of several depends on curl's version. */
  readonly curl?: readonly number[];
  /** Error codes; the parser's lose theirs in some versions and have their words. */
  readonly undici?: RegExp;
  readonly status?: number;
  readonly atLeastMs?: number;
  /** What both have seen where nothing went wrong. */
  readonly expects?: (seen: Seen, clean: Seen) => void;
}

const SUBJECT = 'Bearer subject';
const NEIGHBOUR = { headers: { authorization: 'Bearer neighbour' } };
const JSON_TYPE = { 'content-type': 'application/json' };
const retryAfter = (seen: Seen): string | undefined => seen.headers['retry-after'];
const same = (seen: Seen, clean: Seen): void => expect(seen.body).toBe(clean.body);
const challenge = (seen: Seen): string | undefined => seen.headers['www-authenticate'];
const bodyOf = (seen: Seen): unknown => JSON.parse(seen.body);
const isJson = (seen: Seen): boolean => {
  try {
    JSON.parse(seen.body);
    return true;
  } catch {
    return false;
  }
};

const ON_HTTP1: readonly Case[] = [
  { fault: 'latency latencyMs=200', status: 200, atLeastMs: 200, expects: same },
  { fault: 'jitter latencyMs=150 jitterMs=50', status: 200, atLeastMs: 100, expects: same },
  { fault: 'lognormal medianMs=2000 capMs=100', status: 200, atLeastMs: 100, expects: same },
  { fault: 'slow_headers intervalMs=15', status: 200, atLeastMs: 135, expects: same },
  { fault: 'slicer sizeBytes=5 intervalMs=15', status: 200, atLeastMs: 105, expects: same },
  { fault: 'bandwidth rateKiBps=1', status: 200, atLeastMs: 200, expects: same },
  {
    fault: 'bandwidth rateKiBps=10 direction=up',
    method: 'POST',
    path: '/items',
    body: JSON.stringify({ name: 'x'.repeat(2_000) }),
    headers: JSON_TYPE,
    status: 201,
    atLeastMs: 190,
    expects: same,
  },
  { fault: 'down', curl: [7], undici: /^ECONNREFUSED$/ },
  { fault: 'reset_peer', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'reset_peer after=head', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'reset_peer after=accept', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'reset_mid_body afterBytes=5', curl: [56], undici: /^ECONNRESET$/, status: 200 },
  { fault: 'empty', curl: [52], undici: /^UND_ERR_SOCKET$/ },
  { fault: 'timeout', timeoutMs: 300, curl: [28], undici: /^UND_ERR_HEADERS_TIMEOUT$/, atLeastMs: 300 },
  { fault: 'timeout phase=body', timeoutMs: 300, curl: [28], undici: /^UND_ERR_BODY_TIMEOUT$/, status: 200 },
  { fault: 'timeout capMs=100', curl: [52], undici: /^UND_ERR_SOCKET$/, atLeastMs: 100 },
  { fault: 'limit_data sizeBytes=3', curl: [18], undici: /^UND_ERR_SOCKET$/, status: 200 },
  { fault: 'bad_chunk', curl: [56], undici: /^HPE_INVALID_CHUNK_SIZE$|Invalid character in chunk size/, status: 200 },
  { fault: 'no_last_chunk', curl: [18], undici: /^UND_ERR_SOCKET$/, status: 200 },
  { fault: 'garbage', curl: [1], undici: /^HPE_INVALID_CONSTANT$|Expected HTTP/ },
  {
    fault: 'wrong_content_type',
    status: 200,
    expects: (seen, clean) => expect([seen.headers['content-type'], seen.body]).toEqual(['text/html', clean.body]),
  },
  {
    fault: 'wrong_content_type body=html',
    status: 200,
    expects: (seen) =>
      expect([seen.headers['content-type'], seen.body.slice(0, 9)]).toEqual(['application/json', '<!doctype']),
  },
  ...['cut', 'trailing_comma', 'nan'].map((mutation) => ({
    fault: `invalid_json mutation=${mutation}`,
    status: 200,
    expects: (seen: Seen) => expect([seen.headers['content-type'], isJson(seen)]).toEqual(['application/json', false]),
  })),
  {
    fault: 'invalid_json mutation=bom',
    status: 200,
    // A text decoder takes the mark away, as `fetch` does; the bytes say it is there.
    expects: (seen, clean) =>
      expect(Number(seen.headers['content-length'])).toBe(Number(clean.headers['content-length']) + 3),
  },
  {
    fault: 'invalid_json mutation=duplicate_key',
    status: 200,
    expects: (seen) => expect(seen.body).toBe('{"note":null,"note":"old","id":1,"colour":"red"}'),
  },
  {
    fault: 'schema_break',
    status: 200,
    // `note` comes first and may be missing; `id` must not.
    expects: (seen) => expect(bodyOf(seen)).toEqual({ note: 'old', colour: 'red' }),
  },
  {
    fault: 'schema_break mutation=unknown_enum',
    expects: (seen) => expect(bodyOf(seen)).toEqual({ note: 'old', id: 1, colour: 'A_VALUE_THAT_NOBODY_KNOWS' }),
  },
  {
    fault: 'schema_break mutation=wrong_type pointer=/note',
    expects: (seen) => expect(bodyOf(seen)).toEqual({ note: { value: 'old' }, id: 1, colour: 'red' }),
  },
  {
    fault: 'schema_break mutation=null',
    expects: (seen) => expect(bodyOf(seen)).toEqual({ note: 'old', id: null, colour: 'red' }),
  },
  {
    fault: 'schema_break mutation=extra',
    expects: (seen) => expect(bodyOf(seen)).toMatchObject({ id: 1, notInTheContract: expect.any(String) }),
  },
  {
    fault: 'rate_limited retryAfterS=7',
    status: 429,
    expects: (seen) =>
      expect([retryAfter(seen), seen.headers['content-type'], bodyOf(seen)]).toEqual([
        '7',
        'application/problem+json',
        {
          type: 'about:blank',
          title: 'Too Many Requests',
          status: 429,
          detail: 'Too many requests. Come back in 7 s.',
        },
      ]),
  },
  {
    fault: 'retry_after_date',
    status: 429,
    expects: (seen) => expect(retryAfter(seen)).toMatch(/^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/),
  },
  {
    fault: 'retry_after_date status=503 format=rfc850',
    status: 503,
    expects: (seen) => expect(retryAfter(seen)).toMatch(/^\w+day, \d\d-\w{3}-\d\d [\d:]{8} GMT$/),
  },
  {
    fault: 'retry_after_date format=asctime',
    status: 429,
    expects: (seen) => expect(retryAfter(seen)).toMatch(/^\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}$/),
  },
  { fault: 'unavailable', status: 503, expects: (seen) => expect(retryAfter(seen)).toBeUndefined() },
  { fault: 'unavailable retryAfterS=3', status: 503, expects: (seen) => expect(retryAfter(seen)).toBe('3') },
  { fault: 'server_errors status=502', status: 502 },
  { fault: 'flapping upMs=0 downMs=60000', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'flapping upMs=60000', status: 200, expects: same },
  {
    fault: 'token_expired scope=items:read',
    status: 401,
    expects: (seen) =>
      expect(challenge(seen)).toBe(
        'Bearer error="invalid_token", error_description="The access token expired", scope="items:read"',
      ),
  },
  {
    fault: 'forbidden',
    status: 403,
    expects: (seen) => expect(challenge(seen)).toBe('Bearer error="insufficient_scope"'),
  },
  { fault: 'conflict', status: 409, expects: (seen) => expect(seen.body).toContain('state') },
  {
    fault: 'conflict reason=key_in_progress',
    status: 409,
    expects: (seen) => expect(seen.body).toContain('Idempotency-Key'),
  },
  { fault: 'precondition', method: 'PATCH', headers: { ...JSON_TYPE, 'if-match': '"one"' }, body: '{}', status: 412 },
  { fault: 'redirect', follow: true, curl: [47], undici: /redirect count exceeded/ },
  { fault: 'redirect variant=ring', follow: true, curl: [47], undici: /redirect count exceeded/ },
  { fault: 'redirect', status: 302, expects: (seen) => expect(seen.headers['location']).toBe('/items/1') },
  {
    fault: 'redirect variant=ring',
    status: 302,
    expects: (seen) => expect(seen.headers['location']).toBe('/items/1?tally-hop=1'),
  },
  {
    fault: 'redirect variant=chain hops=2',
    path: '/items/1?x=1',
    status: 302,
    expects: (seen) => expect(seen.headers['location']).toBe('/items/1?x=1&tally-hop=1'),
  },
  { fault: 'redirect variant=chain hops=2', path: '/items/1?tally-hop=2', status: 200, expects: same },
  {
    fault: 'redirect variant=cross_origin status=307',
    method: 'POST',
    path: '/items',
    body: '{"name":"x"}',
    headers: JSON_TYPE,
    status: 307,
    expects: (seen) => expect(seen.headers['location']).toMatch(/^http:\/\/localhost:\d+\/items\?tally-hop=1$/),
  },
  { fault: 'stale_cursor', path: '/items?cursor=c1', status: 410 },
  { fault: 'stale_cursor variant=bad', path: '/items?cursor=c1', status: 400 },
  {
    fault: 'stale_cursor variant=repeated',
    path: '/items?cursor=c1',
    expects: (seen) => expect(bodyOf(seen)).toMatchObject({ next: 'c1' }),
  },
  {
    fault: 'stale_cursor variant=cross_host',
    path: '/items',
    expects: (seen) =>
      expect(bodyOf(seen)).toMatchObject({ next: expect.stringMatching(/^http:\/\/localhost:\d+\/items$/) }),
  },
  {
    fault: 'clock_skew skewS=-3600',
    path: '/token',
    expects: (seen) => {
      expect([bodyOf(seen), seen.headers['expires']]).toEqual([
        { active: true, exp: 1_767_225_600 - 3_600, sub: 'ann' },
        'Wed, 31 Dec 2025 23:00:00 GMT',
      ]);
      expect(Date.parse(seen.headers['date'] ?? '')).toBeLessThan(Date.now() - 3_500_000);
    },
  },
  { fault: 'big_headers sizeBytes=400000', curl: [27, 56, 0], undici: /^UND_ERR_HEADERS_OVERFLOW$/ },
  {
    fault: 'big_body sizeMiB=2',
    status: 200,
    expects: (seen, clean) => expect([seen.body.length, seen.body.trim()]).toEqual([2 * 1024 * 1024, clean.body]),
  },
  { fault: 'big_body variant=endless capMs=100', status: 200, curl: [18], undici: /^UND_ERR_SOCKET$/, atLeastMs: 100 },
  { fault: 'encoding_lie', flags: ['--compressed'], curl: [61], undici: /^Z_DATA_ERROR$/ },
  {
    fault: 'conflicting_length',
    curl: [18, 8],
    undici: /^HPE_UNEXPECTED_CONTENT_LENGTH$|^UND_ERR_RES_CONTENT_LENGTH_MISMATCH$|Duplicate Content-Length/,
  },
  {
    fault: 'lost_ack',
    method: 'POST',
    path: '/items',
    body: '{"name":"x"}',
    headers: JSON_TYPE,
    curl: [56],
    undici: /^ECONNRESET$/,
  },
];

/** Faults that have no such table row, because a client alone says nothing of them: their own tests stand below. */
const ON_THEIR_OWN = ['duplicate_delivery', 'out_of_order', 'stale_keep_alive'];

const OVER_TLS: readonly Case[] = [
  { fault: 'tls_handshake', curl: [35], undici: /^ERR_SSL_SSL.*ALERT_HANDSHAKE_FAILURE$/ },
  { fault: 'tls_handshake variant=close', curl: [35], undici: /^ECONNRESET$/ },
  { fault: 'tls_handshake variant=tls_1_1', curl: [35], undici: /PROTOCOL_VERSION$/ },
  { fault: 'bad_certificate', strict: true, curl: [60], undici: /^DEPTH_ZERO_SELF_SIGNED_CERT$/ },
  { fault: 'bad_certificate', status: 200, expects: same },
  { fault: 'reset_peer', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'reset_peer after=accept', curl: [35], undici: /^ECONNRESET$/ },
  { fault: 'reset_mid_body', curl: [56], undici: /^ECONNRESET$/ },
  { fault: 'empty', curl: [52], undici: /^UND_ERR_SOCKET$/ },
  { fault: 'limit_data', curl: [18], undici: /^UND_ERR_SOCKET$/ },
  { fault: 'bad_chunk', curl: [56], undici: /^HPE_INVALID_CHUNK_SIZE$|Invalid character in chunk size/ },
  { fault: 'garbage', curl: [1], undici: /^HPE_INVALID_CONSTANT$|Expected HTTP/ },
  { fault: 'slicer sizeBytes=10 intervalMs=5', status: 200, expects: same },
  { fault: 'http2', http2: true, curl: [56, 92, 16], undici: /^ERR_HTTP2_STREAM_ERROR$/ },
  { fault: 'http2 code=goaway', http2: true, curl: [18, 16, 56, 92], undici: /^UND_ERR_SOCKET$|^ERR_HTTP2/ },
  { fault: 'http2 code=rst_stream', http2: true, curl: [92], undici: /^ERR_HTTP2_STREAM_ERROR$/ },
  { fault: 'latency latencyMs=100', http2: true, atLeastMs: 100, expects: same },
  { fault: 'rate_limited', http2: true, status: 429, expects: (seen) => expect(retryAfter(seen)).toBe('2') },
  {
    fault: 'schema_break',
    http2: true,
    status: 200,
    expects: (seen) => expect(bodyOf(seen)).toEqual({ note: 'old', colour: 'red' }),
  },
];

async function mocks(tls: boolean): Promise<MockServer> {
  const { context } = await contextFor(['faults-3.0.yaml', 'shop-3.0.yaml']);
  return await startMocks(context, {
    ...MOCK_DEFAULTS,
    port: 0,
    layout: 'ports',
    verboseLevel: 'silent',
    http2: tls,
    ...(tls ? { tls: {} } : {}),
  });
}

const rule = (text: string): FaultRule => parseFault(text, faults, 'a test');
const isOfConnections = (text: string): boolean => /^(down|tls_handshake|bad_certificate)\b|after=accept/.test(text);

/** Only the subject is to notice; who is not known yet cannot be chosen but by the port. */
function ruleOf({ fault }: Case): FaultRule {
  return rule(isOfConnections(fault) ? `${fault} service=faults` : `${fault} consumer=${credentialDigest(SUBJECT)}`);
}

async function expectConformance(server: MockServer, given: Case): Promise<void> {
  const [subject = '', other = ''] = server.services.map(({ url }) => url);
  const {
    fault,
    path: at = '/items/1',
    curl = [0],
    undici = /^none$/,
    status,
    atLeastMs = 0,
    expects,
    ...asking
  } = given;
  const asked = { ...asking, headers: { ...asking.headers, authorization: SUBJECT } };
  // Of a neighbour: the same operation, or where all of a port is meant, the other port.
  const place = isOfConnections(fault) ? `${other}/items` : subject + at;
  const neighbourly = isOfConnections(fault)
    ? NEIGHBOUR
    : { ...asking, headers: { ...asking.headers, ...NEIGHBOUR.headers } };
  const quiet = { ...neighbourly, timeoutMs: 30_000, follow: false, strict: false };
  server.faults.set([]);
  const clean = await askCurl(subject + at, {
    ...asked,
    timeoutMs: 30_000,
    follow: false,
    strict: false,
    flags: ['--retry', '5', '--retry-connrefused'],
  });
  const before = await askCurl(place, quiet);
  const noted = server.journal.counts.requests;

  const seen: Seen[] = [];
  for (const ask of [askCurl, askUndici]) {
    server.faults.set([ruleOf(given)]);
    const [mine, theirs] = await Promise.all([ask(subject + at, asked), askCurl(place, quiet)]);
    seen.push(mine);
    expect([theirs.error, theirs.raw]).toEqual([0, before.raw]);
  }
  const [byCurl, byUndici] = seen;
  expect(curl).toContain(byCurl?.error);
  expect(byUndici?.error).toMatch(undici);
  for (const each of seen) {
    if (status !== undefined) expect(each.status).toBe(status);
    expect(each.elapsedMs).toBeGreaterThanOrEqual(atLeastMs);
    expects?.(each, clean);
  }
  await server.faults.settled();
  const id = fault.split(' ', 1)[0] ?? '';
  const exchanges = server.journal.exchanges.slice(noted - server.journal.counts.requests);
  const hit = exchanges.filter((each) => each.faults !== undefined);
  expect(hit.every((each) => each.faults?.join() === id)).toBe(true);
  if (expects === same && atLeastMs === 0) return;
  expect(server.faults.firings.slice(-1)).toMatchObject([{ fault: id }]);
}

describe.each([
  ['over TCP', false, ON_HTTP1],
  ['over TLS', true, OVER_TLS],
] as const)('%s', (_name, tls, cases) => {
  let server: MockServer;

  beforeAll(async () => {
    server = await mocks(tls);
  });

  afterAll(async () => {
    await server.close();
  });

  test.each(cases.map((each) => [JSON.stringify([each.fault, each.path, each.follow, each.strict]), each] as const))(
    '%s is what curl and undici say it is, and no neighbour notices',
    async (_title, each) => {
      await expectConformance(server, each);
    },
  );
});

describe('the list', () => {
  test('has every file of its folder, sorted', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter(
      (name) => name.endsWith('.ts') && !/(^index|\.test)\.ts$/.test(name),
    );
    expect(faults.map(({ id }) => `${id.replaceAll('_', '-')}.ts`)).toEqual(files.toSorted());
    expect(faults.map(({ id }) => id)).toEqual(faults.map(({ id }) => id).toSorted());
  });

  test('has every number of the catalogue once', () => {
    const numbers = Array.from({ length: 41 }, (_, at) => `F${String(at + 1).padStart(2, '0')}`);
    expect(faults.map(({ number }) => number).toSorted()).toEqual(numbers);
  });

  test('has a test here for each fault', () => {
    const tested = [...ON_HTTP1, ...OVER_TLS].map(({ fault }) => fault.split(' ', 1)[0] ?? '');
    expect(faults.filter(({ id }) => !tested.includes(id)).map(({ id }) => id)).toEqual(ON_THEIR_OWN);
  });
});

describe('a fault with a memory', () => {
  let server: MockServer;
  let url: string;

  beforeAll(async () => {
    server = await mocks(false);
    url = `${server.services[0]?.url}/items/1`;
  });

  afterAll(async () => {
    await server.close();
  });

  const statuses = async (count: number, asking: Asking = {}): Promise<number[]> => {
    const seen: number[] = [];
    for (let at = 0; at < count; at += 1) seen.push((await askUndici(url, asking)).status);
    return seen;
  };

  test('server_errors ends after its count, and begins anew with the next scenario', async () => {
    server.faults.set([rule('server_errors status=504')]);
    expect(await statuses(3)).toEqual([504, 504, 200]);
    server.faults.reset();
    expect(await statuses(3)).toEqual([504, 504, 200]);
  });

  test('token_expired refuses one token from a request on, and lets the next one in', async () => {
    server.faults.set([rule('token_expired fromRequest=2')]);
    expect(await statuses(3, { headers: { authorization: 'Bearer one' } })).toEqual([200, 401, 401]);
    expect(await statuses(2, { headers: { authorization: 'Bearer two' } })).toEqual([200, 200]);
    expect(await statuses(1, { headers: { authorization: 'Bearer one' } })).toEqual([401]);
  });

  test('precondition gives a new ETag to the client that was refused, and to nobody else', async () => {
    server.faults.set([rule('precondition')]);
    const mine = { authorization: 'Bearer mine' };
    const change = { method: 'PATCH', headers: { ...mine, ...JSON_TYPE, 'if-match': '"one"' }, body: '{}' };
    expect((await askUndici(url, change)).status).toBe(412);
    const [again, other] = await Promise.all([askUndici(url, { headers: mine }), askUndici(url, NEIGHBOUR)]);
    expect([again.status, other.headers['etag']]).toEqual([200, '"one"']);
    expect(again.headers['etag']).toMatch(/^"[0-9a-f]{16}"$/);
    expect((await askUndici(url, change)).status).toBe(200);
  });

  test('redirect leads along a chain to the answer', async () => {
    server.faults.set([rule('redirect variant=chain hops=3')]);
    const seen = await askUndici(url, { follow: true });
    expect([seen.error, seen.status, server.faults.firings.slice(-3).map(({ fault }) => fault)]).toEqual([
      'none',
      200,
      ['redirect', 'redirect', 'redirect'],
    ]);
  });

  test('a redirect to another origin is followed without the credential', async () => {
    server.faults.set([rule('redirect variant=cross_origin')]);
    const seen = await askCurl(url, { follow: true, headers: { authorization: SUBJECT } });
    expect(seen.error).toBe(0);
    await server.faults.settled();
    const [first, last] = server.journal.exchanges.slice(-2);
    expect([first?.request.headers['authorization'], last?.request.headers['authorization']]).toEqual([
      expect.stringContaining('REDACTED'),
      undefined,
    ]);
  });

  test('stale_keep_alive closes a kept connection as the next request arrives', async () => {
    server.faults.set([rule('stale_keep_alive')]);
    const dispatcher = new Agent({ connections: 1 });
    const first = await fetchByPackage(url, { dispatcher });
    await first.text();
    const second = await fetchByPackage(url, { dispatcher }).then(
      () => 'answered',
      (thrown: { cause?: { code?: string } }) => thrown.cause?.code,
    );
    await dispatcher.destroy();
    expect([first.status, second]).toEqual([200, 'UND_ERR_SOCKET']);
    // curl sends again what was not answered on a connection that it had used before.
    const seen = await askCurl(url, { flags: [url] });
    await server.faults.settled();
    const noted = server.journal.exchanges.slice(-3).map((each) => each.faults?.join() ?? each.response?.status);
    expect([seen.error, noted]).toEqual([0, [200, 'stale_keep_alive', 200]]);
  });

  test('down begins when the selected request has been answered', async () => {
    server.faults.set([rule('down operation=getItem windowMs=120000')]);
    const first = await askCurl(url);
    const second = await askCurl(url);
    server.faults.set([]);
    const third = await askCurl(url, { flags: ['--retry', '5', '--retry-connrefused'] });
    expect([first, second, third].map(({ error, status }) => [error, status])).toEqual([
      [0, 200],
      [7, 0],
      [0, 200],
    ]);
  });

  test('the port is open again when the window is over', async () => {
    server.faults.set([rule('down windowMs=50')]);
    expect((await askCurl(url, { flags: ['--retry', '8', '--retry-connrefused'] })).status).toBe(200);
  });

  test('flapping goes up and down by the clock', async () => {
    server.faults.set([rule('flapping upMs=0 downMs=60000 cycles=1')]);
    expect((await askCurl(url)).error).toBe(56);
    server.faults.reset();
    expect((await askCurl(url)).error).toBe(56);
  });

  test('20,000 bytes of header are too much for undici and not for curl', async () => {
    server.faults.set([rule('big_headers')]);
    expect([(await askCurl(url)).error, (await askUndici(url)).error]).toEqual([0, 'UND_ERR_HEADERS_OVERFLOW']);
  });

  test('half a gzip is given on as it came by many clients', async () => {
    server.faults.set([rule('encoding_lie variant=cut')]);
    const whole = '{"note":"old","id":1,"colour":"red"}';
    const seen = await askUndici(url);
    expect([seen.status, seen.body.length < whole.length]).toEqual([200, true]);
  });

  test('several faults act together', async () => {
    server.faults.set([rule('latency latencyMs=50'), rule('clock_skew'), rule('rate_limited')]);
    const seen = await askUndici(url);
    expect([seen.status, seen.elapsedMs >= 50]).toEqual([429, true]);
    await server.faults.settled();
    expect(server.journal.exchanges.at(-1)?.faults).toEqual(['latency', 'clock_skew', 'rate_limited']);
  });

  test('a lost acknowledgement was applied, a refused request was not', async () => {
    const post = { method: 'POST', headers: JSON_TYPE, body: '{"name":"x"}' };
    const at = `${server.services[0]?.url}/items`;
    server.faults.set([rule('lost_ack count=1')]);
    expect((await askUndici(at, post)).error).toBe('ECONNRESET');
    await server.faults.settled();
    const exchange = server.journal.exchanges.at(-1);
    expect([exchange?.operationId, exchange?.faults, exchange?.response, exchange?.request.body]).toEqual([
      'createItem',
      ['lost_ack'],
      undefined,
      '{"name":"x"}',
    ]);
  });
});

describe('certificates of the authority of faults, which the client trusts', () => {
  test.each([
    ['expired', 'CERT_HAS_EXPIRED'],
    ['not_yet_valid', 'CERT_NOT_YET_VALID'],
    ['wrong_host', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['untrusted_ca', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ])('%s is %s', async (variant, code) => {
    const server = await mocks(true);
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'tally-faults-')), 'authority.pem');
    const pem = await faultAuthority();
    writeFileSync(file, pem);
    server.faults.set([rule(`bad_certificate variant=${variant}`)]);
    const url = `${server.services[0]?.url}/items/1`;
    const seen = [await askCurl(url, { ca: { file, pem } }), await askUndici(url, { ca: { file, pem } })];
    await server.close();
    expect(seen.map(({ error }) => error)).toEqual([60, code]);
  });
});

describe('webhook deliveries', () => {
  const delivery = (eventId: string): Delivery => ({
    eventId,
    url: 'http://127.0.0.1:1/',
    headers: {},
    body: '{}',
    delayMs: 0,
  });
  let server: MockServer;

  beforeAll(async () => {
    server = await mocks(false);
  });

  afterAll(async () => {
    await server.close();
  });

  test('duplicate_delivery sends the same event again, and leaves other consumers alone', () => {
    server.faults.set([rule('duplicate_delivery count=3 gapMs=10 consumer=checkout')]);
    const other = { ...delivery('e2'), consumer: 'billing' };
    const sent = server.faults.deliveries.plan([{ ...delivery('e1'), consumer: 'checkout' }, other]);
    expect(sent.map(({ eventId, delayMs }) => [eventId, delayMs])).toEqual([
      ['e2', 0],
      ['e1', 0],
      ['e1', 10],
      ['e1', 20],
    ]);
    expect(server.faults.firings.at(-1)).toMatchObject({ fault: 'duplicate_delivery' });
  });

  test('out_of_order keeps events until there are enough, and gives the rest at the end', () => {
    server.faults.set([rule('out_of_order count=3 seed=4')]);
    const { plan, rest } = server.faults.deliveries;
    const sent = ['e1', 'e2', 'e3', 'e4'].map((id) => plan([delivery(id)]).map(({ eventId }) => eventId));
    expect([sent[0], sent[1], sent[3]]).toEqual([[], [], []]);
    expect(sent[2]?.toSorted()).toEqual(['e1', 'e2', 'e3']);
    expect(sent[2]).not.toEqual(['e1', 'e2', 'e3']);
    expect(rest().map(({ eventId }) => eventId)).toEqual(['e4']);
  });

  test('what was kept is not lost when the faults are turned off', () => {
    server.faults.set([rule('out_of_order')]);
    const { plan } = server.faults.deliveries;
    expect(plan([delivery('e1')])).toEqual([]);
    server.faults.set([]);
    expect(plan([delivery('e2')]).map(({ eventId }) => eventId)).toEqual(['e1', 'e2']);
  });
});

test('a mock that is closed ends what its faults hold back', async () => {
  const server = await mocks(false);
  server.faults.set([rule('timeout operation=getItem'), rule('latency latencyMs=120000 operation=listItems')]);
  const base = server.services[0]?.url ?? '';
  const asked = [askCurl(`${base}/items/1`), askCurl(`${base}/items`)];
  while (server.faults.firings.length < 2) await new Promise((resolve) => void setImmediate(resolve));
  await server.close();
  expect((await Promise.all(asked)).map(({ error }) => error !== 0)).toEqual([true, true]);
  expect(server.journal.exchanges.map((each) => [each.faults?.join(), each.response])).toEqual(
    expect.arrayContaining([
      ['timeout', undefined],
      ['latency', undefined],
    ]),
  );
});
