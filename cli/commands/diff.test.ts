import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runTally } from '../run-tally.ts';

const OLD = `openapi: 3.0.3
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
              schema:
                type: object
                required: [hour]
                properties:
                  hour: { type: integer }
`;
const BROKEN = OLD.replace('type: integer', 'type: string').replace('1.0.0', '1.1.0');
const LARGER = OLD.replace('1.0.0', '1.1.0').concat(
  '  /zone: { get: { responses: { "200": { description: ok } } } }\n',
);
const WARNED = OLD.replace('1.0.0', '1.1.0').concat('servers: [{ url: https://b.test }]\n');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-diff-'));
  await put({ 'old.yaml': OLD, 'broken.yaml': BROKEN, 'larger.yaml': LARGER, 'warned.yaml': WARNED });
});
afterEach(() => rmSync(folder, { recursive: true }));

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), content);
  }
}

async function diff(...argv: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const signal = new AbortController().signal;
  const code = await runTally(['diff', ...argv], {
    cwd: folder,
    env: {},
    stdout,
    stderr,
    terminal: false,
    colour: false,
    signal,
  });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

describe('two documents', () => {
  test('that break exit with 1, and JSON is one object with the verdict and every change', async () => {
    const { code, stdout, stderr } = await diff('old.yaml', 'broken.yaml', '--format', 'json');
    expect([code, stderr]).toEqual([1, '']);
    const where = (source: string) => ({
      source,
      pointer: '/paths/~1time/get/responses/200/content/application~1json/schema/properties/hour/type',
      line: 16,
      column: 27,
    });
    expect(JSON.parse(stdout)).toEqual({
      verdict: 'breaking',
      changes: [
        {
          code: 'response-type-changed',
          severity: 'error',
          message: "in the 200 response, the type of the property 'hour' changed from integer to string",
          fix: expect.any(String),
          expected: expect.anything(),
          actual: expect.anything(),
          where: where('broken.yaml'),
          operationId: 'getTime',
          direction: 'response',
          operation: 'GET /time',
          base: where('old.yaml'),
          revision: where('broken.yaml'),
        },
      ],
    });
  });

  test.each([
    ['larger.yaml', 0, 'compatible'],
    ['warned.yaml', 0, 'warning'],
    ['old.yaml', 0, 'compatible'],
    ['broken.yaml', 1, 'breaking'],
  ])('old.yaml to %s exits with %i: %s', async (revision, expected, verdict) => {
    const { code, stdout } = await diff('old.yaml', revision, '--format', 'json');
    expect([code, JSON.parse(stdout).verdict]).toEqual([expected, verdict]);
  });

  test('say who is hurt as far as recorded traffic tells, and nothing where none is given', async () => {
    const request = {
      method: 'GET',
      url: 'http://127.0.0.1:4010/time',
      headers: [{ name: 'User-Agent', value: 'watch/2' }],
    };
    await put({ 'wire/day.har': JSON.stringify({ log: { entries: [{ request, response: { status: 200 } }] } }) });
    const usageOf = async (...argv: readonly string[]): Promise<unknown> => {
      const { stdout } = await diff('old.yaml', 'broken.yaml', '--format', 'json', ...argv);
      return JSON.parse(stdout).changes[0].usage;
    };
    expect(await usageOf('--har', 'wire/day.har')).toBe(
      'watch/2 (1 request) called it, and what they read of the answer is unknown',
    );
    expect(await usageOf()).toBeUndefined();
    const { code, stderr } = await diff('old.yaml', 'broken.yaml', '--har', 'wire/night.har');
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^TRAFFIC_UNREADABLE {2}wire\/night\.har/)]);
  });

  test('--fail-on warning fails on what may break', async () => {
    expect((await diff('old.yaml', 'warned.yaml', '--fail-on', 'warning')).code).toBe(1);
  });

  test('as text show both sides with their lines, the summary last', async () => {
    const { stdout } = await diff('old.yaml', 'broken.yaml');
    expect(stdout).toMatch(/^clock 1\.0\.0 → clock 1\.1\.0\n- old\.yaml\n\+ broken\.yaml\n\nGET \/time {2}getTime\n/);
    expect(stdout).toMatch(/\n {6}16 {2}- hour: \{ type: integer \}\n {6}16 {2}\+ hour: \{ type: string \}/);
    expect(stdout).toMatch(/\nBREAKING {2}1 change breaks clients\.\n$/);
  });

  test('can be written in several formats at once', async () => {
    const { code, stdout } = await diff(
      'old.yaml',
      'broken.yaml',
      '--format',
      'json',
      '--format',
      'markdown=out/d.md',
      '--format',
      'html=out/d.html',
      '--format',
      'junit=out/d.xml',
    );
    expect([code, JSON.parse(stdout).verdict]).toEqual([1, 'breaking']);
    const read = (name: string): string => readFileSync(path.join(folder, 'out', name), 'utf8');
    expect(read('d.md')).toContain('❌ **breaks**');
    expect(read('d.html')).toContain('<!doctype html>');
    expect(read('d.xml')).toContain('clock 1.0.0 → clock 1.1.0');
  });

  test.each([
    [['old.yaml', 'gone.yaml'], 'CONTRACT_UNREADABLE  gone.yaml'],
    [['old.yaml'], 'ARGUMENTS  tally diff old.yaml'],
    [['old.yaml', 'empty.yaml'], 'CONTRACT_UNREADABLE  empty.yaml:1:1'],
    [['old.yaml', 'twice.yaml'], 'CONTRACT_UNREADABLE  twice.yaml:3:1'],
    [['old.yaml', 'bomb.yaml'], 'CONTRACT_UNREADABLE  bomb.yaml:'],
    [['old.yaml', 'future.yaml'], 'OPENAPI_VERSION_UNSUPPORTED  future.yaml:1:1'],
    [['old.yaml', 'events.yaml'], 'CONTRACTS_INCOMPARABLE  old.yaml and events.yaml'],
    [['git:main:old.yaml', 'old.yaml'], 'GIT_REPOSITORY_MISSING  git:main:old.yaml'],
  ])('%j cannot be compared: exits with 2', async (names, expected) => {
    const layers = Array.from(
      { length: 9 },
      (_, at) => `  l${at + 1}: &l${at + 1} [${Array.from({ length: 9 }, () => `*l${at}`).join(', ')}]`,
    );
    await put({
      'empty.yaml': '',
      'twice.yaml': 'openapi: 3.0.3\npaths: {}\npaths: {}\n',
      'bomb.yaml': `openapi: 3.0.3\nx-bomb:\n  l0: &l0 [a]\n${layers.join('\n')}\n`,
      'future.yaml': 'openapi: 4.0.0\n',
      'events.yaml': 'asyncapi: 3.0.0\ninfo: { title: Events, version: 1.0.0 }\nchannels: {}\n',
    });
    const { code, stdout, stderr } = await diff(...names);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(expected);
  });

  test('a reference that leads nowhere, where it led somewhere before, is a change of its own', async () => {
    await put({
      'hole.yaml': OLD.replace('schema:\n', 'schema:\n                $ref: "#/components/schemas/Gone"\n'),
    });
    const { code, stdout } = await diff('old.yaml', 'hole.yaml', '--format', 'json');
    expect([code, JSON.parse(stdout).changes[0]]).toMatchObject([
      1,
      { code: 'ref-unresolved', severity: 'error', where: { source: 'hole.yaml', line: 13 } },
    ]);
  });

  test('operationIds that are given twice do not hide a change', async () => {
    const twice = (type: string): string =>
      `openapi: 3.0.3\ninfo: { title: A, version: 1.0.0 }\npaths:\n${['a', 'b'].map((name) => `  /${name}:\n    get:\n      operationId: same\n      parameters: [{ name: q, in: query, schema: { type: ${type} } }]\n      responses: {}\n`).join('')}`;
    await put({ 'a.yaml': twice('number'), 'b.yaml': twice('integer') });
    const { stdout } = await diff('a.yaml', 'b.yaml', '--format', 'json');
    expect(JSON.parse(stdout).changes.map((change: { operation: string }) => change.operation)).toEqual([
      'GET /a',
      'GET /b',
    ]);
  });
});

