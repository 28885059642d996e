import type { Exchange } from './exchange.ts';

/** Keeps secrets out of everything that is written: by value (what was resolved in this run), by name and by shape. */
export interface Redactor {
  /** Adds a value that must never be written; its base64, URL-encoded and hex forms follow by themselves. */
  addSecret(value: string): void;
  text(text: string): string;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  url(url: string): string;
  /** Deep copy of plain data with every string and every secret-named member redacted. */
  json<T>(value: T): T;
  exchange(exchange: Exchange): Exchange;
  /** How many values were replaced so far. */
  readonly count: number;
}

/** A redactor whose replacement, `[REDACTED:first 8 of a keyed sha256]`, is the same for the same secret within a run. */
export function createRedactor(_key?: string): Redactor {
  throw new Error('not built yet');
}
