import { performance } from 'node:perf_hooks';
import { request } from 'undici';
import {
  connectionFailure,
  documentedResponse,
  EXIT,
  TallyError,
  type Contract,
  type Exchange,
  type Finding,
} from '../contracts/index.ts';
import type { PlannedOperation } from './plan.ts';

export interface ProbeOptions {
  readonly origin: string;
  readonly authorization: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** The target has answered before: that it does not answer now is about this operation. */
  readonly reached: boolean;
}

/**
 * Sends one request of an operation before the load begins: what answers 401 or 404 once would do so a million times.
 *
 * @returns what is wrong with the answer, or undefined
 * @throws TallyError TARGET_UNREACHED when it never answered
 */
export async function probe(
  contract: Contract,
  planned: PlannedOperation,
  options: ProbeOptions,
): Promise<Finding | undefined> {
  const { operation, wire } = planned;
  const exchange = await send(planned, options);
  const status = exchange.response?.status;
  if (status === undefined) return silentFinding(planned, exchange);
  const documented = documentedResponse(operation, status) !== undefined;
  if (documented && status >= 200 && status < 400) return undefined;
  return {
    code: 'load-probe-failed',
    severity: planned.named ? 'error' : 'warning',
    message: `${operation.id} was asked once before the load and answered ${status}${documented ? '' : ', which the contract does not document'}: ${wire.method} ${wire.target}`,
    fix: fixFor(status, contract),
    expected: operation.responses.map((response) => response.status).filter((name) => /^[23]/.test(name)),
    actual: status,
    where: operation.where,
    operationId: operation.id,
    exchange,
  };
}

async function send({ operation, wire }: PlannedOperation, options: ProbeOptions): Promise<Exchange> {
  const url = options.origin + wire.target;
  const unique = Object.fromEntries(wire.uniqueHeaders.map((name) => [name, crypto.randomUUID()]));
  const headers = { ...wire.headers, ...unique, ...(wire.authorised ? options.authorization : {}) };
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const sent = {
    operationId: operation.id,
    request: {
      method: wire.method,
      url,
      headers: lowerCase(headers),
      ...(wire.body === undefined ? {} : { body: wire.body }),
    },
    startedAt,
  };
  try {
    const answer = await request(url, {
      method: wire.method,
      headers,
      body: wire.body ?? null,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      signal: options.signal,
    });
    const body = await answer.body.text();
    const response = { status: answer.statusCode, headers: lowerCase(answer.headers), body };
    return { ...sent, response, durationMs: performance.now() - began };
  } catch (cause) {
    if (options.signal.aborted) throw cause;
    if (!options.reached) throw unreached(options.origin, cause);
    return { ...sent, durationMs: performance.now() - began, connection: connectionFailure(cause).why };
  }
}

function lowerCase(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function unreached(origin: string, cause: unknown): TallyError {
  const code = 'TARGET_UNREACHED';
  return new TallyError({ code, where: origin, ...connectionFailure(cause), exitCode: EXIT.unreached, cause });
}

function silentFinding({ operation, wire, named }: PlannedOperation, exchange: Exchange): Finding {
  return {
    code: 'load-probe-failed',
    severity: named ? 'error' : 'warning',
    message: `${operation.id} was asked once before the load and gave no answer: ${wire.method} ${wire.target}, ${exchange.connection}`,
    fix: 'make the example request work once, or take the operation out of the load',
    where: operation.where,
    operationId: operation.id,
    exchange,
  };
}

function fixFor(status: number, contract: Contract): string {
  if (status === 401 || status === 403) return 'name a credential that may call it under providers: in tally.yaml';
  if (status === 404)
    return `check that --url holds the path that ${contract.name} ${contract.version} is served under, and that the example exists on the target`;
  if (status === 429) return 'wait until the target takes requests again, or raise its limit for this client';
  return 'make the example request work once, or take the operation out of the load';
}
