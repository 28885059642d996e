import { performance } from 'node:perf_hooks';

/** More than this apart, the system's clock was set. */
const SET_MS = 5;

let offsetMs = performance.timeOrigin;

/** Milliseconds since 1970 with microseconds behind the point, of a moment on the clock that never jumps, just now. */
export function wallClockMs(monotonicMs: number): number {
  const fine = offsetMs + monotonicMs;
  const coarse = Date.now();
  if (Math.abs(fine - coarse) <= SET_MS) return fine;
  offsetMs = coarse - monotonicMs;
  return coarse;
}

/** `2026-03-02T07:30:00.123456Z` */
export function isoMicroseconds(ms: number): string {
  const whole = Math.floor(ms);
  const micros = Math.min(999, Math.floor((ms - whole) * 1_000));
  return new Date(whole).toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`);
}
