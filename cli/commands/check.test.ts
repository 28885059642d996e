import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Report } from '../../reports/index.ts';
import { runTally } from '../run-tally.ts';

const PACKAGE = 'contracts/files/manifest/1.0.0/datapackage.json';

const packageWith = (title: string, version = '1.0.0'): string =>
  JSON.stringify({
    name: 'manifest',
    title,
    version,
    resources: [{ name: 'manifest', format: 'csv', schema: { fields: [{ name: 'id', type: 'string' }] } }],
  });

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'tally-check-'));
  await mkdir(path.join(cwd, path.dirname(PACKAGE)), { recursive: true });
  await writeFile(path.join(cwd, 'tally.yaml'), 'version: 1\nname: test\n');
  await writeFile(path.join(cwd, PACKAGE), packageWith('Manifest'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

async function check(...argv: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const input = { cwd, env: {}, stdout, stderr, terminal: false, colour: false, signal };
  const code = await runTally(['check', ...argv, '--format', 'json'], input);
  stdout.end();
  stderr.end();
  const report: Report = JSON.parse(await text(stdout));
  return { code, stderr: await text(stderr), result: (id: string) => report.results.find((each) => each.id === id) };
}

const readRecord = async (): Promise<string> => readFile(path.join(cwd, 'contracts/releases.json'), 'utf8');

describe('tally check on unchanged bytes', () => {
  test('repeats the results that it kept, and checks again once a byte changed', async () => {
    const first = await check();
    expect(first.result('parses')).toMatchObject({ status: 'passed', subject: 'manifest 1.0.0 · file' });
    const cache = path.join(cwd, '.tally', 'cache');
    const [entry = ''] = (await readdir(cache)).filter((name) => name.startsWith('check-'));
    const kept = await readFile(path.join(cache, entry), 'utf8');
    // Nothing but the memory says this.
    await writeFile(path.join(cache, entry), kept.replaceAll('manifest 1.0.0 · file', 'as remembered'));
    expect((await check()).result('parses')).toMatchObject({ status: 'passed', subject: 'as remembered' });
    await writeFile(path.join(cwd, PACKAGE), packageWith('Other'));
    expect((await check()).result('parses')).toMatchObject({ status: 'passed', subject: 'manifest 1.0.0 · file' });
  });
});

describe('tally check --release', () => {
  test('records what passes, and from then on a change of it fails the check', async () => {
    const released = await check('--release');
    expect([released.code, released.result('released')?.status]).toEqual([0, 'passed']);
    expect(released.stderr).toContain('released manifest 1.0.0 · file');
    const record = await readRecord();
    expect(JSON.parse(record)).toEqual({
      version: 1,
      releases: [
        {
          kind: 'file',
          name: 'manifest',
          version: '1.0.0',
          digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
          date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
        },
      ],
    });

    await writeFile(path.join(cwd, PACKAGE), packageWith('Other'));
    const changed = await check();
    expect(changed.code).toBe(1);
    expect(changed.result('versions')?.findings).toMatchObject([
      { code: 'released-version-changed', severity: 'error', where: { source: PACKAGE, line: 1 } },
    ]);

    const again = await check('--release');
    expect([again.code, again.result('released')]).toMatchObject([
      1,
      { status: 'skipped', reason: 'nothing was released: versions of manifest · file did not pass' },
    ]);
    expect(await readRecord()).toBe(record);
  });

  test('records nothing while something is wrong', async () => {
    await writeFile(path.join(cwd, PACKAGE), packageWith('Manifest', '1.0.1'));
    const { code, result } = await check('--release');
    expect([code, result('released')]).toMatchObject([
      1,
      { status: 'skipped', reason: 'nothing was released: parses of manifest 1.0.1 · file did not pass' },
    ]);
    await expect(readRecord()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('is refused for a bare document', async () => {
    const { code, result } = await check(PACKAGE, '--release');
    expect([code, result('released')]).toMatchObject([
      2,
      { status: 'errored', error: { code: 'RELEASE_WITHOUT_WORKSPACE', where: 'tally check --release' } },
    ]);
    await expect(readRecord()).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('without the flag nothing is recorded', async () => {
    const { code, result } = await check();
    expect([code, result('released')]).toEqual([0, undefined]);
    await expect(readRecord()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
