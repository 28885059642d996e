/** One way of signing webhooks. */
export interface SignatureScheme {
  /** Kebab-case. */
  readonly id: string;
  readonly summary: string;
  /** The headers, lower-case, that go with a delivery. @throws TallyError SIGNING_SECRET_INVALID */
  sign(delivery: Delivery): Readonly<Record<string, string>>;
  /** Judges a delivery as it came in. @throws TallyError SIGNING_SECRET_INVALID */
  verify(received: ReceivedDelivery): SignatureVerdict;
}

/** What is signed. */
export interface Delivery {
  /** The same on every retry of one event. */
  readonly id: string;
  /** Unix time of this attempt, in whole seconds. */
  readonly timestampS: number;
  /** The bytes as they are sent; a text is sent in UTF-8. */
  readonly body: string | Uint8Array;
  /** More than one while a secret is being changed: each adds a signature. */
  readonly secrets: readonly string[];
  /** What it is sent with; for schemes that sign it too. */
  readonly request?: DeliveryRequest & { readonly contentType: string };
}

interface DeliveryRequest {
  readonly method: string;
  /** Absolute, as the sender knows it. */
  readonly url: string;
}

/** What came in. */
export interface ReceivedDelivery {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The raw bytes, not parsed and written again. */
  readonly body: string | Uint8Array;
  /** Any of them may have signed. */
  readonly secrets: readonly string[];
  /** Unix time of the receiver, in seconds. */
  readonly nowS: number;
  /** How far the signed time may be from the receiver's, either way; the scheme's own where it is not given. */
  readonly toleranceS?: number;
  /** For schemes that sign it too. */
  readonly request?: DeliveryRequest;
  /**
   * The deliveries that were valid before. This one is added when it is valid, and refused when it is in there. Whoever
   * keeps it may forget what is older than the tolerance, where the scheme signs the time.
   */
  readonly seen?: Pick<Set<string>, 'has' | 'add'>;
}

/** `reason` is for people: it names the header or the rule, never a secret. */
export type SignatureVerdict =
  | { readonly valid: true }
  | { readonly valid: false; readonly fault: SignatureFault; readonly reason: string };

/**
 * `missing`: a header is not there. `malformed`: one cannot be read. `too-old`, `too-new`: signed too long ago, or in the
 * future. `uncovered`: what must be signed is not. `unknown-key`: it names a key that is none of ours. `wrong`: no secret
 * of ours made it, or something was changed since. `replayed`: it was valid, and came before.
 */
export type SignatureFault =
  | 'missing'
  | 'malformed'
  | 'too-old'
  | 'too-new'
  | 'uncovered'
  | 'unknown-key'
  | 'wrong'
  | 'replayed';
