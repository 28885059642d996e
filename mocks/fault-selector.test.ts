import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { createSelector } from './fault-selector.ts';
import type { FaultSelection } from './fault-rule.ts';

/** For which of so many requests, a second apart, it fires. */
function firesAt(selection: Partial<FaultSelection>, requests = 10): number[] {
  const selector = createSelector({ seed: '1', ...selection });
  return Array.from({ length: requests }, (_, at) => at + 1).filter((at) => selector.fires(at * 1_000));
}

describe('a selection', () => {
  test('without anything is every request', () => {
    expect(firesAt({}, 3)).toEqual([1, 2, 3]);
  });

  test('by attempts, by every k-th, by time from the first, by count', () => {
    expect(firesAt({ attempt: [1, 3] })).toEqual([1, 3]);
    expect(firesAt({ every: 3 })).toEqual([3, 6, 9]);
    expect(firesAt({ windowMs: 2_500 })).toEqual([1, 2, 3]);
    expect(firesAt({ count: 2 })).toEqual([1, 2]);
  });

  test('needs all that is given', () => {
    expect(firesAt({ every: 2, attempt: [3, 4, 6], count: 1 })).toEqual([4]);
  });

  test('by chance is the same for the same seed, and another for another', () => {
    const [one, again, other] = ['7', '7', '8'].map((seed) => firesAt({ toxicity: 0.5, seed }, 100));
    expect(one).toEqual(again);
    expect(one).not.toEqual(other);
  });

  test('by chance meets about as many as it says', () => {
    const met = firesAt({ toxicity: 0.2 }, 10_000).length;
    // Four standard deviations of a binomial: 40 each.
    expect(met).toBeGreaterThan(1_840);
    expect(met).toBeLessThan(2_160);
  });

  test('never and always are certain', () => {
    expect(firesAt({ toxicity: 0 })).toEqual([]);
    expect(firesAt({ toxicity: 1 })).toHaveLength(10);
  });

  test('by chance meets the same requests whatever else is asked', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 30 })),
        (seed, every, attempt) => {
          const byChance = firesAt({ seed, toxicity: 0.5 }, 30);
          const expected = byChance.filter((at) => at % every === 0 && attempt.includes(at));
          expect(firesAt({ seed, toxicity: 0.5, every, attempt }, 30)).toEqual(expected);
        },
      ),
    );
  });

  test('counts what it has seen and done', () => {
    const selector = createSelector({ seed: '1', every: 2 });
    for (let at = 0; at < 5; at += 1) selector.fires(at);
    expect([selector.attempts, selector.firings]).toEqual([5, 2]);
  });
});
