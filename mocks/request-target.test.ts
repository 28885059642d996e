import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { readTarget } from './request-target.ts';

/** As Prism's HTTP server does it. */
function asPrism(target: string): unknown {
  const { pathname, searchParams } = new URL(target, 'http://example.com');
  const query: Record<string, string | string[]> = {};
  for (const key of searchParams.keys()) {
    const values = searchParams.getAll(key);
    query[key] = values.length === 1 ? String(values[0]) : values;
  }
  const baseUrl = searchParams.get('__server');
  return baseUrl ? { path: pathname, query, baseUrl } : { path: pathname, query };
}

const PIECES = [
  'a',
  'B',
  '1',
  '.',
  '..',
  '/',
  '//',
  '%2e',
  '%2F',
  '%zz',
  '?',
  '&',
  '=',
  '+',
  '%20',
  ' ',
  '#',
  '\\',
  '"',
  "'",
];
const MORE = [
  '{',
  '}',
  '|',
  '^',
  '[',
  ']',
  '~',
  ':',
  '@',
  ';',
  ',',
  'é',
  '__server',
  '__proto__',
  'constructor',
  '<',
  '`',
];
const targets = fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`);

describe('a target is read', () => {
  test('as a URL is, whatever is in it', () => {
    fc.assert(
      fc.property(targets, (target) => {
        if (URL.canParse(target, 'http://example.com')) expect(readTarget(target)).toEqual(asPrism(target));
        else expect(() => readTarget(target)).toThrow('Invalid URL');
      }),
      { numRuns: 5_000 },
    );
  });

  test.each<[string, unknown]>([
    ['/items', { path: '/items', query: {} }],
    ['/items?limit=5&', { path: '/items', query: { limit: '5' } }],
    ['/items?tag=a&tag=b', { path: '/items', query: { tag: ['a', 'b'] } }],
    ['/a/../items?q=a+b', { path: '/items', query: { q: 'a b' } }],
    ['/items?__server=/v1', { path: '/items', query: { __server: '/v1' }, baseUrl: '/v1' }],
  ])('%s', (target, read) => {
    expect(readTarget(target)).toEqual(read);
  });
});
