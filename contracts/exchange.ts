export interface HttpRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  /** Lower-case names; a repeated header is one string joined with `, ` (set-cookie with `\n`). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** UTF-8 text; base64 behind `base64:` where the bytes are no UTF-8. */
  readonly body?: string;
}

/** What was observed: one request and its answer, if one came. */
export interface Exchange {
  readonly operationId?: string;
  readonly request: HttpRequest;
  readonly response?: HttpResponse;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Set when no answer came: `ECONNREFUSED`, `UND_ERR_SOCKET` … */
  readonly connection?: string;
  /** The subject of the certificate that the client has shown over TLS: `CN=checkout, O=Example`. */
  readonly client?: string;
  /** What the mock did to the client on purpose: ids of faults. */
  readonly faults?: readonly string[];
  /** Set where we were the one who called: an attempt to deliver an event. */
  readonly delivery?: DeliveryAttempt;
  /** Who asked, as far as a mock can tell: a digest of the credential that was sent, the same within a run, or `client`. */
  readonly consumer?: string;
  /** Which service of the mocks was meant: `parcels 2.0.0`. */
  readonly service?: string;
  /** Set where a mock refused the request: why, and by which rule of the contract. */
  readonly refusal?: readonly RefusalReason[];
}

/** One rule that a request broke. */
export interface RefusalReason {
  readonly message: string;
  /** The keyword or status behind it: `required`, `maximum`, `401`. */
  readonly code?: string;
  /** `body.recipient.name`, `query.limit`, `credentials`. */
  readonly place?: string;
  /** Where the contract says so. */
  readonly where?: { readonly source: string; readonly line: number };
}

export interface DeliveryAttempt {
  /** The same on every attempt of one event at one endpoint. */
  readonly id: string;
  /** From 1. */
  readonly attempt: number;
  /** Of the contract: `parcelCreated`. */
  readonly event: string;
}
