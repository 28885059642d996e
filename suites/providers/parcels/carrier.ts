import { IdempotencyKeys } from './idempotency.ts';
import { Manifests } from './manifest.ts';
import { Problem } from './problem.ts';
import { RateLimit } from './rate-limit.ts';
import type { Settings } from './settings.ts';
import { Store } from './store.ts';
import { Tokens } from './tokens.ts';
import { Webhooks } from './webhooks.ts';

/** Everything that the carrier remembers, apart from HTTP. */
export class Carrier {
  readonly settings: Settings;
  readonly store: Store;
  readonly tokens: Tokens;
  readonly keys: IdempotencyKeys;
  readonly rateLimit: RateLimit;
  readonly webhooks: Webhooks;
  readonly manifests: Manifests;
  readonly now: () => Date;
  #outageSeconds: number | undefined;

  constructor(settings: Settings, log: (entry: Readonly<Record<string, unknown>>) => void, now: () => Date) {
    this.settings = settings;
    this.now = now;
    this.store = new Store(settings.dataFile, now);
    this.tokens = new Tokens(settings, now);
    this.keys = new IdempotencyKeys(now);
    this.rateLimit = new RateLimit(settings.rateLimit, settings.rateWindowSeconds, now);
    this.webhooks = new Webhooks(settings, log);
    this.manifests = new Manifests(settings.filesFolder, settings.defect, now);
  }

  /** Back to the beginning, but for tokens, which their holders still use, and webhook endpoints. */
  resetData(): void {
    this.#outageSeconds = undefined;
    this.store.reset();
    this.keys.reset();
    this.rateLimit.reset();
  }

  /** From now on every operation answers 503. */
  breakDown(retryAfterSeconds: number): void {
    this.#outageSeconds = retryAfterSeconds;
  }

  /** @throws Problem 503 while out of order */
  requireOrder(): void {
    if (this.#outageSeconds === undefined) return;
    throw new Problem(503, 'out-of-order', 'Out of order', 'The service is out of order. Try again later.', {
      headers: { 'retry-after': String(this.#outageSeconds) },
    });
  }

  async close(): Promise<void> {
    this.webhooks.close();
    await this.store.flush();
    await this.manifests.close();
  }
}
