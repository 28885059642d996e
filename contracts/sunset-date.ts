import type { JsonObject } from './json.ts';
import { spokenValue } from './spoken-value.ts';

/** The day on which an operation or parameter goes: `x-sunset`, or `sunset` where somebody left out the prefix. */
export function sunsetOf(described: JsonObject): string | undefined {
  const value = described['x-sunset'] ?? described['sunset'];
  return value === undefined || value === null ? undefined : spokenValue(value);
}

/** Whether a sunset date is one: a day, or a day with its time (RFC 3339). */
export function isSunsetDate(text: string): boolean {
  return /^\d{4}-\d\d-\d\d(T.*)?$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Whether the day is over on another, `2026-12-31`. What is no date never is. */
export function isSunsetOver(text: string, today: string): boolean {
  return isSunsetDate(text) && text.slice(0, 10) < today;
}
