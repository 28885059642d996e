import { expect, test } from '@jest/globals';
import { compareVersions, isSemver } from './compare-versions.ts';

test('orders versions as SemVer 2.0.0 §11 does', () => {
  const sorted = [
    'nightly',
    '0.9.0',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.4.0',
    '1.10.0',
    '2.0.0',
  ];
  expect(sorted.toReversed().toSorted(compareVersions)).toEqual(sorted);
});

test('takes no notice of build metadata', () => {
  expect(compareVersions('1.0.0+a', '1.0.0+b')).toBe(0);
});

test('knows a SemVer', () => {
  expect(['1.0.0', '1.0.0-rc.1+5', '1.0', 'v1.0.0', '01.0.0'].map(isSemver)).toEqual([true, true, false, false, false]);
});
