import type { IHttpRequest } from '@stoplight/prism-http';
import { describe, expect, test } from '@jest/globals';
import { isExplained, keyOf, outcomeOf, sourceOf, type Question } from './covered.ts';
import { MOCK_DEFAULTS } from './mock-options.ts';
import { ERROR, WARNING } from './severity.ts';
import type { Diagnostic } from './violation.ts';

const INPUT: IHttpRequest = { method: 'get', url: { path: '/', query: {} }, headers: {} };
const PLAIN: Question = { input: INPUT, preferences: {}, accept: undefined, violations: [] };
const LONG = 'x'.repeat(1_001);

function wrong(code: string | number, severity = ERROR): Diagnostic {
  return { code, severity, message: 'wrong' };
}

describe('who answers', () => {
  test('a plain request is answered from memory', () => {
    expect(sourceOf(PLAIN, MOCK_DEFAULTS)).toBe('memo');
  });

  test.each<[string, Partial<Question>, ReturnType<typeof sourceOf>]>([
    ['an invalid one', { violations: [wrong('required')] }, 'memo'],
    ['one that asks for a status and an example', { preferences: { code: 404, exampleKey: 'none' } }, 'memo'],
    ['one that only Prism can judge', { violations: undefined }, 'prism'],
    ['one with a long Accept', { accept: LONG }, 'prism'],
    ['one with a long name of an example', { preferences: { exampleKey: LONG } }, 'prism'],
    ['one that asks for generated values', { preferences: { dynamic: true } }, 'generator'],
  ])('%s', (_, question, source) => {
    expect(sourceOf({ ...PLAIN, ...question }, MOCK_DEFAULTS)).toBe(source);
  });

  test('values are generated unless the request wants none, where the command line asks for them', () => {
    const options = { ...MOCK_DEFAULTS, dynamic: true };
    expect(sourceOf(PLAIN, options)).toBe('generator');
    expect(sourceOf({ ...PLAIN, preferences: { dynamic: false } }, options)).toBe('memo');
  });

  test('Prism explains every answer at the levels debug and trace', () => {
    const explained = (['trace', 'debug', 'info', 'silent'] as const).filter((verboseLevel) =>
      isExplained({ ...MOCK_DEFAULTS, verboseLevel }),
    );
    expect(explained).toEqual(['trace', 'debug']);
  });
});

describe('what the contract is asked for', () => {
  test.each<[ReturnType<typeof outcomeOf>, readonly Diagnostic[]]>([
    ['valid', []],
    ['valid', [wrong('deprecated', WARNING)]],
    ['unprocessable', [wrong('required')]],
    ['unsupported', [wrong('required'), wrong(415)]],
    ['unauthorised', [wrong(415), wrong(401)]],
    // As in Prism, only the number is a status.
    ['unprocessable', [wrong('401')]],
  ])('%s: %j', (outcome, violations) => {
    expect(outcomeOf(violations)).toBe(outcome);
  });
});

describe('questions have the same answer', () => {
  const key = (question: Partial<Question> = {}, operation = 0): string =>
    keyOf(operation, outcomeOf(question.violations ?? []), 'memo', { ...PLAIN, ...question });

  test('unless operation, status, example, media types or mistakes differ', () => {
    const keys = [
      key(),
      key({}, 1),
      key({ preferences: { code: 404 } }),
      key({ preferences: { exampleKey: '' } }),
      key({ preferences: { exampleKey: 'none' } }),
      key({ accept: 'text/csv' }),
      key({ violations: [wrong(401)] }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('whatever else is in them', () => {
    expect(key({ input: { ...INPUT, headers: { 'x-trace': '1' } } })).toBe(key());
    expect(key({ violations: [wrong('type')] })).toBe(key({ violations: [wrong('required')] }));
    expect(key({ violations: [wrong('type')], accept: 'text/csv' })).toBe(key({ violations: [wrong('type')] }));
  });
});
