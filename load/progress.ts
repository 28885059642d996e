import type { Second } from './recorder.ts';

/** How far a load is, once a second. */
export interface LoadProgress {
  readonly elapsedS: number;
  readonly totalS: number;
  /** The last whole second that was measured; none yet while warming up. */
  readonly last?: Second;
  /** Since measuring began. */
  readonly errors: number;
}

/** The line a person watches. */
export function progressLine(title: string, { elapsedS, totalS, last, errors }: LoadProgress): string {
  const time = `${Math.floor(elapsedS)} of ${totalS} s`;
  if (last === undefined) return `${title}  ${time}  warming up`;
  return `${title}  ${time}  ${last.requests} requests/s  p99 ${last.p99Ms.toFixed(1)} ms  ${errors} errors`;
}
