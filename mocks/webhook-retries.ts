import type { Random } from './seeded-random.ts';

/** Standard Webhooks 1.0.0: after the first attempt, in seconds: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h. */
export const RETRIES_S: readonly number[] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** Of a gap, up or down, so that what failed together does not come together again. */
const JITTER = 0.1;
/** A receiver that asks for more is not taken at its word. */
const LONGEST_MS = 86_400_000;

/** @param retry from 0 @returns undefined where there is no further attempt */
export function retryDelayMs(
  retriesS: readonly number[],
  retry: number,
  retryAfterMs: number,
  random: Random,
): number | undefined {
  const seconds = retriesS[retry];
  if (seconds === undefined) return undefined;
  return Math.max(seconds * 1_000 * (1 + JITTER * (2 * random.fraction() - 1)), retryAfterMs);
}

/** `Retry-After` (RFC 9110 §10.2.3), seconds or a date; 0 where there is none that can be read. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const wanted = /^\d{1,10}$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isNaN(wanted) ? 0 : Math.min(Math.max(0, wanted), LONGEST_MS);
}
