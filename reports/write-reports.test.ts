import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { reportOf, resultOf } from './fixtures/report-of.ts';
import { formatNamed } from './parse-format-flag.ts';
import { readReport } from './read-report.ts';
import { writeReports } from './write-reports.ts';

const report = reportOf([resultOf()]);
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'reports-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

test('makes folders, replaces what was there and leaves nothing else behind', async () => {
  const outputs = [
    { format: formatNamed('json'), path: 'out/ci/report.json' },
    { format: formatNamed('text'), path: join(root, 'out/ci/report.txt') },
  ];
  await writeReports(report, outputs, root);
  await writeReports(report, outputs, root);
  expect((await readdir(join(root, 'out/ci'))).toSorted()).toEqual(['report.json', 'report.txt']);
  expect(await readReport(join(root, 'out/ci/report.json'))).toEqual(report);
});

test('says which file cannot be written, and writes the others', async () => {
  await writeFile(join(root, 'taken'), 'a file');
  const outputs = [
    { format: formatNamed('html'), path: 'taken/index.html' },
    { format: formatNamed('text'), path: 'report.txt' },
  ];
  await expect(writeReports(report, outputs, root)).rejects.toMatchObject({
    code: 'REPORT_UNWRITABLE',
    where: join(root, 'taken/index.html'),
    fix: 'name a file in a folder that may be written to',
    exitCode: 2,
  });
  expect(await readFile(join(root, 'report.txt'), 'utf8')).toContain('KEPT');
});
