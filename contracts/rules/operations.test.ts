import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document, withOperation } from '../fixtures/diff-of.ts';

const NOTHING = document({});
const OPERATION = withOperation({ operationId: 'getA' });

test('a removed operation breaks, with its line in the base', async () => {
  expect(await diffOf(OPERATION, NOTHING)).toEqual([
    {
      code: 'operation-removed',
      severity: 'error',
      message: 'GET /a is gone',
      fix: 'keep it and mark it "deprecated: true" with an "x-sunset" date, or publish a new major version',
      where: { source: 'base.json', pointer: '/paths/~1a/get', line: 9, column: 7 },
      operationId: 'getA',
      direction: 'both',
      operation: 'GET /a',
      base: { source: 'base.json', pointer: '/paths/~1a/get', line: 9, column: 7 },
    },
  ]);
});

test('an operation that stays is left alone', async () => {
  expect(await diffOf(OPERATION, OPERATION)).toEqual([]);
});

test('a new operation informs', async () => {
  expect((await diffOf(NOTHING, OPERATION)).map(brief)).toEqual(['info operation-added (both) GET /a: GET /a is new']);
});

describe('an operation that was deprecated', () => {
  test.each([
    [
      {},
      'warning operation-removed-without-sunset (both) GET /a: GET /a is gone; it was deprecated, but no sunset date said when it would go',
    ],
    [
      { 'x-sunset': '2026-05-31' },
      'info operation-removed-after-sunset (both) GET /a: GET /a is gone, as announced for 2026-05-31',
    ],
    [
      { 'x-sunset': '2026-06-02' },
      'error operation-removed-before-sunset (both) GET /a: GET /a is gone before its sunset date 2026-06-02',
    ],
    [
      { 'x-sunset': 'soon' },
      'error operation-removed-before-sunset (both) GET /a: GET /a is gone before its sunset date soon',
    ],
  ])('and has %j may go accordingly', async (sunset, expected) => {
    expect((await diffOf(withOperation({ deprecated: true, ...sunset }), NOTHING)).map(brief)).toEqual([expected]);
  });
});

describe('what an operation says of itself', () => {
  test.each([
    [{}, { deprecated: true }, ['info operation-deprecated (both) GET /a: GET /a is now deprecated']],
    [{ deprecated: true }, {}, ['info operation-reactivated (both) GET /a: GET /a is no longer deprecated']],
    [
      { operationId: 'a' },
      { operationId: 'b' },
      ["info operation-id-changed (both) GET /a: the operationId went from 'a' to 'b'"],
    ],
    [{}, { operationId: 'b' }, ["info operation-id-changed (both) GET /a: the operation now has the operationId 'b'"]],
    [{ operationId: 'a' }, {}, ["info operation-id-changed (both) GET /a: the operationId 'a' is gone"]],
    [
      { deprecated: true, 'x-sunset': '2027-01-01' },
      { deprecated: true },
      [
        'error sunset-removed (both) GET /a: the sunset date 2027-01-01 is gone, although the operation is still deprecated',
      ],
    ],
    [
      { deprecated: true, 'x-sunset': '2027-01-01' },
      { deprecated: true, 'x-sunset': '2026-12-01' },
      ['warning sunset-brought-forward (both) GET /a: the sunset date moved forward from 2027-01-01 to 2026-12-01'],
    ],
    [
      { deprecated: true },
      { deprecated: true, 'x-sunset': '2026-05-01' },
      ['error sunset-in-the-past (both) GET /a: the sunset date 2026-05-01 is over already, so nobody had notice'],
    ],
    [
      { deprecated: true },
      { deprecated: true, 'x-sunset': '31.12.2027' },
      ["error sunset-invalid (both) GET /a: the sunset date '31.12.2027' is no date"],
    ],
    [
      { 'x-stability-level': 'stable' },
      { 'x-stability-level': 'beta' },
      ["error stability-decreased (both) GET /a: the stability level went from 'stable' to 'beta'"],
    ],
    [
      {},
      { 'x-stability-level': 'alpha' },
      ["error stability-decreased (both) GET /a: the stability level went from nothing to 'alpha'"],
    ],
    [
      { 'x-stability-level': 'beta' },
      { 'x-stability-level': 'stable' },
      ["info stability-increased (both) GET /a: the stability level went from 'beta' to 'stable'"],
    ],
    [
      { 'x-stability-level': 'beta' },
      {},
      ["warning stability-removed (both) GET /a: the stability level 'beta' is gone"],
    ],
    [
      { 'x-stability-level': 'beta' },
      { 'x-stability-level': 'solid' },
      ["error stability-invalid (both) GET /a: 'solid' is no stability level"],
    ],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(withOperation(before), withOperation(after))).map(brief)).toEqual(expected);
  });

  test.each([
    [
      { deprecated: true, 'x-sunset': '2027-01-01' },
      { deprecated: true, 'x-sunset': '2027-02-01' },
    ],
    [{ deprecated: true }, { deprecated: true, 'x-sunset': '2027-01-01' }],
    [
      { summary: 'a', description: 'b', tags: ['c'] },
      { summary: 'd', 'x-other': 1 },
    ],
  ])('%j to %j is left alone', async (before, after) => {
    expect(await diffOf(withOperation(before), withOperation(after))).toEqual([]);
  });
});

test('what was only a draft was never promised', async () => {
  const changes = await diffOf(withOperation({ 'x-stability-level': 'draft' }), NOTHING);
  expect(changes.map(brief)).toEqual(['info operation-removed (both) GET /a: GET /a is gone']);
});
