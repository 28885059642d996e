import { performance } from 'node:perf_hooks';
import { request } from 'undici';
import { signalWithin, type Exchange, type RunContext } from '../contracts/index.ts';
import { errorCode } from './error-code.ts';
import type { Target } from './target.ts';

/** What is sent; `body` is text or absent. */
export interface OutgoingRequest {
  readonly operationId?: string;
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer as its bytes were read. */
export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** More than `maxBytes` came; `bytes` is the beginning. */
  readonly truncated: boolean;
}

/** One request and what became of it. `exchange` is redacted, `answer` is not. */
export interface Observed {
  readonly exchange: Exchange;
  /** Absent when no complete head came: `exchange.connection` says why. */
  readonly answer?: Answer;
}

export interface SendLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/** 10 s and 5 MB: a conforming answer is far below both. */
export const SEND_LIMITS: SendLimits = { timeoutMs: 10_000, maxBytes: 5_000_000 };

/** Bodies in a report are evidence, not an archive. */
const SHOWN_BYTES = 65_536;

/**
 * Sends one request and reads its answer, without following redirects. A connection that fails is an observation; only a
 * provider of ours that has died is thrown.
 *
 * @throws TallyError PROVIDER_DIED
 */
export async function sendRequest(
  context: RunContext,
  outgoing: OutgoingRequest,
  target?: Target,
  limits: SendLimits = SEND_LIMITS,
): Promise<Observed> {
  target?.assertAlive();
  context.signal.throwIfAborted();
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const outcome = await exchangeBytes(context.signal, outgoing, limits);
  const durationMs = performance.now() - began;
  if (typeof outcome === 'string') await throwIfDying(target);
  context.signal.throwIfAborted();
  const observed: Exchange = {
    ...(outgoing.operationId === undefined ? {} : { operationId: outgoing.operationId }),
    request: pick(outgoing),
    ...(typeof outcome === 'string' ? { connection: outcome } : { response: shown(outcome) }),
    startedAt,
    durationMs,
  };
  const exchange = context.redactor.exchange(observed);
  return typeof outcome === 'string' ? { exchange } : { exchange, answer: outcome };
}

/** The answer, or the code of what went wrong on the connection. */
async function exchangeBytes(
  signal: AbortSignal,
  outgoing: OutgoingRequest,
  limits: SendLimits,
): Promise<Answer | string> {
  try {
    const answer = await request(outgoing.url, {
      method: outgoing.method as 'GET',
      headers: { ...outgoing.headers },
      body: outgoing.body ?? null,
      // One connection a request: an idle one that the server closes in between would look like a defect.
      reset: true,
      signal: signalWithin(signal, limits.timeoutMs),
    });
    return {
      status: answer.statusCode,
      headers: joinHeaders(answer.headers),
      ...(await readBytes(answer.body, limits.maxBytes)),
    };
  } catch (error) {
    return errorCode(error);
  }
}

async function readBytes(body: AsyncIterable<Buffer>, maxBytes: number): Promise<Pick<Answer, 'bytes' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    // Leaving the loop destroys the stream, and with it the connection.
    if (size > maxBytes) return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), truncated: true };
  }
  return { bytes: Buffer.concat(chunks), truncated: false };
}

/** A failed connection is often the first sign of a dying process; its exit is known a moment later. */
async function throwIfDying(target: Target | undefined): Promise<void> {
  if (!target?.startedByUs) return;
  let timer: NodeJS.Timeout | undefined;
  const moment = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, 500, undefined);
  });
  const death = await Promise.race([target.died, moment]);
  clearTimeout(timer);
  if (death) throw death;
}

function pick({ method, url, headers, body }: OutgoingRequest): Exchange['request'] {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, url, headers: lower, ...(body === undefined ? {} : { body }) };
}

function shown(answer: Answer): NonNullable<Exchange['response']> {
  const { status, headers, bytes } = answer;
  return bytes.length === 0 ? { status, headers } : { status, headers, body: bodyText(bytes) };
}

function bodyText(bytes: Buffer): string {
  const cut = bytes.subarray(0, SHOWN_BYTES);
  const more = bytes.length > SHOWN_BYTES ? ` … (${bytes.length - SHOWN_BYTES} more bytes)` : '';
  // As a stream, so that a character cut in two at the end is no error.
  const text = utf8(cut, { stream: more !== '' });
  return (text ?? `base64:${cut.toString('base64')}`) + more;
}

/** The text of strict UTF-8 bytes, undefined where they are none. */
export function utf8(bytes: Buffer, options: { readonly stream?: boolean } = {}): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, options);
  } catch {
    return undefined;
  }
}

function joinHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const entries = Object.entries(headers).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(name === 'set-cookie' ? '\n' : ', ') : value,
    ]),
  );
}
