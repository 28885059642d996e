import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { Problem } from './problem.ts';

interface Entry {
  readonly fingerprint: string;
  readonly expiresAtMs: number;
  /** Absent while the first request is worked on. */
  answer?: Answer;
}

const KEPT_MS = 24 * 3600 * 1000;
const KEPT_MOST = 100_000;

/** Does a thing once for a key, whatever is repeated (draft-ietf-httpapi-idempotency-key-header). */
export class IdempotencyKeys {
  readonly #now: () => Date;
  readonly #entries = new Map<string, Entry>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  reset(): void {
    this.#entries.clear();
  }

  /**
   * Runs `work`, or gives the answer that it gave before. Work that fails leaves the key free.
   *
   * @throws Problem 400 without a good key, 409 while the first request is worked on, 422 for another body
   */
  async once(clientId: string, key: string | undefined, body: unknown, work: () => Promise<Answer>): Promise<Answer> {
    const name = `${clientId} ${bareKey(key)}`;
    const fingerprint = createHash('sha256')
      .update(JSON.stringify(body) ?? '')
      .digest('hex');
    const known = this.#find(name);
    if (known) return repeated(known, fingerprint);
    const entry: Entry = { fingerprint, expiresAtMs: this.#now().getTime() + KEPT_MS };
    this.#add(name, entry);
    try {
      return (entry.answer = await work());
    } catch (error) {
      if (this.#entries.get(name) === entry) this.#entries.delete(name);
      throw error;
    }
  }

  #find(name: string): Entry | undefined {
    const entry = this.#entries.get(name);
    return entry && entry.expiresAtMs > this.#now().getTime() ? entry : undefined;
  }

  /** A map keeps its insertion order, so the first key is the oldest one. */
  #add(name: string, entry: Entry): void {
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size > KEPT_MOST && !oldest.done) this.#entries.delete(oldest.value);
  }
}

/** A structured-field string (`"8e03…"`) and the bare value name the same key. */
function bareKey(key: string | undefined): string {
  if (key === undefined || key === '') {
    throw new Problem(
      400,
      'idempotency-key-missing',
      'Idempotency key missing',
      'Send an Idempotency-Key header with a new UUID for each parcel.',
      {
        errors: [{ parameter: 'Idempotency-Key', detail: 'is required' }],
      },
    );
  }
  if (key.length < 8 || key.length > 257) {
    throw new Problem(400, 'invalid-parameter', 'Invalid parameter', 'One parameter is not as the contract says.', {
      errors: [{ parameter: 'Idempotency-Key', detail: 'must have 8 to 257 characters' }],
    });
  }
  return /^".*"$/.test(key) ? key.slice(1, -1) : key;
}

function repeated(entry: Entry, fingerprint: string): Answer {
  if (entry.fingerprint !== fingerprint) {
    throw new Problem(
      422,
      'idempotency-key-reused',
      'Idempotency key reused',
      'This Idempotency-Key was used with another body. Take a new key.',
      {
        errors: [{ parameter: 'Idempotency-Key', detail: 'was used with another body' }],
      },
    );
  }
  if (entry.answer) return entry.answer;
  throw new Problem(
    409,
    'idempotency-key-in-progress',
    'Request in progress',
    'A request with this Idempotency-Key is in progress. Repeat it a little later.',
  );
}
