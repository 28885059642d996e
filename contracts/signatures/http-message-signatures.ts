import { createHash, randomBytes } from 'node:crypto';
import { types } from 'node:util';
import { parseDictionary, serializeDictionary, type InnerList, type Item } from 'structured-headers';
import { TallyError } from '../error.ts';
import { httpSignatures, signatureBase, type HttpSignature, type SignedMessage } from '../http-signature-base.ts';
import { httpSignatureKey, type HttpSignatureKey } from '../http-signature-key.ts';
import { sameText } from '../same-text.ts';
import type { Delivery, ReceivedDelivery, SignatureScheme, SignatureVerdict } from '../signature-scheme.ts';
import { acceptOnce, invalid, lowerCased, TOLERANCE_S, timeProblem } from '../signature-verdict.ts';

/**
 * HTTP Message Signatures (RFC 9421) over method, address, body and what tells deliveries apart, with Content-Digest
 * (RFC 9530) for the body. `webhook-id`, the same on each attempt, is ours: the RFC has no id. A secret is a shared text, a
 * JWK or a PEM, and says by itself which algorithm it is for.
 */
export const httpMessageSignatures: SignatureScheme = {
  id: 'http-message-signatures',
  summary: 'RFC 9421: Signature-Input and Signature over method, address and Content-Digest',
  sign,
  verify,
};

const COVERED = ['@method', '@target-uri', 'content-digest', 'content-type', 'webhook-id'];
/** Without these a signature says nothing about the delivery. The address may be covered in parts, see `isCovered`. */
const REQUIRED = ['@method', '@target-uri', 'content-digest', 'content-type'];
const TARGET_PARTS = ['@authority', '@path', '@query'];

function sign({ id, timestampS, body, secrets, request }: Delivery): Readonly<Record<string, string>> {
  if (request === undefined) throw requestNeeded();
  const headers = { 'webhook-id': id, 'content-digest': digestOf(body) };
  const message: SignedMessage = {
    method: request.method.toUpperCase(),
    url: request.url,
    headers: new Map([...Object.entries(headers), ['content-type', request.contentType]]),
  };
  const signed = secrets.map((secret, at) => ({ label: `sig${at + 1}`, ...signedBy(secret, message, timestampS) }));
  return {
    ...headers,
    'signature-input': serializeDictionary(new Map(signed.map(({ label, input }) => [label, input]))),
    signature: serializeDictionary(new Map(signed.map(({ label, bytes }) => [label, [bytes, new Map()] as Item]))),
  };
}

function signedBy(secret: string, message: SignedMessage, timestampS: number): { input: InnerList; bytes: Buffer } {
  const key = httpSignatureKey(secret);
  const created = Math.trunc(timestampS);
  const parameters = new Map<string, string | number>([
    ['created', created],
    ['expires', created + TOLERANCE_S],
    ...(key.keyId === undefined ? [] : [['keyid', key.keyId] as const]),
    ['alg', key.algorithm],
    ['nonce', randomBytes(16).toString('base64url')],
  ]);
  const input: InnerList = [COVERED.map((name): Item => [name, new Map()]), parameters];
  const base = signatureBase(message, input);
  if (base === undefined) throw requestNeeded();
  return { input, bytes: key.sign(base) };
}

function verify(received: ReceivedDelivery): SignatureVerdict {
  const headers = lowerCased(received.headers);
  const names = ['signature-input', 'signature', 'content-digest'];
  const missing = names.filter((name) => (headers.get(name) ?? '') === '');
  if (missing.length > 0) return invalid('missing', `missing or empty: ${missing.join(', ')}`);
  const signatures = httpSignatures(headers.get('signature-input') ?? '', headers.get('signature') ?? '');
  if (signatures === undefined)
    return invalid('malformed', 'signature-input and signature are no dictionaries of structured fields');
  if (signatures.length === 0) return invalid('malformed', 'no signature has both its input and its bytes');
  const digest = digestProblem(headers.get('content-digest') ?? '', received.body);
  if (digest !== undefined) return digest;
  const keys = received.secrets.map(httpSignatureKey);
  const message = { ...received.request, headers };
  const verdicts = signatures.map((signature) => judge(signature, message, keys, received));
  const valid = verdicts.find((verdict) => verdict.valid);
  // With several signatures, the reason is that of the one that came furthest.
  const [closest = invalid('malformed', 'there is no signature')] = verdicts.toSorted((a, b) => rank(b) - rank(a));
  return valid ?? closest;
}

