import { performance } from 'node:perf_hooks';

/** Gathers what comes often and hands it over together: a write a request would cost more than the request. */
export interface Batch<T> {
  readonly add: (item: T) => void;
  /** Hands over what is there, now. */
  readonly flush: () => void;
}

/** What comes alone is handed over at the end of the event loop's turn; under load, this long apart. */
const EVERY_MS = 50;
const MAX_ITEMS = 1_000;

/** @param write is called with at least one item, in the order in which they came */
export function createBatch<T>(write: (items: readonly T[]) => void): Batch<T> {
  let items: T[] = [];
  let isDue = false;
  let flushedAtMs = -EVERY_MS;
  const flush = (): void => {
    isDue = false;
    if (items.length === 0) return;
    const taken = items;
    items = [];
    flushedAtMs = performance.now();
    write(taken);
  };
  const arm = (): void => {
    isDue = true;
    const restMs = flushedAtMs + EVERY_MS - performance.now();
    if (restMs <= 0) setImmediate(flush);
    else setTimeout(flush, restMs);
  };
  return {
    add: (item) => {
      items.push(item);
      if (items.length >= MAX_ITEMS) flush();
      else if (!isDue) arm();
    },
    flush,
  };
}
