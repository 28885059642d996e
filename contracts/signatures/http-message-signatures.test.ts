import { constants, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import library from 'http-message-signatures';
import { httpMessageSignatures as scheme } from './http-message-signatures.ts';

const { httpbis, createSigner, createVerifier } = library;
const NOW_S = 1_772_436_600;
const ADDRESS = 'http://127.0.0.1:4020/hooks?partner=1';
const request = { method: 'POST', url: ADDRESS, contentType: 'application/json' };
const BODY = '{"type":"parcel.created"}';
const SHARED = 'a shared secret, long enough';
const delivery = { id: 'msg_1', timestampS: NOW_S, body: BODY, secrets: [SHARED], request };

/** What a receiver has of it. */
function sent(given: Partial<typeof delivery> = {}) {
  const signed = { ...delivery, ...given };
  const headers: Record<string, string> = { 'content-type': 'application/json', ...scheme.sign(signed) };
  return {
    headers,
    body: signed.body,
    secrets: signed.secrets,
    nowS: NOW_S,
    request: { method: 'POST', url: ADDRESS },
  };
}

const verify: typeof scheme.verify = (each) => scheme.verify(each);

const pem = (keys: ReturnType<typeof generateKeyPairSync>) => ({
  private: String(keys.privateKey.export({ format: 'pem', type: 'pkcs8' })),
  public: String(keys.publicKey.export({ format: 'pem', type: 'spki' })),
});
const PAIRS = {
  ed25519: pem(generateKeyPairSync('ed25519')),
  'ecdsa-p256-sha256': pem(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'ecdsa-p384-sha384': pem(generateKeyPairSync('ec', { namedCurve: 'P-384' })),
  'rsa-pss-sha512': pem(generateKeyPairSync('rsa', { modulusLength: 2048 })),
};

describe('an independent library agrees', () => {
  /** Its own clock is the wall clock. */
  const nowS = Math.floor(Date.now() / 1000);
  const keysOf = (algorithm: string): { sign: string; verify: string } => {
    const pair = Object.entries(PAIRS).find(([id]) => id === algorithm)?.[1];
    return pair === undefined ? { sign: SHARED, verify: SHARED } : { sign: pair.private, verify: pair.public };
  };

  /** With RSA its own signer takes the longest salt; RFC 9421 §3.3.1 says 64 bytes. */
  const signerOf = (key: string, algorithm: string): ReturnType<typeof createSigner> => {
    const signer = createSigner(key, algorithm, 'theirs');
    if (algorithm !== 'rsa-pss-sha512') return signer;
    const options = { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    return { ...signer, sign: async (data) => await Promise.resolve(sign('sha512', data, options)) };
  };

  test.each(['hmac-sha256', ...Object.keys(PAIRS)])('on our signature by %s', async (algorithm) => {
    const keys = keysOf(algorithm);
    const { headers } = sent({ timestampS: nowS, secrets: [keys.sign] });
    const theirs = { verify: createVerifier(keys.verify, algorithm), algs: [algorithm] };
    const message = { method: 'POST', url: ADDRESS, headers };
    const config = {
      keyLookup: async () => await Promise.resolve(theirs),
      requiredFields: ['@method', '@target-uri', 'content-digest', 'content-type', 'webhook-id'],
      requiredParams: ['created', 'expires', 'alg', 'nonce'],
    };
    expect(await httpbis.verifyMessage(config, message)).toBe(true);
    const elsewhere = { ...message, url: `${ADDRESS}1` };
    expect(await httpbis.verifyMessage(config, elsewhere)).toBe(false);
  });

  test.each(['hmac-sha256', ...Object.keys(PAIRS)])('on its signature by %s', async (algorithm) => {
    const keys = keysOf(algorithm);
    const { 'content-digest': digest = '' } = scheme.sign(delivery);
    const { headers } = await httpbis.signMessage(
      {
        key: signerOf(keys.sign, algorithm),
        fields: ['@method', '@authority', '@path', '@query', 'content-digest', 'content-type'],
        paramValues: { created: new Date(NOW_S * 1000), expires: new Date((NOW_S + 60) * 1000) },
      },
      { method: 'POST', url: ADDRESS, headers: { 'content-type': 'application/json', 'content-digest': digest } },
    );
    expect(verify({ ...sent(), headers, secrets: [keys.verify] })).toEqual({ valid: true });
    expect(verify({ ...sent(), headers, secrets: [keys.verify], body: `${BODY} ` })).toEqual({
      valid: false,
      fault: 'wrong',
      reason: 'content-digest: the body has another sha-256',
    });
  });
});

describe('a delivery is valid', () => {
  test('whatever its bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (body) => {
        const headers = { 'content-type': 'application/json', ...scheme.sign({ ...delivery, body }) };
        expect(verify({ ...sent(), headers, body })).toEqual({ valid: true });
      }),
      { numRuns: 30 },
    );
  });

  test('while keys change: signed with both, checked with either', () => {
    const both = [JSON.stringify({ kty: 'oct', kid: 'new', k: randomBytes(32).toString('base64url') }), SHARED];
    const { headers, ...rest } = sent({ secrets: both });
    expect(headers['signature-input']).toMatch(/sig1=\(.*;keyid="new".*, sig2=\(/);
    for (const secret of both) expect(verify({ ...rest, headers, secrets: [secret] })).toEqual({ valid: true });
  });

  test('for as long as it is not expired', () => {
    expect(verify({ ...sent(), nowS: NOW_S + 300 })).toEqual({ valid: true });
  });
});

describe('a delivery is refused', () => {
  test.each(['signature-input', 'signature', 'content-digest'])('without %s', (name) => {
    const { headers, ...rest } = sent();
    expect(verify({ ...rest, headers: { ...headers, [name]: '' } })).toEqual({
      valid: false,
      fault: 'missing',
      reason: `missing or empty: ${name}`,
    });
  });

  test('when its body, its address, its method, its id or its type was changed', () => {
    const received = sent();
    const wrong = { valid: false, fault: 'wrong', reason: 'sig1 does not match the request under any key' };
    expect(verify({ ...received, body: BODY.replace('created', 'changed') })).toMatchObject({ fault: 'wrong' });
    expect(verify({ ...received, request: { method: 'POST', url: `${ADDRESS}0` } })).toEqual(wrong);
    expect(verify({ ...received, request: { method: 'PUT', url: ADDRESS } })).toEqual(wrong);
    for (const name of ['webhook-id', 'content-type'])
      expect(verify({ ...received, headers: { ...received.headers, [name]: 'x' } })).toEqual(wrong);
    const digest = scheme.sign({ ...delivery, body: 'x' })['content-digest'] ?? '';
    expect(verify({ ...received, body: 'x', headers: { ...received.headers, 'content-digest': digest } })).toEqual(
      wrong,
    );
  });

  test('by another key, and by one of another name or algorithm', () => {
    const received = sent();
    expect(verify({ ...received, secrets: ['another secret, long enough'] })).toMatchObject({ fault: 'wrong' });
    const unknown = {
      valid: false,
      fault: 'unknown-key',
      reason: 'sig1 is by a key (keyid, alg) that is none of those known here',
    };
    expect(verify({ ...received, secrets: [PAIRS.ed25519.public] })).toEqual(unknown);
    const k = Buffer.from(SHARED).toString('base64url');
    const named = sent({ secrets: [JSON.stringify({ kty: 'oct', kid: 'one', k })] });
    expect(verify({ ...named, secrets: [JSON.stringify({ kty: 'oct', kid: 'two', k })] })).toEqual(unknown);
  });

  test('when it is old, comes from the future or has expired', () => {
    expect(verify({ ...sent(), nowS: NOW_S + 301 })).toEqual({
      valid: false,
      fault: 'too-old',
      reason: 'created of sig1 is 301 s old; at most 300 s are accepted',
    });
    expect(verify({ ...sent(), nowS: NOW_S - 301 })).toEqual({
      valid: false,
      fault: 'too-new',
      reason: 'created of sig1 is 301 s in the future; at most 300 s are accepted',
    });
    expect(verify({ ...sent(), nowS: NOW_S + 301, toleranceS: 900 })).toEqual({
      valid: false,
      fault: 'too-old',
      reason: 'sig1 expired 1 s ago',
    });
  });

  test('when the signature leaves out what matters, or does not say when it was made', () => {
    const { headers, ...rest } = sent();
    const inputs: readonly (readonly [string, string, string])[] = [
      ['uncovered', 'sig1 does not cover @target-uri, content-digest', 'sig1=("@method" "content-type");created=1'],
      [
        'uncovered',
        'sig1 does not cover content-type',
        'sig1=("@method" "@target-uri" "content-digest" "content-type";sf);created=1',
      ],
      [
        'malformed',
        'sig1 does not say when it was created',
        'sig1=("@method" "@target-uri" "content-digest" "content-type")',
      ],
      ['malformed', 'no signature has both its input and its bytes', 'other=("@method");created=1'],
      ['malformed', 'signature-input and signature are no dictionaries of structured fields', 'sig1=('],
    ];
    for (const [fault, reason, input] of inputs)
      expect(verify({ ...rest, headers: { ...headers, 'signature-input': input } })).toEqual({
        valid: false,
        fault,
        reason,
      });
  });

  test.each([
    ['sha-256=', 'content-digest is no dictionary of structured fields'],
    ['md5=:AAAA:', 'content-digest has neither sha-256 nor sha-512'],
  ])('with the digest %s', (digest, reason) => {
    const { headers, ...rest } = sent();
    expect(verify({ ...rest, headers: { ...headers, 'content-digest': digest } })).toEqual({
      valid: false,
      fault: 'malformed',
      reason,
    });
  });

  test('when it came before', () => {
    const seen = new Set<string>();
    const received = { ...sent(), seen };
    expect(verify(received)).toEqual({ valid: true });
    expect(verify(received)).toEqual({ valid: false, fault: 'replayed', reason: 'the same delivery came before' });
  });
});

describe('a key is refused, and not printed', () => {
  const small = pem(generateKeyPairSync('rsa', { modulusLength: 1024 })).private;
  test.each([
    ['too short', 'as a shared secret it has 9 bytes; 16 are the least'],
    ['{"kty":', 'it begins like a JWK and is no JSON object'],
    [
      '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
      'it is no key that can be read; one with a passphrase cannot',
    ],
    [small, 'a key of the type rsa 1024 is for none of its algorithms'],
    [PAIRS.ed25519.public, 'a public key cannot sign'],
  ])('%#', (secret, why) => {
    expect(() => scheme.sign({ ...delivery, secrets: [secret] })).toThrow(
      expect.objectContaining({ code: 'SIGNING_SECRET_INVALID', why }),
    );
  });

  test('a signature needs to know the request', () => {
    const { request: _, ...bare } = delivery;
    expect(() => scheme.sign(bare)).toThrow(expect.objectContaining({ code: 'SIGNED_REQUEST_UNKNOWN' }));
  });
});
