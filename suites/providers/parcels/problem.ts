import type { Answer } from './answer.ts';
import { errorCode } from './error-code.ts';

/** One fault in a request. */
export interface Fault {
  readonly detail: string;
  /** JSON Pointer into the body. */
  readonly pointer?: string;
  /** Name of a parameter or header. */
  readonly parameter?: string;
}

interface Extras {
  readonly errors?: readonly Fault[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that refuses, as problem details (RFC 9457). Thrown by whatever finds out. */
export class Problem extends Error {
  readonly slug: string;
  readonly status: number;
  readonly title: string;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, slug: string, title: string, detail: string, extras: Extras = {}) {
    super(detail);
    this.status = status;
    this.slug = slug;
    this.title = title;
    this.errors = extras.errors ?? [];
    this.headers = extras.headers ?? {};
  }
}

export function problemAnswer(problem: Problem): Answer {
  const { slug, title, status, message, errors } = problem;
  const body = { type: `https://parcels.example/problems/${slug}`, title, status, detail: message };
  return {
    status,
    headers: { 'cache-control': 'no-store', ...problem.headers },
    mediaType: 'application/problem+json; charset=utf-8',
    body: errors.length > 0 ? { ...body, errors } : body,
  };
}

export function notFound(parcelId: string): Problem {
  return new Problem(404, 'not-found', 'Not found', `There is no parcel ${parcelId}.`);
}

export function invalidParameter(parameter: string, detail: string): Problem {
  return new Problem(400, 'invalid-parameter', 'Invalid parameter', 'One parameter is not as the contract says.', {
    errors: [{ parameter, detail }],
  });
}

export function malformedBody(): Problem {
  return new Problem(400, 'malformed-body', 'Malformed body', 'The body is no JSON.', {
    errors: [{ pointer: '', detail: 'is no JSON' }],
  });
}

/** 422 in 2.0.0, 400 in 1.4.0. */
export function invalidBody(status: 400 | 422, errors: readonly Fault[]): Problem {
  const detail =
    errors.length === 1
      ? 'One member of the body is not as the contract says.'
      : `${errors.length} members of the body are not as the contract says.`;
  return new Problem(status, 'validation', 'Invalid body', detail, { errors });
}

/** What the framework refuses before any of our code runs; anything unknown is our own fault. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = errorCode(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new Problem(413, 'payload-too-large', 'Payload too large', 'The body is larger than 65536 bytes.');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return unsupportedMediaType('application/json');
  if (code === 'FST_ERR_BAD_URL')
    return new Problem(400, 'malformed-url', 'Malformed URL', 'The path is not percent-encoded as RFC 3986 says.');
  if (code.startsWith('FST_ERR_CTP_')) return malformedBody();
  return new Problem(500, 'internal', 'Internal error', 'Something went wrong on our side.');
}

export function unsupportedMediaType(taken: string): Problem {
  return new Problem(415, 'unsupported-media-type', 'Unsupported media type', `Send ${taken}.`);
}
