import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tally } from '../fixtures/tally.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Clinic, version: 1.0.0 }
paths:
  /slots:
    get:
      operationId: listSlots
      responses: { '200': { description: The free slots } }
`;

let cwd: string;
let server: Server;
let url: string;

beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'tally-load-'));
  await writeFile(path.join(cwd, 'clinic.yaml'), DOCUMENT);
  server = createServer((request, response) => response.writeHead(request.url === '/v1/slots' ? 200 : 404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/v1`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(cwd, { recursive: true });
});

async function load(...flags: string[]) {
  const { code, stdout, stderr } = await tally(cwd, ['load', ...flags]);
  return { code, output: stdout + stderr };
}

test('a bare document and an address are enough', async () => {
  const { code, output } = await load('clinic.yaml', '--url', url, '--duration', '1', '--connections', '4');
  expect([code, output]).toEqual([0, expect.stringContaining('KEPT')]);
});

test('a gate that is missed fails the command', async () => {
  await writeFile(
    path.join(cwd, 'slo.yaml'),
    'api: clinic\nversion: 1.0.0\nprofile: { maxRequests: 300, warmupS: 0 }\ngates: [count(errors) > 0]\n',
  );
  const { code, output } = await load('clinic.yaml', '--url', url, '--slo', 'slo.yaml', '--duration', '1');
  expect(code).toBe(1);
  expect(output).toMatch(/all operations: count\(errors\) > 0 was missed, observed 0 in \d+ requests/);
});

test('a target that is not there has an exit code of its own', async () => {
  expect(await load('clinic.yaml', '--url', 'http://127.0.0.1:9/v1')).toMatchObject({
    code: 4,
    output: expect.stringContaining('TARGET_UNREACHED'),
  });
});

test('a document alone does not say what to load', async () => {
  expect(await load('clinic.yaml')).toEqual({
    code: 2,
    output: expect.stringContaining('clinic.yaml: a document alone does not say which server to load'),
  });
});

test('a header whose value is a reference goes with every request, and is shown nowhere', async () => {
  const seen = new Set<unknown>();
  server.prependListener('request', ({ headers }) => seen.add(headers['x-api-key']));
  await writeFile(path.join(cwd, 'key.txt'), 'canary-key-of-the-clinic\n');
  const flags = ['--url', url, '--header', 'X-Api-Key: file:key.txt', '--duration', '1', '--format', 'json'];
  const { code, output } = await load('clinic.yaml', ...flags);
  expect([code, [...seen]]).toEqual([0, ['canary-key-of-the-clinic']]);
  expect(output).not.toContain('canary-key-of-the-clinic');
});

test.each([
  ['nope', 'URL_INVALID  --url nope'],
  ['http://ada:hunter2@127.0.0.1/', 'URL_INVALID  --url http://127.0.0.1\n'],
])('an address that is none is a mistake of usage: %s', async (address, said) => {
  const { code, output } = await load('clinic.yaml', '--url', address);
  expect([code, output]).toEqual([2, expect.stringContaining(said)]);
  expect(output).not.toContain('hunter2');
});

test.each([
  [['--duration', '0'], 'FLAG_VALUE  tally load --duration 0'],
  [['--connections', '1.5'], 'FLAG_VALUE  tally load --connections 1.5'],
  [['--operation', 'listSlot'], 'did you mean listSlots?'],
  [['--url', 'http://192.0.2.1/'], 'if its owner agreed, say so with --allow-host 192.0.2.1'],
  [['--slo', 'none.yaml'], 'SLO_MISSING'],
])('%s is a mistake of usage', async (flags, said) => {
  expect(await load('clinic.yaml', '--url', url, ...flags)).toEqual({ code: 2, output: expect.stringContaining(said) });
});
