import type { JournalEntry } from './journal.ts';

/** What is looked for; what is left out does not matter. */
export interface JournalQuery {
  /** The digest of a credential, or the subject of a certificate. */
  readonly consumer?: string;
  readonly operation?: string;
  /** `404`, `4xx`, or `none` where no answer was sent. */
  readonly status?: string;
  /** Milliseconds since 1970. */
  readonly sinceMs?: number;
  readonly refused?: boolean;
  /** Only those with a smaller id. */
  readonly before?: number;
  readonly limit: number;
}

export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** `before` of the next page; absent on the last. */
  readonly next?: number;
}

/** @param entries newest first; no more of them are looked at than the page needs */
export function queryJournal(entries: Iterable<JournalEntry>, query: JournalQuery): JournalPage {
  const page: JournalEntry[] = [];
  for (const entry of entries) {
    if (query.before !== undefined && entry.id >= query.before) continue;
    if (!fits(entry, query)) continue;
    const last = page.at(-1);
    if (page.length === query.limit && last !== undefined) return { entries: page, next: last.id };
    page.push(entry);
  }
  return { entries: page };
}

function fits({ exchange }: JournalEntry, query: JournalQuery): boolean {
  const { consumer, operation, status, sinceMs, refused } = query;
  if (consumer !== undefined && exchange.consumer !== consumer) return false;
  if (operation !== undefined && exchange.operationId !== operation) return false;
  if (refused !== undefined && (exchange.refusal !== undefined) !== refused) return false;
  if (sinceMs !== undefined && Date.parse(exchange.startedAt) < sinceMs) return false;
  return status === undefined || statusFits(exchange.response?.status, status.toLowerCase());
}

function statusFits(status: number | undefined, wanted: string): boolean {
  if (status === undefined) return wanted === 'none';
  return String(status) === wanted || `${Math.floor(status / 100)}xx` === wanted;
}
