import { isUtf8 } from 'node:buffer';
import type { Exchange, Redactor } from '../contracts/index.ts';
import { reasonsOf, type Call, type KeptBody } from './call.ts';
import { consumerOf } from './consumer-of.ts';
import { markHeaders, markUrl } from './mark-api-keys.ts';
import { isoMicroseconds } from './wall-clock.ts';

/** Per body. A label as PDF or a page of a list fits; an upload of 10 MB, a thousand times, does not. */
const BODY_CHARACTERS = 64 * 1024;

/** A call as the journal shows it: redacted, long bodies cut. */
export function exchangeOf(call: Call, redactor: Redactor): Exchange {
  const {
    operationId,
    client,
    delivery,
    connection = 'ECONNRESET',
    faults = [],
    serviceName,
    startedAtMs,
    durationMs,
    refused,
  } = call;
  const body = textOf(call.body);
  const answer = isBodySent(call) ? textOf(call.answerBody) : undefined;
  const exchange = redactor.exchange({
    ...(operationId === undefined ? {} : { operationId }),
    ...(client === undefined ? {} : { client }),
    ...(delivery === undefined ? {} : { delivery }),
    ...(faults.length === 0 ? {} : { faults }),
    ...(serviceName === undefined ? {} : { service: serviceName }),
    ...(refused ? { refusal: reasonsOf(call) } : {}),
    request: requestOf(call, body, redactor),
    ...(call.status === 0 ? { connection } : { response: responseOf(call, answer) }),
    startedAt: isoMicroseconds(startedAtMs),
    durationMs,
  });
  const { request, response } = exchange;
  const consumer = consumerOf(exchange, call.apiKeys);
  return {
    ...exchange,
    ...(consumer === undefined ? {} : { consumer }),
    request: cutBody(request, body),
    ...(response === undefined ? {} : { response: cutBody(response, answer) }),
  };
}

/** The address that was asked for, redacted: a proxy's absolute form (RFC 9112 §3.2.2) as it is. */
export function redactedUrl(call: Call, redactor: Redactor): string {
  return redactor.url(urlOf(call, redactor));
}

function urlOf({ origin, target, apiKeys }: Call, redactor: Redactor): string {
  const url = target.startsWith('/') ? origin + target : target;
  return apiKeys.length === 0 ? url : markUrl(url, apiKeys, redactor);
}

function requestOf(call: Call, body: BodyText | undefined, redactor: Redactor): Exchange['request'] {
  return {
    method: call.method,
    url: urlOf(call, redactor),
    headers: markHeaders(flatHeaders(call.headers), call.apiKeys, redactor),
    ...(body === undefined ? {} : { body: body.text }),
  };
}

function responseOf(call: Call, body: BodyText | undefined): NonNullable<Exchange['response']> {
  const headers = flatHeaders(call.answerHeaders);
  return { status: call.status, headers, ...(body === undefined ? {} : { body: body.text }) };
}

function isBodySent({ method, status }: Call): boolean {
  return method !== 'HEAD' && status !== 204 && status !== 304;
}

function flatHeaders(headers: Call['headers'] | Call['answerHeaders']): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [given, value] of entriesOf(headers)) {
    const name = given.toLowerCase();
    // HTTP/2's own (`:path`) say nothing that is not said elsewhere.
    if (value === undefined || name.startsWith(':')) continue;
    const joint = name === 'set-cookie' ? '\n' : ', ';
    const joined = Array.isArray(value) ? value.join(joint) : String(value);
    flat[name] = Object.hasOwn(flat, name) ? `${flat[name]}${joint}${joined}` : joined;
  }
  return flat;
}

type HeaderValue = string | number | readonly string[] | undefined;

function entriesOf(headers: Call['headers'] | Call['answerHeaders']): readonly (readonly [string, HeaderValue])[] {
  if (!Array.isArray(headers)) return Object.entries(headers);
  const pairs: [string, HeaderValue][] = [];
  for (let at = 0; at < headers.length; at += 2) pairs.push([String(headers[at]), headers[at + 1]]);
  return pairs;
}

interface BodyText {
  /** Up to twice of what is shown, so that a secret across the cut is recognised whole. */
  readonly text: string;
  /** Set where it was longer. */
  readonly sizeBytes?: number;
}

function textOf(body: KeptBody | undefined): BodyText | undefined {
  if (body === undefined) return undefined;
  if (typeof body === 'string') return startOf(body, Buffer.byteLength(body));
  if (Buffer.isBuffer(body)) return startOf(decode(body, isUtf8(body)), body.length);
  return startOf(decode(body.start, body.isText), body.sizeBytes);
}

function startOf(text: string, sizeBytes: number): BodyText | undefined {
  if (text === '') return undefined;
  if (text.length <= 2 * BODY_CHARACTERS) return { text };
  // The quote ends a JSON text that was cut in the middle: what is secret by its name is found only where it ends.
  return { text: `${text.slice(0, 2 * BODY_CHARACTERS)}"`, sizeBytes };
}

/** Bytes that are no UTF-8 come back as U+FFFD and do not survive the way back. */
function decode(bytes: Buffer, isText: boolean): string {
  return isText ? bytes.toString('utf8') : `base64:${bytes.toString('base64')}`;
}

/** After the redaction: a secret that is cut in two would no longer be recognised. */
function cutBody<T extends { readonly body?: string }>(message: T, whole: BodyText | undefined): T {
  const { body } = message;
  if (body === undefined || whole === undefined) return message;
  const { text, sizeBytes } = whole;
  if (sizeBytes === undefined && body.length <= BODY_CHARACTERS) return message;
  // The last of a text that was cut before its redaction may be the beginning of a secret.
  const known = sizeBytes === undefined ? body.length : Math.max(0, body.length - BODY_CHARACTERS);
  const shown = body.slice(0, Math.min(BODY_CHARACTERS, known));
  return { ...message, body: `${shown}… (cut, ${sizeBytes ?? Buffer.byteLength(text)} bytes in all)` };
}
