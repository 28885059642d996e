import { describe, expect, test } from '@jest/globals';
import type { Finding } from './finding.ts';
import { applyWaivers, openWaivers, type Waiver } from './waivers.ts';

const WAIVER: Waiver = {
  code: 'response-property-removed',
  place: 'contracts/apis/parcels/2.0.0/openapi.yaml',
  owner: 'parcels-team',
  reason: 'checkout has moved on',
  expires: '2026-12-31',
  where: { source: 'contracts/waivers.yaml', pointer: '/waivers/0', line: 3, column: 5 },
};

const FINDING: Finding = {
  code: 'response-property-removed',
  severity: 'error',
  message: 'the property "weightGrams" was removed',
  where: {
    source: 'contracts/apis/parcels/2.0.0/openapi.yaml',
    pointer: '/paths/~1parcels~1{parcelId}/get',
    line: 7,
    column: 3,
  },
  operationId: 'getParcel',
};

const WAIVED: Finding = {
  ...FINDING,
  severity: 'info',
  message: 'the property "weightGrams" was removed (waived by parcels-team until 2026-12-31: checkout has moved on)',
};

const TODAY = '2026-12-31';

describe('a waiver', () => {
  test.each([
    'contracts/apis/parcels/2.0.0/openapi.yaml',
    'contracts/apis/parcels/*/openapi.yaml',
    '/paths/~1parcels~1{parcelId}/get',
    '/paths/**',
    'contracts/apis/parcels/2.0.0/openapi.yaml#/paths/**',
    'getParcel',
    'GET /parcels/{parcelId}',
    'GET /parcels/**',
    'get*',
  ])('at %s makes the finding information until its last day', (place) => {
    expect(applyWaivers([FINDING], [{ ...WAIVER, place }], TODAY)).toEqual({ findings: [WAIVED], problems: [] });
  });

  test.each([
    ['place', 'contracts/apis/parcels/1.4.0/openapi.yaml'],
    ['place', 'contracts/*'],
    ['code', 'response-property-remove'],
    ['suite', 'conformance'],
  ])('with another %s, %s, leaves the finding alone', (member, value) => {
    expect(applyWaivers([FINDING], [{ ...WAIVER, [member]: value }], TODAY).findings).toEqual([FINDING]);
  });

  test('matches the operation and both places of a change', () => {
    const base = { source: 'contracts/apis/parcels/1.4.0/openapi.json', pointer: '/paths', line: 1, column: 1 };
    const change = { ...FINDING, operation: 'GET /parcels/{parcelId}', base };
    for (const place of ['GET /parcels/{parcelId}', '**/openapi.json'])
      expect(applyWaivers([change], [{ ...WAIVER, place }], TODAY).findings).toEqual([{ ...change, ...WAIVED }]);
  });

  test('leaves information as it is, and is not used by it', () => {
    const info: Finding = { ...FINDING, severity: 'info' };
    const ledger = openWaivers([WAIVER], TODAY);
    expect(ledger.apply([info], 'check')).toEqual([info]);
    expect(ledger.problems(['check'])).toEqual([
      {
        code: 'waiver-unused',
        severity: 'warning',
        message: 'nothing needs the waiver of response-property-removed at contracts/apis/parcels/2.0.0/openapi.yaml',
        fix: 'remove it, or name the suite that it is about where that is not "check"',
        where: WAIVER.where,
      },
    ]);
  });
});

describe('what is wrong with the waivers', () => {
  test('says when one expired while it is still needed, and waives nothing', () => {
    expect(applyWaivers([FINDING], [WAIVER], '2027-01-01')).toEqual({
      findings: [FINDING],
      problems: [
        {
          code: 'waiver-expired',
          severity: 'warning',
          message:
            'the waiver of response-property-removed at contracts/apis/parcels/2.0.0/openapi.yaml expired on 2026-12-31; what it waived is still there',
          fix: 'repair what it waived, or let parcels-team set a later day',
          where: WAIVER.where,
        },
      ],
    });
  });

  test('says when one expired and is not needed any more', () => {
    const ledger = openWaivers([WAIVER], '2027-01-01');
    expect(ledger.problems(['check'])).toEqual([
      {
        code: 'waiver-expired',
        severity: 'warning',
        message:
          'the waiver of response-property-removed at contracts/apis/parcels/2.0.0/openapi.yaml expired on 2026-12-31; nothing needs it any more',
        fix: 'remove it',
        where: WAIVER.where,
      },
    ]);
  });

  test.each([
    [
      'the same finding at another place',
      { place: 'listParcels' },
      'nothing needs the waiver of response-property-removed at listParcels; there is one at contracts/apis/parcels/2.0.0/openapi.yaml#/paths/~1parcels~1{parcelId}/get',
    ],
    [
      'a code that is nearly the same',
      { code: 'response-property-remove' },
      'nothing needs the waiver of response-property-remove at contracts/apis/parcels/2.0.0/openapi.yaml, did you mean "response-property-removed"?',
    ],
  ])('points an unused one to %s', (_, change, message) => {
    const ledger = openWaivers([{ ...WAIVER, ...change }], TODAY);
    ledger.apply([FINDING], 'check');
    expect(ledger.problems(['check']).map((problem) => problem.message)).toEqual([message]);
  });

  test('does not call one unused whose suite did not run', () => {
    const ledger = openWaivers([{ ...WAIVER, suite: 'conformance' }, WAIVER], TODAY);
    expect(ledger.problems(['diff', 'provider'])).toEqual([]);
    expect(ledger.problems(['check', 'conformance']).map(({ code, fix }) => [code, fix])).toEqual([
      ['waiver-unused', 'remove it'],
      ['waiver-unused', 'remove it, or name the suite that it is about where that is not "check"'],
    ]);
  });

  test('one that is used in any suite is used', () => {
    const ledger = openWaivers([WAIVER], TODAY);
    expect(ledger.apply([FINDING], 'conformance')).toEqual([WAIVED]);
    expect(ledger.problems(['check', 'conformance'])).toEqual([]);
  });
});
