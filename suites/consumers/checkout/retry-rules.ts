import type { CarrierError } from './carrier-error.ts';

export interface RetrySettings {
  /** The first one included. */
  readonly attempts: number;
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
}

const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** No header makes us wait longer than this. */
const LONGEST_PAUSE_MS = 3_600_000;

/** Whether sending it twice is the same as sending it once (RFC 9110 §9.2.2), by its method or by its key. */
export function isRepeatable(request: { readonly method: string; readonly headers: Headers }): boolean {
  return IDEMPOTENT.has(request.method) || request.headers.has('idempotency-key');
}

/**
 * How long to wait before the next attempt; undefined when there must not be one.
 *
 * Waits grow by two and are drawn from the upper half of each step: clients that failed together come back apart, and
 * none comes back at once. A Retry-After is a floor, with a spread above it for the same reason.
 *
 * @param random 0 to 1
 */
export function retryDelayMs(
  settings: RetrySettings,
  attempt: number,
  error: CarrierError,
  random: () => number,
): number | undefined {
  if (!error.transient || attempt >= settings.attempts) return undefined;
  const step = Math.min(settings.backoffCapMs, settings.backoffBaseMs * 2 ** (attempt - 1));
  const backoffMs = step / 2 + (random() * step) / 2;
  if (error.retryAfterMs === undefined) return backoffMs;
  return Math.max(backoffMs, spread(error.retryAfterMs, random));
}

/** A pause that the carrier asked for, and up to a second more, so that not all who wait come back at once. */
export function spread(pauseMs: number, random: () => number): number {
  return pauseMs + random() * Math.min(1000, pauseMs / 2);
}

/**
 * RFC 9110 §10.2.3: seconds, or a date. A date is read by the carrier's own clock, its `Date` header, because ours may be
 * minutes off. Undefined when there is none or it is malformed.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  const value = headers.get('retry-after')?.trim() ?? '';
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1000, LONGEST_PAUSE_MS);
  const until = httpDate(value);
  if (until === undefined) return undefined;
  const sentAt = httpDate(headers.get('date') ?? '') ?? nowMs;
  return Math.min(Math.max(0, until - sentAt), LONGEST_PAUSE_MS);
}

/** `RateLimit: "default";r=0;t=12`: nothing is left for 12 s. Malformed fields are ignored, as the draft wants it. */
export function rateLimitPauseMs(headers: Headers): number | undefined {
  const value = headers.get('ratelimit')?.trim() ?? '';
  if (!/^"[^"]*"(\s*;\s*[a-z]+=[\w"]+)*$/.test(value)) return undefined;
  const left = value.match(/;\s*r=(\d{1,9})(?=\s*;|$)/)?.[1];
  const resetS = value.match(/;\s*t=(\d{1,9})(?=\s*;|$)/)?.[1];
  if (left === undefined || Number(left) > 0 || resetS === undefined) return undefined;
  return Math.min(Number(resetS) * 1000, LONGEST_PAUSE_MS);
}

/** An HTTP-date in any of the three forms of RFC 9110 §5.6.7; `Date.parse` alone would take nearly anything. */
function httpDate(value: string): number | undefined {
  const isDate =
    /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value) ||
    /^[A-Z][a-z]+day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT$/.test(value) ||
    /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/.test(value);
  const time = isDate ? Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
