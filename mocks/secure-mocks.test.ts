import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockOptions, type MockServer } from './index.ts';

let folder = '';
const running: MockServer[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-tls-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => await server.close()));
});

async function mocks(options: Partial<MockOptions>): Promise<TestRun & { server: MockServer }> {
  const run = await contextFor(['shop-3.0.yaml']);
  const server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, ...options });
  running.push(server);
  return { ...run, server };
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(path.join(folder, name), text);
  return path.join(folder, name);
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

type Asked = {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

async function overHttps(
  server: MockServer,
  asked: Asked,
  tls: object = { rejectUnauthorized: false },
): Promise<Answer> {
  const { body, ...rest } = asked;
  const outgoing = httpsRequest(server.url, { ...rest, ...tls, agent: false });
  outgoing.end(body);
  const [response] = (await once(outgoing, 'response')) as [import('node:http').IncomingMessage];
  const chunks = await response.setEncoding('utf8').toArray();
  const { date: _date, connection: _connection, 'keep-alive': _alive, ...headers } = response.headers;
  return { status: response.statusCode ?? 0, headers, body: chunks.join('') };
}

async function overHttp2(url: string, asked: Asked): Promise<Answer> {
  const session = connectHttp2(url, { rejectUnauthorized: false });
  const stream = session.request({ ':method': asked.method ?? 'GET', ':path': asked.path, ...asked.headers });
  stream.end(asked.body);
  const [received] = (await once(stream, 'response')) as [Record<string, unknown>];
  const chunks = await stream.setEncoding('utf8').toArray();
  session.close();
  const { ':status': status, date: _date, ...headers } = received;
  return { status: Number(status), headers: Object.fromEntries(Object.entries(headers)), body: chunks.join('') };
}

const LAMP = { headers: { 'content-type': 'application/json', 'x-key': 'k' }, body: '{"name":"Lamp","price":1}' };

describe('a generated certificate', () => {
  test('is for this machine, and is trusted by those who were given it', async () => {
    const caOutFile = path.join(folder, 'ca.pem');
    const { server } = await mocks({ tls: { caOutFile } });
    const ca = await readFile(caOutFile, 'utf8');
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect((await overHttps(server, { path: '/items/newest' }, { ca })).status).toBe(200);
    await expect(overHttps(server, { path: '/items/newest' }, {})).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const certificate = new X509Certificate(ca);
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(server.certificate).toEqual({ fingerprint: certificate.fingerprint256, isGenerated: true, file: caOutFile });
  });

  test('does not make the mock talk to those who speak no TLS, or an old one', async () => {
    const { server, logged } = await mocks({ tls: {} });
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    const old = {
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
      rejectUnauthorized: false,
    };
    await expect(overHttps(server, { path: '/items' }, old)).rejects.toMatchObject({
      message: expect.stringContaining('alert protocol version'),
    });
    expect((await overHttps(server, { path: '/items' })).status).toBe(200);
    await server.close();
    expect(logged.join('\n')).toContain('TLS handshake  refused');
  });
});

describe('a given certificate', () => {
  test('is used', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'mock.example' }], {
      algorithm: 'sha256',
    });
    const certFile = await file('cert.pem', cert);
    const { server } = await mocks({ tls: { certFile, keyFile: await file('key.pem', key) } });
    const fingerprint = new X509Certificate(cert).fingerprint256;
    expect(server.certificate).toEqual({ fingerprint, isGenerated: false, file: certFile });
    expect((await overHttps(server, { path: '/items' })).status).toBe(200);
  });

  test('that cannot be used is refused before the start', async () => {
    const [one, two] = await Promise.all([generate([]), generate([])]);
    const certFile = await file('one.pem', one.cert);
    const wrong = await file('two.key', two.private);
    const noPem = await file('no.pem', 'hello');
    const cases = [
      [{ certFile }, 'TLS_INCOMPLETE', 'it is of no use without --tls-key'],
      [{ keyFile: wrong }, 'TLS_INCOMPLETE', 'it is of no use without --tls-cert'],
      [{ clientCert: 'required' as const }, 'TLS_INCOMPLETE', 'it is of no use without --client-ca'],
      [{ certFile, keyFile: wrong }, 'TLS_INVALID', 'key values mismatch'],
      [
        { certFile: path.join(folder, 'gone.pem'), keyFile: wrong },
        'TLS_UNREADABLE',
        'there is no such file or folder',
      ],
      [{ certFile: noPem, keyFile: wrong }, 'TLS_UNREADABLE', 'it is no PEM file'],
      [{ caOutFile: path.join(folder, 'no/such/ca.pem') }, 'FILE_NOT_WRITABLE', 'there is no such file or folder'],
    ] as const;
    for (const [tls, code, why] of cases) await expect(mocks({ tls })).rejects.toMatchObject({ code, why });
  });
});

