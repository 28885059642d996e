import { expect, test } from '@jest/globals';
import { matchPattern } from './match-pattern.ts';

test('says for each text whether the pattern is found in it', async () => {
  expect(await matchPattern('^[A-Z]{2}$', ['SE', 'se', 'SWE'])).toEqual([true, false, false]);
});

test('ends a pattern that would block the process', async () => {
  await expect(matchPattern('^(a+)+$', [`${'a'.repeat(40)}!`])).rejects.toMatchObject({
    code: 'PATTERN_TOO_SLOW',
    where: 'the pattern ^(a+)+$',
    exitCode: 3,
  });
});

test('refuses what is no pattern', async () => {
  await expect(matchPattern('(', ['x'])).rejects.toMatchObject({ code: 'PATTERN_INVALID' });
});
