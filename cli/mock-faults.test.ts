import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { tally } from './fixtures/tally.ts';
import { runTally } from './run-tally.ts';

const DOCUMENT = fileURLToPath(new URL('../mocks/fixtures/faults-3.0.yaml', import.meta.url));

async function workspace(config: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tally-faults-'));
  await cp(DOCUMENT, path.join(folder, 'contracts/apis/faults/1.0.0/openapi.yaml'), { recursive: true });
  writeFileSync(path.join(folder, 'tally.yaml'), `version: 1\nname: faults\nmock:\n${config}`);
  return folder;
}

describe('tally mock --fault', () => {
  test('names a parameter, its unit and its bounds', async () => {
    const { code, stderr } = await tally(tmpdir(), ['mock', DOCUMENT, '-p', '0', '--fault', 'latency latencyMs=2s']);
    expect([code, stderr]).toEqual([
      2,
      [
        "FAULT_OPTION  --fault 'latency latencyMs=2s'",
        '  why  latencyMs is in milliseconds, 0 to 120000, not "2s"',
        '  fix  write latencyMs=2000, for example',
        '',
      ].join('\n'),
    ]);
  });

  test('names the operation that was probably meant', async () => {
    const { code, stderr } = await tally(tmpdir(), [
      'mock',
      DOCUMENT,
      '-p',
      '0',
      '--fault',
      'empty operation=getItems',
    ]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('no operation "getItems" is mocked, did you mean "getItem"?'),
    ]);
  });
});

describe('mock.faults of tally.yaml', () => {
  test.each([
    ['a line', '    - latency latencyMS=5\n', 'latency has no "latencyMS", did you mean "latencyMs"?'],
    ['a map', '    - { fault: latency, latencyMs: 1s }\n', 'latencyMs is in milliseconds, 0 to 120000, not "1s"'],
    ['an unknown fault', '    - { fault: latencie }\n', 'there is no fault "latencie", did you mean "latency"?'],
  ])('with a mistake in %s is told with its line', async (_name, faults, why) => {
    const { code, stderr } = await tally(await workspace(`  port: 0\n  faults:\n    - empty\n${faults}`), ['mock']);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^CONFIG_INVALID {2}tally\.yaml:7:/)]);
    expect(stderr).toContain(why);
  });

  test('is done, with what the command line adds', async () => {
    const folder = await workspace('  port: 0\n  faults: [{ fault: unavailable, operation: getItem }]\n');
    const [stdout, stderr, controller] = [new PassThrough(), new PassThrough(), new AbortController()];
    const argv = ['mock', '-v', 'silent', '--fault', 'forbidden operation=listItems', '--journal', 'calls.ndjson'];
    const surroundings = { cwd: folder, env: {}, stdout, stderr, colour: false, terminal: false };
    const ended = runTally(argv, { ...surroundings, signal: controller.signal });
    const [greeting] = (await once(stdout, 'data')) as [Buffer];
    const base = /http:\S+\/faults\/1\.0\.0/.exec(greeting.toString())?.[0] ?? '';
    const answers = await Promise.all(['items/1', 'items', 'token'].map(async (at) => await fetch(`${base}/${at}`)));
    controller.abort();
    expect([answers.map(({ status }) => status), await ended]).toEqual([[503, 403, 200], 0]);
    const lines = readFileSync(path.join(folder, 'calls.ndjson'), 'utf8').trim().split('\n');
    const fired = lines.map((line) => (JSON.parse(line) as { faults?: string[] }).faults?.join() ?? 'none');
    expect(fired.toSorted()).toEqual(['forbidden', 'none', 'unavailable']);
  });
});
