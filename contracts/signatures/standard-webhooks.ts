import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign as signBytes,
  verify as verifyBytes,
  type KeyObject,
} from 'node:crypto';
import { TallyError } from '../error.ts';
import { sameText } from '../same-text.ts';
import type { Delivery, ReceivedDelivery, SignatureScheme, SignatureVerdict } from '../signature-scheme.ts';
import { acceptOnce, invalid, lowerCased, TOLERANCE_S, timeProblem } from '../signature-verdict.ts';

/**
 * Standard Webhooks 1.0.0: `webhook-id`, `webhook-timestamp` and `webhook-signature` over `{id}.{timestamp}.{raw body}`.
 * Secrets are `whsec_` (`v1`, HMAC-SHA256), `whsk_` and `whpk_` (`v1a`, ed25519: private to sign, public to verify).
 */
export const standardWebhooks: SignatureScheme = {
  id: 'standard-webhooks',
  summary: 'Standard Webhooks 1.0.0: v1 (HMAC-SHA256) and v1a (ed25519)',
  sign,
  verify,
};

function sign({ id, timestampS, body, secrets }: Delivery): Readonly<Record<string, string>> {
  const timestamp = String(Math.trunc(timestampS));
  const content = signedContent(id, timestamp, body);
  const signatures = secrets.map((secret) => signatureBy(keyOf(secret), content));
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

function verify(received: ReceivedDelivery): SignatureVerdict {
  const { body, secrets, nowS, toleranceS = TOLERANCE_S, seen } = received;
  const values = lowerCased(received.headers);
  const [id = '', timestamp = '', signature = ''] = NAMES.map((name) => values.get(name));
  const missing = NAMES.filter((name) => (values.get(name) ?? '') === '');
  if (missing.length > 0) return invalid('missing', `missing or empty: ${missing.join(', ')}`);
  const late = timeProblem('webhook-timestamp', timestamp, nowS, toleranceS);
  if (late !== undefined) return late;
  const signatures = signature.split(' ').filter((each) => /^v1a?,/.test(each));
  if (signatures.length === 0)
    return invalid('malformed', 'webhook-signature has no signature of a known version (v1, v1a)');
  const content = signedContent(id, timestamp, body);
  const keys = secrets.map(keyOf);
  // All are compared, also after a match: the time taken says nothing about which one it was.
  const matches = keys.flatMap((key) => signatures.filter((each) => isSignatureBy(key, content, each)));
  if (matches.length === 0)
    return invalid('wrong', 'webhook-signature does not match the body, id and timestamp under any secret');
  // A sender's own retry has a new timestamp.
  return acceptOnce(seen, `${id}.${timestamp}`);
}

const NAMES = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** Bytes, not text: a body that is no UTF-8 would be changed by decoding it. */
function signedContent(id: string, timestamp: string, body: string | Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${id}.${timestamp}.`), typeof body === 'string' ? Buffer.from(body) : body]);
}

type Key =
  | { readonly version: 'v1'; readonly secret: Buffer }
  | { readonly version: 'v1a'; readonly privateKey?: KeyObject; readonly publicKey: KeyObject };

/** A `v1` secret without its prefix is accepted, as the reference implementations do. */
function keyOf(secret: string): Key {
  const [, prefix = '', encoded = ''] = /^(wh(?:sec|sk|pk)_)?(.*)$/s.exec(secret) ?? [];
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length === 0 || bytes.toString('base64').replace(/=+$/, '') !== encoded.replace(/=+$/, ''))
    throw invalidSecret('it is no base64 behind its prefix');
  if (prefix === 'whsk_') return privateKeyOf(bytes);
  if (prefix === 'whpk_') return { version: 'v1a', publicKey: publicKeyOf(bytes) };
  if (bytes.length < 24 || bytes.length > 64) throw invalidSecret(`it has ${bytes.length} bytes; 24 to 64 are allowed`);
  return { version: 'v1', secret: bytes };
}

/** RFC 8410: what stands before the 32 bytes of an ed25519 key in PKCS #8 and in SPKI. */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** 32 bytes of seed, behind which some libraries keep the public key. */
function privateKeyOf(bytes: Buffer): Key {
  if (bytes.length !== 32 && bytes.length !== 64)
    throw invalidSecret(`an ed25519 private key has 32 or 64 bytes, this one has ${bytes.length}`);
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8, bytes.subarray(0, 32)]),
    format: 'der',
    type: 'pkcs8',
  });
  return { version: 'v1a', privateKey, publicKey: createPublicKey(privateKey) };
}

function publicKeyOf(bytes: Buffer): KeyObject {
  if (bytes.length !== 32) throw invalidSecret(`an ed25519 public key has 32 bytes, this one has ${bytes.length}`);
  return createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' });
}

function signatureBy(key: Key, content: Buffer): string {
  if (key.version === 'v1') return `v1,${createHmac('sha256', key.secret).update(content).digest('base64')}`;
  if (key.privateKey === undefined) throw invalidSecret('a public key (whpk_) cannot sign');
  return `v1a,${signBytes(null, content, key.privateKey).toString('base64')}`;
}

function isSignatureBy(key: Key, content: Buffer, signature: string): boolean {
  const encoded = signature.slice(signature.indexOf(',') + 1);
  if (!signature.startsWith(`${key.version},`)) return false;
  if (key.version === 'v1') return sameText(signature, signatureBy(key, content));
  const bytes = Buffer.from(encoded, 'base64');
  return bytes.toString('base64') === encoded && verifyBytes(null, content, key.publicKey, bytes);
}

function invalidSecret(why: string): TallyError {
  return new TallyError({
    code: 'SIGNING_SECRET_INVALID',
    where: 'a webhook signing secret',
    why,
    fix: 'a Standard Webhooks secret is whsec_ and the base64 of 24 to 64 random bytes; whsk_ and whpk_ are ed25519 keys',
  });
}
