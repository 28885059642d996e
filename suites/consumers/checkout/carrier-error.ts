/** What a caller can do something about. */
export type CarrierErrorKind =
  /** The carrier cannot be reached or is out of order: try again later. */
  | 'unavailable'
  | 'timed-out'
  /** The carrier asked for a pause of `retryAfterMs`. */
  | 'rate-limited'
  /** An answer that is not what the contract says. It was not used. */
  | 'unreadable-answer'
  | 'not-found'
  /** The request is wrong: see `problem.errors`. */
  | 'invalid'
  /** Somebody else changed the parcel: track it, decide anew. */
  | 'changed-elsewhere'
  /** The parcel's state does not allow it. */
  | 'not-possible'
  | 'unauthenticated'
  | 'forbidden'
  /** The carrier answered with a redirect. It was not followed: our credentials stay with one origin. */
  | 'redirected'
  | 'refused';

/** RFC 9457, as far as the carrier sent it. */
export interface Problem {
  readonly type: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors: readonly { readonly detail: string; readonly pointer?: string; readonly parameter?: string }[];
}

interface Details {
  readonly status?: number;
  readonly problem?: Problem;
  readonly retryAfterMs?: number;
  /** The same request may go well a little later. */
  readonly transient?: boolean;
  /** The request that was asked for never left. */
  readonly unsent?: boolean;
  readonly cause?: unknown;
}

export class CarrierError extends Error {
  readonly kind: CarrierErrorKind;
  readonly status: number | undefined;
  readonly problem: Problem | undefined;
  readonly retryAfterMs: number | undefined;
  readonly transient: boolean;
  readonly unsent: boolean;

  constructor(kind: CarrierErrorKind, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CarrierError';
    this.kind = kind;
    this.status = details.status;
    this.problem = details.problem;
    this.retryAfterMs = details.retryAfterMs;
    this.transient = details.transient ?? false;
    this.unsent = details.unsent ?? false;
  }
}

/** The carrier gave no usable answer, through no fault of the request: time for a fallback. */
export function isOutage(error: Error): boolean {
  const outages = new Set(['unavailable', 'timed-out', 'rate-limited', 'unreadable-answer']);
  return error instanceof CarrierError && outages.has(error.kind);
}
