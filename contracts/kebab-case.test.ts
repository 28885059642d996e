import { expect, test } from '@jest/globals';
import { isKebabCase, kebabCase } from './kebab-case.ts';

test.each([
  ['Parcel Carrier API', 'parcel-carrier-api'],
  ['parcelEvents', 'parcel-events'],
  ['  Größe & Co. ', 'gro-e-co'],
  ['Événements', 'evenements'],
  ['!!', ''],
])('writes %j as %j', (text, expected) => {
  expect(kebabCase(text)).toBe(expected);
});

test('knows kebab-case', () => {
  expect(['parcels', 'parcel-events-2', 'Parcels', 'parcel_events', '-a', 'a--b', ''].map(isKebabCase)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});
