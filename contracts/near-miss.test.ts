import { expect, test } from '@jest/globals';
import { didYouMean, nearMiss } from './near-miss.ts';

const WORDS = ['check', 'diff', 'mock', 'verify', 'certify', 'failOn', 'providers', 'createParcel'];

test.each([
  ['chekc', 'check'],
  ['verfy', 'verify'],
  ['fail-on', 'failOn'],
  ['provider', 'providers'],
  ['creatParcle', 'createParcel'],
  ['mok', 'mock'],
])('takes %s for %s', (given, expected) => {
  expect(nearMiss(given, WORDS)).toBe(expected);
});

test.each(['', 'xyz', 'load', 'something-else'])('takes %j for nothing', (given) => {
  expect(nearMiss(given, WORDS)).toBeUndefined();
});

test('says what was meant at the end of a message, or nothing', () => {
  expect(didYouMean('chekc', WORDS)).toBe(', did you mean "check"?');
  expect(didYouMean('xyz', WORDS)).toBe('');
});
