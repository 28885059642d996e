import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tally } from '../fixtures/tally.ts';

const DOCUMENT = `openapi: 3.0.3
info: { title: Clock, version: 1.0.0 }
paths:
  /time:
    get:
      operationId: getTime
      responses:
        '200':
          description: The time.
          content:
            application/json:
              schema: { type: object, required: [hour], properties: { hour: { type: integer } } }
`;

let folder: string;
let server: Server;
let answer: object;
let seen: string | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tally-verify-'));
  await writeFile(join(folder, 'clock.yaml'), DOCUMENT);
  server = createServer((request, response) => {
    seen = request.headers['x-api-key']?.toString();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const verify = (...argv: string[]) => tally(folder, ['verify', ...argv]);

const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

describe('tally verify', () => {
  test('ends with 0 when a running server keeps the document', async () => {
    answer = { hour: 12 };
    expect((await verify('clock.yaml', '--url', url())).code).toBe(0);
  });

  test('ends with 1 and names operation, place and line when it does not', async () => {
    answer = { minute: 30 };
    const { code, stdout } = await verify('clock.yaml', '--url', url());
    expect(code).toBe(1);
    expect(stdout).toContain('clock.yaml:12');
    expect(stdout).toContain('getTime');
    expect(stdout).toContain("must have required property 'hour'");
  });

  test('ends with 4 when nothing is there', async () => {
    const { code, stdout } = await verify('clock.yaml', '--url', 'http://127.0.0.1:1');
    expect(code).toBe(4);
    expect(stdout).toContain('TARGET_UNREACHED');
  });

  test('sends a header whose value is a reference, and shows it nowhere', async () => {
    answer = { hour: 12 };
    await writeFile(join(folder, 'key.txt'), 'canary-key-of-the-clock\n');
    const json = await verify('clock.yaml', '--url', url(), '--header', 'X-Api-Key: file:key.txt', '--format', 'json');
    expect(seen).toBe('canary-key-of-the-clock');
    expect(json.stdout + json.stderr).not.toContain('canary-key-of-the-clock');
  });

  test('refuses a header with the secret itself, and does not repeat it', async () => {
    const { code, stderr } = await verify(
      'clock.yaml',
      '--url',
      url(),
      '--header',
      'X-Api-Key: canary-key-of-the-clock',
    );
    expect(code).toBe(2);
    expect(stderr).toContain('HEADER_NOT_A_REFERENCE  --header X-Api-Key');
    expect(stderr).not.toContain('canary-key-of-the-clock');
  });

  test('suggests the suite that was meant', async () => {
    const { code, stderr } = await verify('clock.yaml', '--url', url(), '--suite', 'conformence');
    expect(code).toBe(2);
    expect(stderr).toContain('conformance');
  });
});
