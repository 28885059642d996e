import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { boundedPattern } from './bounded-pattern.ts';
import { safeLength } from './pattern-effort.ts';

const A = 'a'.repeat(100_000);

/** A pattern, and a text on which it runs for minutes or for ever. */
const EVIL: readonly (readonly [RegExp, string])[] = [
  [/(a+)+$/u, `${'a'.repeat(60)}!`],
  [/^(a|a)*$/u, `${'a'.repeat(60)}!`],
  [/^(a|aa)+$/u, `${'a'.repeat(100)}!`],
  [/^([a-zA-Z]+)*$/u, `${'a'.repeat(60)}1`],
  [/^(.*a){20}$/u, `${'a'.repeat(60)}!`],
  [/^(\w+\s?)*$/u, `${'a'.repeat(60)}!`],
  [/^(([a-z])+.)+[A-Z]([a-z])+$/u, 'a'.repeat(60)],
  [/^([a-zA-Z0-9])(([-.]|[_]+)?([a-zA-Z0-9]+))*@[a-z]+$/u, 'a'.repeat(60)],
  [/(x+x+)+y/u, 'x'.repeat(60)],
  [/^(\w+)+\1!$/u, 'a'.repeat(60)],
  [/^(?=(a+)+$)/u, `${'a'.repeat(60)}!`],
  [/^((a*)*)*$/u, `${'a'.repeat(60)}!`],
  // Polynomials, on texts of 100 kB.
  [/\s+$/u, `${' '.repeat(100_000)}x`],
  [/^\s*\S+\s*\S+\s*$/u, `${A} b c d`],
  [/^a*a*a*$/u, `${A}!`],
  [/a.*b.*c/u, `${A}${'ab'.repeat(1000)}`],
];

describe('a pattern that does not end', () => {
  test.each(EVIL)('%p is stopped, condemned and not tried again', (pattern, text) => {
    const bounded = boundedPattern(pattern);
    expect(bounded.isCondemned).toBe(false);
    expect(bounded.test(text)).toBeUndefined();
    expect(bounded.isCondemned).toBe(true);
    // Many times over: each of them would take minutes.
    const again = Array.from({ length: 1000 }, () => bounded.test(text));
    expect(new Set(again)).toEqual(new Set([undefined]));
  });

  test.each(EVIL)('%p is still exact on a text that it cannot be long about', (pattern) => {
    const bounded = boundedPattern(pattern);
    expect(bounded.test('')).toBe(pattern.test(''));
    const longest = 'a'.repeat(Math.min(safeLength(pattern), 1000));
    expect(bounded.test(longest)).toBe(pattern.test(longest));
  });
});

describe('a pattern that ends', () => {
  test.each([
    [/^PCL-[0-9A-Z]{8}$/u, 'PCL-0000AAAA'],
    [/^(foo|bar|[0-9]{1,3})$/u, 'bar'],
    [/^\d{1,3}(?:\.\d{1,3}){3}$/u, '127.0.0.1'],
  ])('%p never looks at more than its own length', (pattern, text) => {
    expect(safeLength(pattern)).toBe(Infinity);
    expect(boundedPattern(pattern).test(text)).toBe(true);
    expect(boundedPattern(pattern).test(A)).toBe(false);
  });

  test.each([
    /^[a-z]+$/u,
    /^[a-z0-9]+(?:-[a-z0-9]+)*$/u,
    /^https?:\/\/[^/]+\/.*$/u,
    /^(?!foo).*$/u,
    /^(?:[a-z]+:)?\/\/(?:[^/]+\/)*$/u,
  ])('%p has one way through any text, and is run without a watchdog', (pattern) => {
    expect(safeLength(pattern)).toBe(100_000);
  });

  test.each(['^\\S+@\\S+\\.\\S+$', '^(\\w+)-\\1$', '^\\s*\\S+\\s*$', '(?:a|b|ab)+c$'])(
    '%s may be slow, and is exact under the watchdog',
    (source) => {
      const pattern = new RegExp(source, 'u');
      const texts = ['a@b.c', `${'x'.repeat(150)}@example.org`, 'ab-ab', 'ab-ba', `${'ab'.repeat(150)}c`, ' a ', ''];
      const bounded = boundedPattern(pattern);
      expect(texts.map((text) => bounded.test(text))).toEqual(texts.map((text) => pattern.test(text)));
      expect(bounded.isCondemned).toBe(false);
    },
  );

  test('of whatever form is exact on short texts', () => {
    const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', '^', '$', '\\b', '\\u0061');
    const pattern = fc.letrec<{ part: string; many: string }>((tie) => ({
      many: fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
      part: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        atom,
        tie('many').map((inner) => `(${inner})`),
        tie('many').map((inner) => `(?:${inner}|b)`),
        fc
          .tuple(tie('many'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '*?'))
          .map(([inner, q]) => `(?:${inner})${q}`),
      ),
    })).many;
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', 'é'), maxLength: 12 });
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        const expression = new RegExp(source, 'u');
        expect(boundedPattern(expression).test(value)).toBe(expression.test(value));
      }),
    );
  });
});

describe('an unambiguous pattern', () => {
  test.each([
    [/^(?:a+)+$/u, 'a loop in a loop'],
    [/^(?:a?b?)*$/u, 'a loop over nothing'],
    [/^(?:a*|b*)*$/u, 'two ways to nothing'],
    [/^(?:[a-f]|[f-z])*$/u, 'classes that overlap'],
    [/^(?:\w|é|[^a])*$/u, 'characters beyond ASCII that overlap'],
    [/^(?:k|\u212a)*$/iu, 'the Kelvin sign where case is ignored'],
    [/^a*a*a$/u, 'the same character after its loop'],
  ])('is not %p: %s', (pattern) => {
    expect(safeLength(pattern)).toBeLessThan(2000);
  });
});
