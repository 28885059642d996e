import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tally } from '../fixtures/tally.ts';
import { runTally } from '../run-tally.ts';

const DOCUMENT = `openapi: 3.1.0
info: { title: Clinic, version: 1.0.0 }
paths:
  /slots:
    get:
      operationId: listSlots
      responses:
        '200':
          description: The free slots
          content: { application/json: { schema: { type: array } } }
    delete:
      responses: { '204': { description: None are left } }
`;

let cwd: string;
let upstream: Server;
let upstreamUrl: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tally-proxy-'));
  await writeFile(join(cwd, 'clinic.yaml'), DOCUMENT);
  upstream = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end('{"slots":[]}');
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  upstreamUrl = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
});
afterEach(async () => {
  upstream.closeAllConnections();
  upstream.close();
  await rm(cwd, { recursive: true });
});

/** Starts the verb, hands the address that it prints to a visitor, and ends it as Ctrl-C does. */
async function proxied(flags: readonly string[], visit: (url: string) => Promise<void>) {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })];
  const controller = new AbortController();
  const streams = { stdout, stderr, colour: false, terminal: false };
  const argv = ['proxy', 'clinic.yaml', upstreamUrl, '-p', '0', ...flags];
  const ended = runTally(argv, { cwd, env: {}, ...streams, signal: controller.signal });
  await once(stdout, 'readable');
  const greeting = String(stdout.read());
  try {
    await visit(/http:\S+/.exec(greeting)?.[0] ?? '');
  } finally {
    controller.abort();
  }
  return { code: await ended, greeting, report: String(stdout.read()), log: String(stderr.read()) };
}

describe('tally proxy', () => {
  test('passes requests on until Ctrl-C, which is a good end, and tells what was seen', async () => {
    const { code, greeting, report, log } = await proxied([], async (url) => {
      expect(await (await fetch(`${url}/slots`)).json()).toEqual({ slots: [] });
    });
    expect(code).toBe(0);
    expect(greeting).toMatch(/^clinic 1\.0\.0 {2}2 operations {2}http:\S+ {2}before http:\S+\n\nCtrl-C ends it\.\n$/);
    expect(report).toMatch(/^GET \/slots {9}1 {2}200 ×1$/m);
    expect(report).toMatch(/^not called: DELETE \/slots$/m);
    expect(report).toContain('response 200 body: Response body must be array');
    expect(log).toMatch(/^ {2}response body {2}type {2}Response body must be array {2}clinic\.yaml:10$/m);
  });

  test('exits 1 for what departs from the contract where it is asked to', async () => {
    const { code } = await proxied(['--fail-on', 'error'], async (url) => void (await fetch(`${url}/slots`)));
    expect(code).toBe(1);
  });

  test('takes the flags of prism proxy, and writes a report of another format', async () => {
    const prisms = [
      '-h',
      '127.0.0.1',
      '--errors',
      '--validate-request',
      'false',
      '--cors',
      'false',
      '-m',
      '-v',
      'warn',
    ];
    const { code } = await proxied([...prisms, '--format', 'json=report.json'], async (url) => {
      expect((await fetch(`${url}/slots`)).status).toBe(500);
    });
    expect(code).toBe(0);
    const report = JSON.parse(await readFile(join(cwd, 'report.json'), 'utf8')) as { results: { id: string }[] };
    expect(report.results.map(({ id }) => id)).toEqual(['proxy-traffic', 'proxy-coverage']);
  });

  test('says what is wrong with an address', async () => {
    const { code, stderr } = await tally(cwd, ['proxy', 'clinic.yaml', 'clinic.example']);
    expect(code).toBe(2);
    expect(stderr).toContain('URL_INVALID');
  });

  test('ends with 2 where it cannot start, whatever --fail-on says', async () => {
    const { code } = await tally(cwd, ['proxy', 'clinic.yaml', upstreamUrl, '-p', '99999']);
    expect(code).toBe(2);
  });
});
