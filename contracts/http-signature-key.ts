import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  sign as signBytes,
  timingSafeEqual,
  verify as verifyBytes,
  type KeyObject,
} from 'node:crypto';
import { TallyError } from './error.ts';
import { isObject, type JsonObject } from './json.ts';

/** A key for HTTP Message Signatures; its algorithm follows from what it is (RFC 9421 §3.3). */
export interface HttpSignatureKey {
  readonly algorithm: string;
  /** What the key itself says it is called: a JWK's `kid`. */
  readonly keyId?: string;
  /** @throws TallyError SIGNING_SECRET_INVALID where it is a public key */
  sign(bytes: Buffer): Buffer;
  verify(bytes: Buffer, signature: Buffer): boolean;
}

/**
 * Reads a secret: a JWK as JSON (`kid` names it, `oct` is a shared secret), a PEM, private or public, or else a text that is
 * a shared secret as it stands.
 *
 * @throws TallyError SIGNING_SECRET_INVALID
 */
export function httpSignatureKey(secret: string): HttpSignatureKey {
  if (secret.trimStart().startsWith('{')) return ofJwk(jwkOf(secret));
  if (secret.includes('-----BEGIN')) return ofKeys(keysOf(secret));
  return ofSharedSecret(Buffer.from(secret));
}

function jwkOf(text: string): JsonObject {
  try {
    const jwk: unknown = JSON.parse(text);
    if (isObject(jwk)) return jwk;
  } catch {
    // The parser's message quotes the text, which is the secret.
  }
  throw invalidKey('it begins like a JWK and is no JSON object');
}

function ofJwk(jwk: JsonObject): HttpSignatureKey {
  const { kty, kid, k } = jwk;
  const named = typeof kid === 'string' ? { keyId: kid } : {};
  if (kty === 'oct') return { ...ofSharedSecret(Buffer.from(typeof k === 'string' ? k : '', 'base64url')), ...named };
  return { ...ofKeys(keysOf({ key: jwk, format: 'jwk' })), ...named };
}

const SHORTEST_BYTES = 16;

function ofSharedSecret(secret: Buffer): HttpSignatureKey {
  if (secret.length < SHORTEST_BYTES)
    throw invalidKey(`as a shared secret it has ${secret.length} bytes; ${SHORTEST_BYTES} are the least`);
  const sign = (bytes: Buffer): Buffer => createHmac('sha256', secret).update(bytes).digest();
  return {
    algorithm: 'hmac-sha256',
    sign,
    verify: (bytes, signature) => signature.length === 32 && timingSafeEqual(sign(bytes), signature),
  };
}

interface Keys {
  readonly privateKey?: KeyObject;
  readonly publicKey: KeyObject;
}

function keysOf(key: string | { readonly key: JsonObject; readonly format: 'jwk' }): Keys {
  const isPrivate = typeof key === 'string' ? key.includes('PRIVATE KEY') : 'd' in key.key;
  try {
    if (!isPrivate) return { publicKey: createPublicKey(key) };
    const privateKey = createPrivateKey(key);
    return { privateKey, publicKey: createPublicKey(privateKey) };
  } catch {
    throw invalidKey('it is no key that can be read; one with a passphrase cannot');
  }
}

interface Algorithm {
  readonly id: string;
  readonly hash: string | null;
  readonly options: { readonly dsaEncoding?: 'ieee-p1363'; readonly padding?: number; readonly saltLength?: number };
}

/** §3.3.1 to §3.3.6, but for RSA with PKCS #1 v1.5: one key for two algorithms would let a sender choose. */
function algorithmOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): Algorithm {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'ed25519') return { id: 'ed25519', hash: null, options: {} };
  if (asymmetricKeyType === 'ec' && namedCurve === 'prime256v1')
    return { id: 'ecdsa-p256-sha256', hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } };
  if (asymmetricKeyType === 'ec' && namedCurve === 'secp384r1')
    return { id: 'ecdsa-p384-sha384', hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } };
  if ((asymmetricKeyType === 'rsa' || asymmetricKeyType === 'rsa-pss') && modulusLength >= 2048) {
    const options = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    return { id: 'rsa-pss-sha512', hash: 'sha512', options };
  }
  throw invalidKey(
    `a key of the type ${asymmetricKeyType} ${namedCurve ?? (modulusLength || '')} is for none of its algorithms`,
  );
}

function ofKeys({ privateKey, publicKey }: Keys): HttpSignatureKey {
  const { id, hash, options } = algorithmOf(publicKey);
  return {
    algorithm: id,
    sign: (bytes) => {
      if (privateKey === undefined) throw invalidKey('a public key cannot sign');
      return signBytes(hash, bytes, { key: privateKey, ...options });
    },
    verify: (bytes, signature) => verifyBytes(hash, bytes, { key: publicKey, ...options }, signature),
  };
}

function invalidKey(why: string): TallyError {
  return new TallyError({
    code: 'SIGNING_SECRET_INVALID',
    where: 'a webhook signing secret',
    why,
    fix: 'for HTTP Message Signatures it is a text of 16 bytes or more, a JWK, or a PEM of an Ed25519, P-256, P-384 or RSA key',
  });
}