describe('mutual TLS', () => {
  test('refuses the handshake without a certificate that is signed, and notes whose it was', async () => {
    const authority = await generate([{ name: 'commonName', value: 'Partners' }], {
      algorithm: 'sha256',
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
    const partner = await generate([{ name: 'commonName', value: 'checkout' }], {
      algorithm: 'sha256',
      ca: { key: authority.private, cert: authority.cert },
    });
    const stranger = await generate([{ name: 'commonName', value: 'stranger' }], { algorithm: 'sha256' });
    const clientCaFile = await file('partners.pem', authority.cert);
    const own = (pair: typeof partner): object => ({ cert: pair.cert, key: pair.private, rejectUnauthorized: false });

    const { server } = await mocks({ tls: { clientCaFile }, http2: true });
    await expect(overHttps(server, { path: '/items' })).rejects.toMatchObject({
      code: expect.stringMatching(/SSL|ECONNRESET/),
    });
    await expect(overHttps(server, { path: '/items' }, own(stranger))).rejects.toMatchObject({
      code: expect.stringMatching(/SSL|ECONNRESET/),
    });
    expect((await overHttps(server, { path: '/items' }, own(partner))).status).toBe(200);
    expect(server.journal.exchanges.map(({ client }) => client)).toEqual(['CN=checkout']);

    const optional = await mocks({ tls: { clientCaFile, clientCert: 'optional' } });
    for (const tls of [{ rejectUnauthorized: false }, own(stranger), own(partner)]) {
      expect((await overHttps(optional.server, { path: '/items' }, tls)).status).toBe(200);
    }
    expect(optional.server.journal.exchanges.map(({ client }) => client)).toEqual([
      undefined,
      undefined,
      'CN=checkout',
    ]);
  });
});

describe('HTTP/2', () => {
  const ASKED: readonly Asked[] = [
    { path: '/items/newest' },
    { path: '/items?limit=0' },
    { path: '/item' },
    { method: 'HEAD', path: '/items' },
    { method: 'PATCH', path: '/items' },
    { method: 'POST', path: '/items', ...LAMP },
    { method: 'POST', path: '/items', ...LAMP, body: '{"name":5}' },
    { method: 'POST', path: '/items', ...LAMP, body: '{' },
    { method: 'POST', path: '/items', ...LAMP, headers: { ...LAMP.headers, 'content-length': '25' } },
    { method: 'OPTIONS', path: '/items', headers: { origin: 'http://a', 'access-control-request-method': 'POST' } },
  ];

  test.each(ASKED)('answers $method $path as HTTP/1.1 does', async (asked) => {
    const { server } = await mocks({ tls: {}, http2: true });
    const { headers: expected, ...rest } = await overHttps(server, asked);
    // What frames the message is the protocol's own business: HTTP/2 drops the length of an answer without a body.
    const { 'transfer-encoding': _chunked, ...headers } = expected;
    const framed = rest.status === 204 ? { ...headers, 'content-length': undefined } : headers;
    expect(await overHttp2(server.url, asked)).toEqual({ ...rest, headers: framed });
    const [one, two] = server.journal.exchanges;
    expect([two?.request.url, two?.request.body, two?.response]).toEqual([
      one?.request.url,
      one?.request.body,
      one?.response,
    ]);
    expect(two?.request.headers['host']).toBe(one?.request.headers['host']);
  });

  test('is spoken without TLS by those who know, beside HTTP/1.1', async () => {
    const { server } = await mocks({ http2: true });
    expect((await overHttp2(server.url, { path: '/items/newest' })).body).toBe('{"id":"newest"}');
    expect(await (await fetch(`${server.url}/items/newest`)).text()).toBe('{"id":"newest"}');
  });

  test('is what curl chooses', async () => {
    const { server } = await mocks({ tls: {}, http2: true });
    const run = promisify(execFile);
    const format = '%{http_version} %{http_code}';
    const ask = async (...flags: string[]): Promise<string> =>
      (await run('curl', ['-sk', '-o', '/dev/null', '-w', format, ...flags, `${server.url}/items/newest`])).stdout;
    expect(await ask('--http1.1')).toBe('1.1 200');
    // A curl without HTTP/2 falls back, and so must we.
    expect(await ask()).toMatch(/^(2|1\.1) 200$/);
  });

  test('a hundred requests at once on one connection are all answered', async () => {
    const { server } = await mocks({ tls: {}, http2: true });
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    const bodies = await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        const stream = session.request({ ':path': number % 2 === 0 ? '/items/newest' : '/items?limit=0' });
        return (await stream.setEncoding('utf8').toArray()).join('').slice(0, 8);
      }),
    );
    session.close();
    expect(new Set(bodies).size).toBe(2);
    expect(server.journal.counts).toEqual({ requests: 100, refused: 50 });
  });

  test('a stream that is reset and a session that breaks harm nobody', async () => {
    const { server } = await mocks({ tls: {}, http2: true });
    const session = connectHttp2(server.url, { rejectUnauthorized: false });
    const stream = session.request({ ':method': 'POST', ':path': '/items', 'content-type': 'application/json' });
    stream.write('{"name":');
    await once(session, 'remoteSettings');
    stream.on('error', () => undefined).close(8);
    await once(stream, 'close');
    session.on('error', () => undefined).destroy();
    expect((await overHttps(server, { path: '/items' })).status).toBe(200);
  });
});
