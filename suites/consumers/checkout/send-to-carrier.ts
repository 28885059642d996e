import { circuitBreaker, ConsecutiveBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel';
import type { Authorization, CarrierCredentials } from './carrier-credentials.ts';
import { CarrierError, type CarrierErrorKind } from './carrier-error.ts';
import type { Clock } from './clock.ts';
import type { CarrierAnswer, CarrierRequest, Exchange } from './exchange.ts';
import { readProblem } from './read-answer.ts';
import {
  isRepeatable,
  rateLimitPauseMs,
  retryAfterMs,
  retryDelayMs,
  spread,
  type RetrySettings,
} from './retry-rules.ts';

export interface Resilience extends RetrySettings {
  readonly attemptTimeoutMs: number;
  /** For one call of the caller, attempts and waits together. */
  readonly deadlineMs: number;
  /** So many attempts without an answer in a row open the circuit. */
  readonly breakerFailures: number;
  /** So long after that, one attempt tries whether the carrier is back. */
  readonly breakerResetMs: number;
}

export interface SenderOptions {
  readonly exchange: Exchange;
  readonly credentials: CarrierCredentials;
  readonly clock: Clock;
  /** 0 to 1. */
  readonly random: () => number;
  readonly resilience: Resilience;
}

/** Sends a request until it is answered well, must not be repeated or time is up. Answers are 2xx or 304. */
export type Send = (request: CarrierRequest) => Promise<CarrierAnswer>;

/** How every request reaches the carrier: deadline around retries around the circuit breaker around one exchange. */
export function createSender(options: SenderOptions): Send {
  const { clock, random, resilience } = options;
  const attemptOnce = createAttempt(options);
  let pausedUntil = 0;

  const pause = (durationMs: number | undefined): void => {
    if (durationMs !== undefined) pausedUntil = Math.max(pausedUntil, clock.now() + durationMs);
  };
  const outcomeOf = async (
    request: CarrierRequest,
    attempt: number,
    endsAt: number,
  ): Promise<CarrierAnswer | CarrierError> => {
    try {
      const answer = await attemptOnce(request, attempt, endsAt - clock.now());
      pause(rateLimitPauseMs(answer.headers));
      return answer;
    } catch (error) {
      if (!(error instanceof CarrierError)) throw error;
      pause(error.retryAfterMs);
      return error;
    }
  };

  return async (request) => {
    const endsAt = clock.now() + resilience.deadlineMs;
    for (let attempt = 1; ; attempt += 1) {
      // A pause that the carrier asked any of our requests for holds for all of them.
      const pausedForMs = pausedUntil - clock.now();
      if (pausedForMs > 0) await sleepWithin(clock, endsAt, spread(pausedForMs, random), pauseError(pausedForMs));
      const outcome = await outcomeOf(request, attempt, endsAt);
      if (!(outcome instanceof CarrierError)) return outcome;
      const waitMs = retryDelayMs(resilience, attempt, outcome, random);
      if (waitMs === undefined || !(outcome.unsent || isRepeatable(request))) throw outcome;
      await sleepWithin(clock, endsAt, waitMs, outcome);
    }
  };
}

/** Waits, unless that would outlast the deadline: then there is no point in waiting at all. */
async function sleepWithin(clock: Clock, endsAt: number, durationMs: number, error: CarrierError): Promise<void> {
  if (clock.now() + durationMs >= endsAt) throw error;
  await clock.sleep(durationMs);
}

/** One attempt: through the circuit breaker, authorised, and once more with a new token when the old one is refused. */
function createAttempt(
  options: SenderOptions,
): (request: CarrierRequest, attempt: number, leftMs: number) => Promise<CarrierAnswer> {
  const { resilience, clock, credentials, exchange } = options;
  const breaker = circuitBreaker(handleWhen(countsAsFailure), {
    breaker: new ConsecutiveBreaker(resilience.breakerFailures),
    halfOpenAfter: resilience.breakerResetMs,
  });
  const exchangeOnce = async (request: CarrierRequest, attempt: number, endsAt: number): Promise<CarrierAnswer> => {
    const leftMs = (): number => Math.max(1, endsAt - clock.now());
    const authorization = await credentials.authorize(leftMs());
    const answer = await exchange(withAuthorization(request, authorization), attempt, leftMs());
    if (answer.status !== 401 || !credentials.reject(authorization)) return answer;
    const renewed = await credentials.authorize(leftMs());
    return exchange(withAuthorization(request, renewed), attempt, leftMs());
  };
  return async (request, attempt, leftMs) => {
    const endsAt = clock.now() + Math.min(resilience.attemptTimeoutMs, leftMs);
    try {
      return await breaker.execute(async () => {
        const answer = await exchangeOnce(request, attempt, endsAt);
        if (answer.status < 300 || answer.status === 304) return answer;
        throw errorOf(answer, clock.now());
      });
    } catch (error) {
      if (isBrokenCircuitError(error))
        throw new CarrierError('unavailable', 'the circuit to the carrier is open', { cause: error });
      throw error;
    }
  };
}

function withAuthorization(request: CarrierRequest, authorization: Authorization): CarrierRequest {
  const headers = new Headers(request.headers);
  headers.set(authorization.header, authorization.value);
  return { ...request, headers };
}

/** A carrier that limits our rate, or is still busy with our last request, is up; one that is out of order is not. */
function countsAsFailure(error: Error): boolean {
  if (!(error instanceof CarrierError) || error.status === 409) return false;
  return error.kind === 'unavailable' || error.kind === 'timed-out';
}

const KINDS: Readonly<Record<number, CarrierErrorKind>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not-found',
  408: 'timed-out',
  409: 'not-possible',
  412: 'changed-elsewhere',
  422: 'invalid',
  429: 'rate-limited',
};
const TRANSIENT = new Set([408, 429, 500, 502, 503, 504]);

function errorOf(answer: CarrierAnswer, nowMs: number): CarrierError {
  const { status } = answer;
  const problem = readProblem(answer);
  // The contract's two kinds of 409 differ in their type; this one passes by itself.
  const isInProgress = status === 409 && (problem?.type.endsWith('/idempotency-key-in-progress') ?? false);
  const pauseMs = status === 429 || status === 503 ? retryAfterMs(answer.headers, nowMs) : undefined;
  return new CarrierError(
    isInProgress ? 'unavailable' : kindOf(status),
    problem?.detail ?? `the carrier answered ${status}`,
    {
      status,
      transient: isInProgress || TRANSIENT.has(status),
      ...(problem && { problem }),
      ...(pauseMs !== undefined && { retryAfterMs: pauseMs }),
    },
  );
}

function kindOf(status: number): CarrierErrorKind {
  if (status >= 300 && status < 400) return 'redirected';
  return KINDS[status] ?? (status >= 500 ? 'unavailable' : 'refused');
}

function pauseError(retryAfterMs: number): CarrierError {
  const message = `the carrier asked for a pause of another ${Math.ceil(retryAfterMs / 1000)} s`;
  return new CarrierError('rate-limited', message, { retryAfterMs });
}
