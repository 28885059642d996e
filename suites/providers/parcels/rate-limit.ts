import { Problem } from './problem.ts';

interface Window {
  readonly endsAtMs: number;
  used: number;
}

/** So many requests a credential in a window; then 429 until the window ends. */
export class RateLimit {
  readonly #limit: number;
  readonly #windowSeconds: number;
  readonly #now: () => Date;
  readonly #windows = new Map<string, Window>();

  constructor(limit: number, windowSeconds: number, now: () => Date) {
    this.#limit = limit;
    this.#windowSeconds = windowSeconds;
    this.#now = now;
  }

  reset(): void {
    this.#windows.clear();
  }

  /**
   * Counts a request and gives the RateLimit fields of its answer (draft-ietf-httpapi-ratelimit-headers).
   *
   * @throws Problem 429 with Retry-After
   */
  count(clientId: string): Readonly<Record<string, string>> {
    const nowMs = this.#now().getTime();
    const window = this.#windowOf(clientId, nowMs);
    window.used += 1;
    const seconds = Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000));
    const headers = {
      ratelimit: `"default";r=${Math.max(0, this.#limit - window.used)};t=${seconds}`,
      'ratelimit-policy': `"default";q=${this.#limit};w=${this.#windowSeconds}`,
    };
    if (window.used <= this.#limit) return headers;
    const detail = `The limit of ${this.#limit} requests in ${this.#windowSeconds} seconds is used up.`;
    throw new Problem(429, 'rate-limited', 'Too many requests', detail, {
      headers: { ...headers, 'retry-after': String(seconds) },
    });
  }

  #windowOf(clientId: string, nowMs: number): Window {
    const current = this.#windows.get(clientId);
    if (current && current.endsAtMs > nowMs) return current;
    const next = { endsAtMs: nowMs + this.#windowSeconds * 1000, used: 0 };
    this.#windows.set(clientId, next);
    return next;
  }
}
