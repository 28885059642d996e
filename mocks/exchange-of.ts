import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from '../contracts/index.ts';
import type { RecordedResponse } from './listen.ts';

/** What is known besides the two messages. */
export interface Observed {
  /** Of the server: scheme, host and port. */
  readonly url: string;
  readonly startedAt: Date;
  readonly durationMs: number;
  readonly operationId?: string;
  readonly body?: Buffer | string | undefined;
}

/** A request and the answer that was sent, as the journal keeps them. Not redacted. */
export function exchangeOf(request: IncomingMessage, response: RecordedResponse, observed: Observed): Exchange {
  const { url, startedAt, durationMs, operationId, body } = observed;
  const target = request.url ?? '/';
  return {
    ...(operationId === undefined ? {} : { operationId }),
    request: {
      method: request.method ?? '',
      url: target.startsWith('/') ? url + target : target,
      headers: flatHeaders(request.headers),
      ...bodyOf(body),
    },
    ...(response.writableEnded ? { response: responseOf(request, response) } : { connection: 'ECONNRESET' }),
    startedAt: startedAt.toISOString(),
    durationMs,
  };
}

function responseOf(request: IncomingMessage, response: RecordedResponse): NonNullable<Exchange['response']> {
  const headers = flatHeaders(response.getHeaders());
  const isSent = request.method !== 'HEAD' && response.statusCode !== 204 && response.statusCode !== 304;
  return { status: response.statusCode, headers, ...(isSent ? bodyOf(response.sentBody) : {}) };
}

function flatHeaders(headers: IncomingHttpHeaders | OutgoingHttpHeaders): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) flat[name] = value.join(name === 'set-cookie' ? '\n' : ', ');
    else if (value !== undefined) flat[name] = String(value);
  }
  return flat;
}

function bodyOf(body: Buffer | string | undefined): { body?: string } {
  if (body === undefined || body.length === 0) return {};
  if (typeof body === 'string') return { body };
  const text = body.toString('utf8');
  // Bytes that are no UTF-8 come back as U+FFFD and do not survive the way back.
  return { body: Buffer.from(text, 'utf8').equals(body) ? text : `base64:${body.toString('base64')}` };
}
