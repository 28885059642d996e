import { STATUS_CODES } from 'node:http';
import type { Exchange, HttpRequest, HttpResponse } from '../contracts/index.ts';

/** The HTTP Archive format 1.2, as far as we write it: http://www.softwareishard.com/blog/har-12-spec/ */
export interface Har {
  readonly log: {
    readonly version: '1.2';
    readonly creator: { readonly name: string; readonly version: string };
    readonly entries: readonly HarEntry[];
  };
}

interface NameValue {
  readonly name: string;
  readonly value: string;
}

interface HarEntry {
  readonly startedDateTime: string;
  /** Milliseconds. */
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly httpVersion: string;
    readonly cookies: readonly NameValue[];
    readonly headers: readonly NameValue[];
    readonly queryString: readonly NameValue[];
    readonly postData?: { readonly mimeType: string; readonly text: string };
    readonly headersSize: -1;
    readonly bodySize: number;
  };
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly httpVersion: string;
    readonly cookies: readonly NameValue[];
    readonly headers: readonly NameValue[];
    readonly content: {
      readonly size: number;
      readonly mimeType: string;
      readonly text?: string;
      readonly encoding?: 'base64';
    };
    readonly redirectURL: string;
    readonly headersSize: -1;
    readonly bodySize: number;
  };
  readonly cache: Record<string, never>;
  readonly timings: { readonly send: 0; readonly wait: number; readonly receive: 0 };
  readonly comment?: string;
}

const HTTP_VERSION = 'HTTP/1.1';
const BASE64 = 'base64:';

/** The exchanges as a browser's network panel reads them. They are redacted already. */
export function toHar(exchanges: readonly Exchange[], version: string): Har {
  return { log: { version: '1.2', creator: { name: 'tallystick', version }, entries: exchanges.map(entryOf) } };
}

function entryOf(exchange: Exchange): HarEntry {
  const time = Math.max(0, exchange.durationMs);
  return {
    startedDateTime: exchange.startedAt,
    time,
    request: requestOf(exchange.request),
    response: responseOf(exchange.response),
    cache: {},
    timings: { send: 0, wait: time, receive: 0 },
    ...(exchange.operationId === undefined ? {} : { comment: exchange.operationId }),
  };
}

function requestOf(request: HttpRequest): HarEntry['request'] {
  const { method, url, headers, body } = request;
  return {
    method,
    // The marks of redaction are written in brackets, which no query may hold (RFC 3986 §3.4).
    url: withoutBrackets(url),
    httpVersion: HTTP_VERSION,
    cookies: [],
    headers: namesAndValues(headers),
    queryString: URL.canParse(url) ? [...new URL(url).searchParams].map(([name, value]) => ({ name, value })) : [],
    ...(body === undefined ? {} : { postData: { mimeType: headers['content-type'] ?? '', text: body } }),
    headersSize: -1,
    bodySize: sizeOf(body),
  };
}

/** All but an IPv6 address's. */
function withoutBrackets(url: string): string {
  const [, origin = '', rest = url] = /^([a-z]+:\/\/[^/?]*)(.*)$/s.exec(url) ?? [];
  return origin + rest.replaceAll('[', '%5B').replaceAll(']', '%5D');
}

/** Where no answer came, status 0, as browsers write it. */
function responseOf(response: HttpResponse | undefined): HarEntry['response'] {
  const { status = 0, headers = {}, body } = response ?? {};
  return {
    status,
    statusText: STATUS_CODES[status] ?? '',
    httpVersion: HTTP_VERSION,
    cookies: [],
    headers: namesAndValues(headers),
    content: { size: sizeOf(body), mimeType: headers['content-type'] ?? '', ...contentOf(body) },
    redirectURL: headers['location'] ?? '',
    headersSize: -1,
    bodySize: sizeOf(body),
  };
}

function contentOf(body: string | undefined): { text?: string; encoding?: 'base64' } {
  if (body === undefined) return {};
  return body.startsWith(BASE64) ? { text: body.slice(BASE64.length), encoding: 'base64' } : { text: body };
}

/** Cookies are left to the headers, which are redacted; a second copy would be a second place to leak from. */
function namesAndValues(headers: Readonly<Record<string, string>>): readonly NameValue[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    const values = name === 'set-cookie' ? value.split('\n') : [value];
    return values.map((one) => ({ name, value: one }));
  });
}

function sizeOf(body: string | undefined): number {
  return body === undefined ? 0 : Buffer.byteLength(body);
}
