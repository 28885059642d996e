import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tally } from '../fixtures/tally.ts';

const FOLDER = 'contracts/apis/clinic/1.0.0';
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
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tally-run-'));
  await mkdir(join(cwd, FOLDER), { recursive: true });
  await writeFile(join(cwd, FOLDER, 'openapi.yaml'), DOCUMENT);
  await writeFile(join(cwd, 'tally.yaml'), 'version: 1\nname: clinics\n');
});
afterAll(async () => {
  await rm(cwd, { recursive: true });
});

const suites = (report: string): readonly string[] => {
  const { results }: { results: readonly { suite: string }[] } = JSON.parse(report);
  return [...new Set(results.map(({ suite }) => suite))];
};

describe('tally run', () => {
  test('leaves out the steps that are skipped, and says which step it is at', async () => {
    const { stdout, stderr } = await tally(cwd, ['run', '--skip', 'check', '--skip', 'verify', '--format', 'json']);
    expect(suites(stdout)).toEqual(['mock', 'load']);
    expect(stderr).toBe('mock …\nload …\nreport: reports/out/index.html\n');
  });

  test('writes its four reports, and names the page as seen from where it was typed', async () => {
    const flags = ['--skip', 'check', '--skip', 'verify', '--skip', 'load'];
    const { code, stdout } = await tally(join(cwd, FOLDER), ['run', ...flags]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^✓ mock {2}2 checks\n\nKEPT .*\nreport: \.\.\/\.\.\/\.\.\/\.\.\/reports\/out\/index\.html\n$/,
    );
    for (const name of ['index.html', 'junit.xml', 'summary.md'])
      expect(existsSync(join(cwd, 'reports/out', name))).toBe(true);
    expect(suites(await readFile(join(cwd, 'reports/out/report.json'), 'utf8'))).toEqual(['mock']);
  });

  test('says nothing when it shall be quiet', async () => {
    const flags = ['--skip', 'check', '--skip', 'verify', '--skip', 'load', '--quiet'];
    expect(await tally(cwd, ['run', ...flags])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('proves nothing when every step is skipped', async () => {
    const flags = ['check', 'mock', 'verify', 'load'].flatMap((step) => ['--skip', step]);
    expect(await tally(cwd, ['run', ...flags])).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('no check ran'),
    });
  });

  test.each([
    [['--skip', 'chek'], 'FLAG_VALUE  tally run --skip', 'did you mean check?'],
    [['--seed', 'x'], 'FLAG_VALUE  tally run --seed', 'give a number, for example --seed 10'],
    [['--fail-on', 'eror'], 'FLAG_VALUE  tally run --fail-on', 'did you mean error?'],
    [['gone'], 'CONTRACT_UNREADABLE  gone', 'check the path, it is relative to the current folder'],
  ])('refuses %j', async (argv, code, fix) => {
    expect(await tally(cwd, ['run', ...argv])).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(new RegExp(`^${code}\\n.*\\n {2}fix {2}${fix.replace('?', '\\?')}\\n$`)),
    });
  });
});