const PROGRESS = ['missing', 'malformed', 'uncovered', 'unknown-key', 'too-old', 'too-new', 'wrong', 'replayed'];

function rank(verdict: SignatureVerdict): number {
  return verdict.valid ? PROGRESS.length : PROGRESS.indexOf(verdict.fault);
}

function judge(
  { label, input, bytes }: HttpSignature,
  message: SignedMessage,
  keys: readonly HttpSignatureKey[],
  { nowS, toleranceS = TOLERANCE_S, seen }: ReceivedDelivery,
): SignatureVerdict {
  const [components, parameters] = input;
  const uncovered = REQUIRED.filter((name) => !isCovered(components, name));
  if (uncovered.length > 0) return invalid('uncovered', `${label} does not cover ${uncovered.join(', ')}`);
  const late = expiryProblem(label, parameters, nowS, toleranceS);
  if (late !== undefined) return late;
  const candidates = keys.filter((key) => isFor(key, parameters));
  if (candidates.length === 0)
    return invalid('unknown-key', `${label} is by a key (keyid, alg) that is none of those known here`);
  const base = signatureBase(message, input);
  if (base === undefined)
    return invalid('uncovered', `${label} covers what is not in the request, or what is not known here`);
  // All are tried, also after a match: the time taken says nothing about which one it was.
  const matches = candidates.filter((key) => key.verify(base, bytes));
  if (matches.length === 0) return invalid('wrong', `${label} does not match the request under any key`);
  const nonce = parameters.get('nonce');
  return acceptOnce(seen, typeof nonce === 'string' ? `nonce ${nonce}` : bytes.toString('base64'));
}

function isCovered(components: readonly Item[], name: string): boolean {
  const has = (wanted: string): boolean => components.some(([each, { size }]) => each === wanted && size === 0);
  return has(name) || (name === '@target-uri' && TARGET_PARTS.every(has));
}

function expiryProblem(label: string, parameters: Item[1], nowS: number, toleranceS: number) {
  const [created, expires] = [parameters.get('created'), parameters.get('expires')];
  if (typeof created !== 'number') return invalid('malformed', `${label} does not say when it was created`);
  const late = timeProblem(`created of ${label}`, String(created), nowS, toleranceS);
  if (late !== undefined || expires === undefined) return late;
  if (typeof expires !== 'number') return invalid('malformed', `expires of ${label} is no Unix time in whole seconds`);
  return nowS > expires ? invalid('too-old', `${label} expired ${Math.round(nowS - expires)} s ago`) : undefined;
}

/** A signature without `keyid` or `alg` may be by any key; a key without an id may have made any. */
function isFor({ keyId, algorithm }: HttpSignatureKey, parameters: Item[1]): boolean {
  const [wantedId, wantedAlgorithm] = [parameters.get('keyid'), parameters.get('alg')];
  if (wantedAlgorithm !== undefined && wantedAlgorithm !== algorithm) return false;
  return wantedId === undefined || keyId === undefined || keyId === wantedId;
}

const DIGESTS: ReadonlyMap<string, string> = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

function digestOf(body: string | Uint8Array): string {
  return `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;
}

/** RFC 9530 §2: what we do not know is passed over, but one that we know has to be there, and all of those must fit. */
function digestProblem(header: string, body: string | Uint8Array): SignatureVerdict | undefined {
  let known = 0;
  try {
    for (const [name, [value]] of parseDictionary(header)) {
      const algorithm = DIGESTS.get(name);
      if (algorithm === undefined || !types.isArrayBuffer(value)) continue;
      known += 1;
      const actual = createHash(algorithm).update(body).digest('base64');
      if (!sameText(Buffer.from(value).toString('base64'), actual))
        return invalid('wrong', `content-digest: the body has another ${name}`);
    }
  } catch {
    return invalid('malformed', 'content-digest is no dictionary of structured fields');
  }
  return known > 0 ? undefined : invalid('malformed', 'content-digest has neither sha-256 nor sha-512');
}

function requestNeeded(): TallyError {
  return new TallyError({
    code: 'SIGNED_REQUEST_UNKNOWN',
    where: 'a signature by RFC 9421',
    why: 'it covers the request, and method, absolute address or content type are not given',
    fix: 'hand the request to the scheme with what is to be signed',
  });
}
