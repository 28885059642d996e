import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { standardWebhooks } from './standard-webhooks.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = '{"type":"parcel.created"}';
const NOW_S = 1_772_436_600;
const delivery = { id: 'msg_1', timestampS: NOW_S, body: BODY, secrets: [SECRET] };
const signed = standardWebhooks.sign(delivery);
const received = { headers: signed, body: BODY, secrets: [SECRET], nowS: NOW_S };
const verify: typeof standardWebhooks.verify = (each) => standardWebhooks.verify(each);
const MISMATCH = {
  valid: false,
  fault: 'wrong',
  reason: 'webhook-signature does not match the body, id and timestamp under any secret',
};

function ed25519(): { readonly privateKey: string; readonly publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const [seed, point] = [
    privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32),
    publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
  ];
  return {
    privateKey: `whsk_${Buffer.concat([seed, point]).toString('base64')}`,
    publicKey: `whpk_${point.toString('base64')}`,
  };
}

describe('the reference library agrees', () => {
  const bytes = fc.uint8Array({ minLength: 24, maxLength: 64 });

  test('on the specification’s own example', () => {
    const headers = standardWebhooks.sign({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestampS: 1_614_265_330,
      body: '{"test": 2432232314}',
      secrets: [SECRET],
    });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  test('on the signature of any text under any secret', () => {
    fc.assert(
      fc.property(
        bytes,
        fc.uuid(),
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: 1, max: 4_000_000_000 }),
        (key, id, body, timestampS) => {
          const secret = `whsec_${Buffer.from(key).toString('base64')}`;
          const expected = new Webhook(secret).sign(id, new Date(timestampS * 1000), body);
          expect(standardWebhooks.sign({ id, timestampS, body, secrets: [secret] })['webhook-signature']).toBe(
            expected,
          );
        },
      ),
    );
  });

  test('on what is valid now', () => {
    const nowS = Math.floor(Date.now() / 1000);
    const headers = standardWebhooks.sign({ ...delivery, timestampS: nowS, secrets: [OTHER, SECRET] });
    expect(new Webhook(SECRET).verify(BODY, headers)).toEqual(JSON.parse(BODY));
    const theirs = {
      'webhook-id': 'msg_2',
      'webhook-timestamp': String(nowS),
      'webhook-signature': new Webhook(SECRET).sign('msg_2', new Date(nowS * 1000), BODY),
    };
    expect(verify({ headers: theirs, body: BODY, secrets: [SECRET], nowS })).toEqual({ valid: true });
  });
});

describe('a delivery is valid', () => {
  test('as it was signed, with header names in any case', () => {
    expect(verify(received)).toEqual({ valid: true });
    const upper = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toUpperCase(), value]));
    expect(verify({ ...received, headers: upper })).toEqual({ valid: true });
  });

  test('while secrets change: signed with both, checked with either', () => {
    const both = standardWebhooks.sign({ ...delivery, secrets: [SECRET, OTHER] });
    expect(both['webhook-signature']?.split(' ')).toHaveLength(2);
    for (const secret of [SECRET, OTHER])
      expect(verify({ ...received, headers: both, secrets: [secret] })).toEqual({ valid: true });
    expect(verify({ ...received, secrets: [OTHER, SECRET] })).toEqual({ valid: true });
  });

  test('over bytes that are no text', () => {
    const body = Buffer.from([0xff, 0x00, 0xfe]);
    const headers = standardWebhooks.sign({ ...delivery, body });
    expect(verify({ ...received, headers, body })).toEqual({ valid: true });
    expect(verify({ ...received, headers, body: body.toString('utf8') })).toEqual(MISMATCH);
  });

  test('with ed25519, by the public key alone, beside a v1 signature', () => {
    const { privateKey, publicKey } = ed25519();
    const headers = standardWebhooks.sign({ ...delivery, secrets: [SECRET, privateKey] });
    expect(headers['webhook-signature']).toMatch(/^v1,\S{44} v1a,\S{88}$/);
    for (const secret of [publicKey, privateKey, SECRET])
      expect(verify({ ...received, headers, secrets: [secret] })).toEqual({ valid: true });
    expect(verify({ ...received, headers, secrets: [ed25519().publicKey] })).toEqual(MISMATCH);
    expect(verify({ ...received, headers, body: `${BODY} `, secrets: [publicKey] })).toEqual(MISMATCH);
  });

  test.each([-300, -240, 0, 240, 300])('when it is %d s away', (seconds) => {
    expect(verify({ ...received, nowS: NOW_S + seconds })).toEqual({ valid: true });
  });
});

