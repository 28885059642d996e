import type { FaultSelection } from './fault-rule.ts';
import { seededRandom, type Random } from './seeded-random.ts';

/** Counts the requests that a rule is about and says for which it fires. */
export interface FaultSelector {
  /** Of this scenario. */
  readonly random: Random;
  readonly attempts: number;
  readonly firings: number;
  /** @param clockMs of the clock that never jumps */
  fires(clockMs: number): boolean;
}

/** With new counters and the same chances: one for each scenario. */
export function createSelector(selection: FaultSelection): FaultSelector {
  const { attempt, every = 1, windowMs = Infinity, toxicity = 1, count = Infinity, seed } = selection;
  // Two streams: what a fault makes of its chance must not change which requests it meets.
  const choices = seededRandom(`${seed}/choice`);
  const random = seededRandom(seed);
  let attempts = 0;
  let firings = 0;
  let sinceMs: number | undefined;
  return {
    random,
    get attempts() {
      return attempts;
    },
    get firings() {
      return firings;
    },
    fires: (clockMs) => {
      attempts += 1;
      sinceMs ??= clockMs;
      // Drawn for every request, so that the n-th has the same chance whatever else is asked for.
      const isMet = choices.fraction() < toxicity;
      const isChosen = (attempt === undefined || attempt.includes(attempts)) && attempts % every === 0;
      const isNow = clockMs - sinceMs < windowMs && firings < count;
      if (!isMet || !isChosen || !isNow) return false;
      firings += 1;
      return true;
    },
  };
}
