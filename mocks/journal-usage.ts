import type { JournalEntry } from './journal.ts';

/** What one consumer did with one operation. */
export interface UsageRow {
  /** Absent where no credential was sent. */
  readonly consumer?: string;
  readonly service?: string;
  /** Absent where no operation was meant. */
  readonly operationId?: string;
  readonly requests: number;
  readonly refused: number;
  /** How often each status was answered; `0` where no answer was sent. */
  readonly statuses: Readonly<Record<string, number>>;
  /** ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
}

type Counted = { -readonly [Key in keyof UsageRow]: UsageRow[Key] } & { statuses: Record<string, number> };

/** Per consumer and operation, the busiest first. @param entries newest first */
export function usageOf(entries: Iterable<JournalEntry>): readonly UsageRow[] {
  const rows = new Map<string, Counted>();
  for (const { exchange } of entries) {
    const { consumer, service, operationId, startedAt } = exchange;
    const key = JSON.stringify([consumer, service, operationId]);
    const row = rows.get(key) ?? {
      ...(consumer === undefined ? {} : { consumer }),
      ...(service === undefined ? {} : { service }),
      ...(operationId === undefined ? {} : { operationId }),
      requests: 0,
      refused: 0,
      statuses: {},
      firstAt: startedAt,
      lastAt: startedAt,
    };
    rows.set(key, row);
    const status = exchange.response?.status ?? 0;
    row.requests += 1;
    if (exchange.refusal !== undefined) row.refused += 1;
    row.statuses[status] = (row.statuses[status] ?? 0) + 1;
    row.firstAt = startedAt;
  }
  return [...rows.values()].toSorted((a, b) => b.requests - a.requests);
}
