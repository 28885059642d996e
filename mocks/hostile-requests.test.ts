import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { connect, type Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockOptions, type MockServer } from './index.ts';

const running: MockServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(async (server) => await server.close()));
});

async function mocks(
  options: Partial<MockOptions> = {},
  paths = ['shop-3.0.yaml'],
): Promise<TestRun & { server: MockServer }> {
  const run = await contextFor(paths);
  const server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, ...options });
  running.push(server);
  return { ...run, server };
}

function open(server: MockServer): Socket {
  return connect(Number(new URL(server.url).port), '127.0.0.1').on('error', () => undefined);
}

/** Sends bytes as they are and returns the status lines of all that comes back until the connection ends. */
async function statusesOf(server: MockServer, text: string): Promise<readonly string[]> {
  const socket = open(server);
  socket.write(text, 'latin1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  await once(socket, 'close');
  return [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status = '']) => status);
}

const END = 'Host: a\r\nConnection: close\r\n\r\n';
const POST = 'POST /items HTTP/1.1\r\nContent-Type: application/json\r\nX-Key: k\r\n';

describe('what is no good request', () => {
  test.each([
    ['a method that is not registered', `BREW /items HTTP/1.1\r\n${END}`, ['400']],
    ['a byte that no target has', `GET /it\0ems HTTP/1.1\r\n${END}`, ['400']],
    ['the authority form', `GET example.com:80 HTTP/1.1\r\n${END}`, ['400']],
    ['a tunnel', `CONNECT example.com:80 HTTP/1.1\r\n${END}`, []],
    ['a header without a name', `GET /items HTTP/1.1\r\n: a\r\n${END}`, ['400']],
    ['no Host', 'GET /items HTTP/1.1\r\n\r\n', ['400']],
    ['two different lengths', `${POST}Content-Length: 2\r\nContent-Length: 3\r\n${END}{}`, ['400']],
    ['a length and chunks', `${POST}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n${END}0\r\n\r\n`, ['400']],
    ['a length that is no number', `${POST}Content-Length: two\r\n${END}{}`, ['400']],
    ['a length that is too short', `${POST}Content-Length: 1\r\n${END}{}`, ['400']],
    ['a chunk without a length', `${POST}Transfer-Encoding: chunked\r\n${END}x\r\n{}\r\n0\r\n\r\n`, ['400']],
    ['JSON that ends too soon', `${POST}Content-Length: 1\r\n${END}{`, ['400']],
    ['JSON that is deep', `${POST}Content-Length: 200000\r\n${END}${'['.repeat(200_000)}`, ['400']],
    ['an encoding that is none', `GET /items/%zz HTTP/1.1\r\nAuthorization: Bearer t\r\n${END}`, ['400']],
    ['a way up', `GET /items/../../etc/passwd HTTP/1.1\r\n${END}`, ['404']],
    ['an encoded way up', `GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n${END}`, ['404']],
    ['the whole server', `OPTIONS * HTTP/1.1\r\n${END}`, ['404']],
    ['a proxy form', `GET http://example.com/items HTTP/1.1\r\n${END}`, ['200']],
    ['a method that nobody documents', `PURGE /items HTTP/1.1\r\n${END}`, ['405']],
  ])('%s is answered, and the next request is served', async (_, text, statuses) => {
    const { server } = await mocks();
    expect(await statusesOf(server, text)).toEqual(statuses);
    expect((await fetch(`${server.url}/items`)).status).toBe(200);
  });

  test('an address in a catalogue leads nowhere else either', async () => {
    const { server } = await mocks({}, ['shop-3.0.yaml', 'tickets-3.1.yaml']);
    for (const target of [
      '*',
      '/shop/1.2.0/../../tickets/3.0.0/tickets',
      '//shop/1.2.0/items',
      '/shop%2f1.2.0/items',
    ]) {
      expect(await statusesOf(server, `OPTIONS ${target} HTTP/1.1\r\n${END}`)).toEqual(['404']);
    }
    expect(await statusesOf(server, `GET /shop/1.2.0/items?a=/b/c HTTP/1.1\r\n${END}`)).toEqual(['200']);
  });
});

describe('a slow or broken client', () => {
  test('that does not send the body it announced is answered with 408', async () => {
    const { server } = await mocks({ limits: { requestTimeoutMs: 300, headersTimeoutMs: 300 } });
    expect(await statusesOf(server, `${POST}Content-Length: 25\r\nHost: a\r\n\r\n{"name":`)).toEqual(['408']);
    expect((await fetch(`${server.url}/items`)).status).toBe(200);
  });

  test('that goes away in the middle of its body is noted, and nobody else notices', async () => {
    const { server } = await mocks();
    const socket = open(server);
    socket.write(`${POST}Content-Length: 25\r\nHost: a\r\n\r\n{"name":`);
    while (server.journal.counts.requests === 0) {
      if (socket.bytesWritten > 0) socket.destroy();
      expect((await fetch(`${server.url}/items`)).status).toBe(200);
      if (server.journal.exchanges.some(({ request }) => request.method === 'POST')) break;
    }
    expect((await fetch(`${server.url}/items`)).status).toBe(200);
  });

  test('that sends many requests at once gets its answers in order', async () => {
    const { server } = await mocks();
    const texts = Array.from({ length: 60 }, (_, number) => {
      if (number % 3 === 0) return 'GET /items/newest HTTP/1.1\r\nHost: a\r\n\r\n';
      if (number % 3 === 1) return 'GET /item HTTP/1.1\r\nHost: a\r\n\r\n';
      return `${POST}Host: a\r\nContent-Length: 25\r\n\r\n{"name":"Lamp","price":1}\r\n`.replace(/\r\n$/, '');
    });
    const statuses = await statusesOf(server, `${texts.join('')}GET /items HTTP/1.1\r\n${END}`);
    expect(statuses).toEqual([...texts.map((_, number) => ['200', '404', '201'][number % 3]), '200']);
  });

  test('that opens more connections than there may be is turned away, and others are served again afterwards', async () => {
    const { server } = await mocks({ limits: { connections: 5 } });
    const sockets = Array.from({ length: 10 }, () => open(server));
    let closed = 0;
    await new Promise<void>((resolve) => {
      for (const socket of sockets) {
        socket.on('close', () => {
          closed += 1;
          if (closed === 5) resolve();
        });
        socket.resume();
      }
    });
    expect(sockets.filter(({ destroyed }) => destroyed)).toHaveLength(5);
    for (const socket of sockets) socket.destroy();
    for (let status = 0; status !== 200;) {
      status = await fetch(`${server.url}/items`).then(
        (response) => response.status,
        () => 0,
      );
    }
  });
});

describe('memory', () => {
  test('comes back after 10,000 dropped connections, broken requests and large bodies', async () => {
    const file = fileURLToPath(new URL('./fixtures/memory-process.ts', import.meta.url));
    const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const child = fork(file, [], { execArgv: ['--expose-gc', '--import', loader], env: { PATH: process.env['PATH'] } });
    const [measured] = (await once(child, 'message')) as [
      { beforeBytes: number; afterBytes: number; unhandled: number },
    ];
    await once(child, 'exit');
    const MEGABYTE = 1024 * 1024;
    expect(measured.unhandled).toBe(0);
    // The journal may keep 32 MiB of bodies.
    expect((measured.afterBytes - measured.beforeBytes) / MEGABYTE).toBeLessThan(64);
  });
});
