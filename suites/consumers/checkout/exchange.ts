import { CarrierError } from './carrier-error.ts';
import type { Clock } from './clock.ts';
import type { LoggedExchange } from './exchange-log.ts';

export interface CarrierRequest {
  /** The contract's operationId, for the log. */
  readonly operation: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body?: string;
}

export interface CarrierAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

export interface ExchangeOptions {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly log: (exchange: LoggedExchange) => void;
  readonly userAgent: string;
  /** No answer is read further than this. */
  readonly bodyLimitBytes: number;
}

export type Exchange = (request: CarrierRequest, attempt: number, timeoutMs: number) => Promise<CarrierAnswer>;

/**
 * One request and its whole answer within a time limit, logged. Redirects are not followed: a redirected request would
 * take our credentials along.
 */
export function createExchange(options: ExchangeOptions): Exchange {
  return async (request, attempt, timeoutMs) => {
    const { clock, log } = options;
    const startedAt = clock.now();
    const headers = new Headers(request.headers);
    headers.set('user-agent', options.userAgent);
    const record = (outcome: Pick<LoggedExchange, 'response' | 'error'>): void =>
      log({
        at: new Date(startedAt).toISOString(),
        operation: request.operation,
        attempt,
        durationMs: clock.now() - startedAt,
        request: { method: request.method, url: request.url, headers, body: request.body ?? '' },
        ...outcome,
      });
    try {
      const answer = await fetchWhole(options, { ...request, headers }, clock.timeout(timeoutMs));
      const { status } = answer;
      record({ response: { status, headers: answer.headers, body: loggable(answer) } });
      return answer;
    } catch (thrown) {
      const error = asCarrierError(thrown, timeoutMs);
      record({ error: error.message });
      throw error;
    }
  };
}

async function fetchWhole(
  options: ExchangeOptions,
  request: CarrierRequest,
  signal: AbortSignal,
): Promise<CarrierAnswer> {
  const { method, headers } = request;
  const body = request.body ?? null;
  const response = await options.fetch(request.url, { method, headers, body, redirect: 'manual', signal });
  return {
    status: response.status,
    headers: response.headers,
    body: await readBounded(response, options.bodyLimitBytes),
  };
}

async function readBounded(response: Response, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop cancels the stream, and with it the connection.
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > limitBytes) throw new CarrierError('unreadable-answer', `the answer is over ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function asCarrierError(thrown: unknown, timeoutMs: number): CarrierError {
  if (thrown instanceof CarrierError) return thrown;
  const details = { transient: true, cause: thrown };
  const name = memberOf(thrown, 'name');
  if (name === 'TimeoutError' || name === 'AbortError') {
    return new CarrierError('timed-out', `no whole answer within ${timeoutMs} ms`, details);
  }
  // fetch throws "fetch failed" and keeps the reason in its cause.
  const reason = memberOf(thrown, 'cause') ?? thrown;
  const why = [memberOf(reason, 'code'), memberOf(reason, 'message')].find((each) => typeof each === 'string');
  return new CarrierError('unavailable', `no answer: ${why ?? 'the connection failed'}`, details);
}

/** Errors are read by their members: one of another realm (a test runner's sandbox has its own) is no `instanceof` ours. */
function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Text is logged as it is, anything else by its size. */
function loggable(answer: CarrierAnswer): string {
  const mediaType = answer.headers.get('content-type') ?? '';
  if (answer.body.byteLength === 0) return '';
  if (/json|text|xml|urlencoded/.test(mediaType)) return Buffer.from(answer.body).toString('utf8');
  return `<${answer.body.byteLength} bytes of ${mediaType || 'unnamed content'}>`;
}
