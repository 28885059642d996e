import { isUtf8 } from 'node:buffer';
import type { RefusalReason } from '../contracts/index.ts';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import type { DeliveryAttempt } from '../contracts/index.ts';

/**
 * One request and its answer as they were, held by reference so that noting it costs next to nothing. Not redacted: it
 * never leaves our own processes. `exchangeOf` makes of it what may be shown or written.
 */
export interface Call {
  /** Of the server: scheme, host and port. */
  readonly origin: string;
  readonly method: string;
  /** As sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body?: KeptBody | undefined;
  /** 0 where no answer was sent. */
  readonly status: number;
  /** By name, or names and values in turn. */
  readonly answerHeaders: OutgoingHttpHeaders | readonly string[];
  readonly answerBody?: KeptBody | undefined;
  /** Since 1970. */
  readonly startedAtMs: number;
  readonly durationMs: number;
  readonly refused: boolean;
  /** Place in the list of services; none where nobody was meant. */
  readonly service?: number | undefined;
  /** Its name and version. */
  readonly serviceName?: string | undefined;
  readonly operationId?: string | undefined;
  /** Where the contract keeps its API keys: `X-Key` or `?k=` look like nothing secret. */
  readonly apiKeys: readonly ApiKey[];
  /** The subject of the certificate that the client has shown. */
  readonly client?: string | undefined;
  /** Ids of the faults that fired. */
  readonly faults?: readonly string[] | undefined;
  /** The mock is the one who called, to deliver an event. */
  readonly delivery?: DeliveryAttempt | undefined;
  /** Why there is no answer, where it is known. */
  readonly connection?: string | undefined;
  /** Why it was refused, worked out when somebody asks; between processes, worked out already. */
  readonly reasons?: readonly RefusalReason[] | (() => readonly RefusalReason[]) | undefined;
}

export function reasonsOf({ reasons = [] }: Pick<Call, 'reasons'>): readonly RefusalReason[] {
  return typeof reasons === 'function' ? reasons() : reasons;
}

export interface ApiKey {
  readonly in: 'header' | 'query';
  /** A header's in lower case. */
  readonly name: string;
}

/** A body, or the beginning of a long one. */
export type KeptBody = Buffer | string | CutBody;

interface CutBody {
  readonly start: Buffer;
  readonly sizeBytes: number;
  readonly isText: boolean;
}

/** Longer bodies are copied in part: a reference to the whole would keep 10 MB alive for one exchange. */
const WHOLE_BYTES = 1024 * 1024;
/** 128 Ki characters, even in UTF-8 of four bytes each: what is shown, and as much behind it in which a secret may end. */
const START_BYTES = 512 * 1024;

export function keptBody(body: Buffer | string | undefined): KeptBody | undefined {
  if (body === undefined || body.length <= WHOLE_BYTES) return body;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const start = Buffer.from(bytes.subarray(0, START_BYTES));
  return { start, sizeBytes: bytes.length, isText: isUtf8(bytes) };
}

/** What it takes of our memory. */
export function sizeOf({ body, answerBody }: Call): number {
  return bytesOf(body) + bytesOf(answerBody);
}

function bytesOf(body: KeptBody | undefined): number {
  if (body === undefined) return 0;
  if (typeof body === 'string' || Buffer.isBuffer(body)) return body.length;
  return body.start.length;
}

/** Without its bodies, where memory has become short. */
export function withoutBodies(call: Call): Call {
  return { ...call, body: forgotten(call.body), answerBody: forgotten(call.answerBody) };
}

function forgotten(body: KeptBody | undefined): string | undefined {
  if (body === undefined || bytesOf(body) === 0) return undefined;
  const sizeBytes = typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.byteLength(body) : body.sizeBytes;
  return `(${sizeBytes} bytes, no longer kept)`;
}
