import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Report } from '../reports/index.ts';
import { runTally } from './run-tally.ts';

const PACKAGE = 'contracts/files/manifest/1.0.0/datapackage.json';
const FIELDS = { fields: [{ name: 'id', type: 'string' }] };
const MESSAGE = 'the folder says version 1.0.0, the document says 1.0.1';

const waiver = (members: string): string =>
  `version: 1\nwaivers:\n  - { code: contract-version-mismatch, owner: us, reason: the folder is kept, ${members} }\n`;
const WHERE = { source: 'contracts/waivers.yaml', pointer: '/waivers/0', line: 3, column: 5 };

let cwd: string;

beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), 'tally-session-'));
  await mkdir(path.join(cwd, path.dirname(PACKAGE)), { recursive: true });
  await writeFile(path.join(cwd, 'tally.yaml'), 'version: 1\nname: test\n');
  const resources = [{ name: 'manifest', format: 'csv', schema: FIELDS }];
  await writeFile(path.join(cwd, PACKAGE), JSON.stringify({ name: 'manifest', version: '1.0.1', resources }));
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

async function check(...paths: string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const { signal } = new AbortController();
  const argv = ['check', ...paths, '--format', 'json'];
  const code = await runTally(argv, { cwd, env: {}, stdout, stderr, terminal: false, colour: false, signal });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
}

async function results(...paths: string[]) {
  const { code, stdout } = await check(...paths);
  const report: Report = JSON.parse(stdout);
  return { code, results: report.results.filter(({ id }) => ['parses', 'waivers-hold'].includes(id)) };
}

const waive = async (content: string): Promise<void> => writeFile(path.join(cwd, 'contracts/waivers.yaml'), content);

describe('waivers in a run', () => {
  test('a finding that nobody waived fails it, and there is no word of waivers', async () => {
    expect(await results()).toMatchObject({ code: 1, results: [{ id: 'parses', status: 'failed' }] });
  });

  test('a waived finding passes, and says who answers for it', async () => {
    await waive(waiver(`place: ${PACKAGE}, expires: 2999-12-31`));
    expect(await results()).toMatchObject({
      code: 0,
      results: [
        {
          id: 'parses',
          status: 'passed',
          findings: [
            {
              code: 'contract-version-mismatch',
              severity: 'info',
              message: `${MESSAGE} (waived by us until 2999-12-31: the folder is kept)`,
            },
          ],
        },
        { id: 'waivers-hold', suite: 'check', subject: 'contracts/waivers.yaml', status: 'passed', findings: [] },
      ],
    });
  });

  test('an expired one waives nothing and is reported on its line', async () => {
    await waive(waiver(`place: ${PACKAGE}, expires: 2020-01-31`));
    expect(await results()).toMatchObject({
      code: 1,
      results: [
        { status: 'failed', findings: [{ severity: 'error', message: MESSAGE }] },
        { status: 'warned', findings: [{ code: 'waiver-expired', severity: 'warning', where: WHERE }] },
      ],
    });
  });

  test('one that nothing needs is reported on its line', async () => {
    await waive(waiver('place: elsewhere, expires: 2999-12-31'));
    expect(await results()).toMatchObject({
      code: 1,
      results: [
        { status: 'failed', findings: [{ severity: 'error', message: MESSAGE }] },
        { status: 'warned', findings: [{ code: 'waiver-unused', severity: 'warning', where: WHERE }] },
      ],
    });
  });

  test('a run over a part of the workspace calls none unused', async () => {
    await waive(waiver('place: elsewhere, expires: 2999-12-31'));
    expect(await results('contracts/files')).toMatchObject({ results: [{}, { status: 'passed', findings: [] }] });
  });

  test('a mistake in the file stops the run before it begins', async () => {
    await waive(waiver(`plac: ${PACKAGE}, expires: 2999-12-31`));
    expect(await check()).toEqual({
      code: 2,
      stdout: '',
      stderr: [
        'WAIVERS_INVALID  contracts/waivers.yaml:3:5',
        '  why  item 1 of "waivers" needs "place"',
        '       contracts/waivers.yaml:3:79 item 1 of "waivers" has no key "plac"',
        '  fix  add "place: …"; did you mean "place"?',
        '',
      ].join('\n'),
    });
  });
});
