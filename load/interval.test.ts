import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { meanInterval, percentileRanks, wilson } from './interval.ts';

describe('95 % intervals', () => {
  // Conover, Practical Nonparametric Statistics: the median of 20 lies between the 6th and the 15th value.
  test('of a median are the tabled ranks', () => {
    expect(percentileRanks(20, 0.5)).toEqual([6, 15]);
  });

  test('of a percentile cover it in 95 of 100 samples, and hardly more where the sample is large', () => {
    for (const [n, share] of [
      [200, 0.95],
      [1000, 0.99],
      [5000, 0.5],
    ] as const) {
      const [low, high] = percentileRanks(n, share);
      expect(probabilityBetween(n, share, low, high)).toBeGreaterThanOrEqual(0.95);
      expect(probabilityBetween(n, share, low + 1, high)).toBeLessThan(0.975);
    }
  });

  test('of a percentile that the sample is too small for reach beyond it', () => {
    expect(percentileRanks(10, 0.99)[1]).toBe(11);
  });

  test('of a million values are found at once', () => {
    const [low, high] = percentileRanks(1_000_000, 0.99);
    expect([low, high].map((rank) => Math.abs(rank - 990_000) < 250)).toEqual([true, true]);
  });

  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29 (method 3, without continuity correction).
  test.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i events in %i are Wilson’s', (events, n, low, high) => {
    expect(wilson(events, n).map((end) => Number(end.toFixed(4)))).toEqual([low, high]);
  });

  test('of a proportion never leave 0 to 1 and hold it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const events = Math.floor(n * share);
        const [low, high] = wilson(events, n);
        expect(low >= 0 && low <= events / n && events / n <= high && high <= 1).toBe(true);
      }),
    );
  });

  test('of a mean are Student’s', () => {
    // t for 4 degrees of freedom is 2.776, for 30 it is 2.042.
    expect(meanInterval(10, Math.sqrt(5), 5).map((end) => Number(end.toFixed(3)))).toEqual([7.224, 12.776]);
    expect(meanInterval(0, Math.sqrt(31), 31)[1]).toBeCloseTo(2.042, 2);
  });
});

/** P(low ≤ B < high) of a binomial B, by its recurrence. */
function probabilityBetween(n: number, share: number, low: number, high: number): number {
  let log = n * Math.log1p(-share);
  let sum = 0;
  for (let k = 0; k < high; k += 1) {
    if (k >= low) sum += Math.exp(log);
    log += Math.log((n - k) / (k + 1)) + Math.log(share) - Math.log1p(-share);
  }
  return sum;
}
