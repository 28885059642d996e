import { describe, expect, test } from '@jest/globals';
import type { Exchange } from '../contracts/index.ts';
import type { JournalEntry } from './journal.ts';
import { queryJournal } from './journal-query.ts';
import { usageOf } from './journal-usage.ts';

function entry(id: number, parts: Partial<Exchange> = {}, status = 200): JournalEntry {
  const exchange: Exchange = {
    request: { method: 'GET', url: 'http://127.0.0.1/', headers: {} },
    ...(status === 0 ? { connection: 'ECONNRESET' } : { response: { status, headers: {} } }),
    startedAt: `2026-03-02T07:30:0${id}.000001Z`,
    durationMs: 1,
    ...parts,
  };
  return { id, exchange };
}

/** Newest first. */
const ENTRIES = [
  entry(5, {}, 0),
  entry(4, { operationId: 'getItem', consumer: 'aa' }, 404),
  entry(3, { operationId: 'listItems', consumer: 'bb', refusal: [{ message: 'no' }] }, 400),
  entry(2, { operationId: 'getItem', consumer: 'bb' }),
  entry(1, { operationId: 'getItem', consumer: 'aa', service: 'shop 1.0.0' }),
];

const ids = (query: Omit<Parameters<typeof queryJournal>[1], 'limit'>, limit = 10): readonly number[] =>
  queryJournal(ENTRIES, { ...query, limit }).entries.map(({ id }) => id);

describe('the journal is asked', () => {
  test('by consumer, operation, status, time and refusal, and by several at once', () => {
    expect(ids({})).toEqual([5, 4, 3, 2, 1]);
    expect(ids({ consumer: 'aa' })).toEqual([4, 1]);
    expect(ids({ operation: 'getItem' })).toEqual([4, 2, 1]);
    expect([ids({ status: '404' }), ids({ status: '4XX' }), ids({ status: 'none' })]).toEqual([[4], [4, 3], [5]]);
    expect(ids({ sinceMs: Date.parse('2026-03-02T07:30:04Z') })).toEqual([5, 4]);
    expect([ids({ refused: true }), ids({ refused: false })]).toEqual([[3], [5, 4, 2, 1]]);
    expect(ids({ consumer: 'bb', operation: 'getItem' })).toEqual([2]);
  });

  test('a page at a time, and no further than the page needs', () => {
    let looked = 0;
    function* counted(): Iterable<JournalEntry> {
      for (const each of ENTRIES) {
        looked += 1;
        yield each;
      }
    }
    const first = queryJournal(counted(), { limit: 2 });
    expect([first.entries.map(({ id }) => id), first.next, looked]).toEqual([[5, 4], 4, 3]);
    const second = queryJournal(ENTRIES, { limit: 2, before: 4 });
    expect([second.entries.map(({ id }) => id), second.next]).toEqual([[3, 2], 2]);
    const last = queryJournal(ENTRIES, { limit: 2, before: 2 });
    expect(last).toEqual({ entries: [ENTRIES[4]] });
  });
});

test('usage is counted per consumer, service and operation, the busiest first', () => {
  expect(usageOf([ENTRIES[3] as JournalEntry, ...ENTRIES])).toEqual([
    {
      consumer: 'bb',
      operationId: 'getItem',
      requests: 2,
      refused: 0,
      statuses: { 200: 2 },
      firstAt: '2026-03-02T07:30:02.000001Z',
      lastAt: '2026-03-02T07:30:02.000001Z',
    },
    expect.objectContaining({ statuses: { 0: 1 }, requests: 1 }),
    expect.objectContaining({ consumer: 'aa', operationId: 'getItem', statuses: { 404: 1 } }),
    expect.objectContaining({ consumer: 'bb', operationId: 'listItems', refused: 1 }),
    expect.objectContaining({ consumer: 'aa', service: 'shop 1.0.0' }),
  ]);
});
