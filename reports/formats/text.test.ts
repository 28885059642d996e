import { expect, test } from '@jest/globals';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import { text } from './text.ts';

test('is quiet on success, suggests what to do next, and ends with the verdict', () => {
  const report = reportOf([resultOf(), resultOf({ subject: 'listParcels' }), resultOf({ suite: 'load' })]);
  expect(text.render(report, { next: 'tally mock' })).toBe(
    [
      '✓ conformance  2 checks',
      '✓ load  1 check',
      '',
      'next  tally mock',
      'KEPT  Every contract was kept in 3 checks. 3 passed in 3.5 s',
      '',
    ].join('\n'),
  );
});

test('tells a problem in full, and nothing about what to do after success', () => {
  const finding = findingOf({
    operationId: 'getParcel',
    instancePointer: '/weightGrams',
    expected: { type: 'integer' },
    actual: null,
    fix: 'answer it',
    message: 'it is missing\nand was there',
  });
  const report = reportOf([resultOf(), resultOf({ status: 'failed', findings: [finding] })]);
  expect(text.render(report, { next: 'tally mock' }).split('\n')).toEqual([
    '✗ conformance  1 of 2 checks passed',
    '  ✗ getParcel  body-conforms  failed',
    '    contracts/apis/parcels/2.0.0/openapi.yaml:42:7',
    '      error  response-body-mismatch  getParcel  at /weightGrams',
    '      it is missing',
    '      and was there',
    '      expected  {"type":"integer"}',
    '      actual    null',
    '      fix       answer it',
    '',
    'BROKEN  1 check of 2 failed. 1 failed · 1 passed in 3.5 s',
    '',
  ]);
});
