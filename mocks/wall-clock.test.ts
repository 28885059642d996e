import { performance } from 'node:perf_hooks';
import { expect, test } from '@jest/globals';
import { isoMicroseconds, wallClockMs } from './wall-clock.ts';

test('a time is written with its microseconds', () => {
  const moment = Date.UTC(2026, 2, 2, 7, 30);
  expect(isoMicroseconds(moment + 0.25)).toBe('2026-03-02T07:30:00.000250Z');
  expect(isoMicroseconds(moment + 999)).toBe('2026-03-02T07:30:00.999000Z');
  expect(isoMicroseconds(moment)).toMatch(/000000Z$/);
});

test('two moments are as far apart as on the clock that never jumps, and where the system says it is now', () => {
  const start = performance.now();
  const [first, second] = [wallClockMs(start), wallClockMs(start + 0.125)];
  expect(second - first).toBeCloseTo(0.125, 2);
  expect(Math.abs(first - Date.now())).toBeLessThan(1_000);
});
