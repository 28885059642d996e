import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { PassThrough, pipeline, type Readable, type Transform } from 'node:stream';
import { constants, createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import type { IHttpResponse } from '@stoplight/prism-http';
import { hopByHopHeaders } from '@stoplight/prism-http/dist/forwarder/resources.js';
import typeIs from 'type-is';
import { fetchError, readUpTo, type LongBody } from './forward-request.ts';

/** What the upstream said. */
export interface UpstreamAnswer {
  readonly output: IHttpResponse;
  /** What goes to the client; absent where it is `output.body` as Prism writes it. */
  readonly bytes?: Buffer | LongBody | 'none';
  /** Why the body was not held against the contract. */
  readonly unjudged?: string;
}

/** Longer bodies are streamed through, as are those that Prism's server would refuse in a request. */
export const JUDGED_BYTES = 10 * 1024 * 1024;

/**
 * Reads an answer as Prism's client does: unpacked, JSON parsed, headers joined.
 *
 * @throws FetchError a body that breaks off, JSON that is none
 */
export async function readAnswer(method: string, url: URL, incoming: IncomingMessage): Promise<UpstreamAnswer> {
  const statusCode = incoming.statusCode ?? 500;
  const headers = headersOf(incoming);
  const coding = incoming.headers['content-encoding'];
  // No body, whatever the headers describe (RFC 9110 §9.3.2, §15.4.5).
  if (method === 'HEAD' || statusCode === 304) {
    incoming.resume();
    return { output: { statusCode, headers: { ...headers, ...encoding(coding) } }, bytes: 'none', unjudged: '' };
  }
  const isReadable = statusCode === 204 || coding === undefined || CODINGS.has(coding);
  const body = await read(url, isReadable && statusCode !== 204 ? unpacked(incoming, coding) : incoming);
  if (!Buffer.isBuffer(body)) {
    const { 'content-length': length, ...rest } = headers;
    const kept = coding === undefined && length !== undefined ? headers : rest;
    return { output: { statusCode, headers: kept }, bytes: body, unjudged: TOO_LONG };
  }
  if (isReadable) return judgedBody(url, { statusCode, headers }, body);
  const unjudged = `The body is encoded as ${coding}, which is not read here, and was not validated`;
  return { output: { statusCode, headers: { ...headers, ...encoding(coding) } }, bytes: body, unjudged };
}

export const TOO_LONG = 'The body is longer than 10 MB and was not validated';

function encoding(coding: string | undefined): Record<string, string> {
  return coding === undefined ? {} : { 'content-encoding': coding };
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => !hopByHopHeaders.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, [value].flat().join(',')]));
}

/** Identifiers of more digits than a number holds would come out changed. */
const LONG_NUMBER = /\d{16}/;

function judgedBody(url: URL, head: IHttpResponse, bytes: Buffer): UpstreamAnswer {
  const text = bytes.toString('utf8');
  const isJson = head.statusCode !== 204 && typeIs.is(head.headers?.['content-type'] ?? '', JSON_TYPES) !== false;
  if (!isJson) return { output: { ...head, body: text }, ...(isUtf8(bytes) ? {} : { bytes }) };
  const body = parsed(url, text);
  return { output: { ...head, body }, ...(LONG_NUMBER.test(text) ? { bytes } : {}) };
}

const JSON_TYPES = ['application/json', 'application/*+json'];

function parsed(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw Object.assign(fetchError(url, thrown, 'invalid json response body at URL reason: '), { isInvalidJson: true });
  }
}

async function read(url: URL, stream: Readable): Promise<Buffer | LongBody> {
  try {
    return await readUpTo(stream, JUDGED_BYTES, 'up');
  } catch (thrown) {
    throw fetchError(url, thrown, 'Invalid response body while trying to fetch URL: ');
  }
}

const CODINGS = new Set(['gzip', 'x-gzip', 'deflate', 'x-deflate', 'br', 'identity']);
/** Slightly broken bodies are read as far as they go, as browsers do and Prism's client. */
const LENIENT = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };

function unpacked(incoming: IncomingMessage, coding: string | undefined): Readable {
  if (coding === 'gzip' || coding === 'x-gzip') return through(incoming, createGunzip(LENIENT));
  if (coding === 'br') return through(incoming, createBrotliDecompress());
  return coding === 'deflate' || coding === 'x-deflate' ? inflated(incoming) : incoming;
}

/** An error of one ends the other, and is told where the body is read. */
function through(incoming: Readable, transform: Transform): Readable {
  return pipeline(incoming, transform, () => undefined);
}

/** With zlib's header, or without, as some old servers have it. */
function inflated(incoming: IncomingMessage): Readable {
  const result = new PassThrough();
  const endEmpty = (): void => void result.end();
  incoming.once('error', (error) => result.destroy(error));
  incoming.once('end', endEmpty);
  incoming.once('data', (chunk: Buffer) => {
    incoming.off('end', endEmpty);
    incoming.pause();
    incoming.unshift(chunk);
    const isZlib = ((chunk[0] ?? 0) & 0x0f) === 0x08;
    pipeline(incoming, isZlib ? createInflate() : createInflateRaw(), result, () => undefined);
  });
  return result;
}
