import { verify as theirVerify, sign as theirSign } from '@octokit/webhooks-methods';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { github } from './github.ts';

const SECRET = 'It is a secret to everybody';
const BODY = '{"action":"opened","number":7}';
const delivery = { id: 'c1f2', timestampS: 1_772_436_600, body: BODY, secrets: [SECRET] };
const headers = github.sign(delivery);
const received = { headers, body: BODY, secrets: [SECRET], nowS: delivery.timestampS };
const verify: typeof github.verify = (each) => github.verify(each);
const WRONG = {
  valid: false,
  fault: 'wrong',
  reason: 'x-hub-signature-256 does not match the body under any secret',
};

describe('GitHub’s own library agrees', () => {
  test('on the signature of any text under any secret, both ways', async () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1 });
    await fc.assert(
      fc.asyncProperty(texts, texts, async (secret, body) => {
        const { 'x-hub-signature-256': ours = '' } = github.sign({ ...delivery, body, secrets: [secret] });
        expect(await theirVerify(secret, body, ours)).toBe(true);
        expect(await theirVerify(secret, `${body} `, ours)).toBe(false);
        const theirs = { 'X-Hub-Signature-256': await theirSign(secret, body) };
        expect(verify({ ...received, headers: theirs, body, secrets: [secret] })).toEqual({ valid: true });
      }),
      { numRuns: 50 },
    );
  });

  test('on the example of GitHub’s documentation', () => {
    const signed = github.sign({ ...delivery, body: 'Hello, World!', secrets: ["It's a Secret to Everybody"] });
    expect(signed).toEqual({
      'x-github-delivery': 'c1f2',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    });
  });
});

describe('a delivery', () => {
  test('is valid under either secret while they change, and signed by the first', () => {
    expect(verify({ ...received, secrets: ['new', SECRET] })).toEqual({ valid: true });
    expect(github.sign({ ...delivery, secrets: [SECRET, 'old'] })).toEqual(headers);
  });

  test('is refused when a byte was changed, or when nobody known signed it', () => {
    expect(verify({ ...received, body: BODY.replace('7', '8') })).toEqual(WRONG);
    expect(verify({ ...received, secrets: ['another'] })).toEqual(WRONG);
    expect(verify({ ...received, secrets: [] })).toEqual(WRONG);
  });

  test('is refused without a signature', () => {
    const reason = 'missing or empty: x-hub-signature-256';
    expect(verify({ ...received, headers: {} })).toEqual({ valid: false, fault: 'missing', reason });
    expect(verify({ ...received, headers: { 'x-hub-signature-256': '' } })).toEqual({
      valid: false,
      fault: 'missing',
      reason,
    });
  });

  test.each(['sha1=2fd4e1c67a2d28fced849ee1bb76e7391b93eb12', 'sha256=', `SHA256=${'a'.repeat(64)}`, 'junk'])(
    'is refused with the signature %j',
    (signature) => {
      expect(verify({ ...received, headers: { 'x-hub-signature-256': signature } })).toEqual({
        valid: false,
        fault: 'malformed',
        reason: 'x-hub-signature-256 is not sha256= and 64 hexadecimal digits',
      });
    },
  );

  test('is refused when its id came before, however old it is', () => {
    const seen = new Set<string>();
    expect(verify({ ...received, seen, nowS: received.nowS + 100_000 })).toEqual({ valid: true });
    expect(verify({ ...received, seen })).toEqual({
      valid: false,
      fault: 'replayed',
      reason: 'the same delivery came before',
    });
  });

  test('is not signed with an empty secret', () => {
    expect(() => github.sign({ ...delivery, secrets: [''] })).toThrow(
      expect.objectContaining({ code: 'SIGNING_SECRET_INVALID', why: 'it is empty' }),
    );
  });
});
