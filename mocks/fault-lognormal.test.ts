import { describe, expect, test } from '@jest/globals';
import { lognormalMs } from './fault-lognormal.ts';
import { seededRandom } from './seeded-random.ts';

function draws(settings: Parameters<typeof lognormalMs>[0], seed = 'a', count = 20_000): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => lognormalMs(settings, random)).toSorted((a, b) => a - b);
}

const quantile = (sorted: readonly number[], part: number): number => sorted[Math.floor(sorted.length * part)] ?? NaN;

describe('latency as real services have it', () => {
  test('has the median and the quantiles of its distribution', () => {
    const sorted = draws({ medianMs: 90, sigma: 0.5, capMs: 120_000 });
    // exp(0.5 · z) with z of the normal distribution's tables.
    const expected = [
      [0.5, 90],
      [0.8413, 90 * Math.exp(0.5)],
      [0.1587, 90 / Math.exp(0.5)],
      [0.9772, 90 * Math.exp(1)],
    ] as const;
    for (const [part, ms] of expected) expect(Math.abs(quantile(sorted, part) / ms - 1)).toBeLessThan(0.03);
  });

  test('is never longer than its cap, and always the median without a spread', () => {
    expect(draws({ medianMs: 90, sigma: 2, capMs: 100 }).at(-1)).toBe(100);
    expect(new Set(draws({ medianMs: 90, sigma: 0, capMs: 100 }))).toEqual(new Set([90]));
  });

  test('repeats itself by its seed', () => {
    const settings = { medianMs: 90, sigma: 0.1, capMs: 1_000 };
    expect(draws(settings, 'a', 50)).toEqual(draws(settings, 'a', 50));
    expect(draws(settings, 'a', 50)).not.toEqual(draws(settings, 'b', 50));
  });
});
