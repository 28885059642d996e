import { setTimeout as delay } from 'node:timers/promises';

/** Time, as an argument, so that tests need not wait for it. Milliseconds. */
export interface Clock {
  now(): number;
  sleep(durationMs: number): Promise<void>;
  /** Aborts after so long. */
  timeout(durationMs: number): AbortSignal;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (durationMs) => delay(durationMs),
  timeout: (durationMs) => AbortSignal.timeout(durationMs),
};
