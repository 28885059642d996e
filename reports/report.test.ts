import { describe, expect, test } from '@jest/globals';
import type { ExitCode, Result, TallyErrorData } from '../contracts/index.ts';
import { findingOf, inputOf, reportOf, resultOf } from './fixtures/report-of.ts';
import { buildReport, exitCodeOf, isPartial, summaryOf } from './report.ts';

const passed = resultOf();
const failed = resultOf({ status: 'failed', findings: [findingOf()] });
const warned = resultOf({ status: 'warned', findings: [findingOf({ severity: 'warning' })] });
const inconclusive = resultOf({ status: 'inconclusive', reason: 'too few requests' });
const skipped = resultOf({ status: 'skipped', reason: 'no TLS' });
const informed = resultOf({ findings: [findingOf({ severity: 'info' })] });

function errored(exitCode?: ExitCode): Result {
  const error: TallyErrorData | undefined =
    exitCode === undefined ? undefined : { code: 'STOPPED', where: 'here', why: 'because', fix: 'do this', exitCode };
  return resultOf({ status: 'errored', reason: 'here: because', ...(error && { error }) });
}

describe('the exit code', () => {
  test.each<[string, ExitCode, readonly Result[]]>([
    ['every check kept', 0, [passed, informed]],
    ['a warning below the bar', 0, [passed, warned]],
    ['a skipped check beside a kept one', 0, [passed, skipped]],
    ['a failed check', 1, [passed, failed]],
    ['a check that failed without a finding, a gate', 1, [resultOf({ status: 'failed' })]],
    ['a failed check beside one that proved nothing', 1, [failed, inconclusive, errored(3)]],
    ['a check that proved nothing', 3, [passed, inconclusive]],
    ['a check that could not run', 3, [passed, errored()]],
    ['a check that could not run for a reason of its own', 3, [passed, errored(3)]],
    ['an invalid configuration beside a failed check', 2, [failed, errored(2)]],
    ['a target that was not reached, whatever else', 4, [failed, errored(2), errored(4), inconclusive]],
    ['a check that was interrupted', 130, [failed, errored(4), errored(130)]],
    ['no check at all', 3, []],
    ['nothing but skipped checks', 3, [skipped]],
  ])('of %s is %i', (_case, exitCode, results) => {
    expect(exitCodeOf(results, 'error')).toBe(exitCode);
  });

  test('of an interrupted run is 130 even where everything passed until then', () => {
    expect(exitCodeOf([passed], 'error', true)).toBe(130);
  });

  test('follows the lowest severity that breaks', () => {
    expect(exitCodeOf([warned], 'warning')).toBe(1);
    expect(exitCodeOf([informed], 'warning')).toBe(0);
    expect(exitCodeOf([informed], 'info')).toBe(1);
  });
});

describe('a report', () => {
  test('counts results by status and findings by severity', () => {
    expect(summaryOf([passed, failed, warned, warned, inconclusive, skipped, errored(), informed])).toEqual({
      total: 8,
      passed: 2,
      failed: 1,
      warned: 2,
      inconclusive: 1,
      skipped: 1,
      errored: 1,
      findings: { error: 1, warning: 2, info: 1 },
    });
  });

  test.each([
    ['kept', [passed]],
    ['broken', [failed]],
    ['inconclusive', [inconclusive]],
    ['invalid', [errored(2)]],
    ['unreached', [errored(4)]],
  ])('is %s', (verdict, results) => {
    expect(reportOf(results).verdict).toBe(verdict);
  });

  test('names the evidence that is missing, and why', () => {
    expect(reportOf([passed, skipped, inconclusive, errored()]).missing).toEqual([
      'conformance · getParcel · body-conforms: skipped, no TLS',
      'conformance · getParcel · body-conforms: inconclusive, too few requests',
      'conformance · getParcel · body-conforms: errored, here: because',
    ]);
  });

  test('says that it is cut short', () => {
    const report = reportOf([passed], { interrupted: true });
    expect(report).toMatchObject({ verdict: 'interrupted', exitCode: 130 });
    expect(report.missing).toEqual(['the run was interrupted: checks that had not started are not in this report']);
    expect(isPartial(report)).toBe(true);
    expect(isPartial(reportOf([passed]))).toBe(false);
  });

  test('says that no check ran', () => {
    expect(reportOf([])).toMatchObject({ verdict: 'inconclusive', exitCode: 3, missing: ['no check ran'] });
  });

  test('keeps of a contract only what names it, and takes its duration from its times', () => {
    const contract = {
      kind: 'openapi',
      name: 'parcels',
      version: '2.0.0',
      source: 'a.yaml',
      digest: 'sha256:0',
      specification: '3.1.0',
    } as const;
    const parsed = { ...contract, document: { huge: true } };
    const report = buildReport(inputOf([passed], { contracts: [parsed] }));
    expect(report.contracts).toEqual([contract]);
    expect(report.durationMs).toBe(3500);
  });
});