describe('a delivery is refused', () => {
  test('when any byte of it was changed', () => {
    fc.assert(
      fc.property(fc.nat({ max: BODY.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const body = Buffer.from(BODY);
        body[at] = (body[at] ?? 0) ^ flip;
        expect(verify({ ...received, body })).toEqual(MISMATCH);
      }),
    );
  });

  test('with another id, another time or another secret', () => {
    expect(verify({ ...received, headers: { ...signed, 'webhook-id': 'msg_2' } })).toEqual(MISMATCH);
    expect(verify({ ...received, headers: { ...signed, 'webhook-timestamp': String(NOW_S + 1) } })).toEqual(MISMATCH);
    expect(verify({ ...received, secrets: [OTHER] })).toEqual(MISMATCH);
    expect(verify({ ...received, secrets: [] })).toEqual(MISMATCH);
  });

  test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])('without %s', (name) => {
    const reason = `missing or empty: ${name}`;
    expect(verify({ ...received, headers: { ...signed, [name]: '' } })).toEqual({
      valid: false,
      fault: 'missing',
      reason,
    });
    expect(
      verify({ ...received, headers: Object.fromEntries(Object.entries(signed).filter(([key]) => key !== name)) }),
    ).toEqual({ valid: false, fault: 'missing', reason });
  });

  test('when it is 301 s away, well signed', () => {
    expect(verify({ ...received, nowS: NOW_S + 301 })).toEqual({
      valid: false,
      fault: 'too-old',
      reason: 'webhook-timestamp is 301 s old; at most 300 s are accepted',
    });
    expect(verify({ ...received, nowS: NOW_S - 301 })).toEqual({
      valid: false,
      fault: 'too-new',
      reason: 'webhook-timestamp is 301 s in the future; at most 300 s are accepted',
    });
    expect(verify({ ...received, nowS: NOW_S + 11, toleranceS: 10 })).toEqual({
      valid: false,
      fault: 'too-old',
      reason: 'webhook-timestamp is 11 s old; at most 10 s are accepted',
    });
  });

  test.each([`${NOW_S}junk`, ` ${NOW_S}`, `+${NOW_S}`, `${NOW_S}.0`, '1e9', '-1', `0${NOW_S}`, 'now'])(
    'with the timestamp %j',
    (timestamp) => {
      expect(verify({ ...received, headers: { ...signed, 'webhook-timestamp': timestamp } })).toEqual({
        valid: false,
        fault: 'malformed',
        reason: 'webhook-timestamp is no Unix time in whole seconds',
      });
    },
  );

  test.each(['v2,abc', 'abc', 'v1', 'V1,abc', ','])('with only the signature %j', (signature) => {
    expect(verify({ ...received, headers: { ...signed, 'webhook-signature': signature } })).toEqual({
      valid: false,
      fault: 'malformed',
      reason: 'webhook-signature has no signature of a known version (v1, v1a)',
    });
  });

  test('with a signature under the other version’s name, or written another way', () => {
    const { 'webhook-signature': signature = '' } = signed;
    for (const changed of [
      signature.replace('v1,', 'v1a,'),
      signature.replace('=', ''),
      `${signature}=`,
      signature.replace('v1,', 'v1, '),
    ]) {
      expect(verify({ ...received, headers: { ...signed, 'webhook-signature': changed } })).toEqual(MISMATCH);
    }
  });
});

describe('a delivery that came before', () => {
  test('is refused when it is the same, and not when its sender tries again', () => {
    const seen = new Set<string>();
    expect(verify({ ...received, seen })).toEqual({ valid: true });
    expect(verify({ ...received, seen })).toEqual({
      valid: false,
      fault: 'replayed',
      reason: 'the same delivery came before',
    });
    const again = standardWebhooks.sign({ ...delivery, timestampS: NOW_S + 5 });
    expect(verify({ ...received, headers: again, seen })).toEqual({ valid: true });
  });

  test('is remembered only when it was valid', () => {
    const seen = new Set<string>();
    expect(verify({ ...received, body: `${BODY} `, seen })).toEqual(MISMATCH);
    expect(verify({ ...received, seen })).toEqual({ valid: true });
  });
});

describe('a secret is refused, and not printed', () => {
  const long = `whsec_${Buffer.alloc(65, 1).toString('base64')}`;
  test.each([
    ['whsec_no+base64!!', 'it is no base64 behind its prefix'],
    ['', 'it is no base64 behind its prefix'],
    [`whsec_${Buffer.alloc(23, 1).toString('base64')}`, 'it has 23 bytes; 24 to 64 are allowed'],
    [long, 'it has 65 bytes; 24 to 64 are allowed'],
    ['whsk_AAAA', 'an ed25519 private key has 32 or 64 bytes, this one has 3'],
    ['whpk_AAAA', 'an ed25519 public key has 32 bytes, this one has 3'],
    [ed25519().publicKey, 'a public key (whpk_) cannot sign'],
  ])('%s', (secret, why) => {
    expect(() => standardWebhooks.sign({ ...delivery, secrets: [secret] })).toThrow(
      expect.objectContaining({ code: 'SIGNING_SECRET_INVALID', why }),
    );
  });
});
