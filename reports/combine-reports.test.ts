import { expect, test } from '@jest/globals';
import { combineReports } from './combine-reports.ts';
import { findingOf, reportOf, resultOf } from './fixtures/report-of.ts';

const contract = {
  kind: 'openapi',
  name: 'parcels',
  version: '2.0.0',
  source: 'a.yaml',
  digest: 'sha256:0',
  specification: '3.1.0',
} as const;

test('keeps every result and judges anew at the strictest bar', () => {
  const check = reportOf([resultOf({ status: 'warned', findings: [findingOf({ severity: 'warning' })] })], {
    runId: 'a',
    command: 'check',
    contracts: [contract],
  });
  const load = reportOf([resultOf({ suite: 'load' })], {
    runId: 'b',
    command: 'load',
    contracts: [contract],
    failOn: 'warning',
    seeds: { run: 8 },
    startedAt: '2026-05-04T08:10:00.000Z',
    finishedAt: '2026-05-04T08:11:00.000Z',
  });
  expect(combineReports([check, load])).toMatchObject({
    runId: 'a+b',
    name: 'parcel-carrier',
    command: 'check + load',
    verdict: 'broken',
    exitCode: 1,
    failOn: 'warning',
    startedAt: '2026-05-04T08:10:00.000Z',
    finishedAt: '2026-05-04T08:15:05.500Z',
    durationMs: 305_500,
    seeds: { run: 7, 'run of b': 8 },
    redactions: 4,
    contracts: [contract],
    summary: { total: 2, warned: 1, passed: 1 },
  });
});

test('stays interrupted when one run was', () => {
  const combined = combineReports([reportOf([resultOf()]), reportOf([resultOf()], { interrupted: true })]);
  expect(combined).toMatchObject({ verdict: 'interrupted', exitCode: 130 });
});

test('leaves one report as it is, and refuses none', () => {
  const report = reportOf([resultOf()]);
  expect(combineReports([report])).toBe(report);
  expect(() => combineReports([])).toThrow('REPORTS_NONE');
});
