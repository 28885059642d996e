import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { tally } from '../fixtures/tally.ts';

const SAMPLE = fileURLToPath(new URL('../../reports/samples/report.json', import.meta.url));

let cwd: string;
let exitCode: number;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tally-report-'));
  const sample = await readFile(SAMPLE, 'utf8');
  ({ exitCode } = JSON.parse(sample) as { exitCode: number });
  await mkdir(join(cwd, 'reports/out'), { recursive: true });
  await writeFile(join(cwd, 'reports/out/report.json'), sample);
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

const report = (...argv: string[]) => tally(cwd, ['report', ...argv]);

describe('tally report', () => {
  test('prints the last run as text, and ends as that run did', async () => {
    const { code, stdout, stderr } = await report();
    expect([code, stderr]).toEqual([exitCode, '']);
    const sample = await readFile(new URL('../../reports/samples/report.txt', import.meta.url), 'utf8');
    expect(stdout).toBe(sample);
  });

  test('writes other formats into files, and says which', async () => {
    expect(await report('--format', 'html=page.html', '--format', 'junit=out/junit.xml')).toEqual({
      code: exitCode,
      stdout: 'wrote page.html\nwrote out/junit.xml\n',
      stderr: '',
    });
    expect(await readFile(join(cwd, 'page.html'), 'utf8')).toMatch(/^<!doctype html>/i);
  });

  test('merges several runs', async () => {
    const { stdout } = await report('reports/out/report.json', 'reports/out/report.json', '--format', 'json');
    const [one, both] = [await readFile(SAMPLE, 'utf8'), stdout].map(
      (text) => (JSON.parse(text) as { results: readonly unknown[] }).results.length,
    );
    expect(both).toBe(2 * (one ?? 0));
  });

  test('draws the integration, and warns of what it could not read', async () => {
    await mkdir(join(cwd, 'contracts/apis/a/1.0.0'), { recursive: true });
    await mkdir(join(cwd, 'contracts/apis/b/1.0.0'), { recursive: true });
    await writeFile(join(cwd, 'tally.yaml'), 'version: 1\nname: mine\n');
    await writeFile(
      join(cwd, 'contracts/apis/a/1.0.0/openapi.yaml'),
      'openapi: 3.1.0\ninfo: { title: A, version: 1.0.0 }\npaths: {}\n',
    );
    expect(await report('--diagram')).toEqual({
      code: 0,
      stdout: 'wrote diagrams/integrations/mine.md\n',
      stderr: 'contracts/apis/b/1.0.0 is not drawn: the folder is empty\n',
    });
    expect(await readFile(join(cwd, 'diagrams/integrations/mine.md'), 'utf8')).toContain('mermaid');
  });

  test.each([
    [['gone.json'], 'REPORT_UNREADABLE', 'there is no such file or folder'],
    [['reports'], 'REPORT_UNREADABLE', 'it is a folder, not a file'],
    [['notes.txt'], 'REPORT_UNREADABLE', 'it is no JSON, and no report'],
    [['other.json'], 'REPORT_INVALID', 'it is no report of this version'],
    [['--format', 'text', '--format', 'json'], 'FLAG_VALUE', 'text and json cannot both go to stdout'],
    [['--format', 'html=reports'], 'REPORT_UNWRITABLE', 'it is a folder, not a file'],
  ])('refuses %j', async (argv, code, why) => {
    await writeFile(join(cwd, 'notes.txt'), 'notes');
    await writeFile(join(cwd, 'other.json'), '{}');
    const told = await report(...argv);
    expect(told).toMatchObject({ code: 2, stderr: expect.stringContaining(`  why  ${why}`) });
    expect(told.stderr).toMatch(new RegExp(`^${code} {2}`));
  });
});
