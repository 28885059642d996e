import { describe, expect, test } from '@jest/globals';
import { matchesGlob } from './matches-glob.ts';

describe('a glob', () => {
  test.each([
    ['/paths/~1parcels', '/paths/~1parcels', true],
    ['/paths/~1parcels/get', '/paths/~1parcels', false],
    ['/paths/~1parcels/get', '/paths/*/get', true],
    ['/paths/~1parcels/get', '/paths/*', false],
    ['/paths/~1parcels/get/responses', '/paths/**', true],
    ['contracts/apis/parcels/2.0.0/openapi.yaml', '**/openapi.yaml', true],
    ['contracts/apis/parcels/2.0.0/openapi.yaml', 'contracts/*/openapi.yaml', false],
    ['GET /parcels/{parcelId}', 'GET /parcels/{parcelId}', true],
    ['GET /parcels/p', 'GET /parcels/{parcelId}', false],
    ['GET /parcels/{parcelId}', '* /parcels/*', true],
    ['', '*', true],
    ['a/b', '**', true],
    ['aXb', 'a?b', false],
    ['/a/', '/*/', true],
    ['/a/b/', '/*/', false],
  ])('%s against %s is %s', (text, pattern, expected) => {
    expect(matchesGlob(text, pattern)).toBe(expected);
  });

  test('takes no time over a pattern that makes regular expressions run for ever', () => {
    expect(matchesGlob('a'.repeat(2000), `${'**a'.repeat(50)}b`)).toBe(false);
  });
});
