/** Time, so that what happens in hours can be tried at once. */
export interface Clock {
  /** Since 1970. */
  readonly nowMs: () => number;
  /** @returns what calls it off */
  readonly setTimer: (run: () => void, delayMs: number) => () => void;
}

/** Longer ones fire at once in Node. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer: (run, delayMs) => {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), LONGEST_MS));
    // Waiting for the next attempt is no reason to stay.
    timer.unref();
    return () => clearTimeout(timer);
  },
};
