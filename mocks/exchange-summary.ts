import type { RefusalReason } from '../contracts/index.ts';
import type { JournalEntry } from './journal.ts';

/** One line of the traffic. */
export interface ExchangeSummary {
  readonly id: number;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** 0 where no answer was sent. */
  readonly status: number;
  readonly service?: string;
  readonly operationId?: string;
  readonly consumer?: string;
  /** The first reason of a refusal. */
  readonly refusal?: RefusalReason;
}

export function summaryOf({ id, exchange }: JournalEntry): ExchangeSummary {
  const { request, response, startedAt, durationMs, service, operationId, consumer, refusal } = exchange;
  return {
    id,
    startedAt,
    durationMs,
    method: request.method,
    target: /^[a-z]+:\/\/[^/]*(\/.*)$/s.exec(request.url)?.[1] ?? request.url,
    status: response?.status ?? 0,
    ...(service === undefined ? {} : { service }),
    ...(operationId === undefined ? {} : { operationId }),
    ...(consumer === undefined ? {} : { consumer }),
    ...(refusal === undefined ? {} : { refusal: refusal[0] ?? { message: 'refused' } }),
  };
}
