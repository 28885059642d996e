import type { IncomingMessage } from 'node:http';
import { StringDecoder } from 'node:string_decoder';
import micri from 'micri';
import typeIs from 'type-is';

/** Bundled in a way that hides its names from `import`. */
const { buffer, MicriError, text } = micri;

const LIMIT = '10mb';
const LIMIT_BYTES = 10 * 1024 * 1024;

/** How a body of some content type is read. */
interface Reading {
  readonly isJson: boolean;
  /** `unknown` is for Prism's own reader to find out. */
  readonly charset: 'none' | 'utf-8' | 'unknown';
}

export function hasBody({ headers, httpVersionMajor }: IncomingMessage): boolean {
  const length = headers['content-length'];
  if (length === '0') return false;
  if (length !== undefined || headers['transfer-encoding'] !== undefined) return true;
  // In HTTP/2 neither is needed; without a type there is nothing.
  return httpVersionMajor === 2 && headers['content-type'] !== undefined;
}

/**
 * Reads a body as Prism's HTTP server does, with the same limit and the same errors.
 *
 * @throws MicriError too large, aborted; TypeError a content type that is none
 */
export function readBytes(request: IncomingMessage): Promise<Buffer | string> {
  const length = Number(request.headers['content-length']);
  const { charset } = readingOf(request);
  // Where the length is not known, or too big, or the characters are not UTF-8, Prism's own reader does it.
  if (!(length <= LIMIT_BYTES) || charset === 'unknown') return text(request, { limit: LIMIT });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let isWhole = false;
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      isWhole = true;
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks));
    });
    const end = (): void => {
      // Every request is closed; an error for each would cost more than its body.
      if (!isWhole) reject(new MicriError(400, 'invalid_body', 'Invalid body'));
    };
    request.on('error', end);
    request.on('close', end);
  });
}

/** What was read of a body that could not be used. */
export async function bytesReadOf(request: IncomingMessage): Promise<Buffer | string | undefined> {
  if (!request.complete || !hasBody(request)) return undefined;
  return await buffer(request, { limit: LIMIT }).catch(() => undefined);
}

/** @throws MicriError invalid JSON */
export function parseBody(request: IncomingMessage, bytes: Buffer | string): unknown {
  const { isJson, charset } = readingOf(request);
  const body = typeof bytes === 'string' ? bytes : textOf(bytes, charset);
  if (!isJson) return body;
  try {
    return JSON.parse(body);
  } catch (thrown) {
    throw new MicriError(400, 'invalid_json', 'Invalid JSON', thrown instanceof Error ? thrown : undefined);
  }
}

/** With a charset named, Prism's reader takes a byte order mark away; without, it stays. */
function textOf(bytes: Buffer, charset: Reading['charset']): string {
  if (charset === 'none') return bytes.toString();
  const decoder = new StringDecoder('utf8');
  const decoded = decoder.write(bytes) + decoder.end();
  return decoded.startsWith('\uFEFF') ? decoded.slice(1) : decoded;
}

const TYPE = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/;
const WITH_UTF_8 = /^([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+); ?charset="?utf-8"?$/i;
const WITH_BOUNDARY = /^multipart\/form-data; ?boundary=[\w'+.-]+$/i;

/** The few content types that a client sends; bounded, for anyone may send any. */
const readings = new Map<string, Reading>();
const READINGS = 100;
const READING_LENGTH = 100;

function readingOf(request: IncomingMessage): Reading {
  const type = request.headers['content-type'] ?? '';
  const known = readings.get(type);
  if (known !== undefined) return known;
  const reading: Reading = {
    isJson: typeIs.is(type, ['application/json', 'application/*+json']) !== false,
    charset: charsetOf(type),
  };
  if (readings.size < READINGS && type.length < READING_LENGTH && !type.includes('boundary'))
    readings.set(type, reading);
  return reading;
}

function charsetOf(type: string): Reading['charset'] {
  if (type === '' || TYPE.test(type) || WITH_BOUNDARY.test(type)) return 'none';
  return WITH_UTF_8.test(type) ? 'utf-8' : 'unknown';
}
