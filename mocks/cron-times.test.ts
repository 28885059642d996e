import { expect, test } from '@jest/globals';
import { cronTimes } from './cron-times.ts';

/** The next three times from a Sunday on. */
function next(line: string): readonly string[] | undefined {
  const times = cronTimes(line);
  if (times === undefined) return undefined;
  const found: string[] = [];
  let at: number | undefined = Date.parse('2026-03-01T23:58:30Z');
  while (found.length < 3 && at !== undefined) {
    at = times.nextMs(at);
    if (at !== undefined) found.push(new Date(at).toISOString().slice(0, 16));
  }
  return found;
}

test.each([
  ['* * * * *', '2026-03-01T23:59', '2026-03-02T00:00', '2026-03-02T00:01'],
  ['*/5 * * * *', '2026-03-02T00:00', '2026-03-02T00:05', '2026-03-02T00:10'],
  ['30 6 * * *', '2026-03-02T06:30', '2026-03-03T06:30', '2026-03-04T06:30'],
  ['0 8-10 * * 1-5', '2026-03-02T08:00', '2026-03-02T09:00', '2026-03-02T10:00'],
  ['0 0 1,15 * *', '2026-03-15T00:00', '2026-04-01T00:00', '2026-04-15T00:00'],
  ['0 0 13 * 5', '2026-03-06T00:00', '2026-03-13T00:00', '2026-03-20T00:00'],
  ['0 0 * * 7', '2026-03-08T00:00', '2026-03-15T00:00', '2026-03-22T00:00'],
  ['0 0 29 2 *', '2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00'],
])('%s is a schedule', (line, ...times) => {
  expect(next(line)).toEqual(times);
});

test('30 February never comes', () => {
  expect(next('0 0 30 2 *')).toEqual([]);
});

test.each(['every day', '* * * *', '60 * * * *', '5-1 * * * *', '*/0 * * * *', '* * * JAN *', ''])(
  '%j is no schedule',
  (line) => {
    expect(cronTimes(line)).toBeUndefined();
  },
);
