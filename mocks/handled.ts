import type { PrismRoute } from './prism-operations.ts';
import type { Violation } from './violation.ts';

/** What came of one request, besides the answer that has been sent. */
export interface Handled {
  readonly route?: PrismRoute | undefined;
  /** Of the request. */
  readonly violations: readonly Violation[];
  /** Of the answer, which is then the contract's own fault. */
  readonly answerViolations: readonly Violation[];
  /** Why there was no answer out of the contract. */
  readonly problem?: Error | undefined;
  /** The body as far as it was read. */
  readonly body?: Buffer | string | undefined;
  /** Callback addresses that were not called. */
  readonly refusedCallbacks: readonly string[];
  /** What was sent, where it was sent in one piece: `response.getHeaders()` is empty then. */
  readonly sent?: SentAnswer | undefined;
  /** Ids of the faults that fired. */
  readonly faults?: readonly string[];
}

/** An answer as it was written, less what Node adds by itself (Date, Connection, Keep-Alive). */
export interface SentAnswer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer | string | undefined;
}

export const NOTHING_WRONG: Handled = { violations: [], answerViolations: [], refusedCallbacks: [] };