describe('a revision of git', () => {
  const git = (...args: readonly string[]): void => {
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.test', ...args], {
      cwd: folder,
      stdio: 'ignore',
    });
  };

  test('is compared with the working tree, and its lines name it', async () => {
    git('init', '-q', '-b', 'main');
    git('add', '.');
    git('commit', '-q', '-m', 'first');
    await put({ 'old.yaml': BROKEN });
    const { code, stdout } = await diff('git:main:old.yaml', 'old.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain('\n- git:main:old.yaml\n+ old.yaml\n');
    expect(stdout).toContain('\n      16  - hour: { type: integer }\n      16  + hour: { type: string }\n');
  });
});

describe('a workspace', () => {
  const workspace = async (config = ''): Promise<void> =>
    put({
      'tally.yaml': `version: 1\nname: shop\n${config}`,
      'contracts/apis/clock/1.0.0/openapi.yaml': OLD,
      'contracts/apis/clock/1.1.0/openapi.yaml': BROKEN,
    });

  test('without arguments, each version is compared with the one before', async () => {
    await workspace();
    const { code, stdout } = await diff();
    expect(code).toBe(1);
    expect(stdout).toContain('clock 1.0.0 → clock 1.1.0');
    expect(stdout).toContain('who uses it is unknown');
  });

  test('says how bad a change is here', async () => {
    await workspace('gates: { severities: { response-type-changed: warning } }\n');
    const { code, stdout } = await diff('--format', 'json');
    expect([code, JSON.parse(stdout).verdict]).toEqual([0, 'warning']);
  });

  test('waives a change for a while', async () => {
    await workspace();
    await put({
      'contracts/waivers.yaml': `version: 1\nwaivers:\n  - code: response-type-changed\n    place: GET /time\n    owner: clocks\n    reason: nobody reads it\n    expires: 2999-12-31\n`,
    });
    const { code, stdout, stderr } = await diff('--format', 'json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout).changes[0].message).toContain('waived by clocks until 2999-12-31');
  });

  test('is compared whole with another: what is gone breaks', async () => {
    await workspace();
    await put({ 'later/tally.yaml': 'version: 1\nname: shop\n', 'later/contracts/apis/other/1.0.0/openapi.yaml': OLD });
    await put({ 'contracts/apis/other/1.0.0/openapi.yaml': OLD });
    const { code, stdout } = await diff('.', 'later', '--format', 'json');
    expect([code, JSON.parse(stdout).changes.map(({ code }: { code: string }) => code)]).toEqual([
      1,
      ['contract-removed'],
    ]);
  });

  test('outside of one, without arguments, there is nothing to compare', async () => {
    const { code, stderr } = await diff();
    expect([code, stderr.split(' ')[0]]).toEqual([2, 'WORKSPACE_MISSING']);
    expect(existsSync(path.join(folder, 'reports'))).toBe(false);
  });
});
