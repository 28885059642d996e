import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readEnvironment } from './environment.ts';
import { findingOf, reportOf, resultOf } from './fixtures/report-of.ts';
import { json } from './formats/json.ts';
import { readReport } from './read-report.ts';
import type { Report } from './report.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
  file = join(folder, 'report.json');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function readBack(report: unknown): Promise<Report> {
  await writeFile(file, typeof report === 'string' ? report : JSON.stringify(report));
  return await readReport(file);
}

describe('a report that was written', () => {
  test('is read as it was', async () => {
    const results = [
      resultOf(),
      resultOf({
        status: 'failed',
        findings: [findingOf({ expected: null, actual: [1], fix: 'so', operationId: 'a', instancePointer: '' })],
      }),
      resultOf({ status: 'errored', reason: 'r', error: { code: 'C', where: 'w', why: 'y', fix: 'f', exitCode: 4 } }),
      resultOf({
        measures: [{ name: 'p99', value: 3, unit: 'ms', n: 4, threshold: 'p(99) < 5', interval: [2, 4] }],
        charts: [{ title: 't', xLabel: 'x', yLabel: 'y', series: [{ name: 's', points: [[1, 2]] }] }],
      }),
    ];
    const report = reportOf(results, { environment: readEnvironment(), interrupted: true });
    expect(await readBack(json.render(report, {}))).toEqual(report);
  });

  test('has no number where there was none', async () => {
    const report = reportOf([
      resultOf({ durationMs: Number.NaN, measures: [{ name: 'p99', value: Infinity, unit: 'ms' }] }),
    ]);
    const [result] = (await readBack(json.render(report, {}))).results;
    expect(result?.durationMs).toBeNaN();
    expect(result?.measures?.[0]?.value).toBeNaN();
  });
});

describe('the published schema', () => {
  /** Each names a member that the type requires, or gives it what the type does not allow. */
  test.each<[string, (report: Record<string, unknown>) => unknown]>([
    ['a report without its results', ({ results: _results, ...rest }) => rest],
    ['a verdict that there is none of', (report) => ({ ...report, verdict: 'fine' })],
    ['an exit code that there is none of', (report) => ({ ...report, exitCode: 9 })],
    ['a later version', (report) => ({ ...report, schemaVersion: 2 })],
    ['a member that it does not know', (report) => ({ ...report, secret: 'x' })],
    [
      'a result without findings',
      (report) => ({ ...report, results: [{ id: 'a', suite: 'b', subject: 'c', status: 'passed', durationMs: 1 }] }),
    ],
    [
      'a finding without its place',
      (report) => ({
        ...report,
        results: [{ ...resultOf(), findings: [{ code: 'a', severity: 'error', message: 'm' }] }],
      }),
    ],
    ['a time without its zone', (report) => ({ ...report, startedAt: '2026-05-04T08:15:02' })],
  ])('refuses %s', async (_case, change) => {
    await expect(readBack(change({ ...reportOf([resultOf()]) }))).rejects.toMatchObject({
      code: 'REPORT_INVALID',
      exitCode: 2,
    });
  });

  test('says where the first departure is', async () => {
    await expect(readBack({ ...reportOf([resultOf()]), exitCode: 9 })).rejects.toMatchObject({
      where: `${file}#/exitCode`,
      why: 'it is no report of this version: must be equal to one of the allowed values',
    });
  });

  test('has the members of the sample and no other', async () => {
    const sample: Record<string, unknown> = JSON.parse(
      await readFile(new URL('samples/report.json', import.meta.url), 'utf8'),
    );
    const schema: { properties: object } = JSON.parse(
      await readFile(new URL('schemas/report.schema.json', import.meta.url), 'utf8'),
    );
    expect(Object.keys(sample).toSorted()).toEqual(Object.keys(schema.properties).toSorted());
  });
});

test('says that a file is not there, or is no JSON', async () => {
  await expect(readReport(join(folder, 'none.json'))).rejects.toMatchObject({
    code: 'REPORT_UNREADABLE',
    where: join(folder, 'none.json'),
  });
  await expect(readBack('{')).rejects.toMatchObject({ code: 'REPORT_UNREADABLE', where: file });
});
