import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
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
          content: { application/json: { schema: { type: array }, example: [9, 10] } }
`;

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tally-mock-'));
  await writeFile(join(cwd, 'clinic.yaml'), DOCUMENT);
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

/** Starts the verb, hands the address that it prints to a visitor, and ends it as Ctrl-C does. */
async function mocked(argv: readonly string[], visit: (url: string) => Promise<void>) {
  const [stdout, stderr] = [new PassThrough({ encoding: 'utf8' }), new PassThrough({ encoding: 'utf8' })];
  const controller = new AbortController();
  const { signal } = controller;
  const ended = runTally(['mock', '-p', '0', ...argv], {
    cwd,
    env: {},
    stdout,
    stderr,
    colour: false,
    terminal: false,
    signal,
  });
  await once(stdout, 'readable');
  const greeting = String(stdout.read());
  try {
    await visit(/http:\S+/.exec(greeting)?.[0] ?? '');
  } finally {
    controller.abort();
  }
  return { code: await ended, greeting, log: String(stderr.read()) };
}

test('tally mock --webhook tells an endpoint what happens, and its secret to whoever reads the greeting', async () => {
  const events = DOCUMENT.replace(
    'paths:',
    `webhooks:
  slotsSeen:
    post:
      x-trigger: { operationId: listSlots, status: '200' }
      requestBody: { content: { application/json: { schema: { type: object }, example: { seen: true } } } }
      responses: { '204': { description: Thanks } }
paths:`,
  );
  await writeFile(join(cwd, 'clinic.yaml'), events);
  const received: { headers: IncomingHttpHeaders; body: string }[] = [];
  let arrived: () => void = () => undefined;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const endpoint = createHttpServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.end();
      arrived();
    });
  });
  endpoint.listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  const { port } = endpoint.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/hooks`;
  const { greeting } = await mocked(['--webhook', url, 'clinic.yaml'], async (mock) => {
    await fetch(`${mock}/slots`);
    await arrival;
  });
  endpoint.close();
  const said = `events are sent to ${url}, signed as standard-webhooks by (whsec_\\S+) \\(made for this run\\)`;
  const [, secret = ''] = new RegExp(said).exec(greeting) ?? [];
  const [{ headers, body } = { headers: {}, body: '' }] = received;
  expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({ seen: true });
});

describe('tally mock', () => {
  test('serves a document until Ctrl-C, which is a good end, and says what was asked', async () => {
    const { code, greeting, log } = await mocked(['clinic.yaml'], async (url) => {
      expect(await (await fetch(`${url}/slots`)).json()).toEqual([9, 10]);
    });
    expect(code).toBe(0);
    expect(greeting).toMatch(
      /^clinic 1\.0\.0 {2}1 operation {2}http:\/\/127\.0\.0\.1:\d+\n {2}curl -i http:\/\/127\.0\.0\.1:\d+\/slots\n\nCtrl-C ends it\.\n$/,
    );
    expect(log).toMatch(/^GET \/slots {2}200 {2}\d+ ms {2}listSlots\n$/);
  });

  test('serves a whole workspace below names and versions, and keeps a journal and a HAR', async () => {
    await mkdir(join(cwd, 'contracts/apis/clinic/1.0.0'), { recursive: true });
    await writeFile(join(cwd, 'contracts/apis/clinic/1.0.0/openapi.yaml'), DOCUMENT);
    await writeFile(join(cwd, 'tally.yaml'), 'version: 1\nname: clinics\n');
    await mocked(['--journal', 'calls.ndjson', '--har', 'calls.har'], async (url) => {
      expect(new URL(url).pathname).toBe('/clinic/1.0.0');
      await fetch(`${url}/slots`);
    });
    expect(JSON.parse(await readFile(join(cwd, 'calls.ndjson'), 'utf8'))).toMatchObject({ operationId: 'listSlots' });
    expect(JSON.parse(await readFile(join(cwd, 'calls.har'), 'utf8'))).toMatchObject({ log: { entries: [{}] } });
  });

  test('that is interrupted before it serves says so', async () => {
    const interrupted = AbortSignal.abort(new Error('interrupted'));
    expect(await tally(cwd, ['mock', '-p', '0', 'clinic.yaml'], {}, interrupted)).toMatchObject({
      code: 130,
      stdout: '',
    });
  });

  test('says where a reference leads nowhere', async () => {
    await writeFile(
      join(cwd, 'broken.yaml'),
      DOCUMENT.replace('{ type: array }', '{ $ref: "#/components/schemas/Slot" }'),
    );
    expect(await tally(cwd, ['mock', '-p', '0', 'broken.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'DOCUMENT_NOT_MOCKABLE  broken.yaml:10:52\n  why  the reference #/components/schemas/Slot leads nowhere\n  fix  add what it names, or correct it\n',
    });
  });

  test('says that a port is taken, and which', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    expect(await tally(cwd, ['mock', '-p', String(port), 'clinic.yaml'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `PORT_IN_USE  127.0.0.1:${port}\n  why  another process listens on this port already\n  fix  give another with --port, or --port 0 for any free one\n`,
    });
    other.close();
  });

  test.each([
    [['-p', '70000', 'clinic.yaml'], 'PORT_INVALID  --port 70000'],
    [['-p', '-1', 'clinic.yaml'], 'PORT_INVALID  --port -1'],
    [['-p', '0', '-h', '192.0.2.1', 'clinic.yaml'], 'HOST_NOT_LOCAL  192.0.2.1:0'],
    [['-p', '0', '--journal', 'no/such/folder.ndjson', 'clinic.yaml'], 'FILE_NOT_WRITABLE  --journal'],
    [['-p', '0', '--har', '.', 'clinic.yaml'], 'it is a folder, not a file'],
    [['-v', 'dbug', 'clinic.yaml'], 'did you mean debug?'],
    [['https://api.example.com/openapi.yaml'], 'download it and give the file'],
  ])('refuses %j', async (argv, said) => {
    expect(await tally(cwd, ['mock', ...argv])).toEqual({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
  });

  test('prints the address of the console, whose token opens the control API and is told nowhere else', async () => {
    const { greeting, log, code } = await mocked(['--console', 'clinic.yaml'], async (url) => {
      await fetch(`${url}/slots`);
    });
    const [, url = '', token = ''] = /^console: (http:\/\/127\.0\.0\.1:\d+)\/#token=([\w-]{43})$/m.exec(greeting) ?? [];
    expect([code, url === '', log.includes(token)]).toEqual([0, false, false]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  test('serves the control API on the port that is asked for, and says where it cannot', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await tally(cwd, ['mock', '-p', '0', '--control-port', String(port), 'clinic.yaml']);
    taken.close();
    expect([code, stderr]).toEqual([2, expect.stringContaining('give another with --control-port')]);
  });
});
