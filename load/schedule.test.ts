import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { scheduleOf } from './schedule.ts';

test('operations are spread, not sent in bursts', () => {
  expect(scheduleOf([5, 1, 1])).toEqual([0, 0, 1, 0, 2, 0, 0]);
  expect(scheduleOf([1, 1])).toEqual([0, 1]);
});

test('each operation comes as often as its weight says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }), (weights) => {
      const schedule = scheduleOf(weights);
      expect(weights.map((_, index) => schedule.filter((chosen) => chosen === index).length)).toEqual(weights);
    }),
  );
});
