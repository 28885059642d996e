import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Report } from '../reports/index.ts';
import { tally } from './fixtures/tally.ts';

const clock = (version: string, property: string): string => `openapi: 3.0.3
info: { title: Clock, version: ${version}, description: Time., contact: { name: us, url: https://a.example, email: a@a.example } }
servers: [{ url: https://clock.example }]
tags: [{ name: time, description: Time. }]
paths:
  /time:
    get:
      operationId: getTime
      description: The time.
      tags: [time]
      security: [{ key: [] }]
      responses:
        '200':
          description: The time.
          content:
            application/json:
              schema: { type: object, required: [${property}], properties: { ${property}: { type: integer } } }
              example: { ${property}: 12 }
        '400':
          description: No.
          content: { application/problem+json: { schema: { type: object } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;

const PACT = {
  consumer: { name: 'tower' },
  provider: { name: 'clock' },
  interactions: [
    {
      description: 'the hour',
      request: { method: 'GET', path: '/time', headers: { 'X-Key': 'k' } },
      response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: { hour: 12 } },
    },
  ],
};

/** What each gate finds here, and in which suite. */
const FINDINGS = [
  { code: 'tally-client-error', suite: 'check' },
  { code: 'response-required-property-removed' },
  { code: 'pact-response-property-unknown', suite: 'check' },
  { code: 'response-body-mismatch', suite: 'conformance' },
] as const;

const waivers = (expires: string, more: readonly object[] = []): string =>
  JSON.stringify({
    version: 1,
    waivers: [...FINDINGS, ...more].map((each) => ({ place: '**', owner: 'us', reason: 'later', expires, ...each })),
  });

let folder: string;
let server: Server;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"second":1}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  folder = await mkdtemp(path.join(tmpdir(), 'tally-waivers-'));
  await put({
    'tally.yaml': `version: 1\nname: time\nproviders: { clock: { url: 'http://127.0.0.1:${port}', credential: key } }
credentials: { key: { type: apiKey, header: X-Key, value: { from: env:CLOCK_KEY, otherwise: generate } } }\n`,
    'contracts/apis/clock/1.0.0/openapi.yaml': clock('1.0.0', 'hour'),
    // Without the answer for a request that is wrong, which the ruleset asks for.
    'contracts/apis/clock/1.1.0/openapi.yaml': clock('1.1.0', 'minute').replace(/ {8}'400':[^]*?(?=components)/, ''),
    'contracts/pacts/tower-clock.json': JSON.stringify(PACT),
  });
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

async function run(...argv: string[]): Promise<{ readonly code: number; readonly left: readonly string[] }> {
  const { code, stdout } = await tally(folder, [...argv, '--format', 'json']);
  const report: Pick<Report, 'results'> = JSON.parse(stdout);
  const findings = report.results.flatMap((result) => result.findings);
  return { code, left: findings.filter(({ severity }) => severity !== 'info').map((finding) => finding.code) };
}

const verify = ['verify', '--suite', 'conformance'];

describe('one file of waivers', () => {
  test('without it every gate fails', async () => {
    const check = await run('check');
    expect([check.code, check.left]).toEqual([
      1,
      ['tally-client-error', 'response-required-property-removed', 'pact-response-property-unknown'],
    ]);
    expect((await tally(folder, ['diff'])).code).toBe(1);
    expect(await run(...verify)).toEqual({ code: 1, left: ['response-body-mismatch'] });
  });

  test('lets lint, versions, pacts, diff and verification pass', async () => {
    await put({ 'contracts/waivers.yaml': waivers('2999-12-31') });
    expect(await run('check')).toEqual({ code: 0, left: [] });
    expect(await run(...verify)).toEqual({ code: 0, left: [] });
    const diff = await tally(folder, ['diff']);
    expect([diff.code, diff.stderr]).toEqual([0, '']);
    expect(diff.stdout).toContain('(waived by us until 2999-12-31: later)');
  });

  test('lets nothing pass once it expired, and says so in each gate', async () => {
    await put({ 'contracts/waivers.yaml': waivers('2020-12-31') });
    const check = await run('check');
    expect([check.code, check.left.filter((code) => code === 'waiver-expired')]).toEqual([
      1,
      ['waiver-expired', 'waiver-expired', 'waiver-expired'],
    ]);
    const verified = await run(...verify);
    expect([verified.code, verified.left]).toEqual([1, ['response-body-mismatch', 'waiver-expired']]);
    const diff = await tally(folder, ['diff']);
    expect(diff.code).toBe(1);
    expect(diff.stderr).toContain('expired on 2020-12-31');
  });

  test('is told what it names that is not there', async () => {
    const more = [
      { code: 'response-required-property-remove', suite: 'check' },
      { code: 'example-invalid', place: 'contracts/apis/clock/9.0.0/openapi.yaml', suite: 'check' },
    ];
    await put({ 'contracts/waivers.yaml': waivers('2999-12-31', more) });
    const { code, stdout } = await tally(folder, ['check', '--format', 'json']);
    const { results }: Pick<Report, 'results'> = JSON.parse(stdout);
    const told = results.find(({ id }) => id === 'waivers-hold');
    expect(code).toBe(0);
    expect(told?.findings.map(({ message }) => message)).toEqual([
      'nothing needs the waiver of response-required-property-remove at **, did you mean "response-required-property-removed"?',
      'nothing needs the waiver of example-invalid at contracts/apis/clock/9.0.0/openapi.yaml; there is no file contracts/apis/clock/9.0.0/openapi.yaml',
    ]);
  });
});
