import { expect, test } from '@jest/globals';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import { junit } from './junit.ts';

const lines = (...args: Parameters<typeof reportOf>): string[] => junit.render(reportOf(...args), {}).split('\n');

test('writes a pass as a bare test, times in seconds with a dot', () => {
  expect(lines([resultOf({ durationMs: 1234.5 })])).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuites name="parcel-carrier" tests="1" failures="0" errors="0" skipped="0" time="1.234">',
    '  <testsuite name="conformance" tests="1" failures="0" errors="0" skipped="0" time="1.234" timestamp="2026-05-04T08:15:02">',
    '    <testcase name="getParcel" classname="conformance.body-conforms" time="1.234"/>',
    '  </testsuite>',
    '</testsuites>',
    '',
  ]);
});

test('writes a failure with operation, pointer, contract file and line', () => {
  const finding = findingOf({
    operationId: 'getParcel',
    instancePointer: '/weightGrams',
    expected: 'integer',
    fix: 'answer it',
  });
  expect(lines([resultOf({ status: 'failed', findings: [finding, findingOf()] })]).slice(4, 13)).toEqual([
    '      <failure message="weightGrams is missing (and 1 more finding)" type="response-body-mismatch">contracts/apis/parcels/2.0.0/openapi.yaml:42:7: error response-body-mismatch (getParcel)',
    '  weightGrams is missing',
    '  contract: contracts/apis/parcels/2.0.0/openapi.yaml#/paths',
    '  at: /weightGrams',
    '  expected: &quot;integer&quot;',
    '  fix: answer it',
    'contracts/apis/parcels/2.0.0/openapi.yaml:42:7: error response-body-mismatch',
    '  weightGrams is missing',
    '  contract: contracts/apis/parcels/2.0.0/openapi.yaml#/paths</failure>',
  ]);
});

test.each([
  ['inconclusive', 'errors="1"', '<error message="too few" type="inconclusive">too few</error>'],
  ['errored', 'errors="1"', '<error message="too few" type="errored">too few</error>'],
  ['skipped', 'skipped="1"', '<skipped message="too few"/>'],
] as const)('writes what is %s as no pass', (status, count, element) => {
  const text = lines([resultOf(), resultOf({ subject: 'listParcels', status, reason: 'too few' })]).join('\n');
  expect(text).toContain(count);
  expect(text).toContain(element);
});

test('lets a warning pass with its text, unless it breaks the run', () => {
  const warned = resultOf({ status: 'warned', findings: [findingOf({ severity: 'warning' })] });
  const passes = lines([warned]).join('\n');
  expect(passes).toContain('failures="0"');
  expect(passes).toContain(
    '<system-out>contracts/apis/parcels/2.0.0/openapi.yaml:42:7: warning response-body-mismatch',
  );
  expect(lines([warned], { failOn: 'warning' }).join('\n')).toContain('failures="1"');
});

test.each([
  ['an interrupted run', [resultOf()], true, 'The run was interrupted after 1 check.'],
  ['a run of nothing', [], false, 'No check ran, so nothing is proven.'],
] as const)('is never green for %s', (_case, results, interrupted, message) => {
  const text = lines(results, { interrupted }).join('\n');
  expect(text).toContain('errors="1"');
  expect(text).toContain(`<error message="${message}" type="inconclusive">`);
});

test('strips what XML cannot say and keeps line feeds of attributes', () => {
  const text = lines([resultOf({ status: 'skipped', reason: 'a\u0000\u001b\ufffe\ud800b\nc\td\u{1f600}]]>' })]).join(
    '\n',
  );
  expect(text).toContain('<skipped message="ab&#10;c&#9;d\u{1f600}]]&gt;"/>');
});
