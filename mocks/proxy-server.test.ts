import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { PROXY_OPTIONS } from './fixtures/proxy-options.ts';
import { tlsSettings } from './tls-settings.ts';
import { startProxy, type ProxyOptions, type ProxyServer } from './index.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function upstreamOf(listener: RequestListener): Promise<URL> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

interface Proxied extends TestRun {
  readonly proxy: ProxyServer;
}

async function proxied(
  upstream: URL,
  options: Partial<ProxyOptions> = {},
  document = 'shop-3.0.yaml',
): Promise<Proxied> {
  const run = await contextFor([document]);
  const proxy = await startProxy(run.context, { ...PROXY_OPTIONS, upstream, ...options });
  closing.unshift(async () => await proxy.close());
  return { ...run, proxy };
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const LONG_BYTES = 11 * 1024 * 1024;
const NOTE = 'The body is longer than 10 MB and was not validated';

describe('a proxy', () => {
  test('sends the upstream the bytes as they came, without what is meant for the connection to it', async () => {
    const seen: { request: IncomingMessage; body: Buffer }[] = [];
    const upstream = await upstreamOf((request, response) => {
      void bytesOf(request).then((body) => {
        seen.push({ request, body });
        response.end();
      });
    });
    const { proxy } = await proxied(new URL('/v1?x=1', upstream));
    const body = '{ "name": "Lamp",\n "price": 3.0 }';
    const headers = {
      'content-type': 'application/json',
      connection: 'x-mine, close',
      'x-mine': '1',
      te: 'trailers',
      'x-key': 'k',
    };
    const outgoing = httpRequest(`${proxy.url}/items?b=%C3%A4&a=1`, { method: 'POST', headers });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    await bytesOf(answer);
    const [{ request, body: arrived } = { request: undefined, body: undefined }] = seen;
    expect(arrived?.toString()).toBe(body);
    expect(request?.url).toBe('/v1/items?b=%C3%A4&a=1');
    expect(request?.headers).toEqual({
      accept: 'application/json, text/plain, */*',
      'accept-encoding': '*',
      connection: 'keep-alive',
      'content-length': String(body.length),
      'content-type': 'application/json',
      host: upstream.host,
      'user-agent': 'tallystick',
      'x-key': 'k',
    });
  });

  test('streams what is longer than 10 MB in both directions, and says that it did not look at it', async () => {
    const upstream = await upstreamOf((request, response) => {
      response.setHeader('content-type', 'text/plain');
      request.pipe(response);
    });
    const { proxy, logged } = await proxied(upstream, { verboseLevel: 'info' });
    const body = Readable.from([Buffer.alloc(LONG_BYTES, 'a')]);
    const outgoing = httpRequest(`${proxy.url}/notes`, { method: 'POST', headers: { 'content-type': 'text/plain' } });
    body.pipe(outgoing);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect((await bytesOf(answer)).length).toBe(LONG_BYTES);
    const notes = JSON.parse(String(answer.headers['sl-violations'])) as { location: string[]; message: string }[];
    expect(notes.map(({ location, message }) => [location.join('.'), message])).toEqual([
      ['request.body', NOTE],
      ['response.body', NOTE],
    ]);
    await proxy.close();
    expect(logged.filter((line) => line.includes(NOTE))).toHaveLength(1);
    expect(proxy.journal.exchanges[0]?.request.body).toMatch(/a{100}… \(cut, 11534336 bytes in all\)$/);
    expect(proxy.journal.exchanges[0]?.response?.body).toMatch(/a{100}… \(cut, 11534336 bytes in all\)$/);
  });

  test('hands on an answer that comes before a long body has been sent', async () => {
    const upstream = await upstreamOf((_, response) => void response.writeHead(413).end());
    const { proxy } = await proxied(upstream);
    const headers = { 'content-type': 'text/plain', 'content-length': String(2 * LONG_BYTES) };
    const outgoing = httpRequest(`${proxy.url}/notes`, { method: 'POST', headers });
    outgoing.end(Buffer.alloc(2 * LONG_BYTES, 'a'));
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(413);
    // It is still sending.
    outgoing.on('error', () => undefined).destroy();
  });

  test('says as Prism that nothing listens there, and keeps the password of the address to itself', async () => {
    const { proxy } = await proxied(new URL('http://user:pass-word@127.0.0.1:1'));
    const answer = await fetch(`${proxy.url}/items`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({
      type: 'FetchError',
      title: 'request to http://127.0.0.1:1/items failed, reason: connect ECONNREFUSED 127.0.0.1:1',
      status: 500,
      detail: '',
    });
  });

  test('answers 504 for an upstream that says nothing', async () => {
    const { proxy } = await proxied(await upstreamOf(() => undefined), { silenceMs: 50 });
    const answer = await fetch(`${proxy.url}/items`);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ title: 'The upstream did not answer in time', status: 504 });
  });

  test('gives up on the upstream when the client is gone', async () => {
    let arrived: (response: unknown) => void = () => undefined;
    const reached = new Promise((resolve) => (arrived = resolve));
    let ended: (value: unknown) => void = () => undefined;
    const closed = new Promise((resolve) => (ended = resolve));
    const upstream = await upstreamOf((_, response) => {
      response.once('close', ended);
      arrived(response);
    });
    const { proxy } = await proxied(upstream);
    const outgoing = httpRequest(`${proxy.url}/items`).on('error', () => undefined);
    outgoing.end();
    await reached;
    outgoing.destroy();
    await closed;
    expect(
      (
        await fetch(`${proxy.url}/nothing`, {
          method: 'OPTIONS',
          headers: { origin: 'https://a.example', 'access-control-request-method': 'GET' },
        })
      ).status,
    ).toBe(204);
  });

  test('reports departures with the line of the contract, and what was called and what was not', async () => {
    const upstream = await upstreamOf((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.setHeader('x-page', '1');
      response.end('[{"id":"one"},{"id":"two"}]');
    });
    const { proxy, results } = await proxied(upstream, { errors: true });
    expect((await fetch(`${proxy.url}/items`)).status).toBe(500);
    expect((await fetch(`${proxy.url}/items?limit=0`)).status).toBe(422);
    await proxy.close();
    expect(proxy.rows()[0]).toEqual({
      operation: 'GET /items',
      requests: 2,
      seen: new Map([[200, 1]]),
      unseen: ['500'],
    });
    const [traffic, coverage] = results;
    expect(traffic).toMatchObject({ id: 'proxy-traffic', subject: 'shop 1.2.0 · GET /items', status: 'failed' });
    expect(traffic?.findings.map(({ code, message, where: { line } }) => [code, message, line])).toEqual([
      [
        'proxy-response-violation',
        "response 200 body.0: Response body property 0 must have required property 'name' (2 times)",
        110,
      ],
      [
        'proxy-response-violation',
        'response 200 body.0.id: Response body property 0.id must be integer (2 times)',
        112,
      ],
      ['proxy-request-violation', 'request query.limit: Request query parameter limit must be >= 1', 11],
    ]);
    expect(coverage).toMatchObject({ id: 'proxy-coverage', subject: 'shop 1.2.0', status: 'passed' });
    expect(coverage?.reason).toMatch(/^not called: POST \/items, GET \/items\/\{id\}, /);
    expect(coverage?.measures?.map(({ name, value }) => [name, value])).toEqual([
      ['operations', 9],
      ['operations called', 1],
      ['documented responses', 14],
      ['documented responses seen', 1],
    ]);
  });

  test('records what passed through, redacted', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tally-proxy-'));
    closing.push(async () => await rm(folder, { recursive: true }));
    const files = { harFile: join(folder, 'calls.har'), journalFile: join(folder, 'calls.ndjson') };
    const { proxy } = await proxied(await upstreamOf((_, response) => void response.writeHead(204).end()), files);
    await fetch(`${proxy.url}/items/1`, { headers: { 'x-key': 'top-secret-key' } });
    await proxy.close();
    const written = await Promise.all(Object.values(files).map(async (file) => await readFile(file, 'utf8')));
    expect(written.map((text) => [text.includes('/items/1'), text.includes('top-secret-key')])).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  test('says as Prism that a certificate is not trusted', async () => {
    const { settings } = await tlsSettings({});
    const server = createSecureServer({ cert: settings.cert, key: settings.key }, (_, response) => void response.end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    const { proxy } = await proxied(new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`));
    const answer = await fetch(`${proxy.url}/items`);
    expect(answer.status).toBe(500);
    expect(await answer.json()).toMatchObject({
      type: 'FetchError',
      title: expect.stringMatching(/reason: self-signed certificate/),
    });
  });

  test('reaches the upstream through a proxy, with the user and password of that proxy', async () => {
    const seen: unknown[] = [];
    const between = await upstreamOf((request, response) => {
      seen.push([request.url, request.headers.host, request.headers['proxy-authorization']]);
      response.writeHead(204).end();
    });
    between.username = 'me';
    between.password = 'p%40ss';
    const { proxy } = await proxied(new URL('http://items.example:81/v1'), { upstreamProxy: between });
    expect((await fetch(`${proxy.url}/items/1`, { method: 'DELETE' })).status).toBe(204);
    const basic = `Basic ${Buffer.from('me:p@ss').toString('base64')}`;
    expect(seen).toEqual([['http://items.example:81/v1/items/1', 'items.example:81', basic]]);
  });

  test('takes a Postman collection, whose operations are those that Prism makes of it', async () => {
    const upstream = await upstreamOf((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('[{"id":1,"name":"Rex"}]');
    });
    const { proxy } = await proxied(upstream, {}, 'collection-2.1.json');
    const answer = await fetch(`${proxy.url}/pets?limit=10`, { headers: { 'x-trace': 'abc' } });
    expect(await answer.json()).toEqual([{ id: 1, name: 'Rex' }]);
    expect(proxy.rows().map(({ operation, requests }) => [operation, requests])).toEqual([
      ['GET /pets', 1],
      ['POST /pets', 0],
      ['GET /pets/{petId}', 0],
      ['POST /login', 0],
    ]);
  });

  test('stands before one document only', async () => {
    const { context } = await contextFor(['shop-3.0.yaml', 'pets-2.0.json']);
    const options = { ...PROXY_OPTIONS, upstream: new URL('http://127.0.0.1:1') };
    await expect(startProxy(context, options)).rejects.toMatchObject({ code: 'PROXY_ONE_DOCUMENT' });
  });
});
