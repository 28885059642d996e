import { describe, expect, test } from '@jest/globals';
import { httpSignatures, signatureBase, type SignedMessage } from './http-signature-base.ts';
import { httpSignatureKey } from './http-signature-key.ts';

/** RFC 9421 appendix B.1. The shared secret is base64 there, and base64url as a JWK. */
const KEYS: Readonly<Record<string, string>> = {
  'test-key-rsa-pss': `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----`,
  'test-key-ecc-p256': `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----`,
  'test-key-ed25519': `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----`,
  'test-shared-secret': JSON.stringify({
    kty: 'oct',
    kid: 'test-shared-secret',
    k: 'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ',
  }),
};

/** Appendix B.2. */
const REQUEST: SignedMessage = {
  method: 'POST',
  url: 'https://example.com/foo?param=Value&Pet=dog',
  headers: new Map([
    ['host', 'example.com'],
    ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['content-type', 'application/json'],
    [
      'content-digest',
      'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
    ],
    ['content-length', '18'],
  ]),
};
const RESPONSE: SignedMessage = {
  status: 200,
  headers: new Map([
    ['date', 'Tue, 20 Apr 2021 02:07:56 GMT'],
    ['content-type', 'application/json'],
    [
      'content-digest',
      'sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
    ],
    ['content-length', '23'],
  ]),
};

/** Section, message, key, algorithm, signature input, signature. */
const VECTORS: readonly (readonly [string, SignedMessage, string, string, string, string])[] = [
  [
    'B.2.1',
    REQUEST,
    'test-key-rsa-pss',
    'rsa-pss-sha512',
    'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    'sig-b21=:d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==:',
  ],
  [
    'B.2.2',
    REQUEST,
    'test-key-rsa-pss',
    'rsa-pss-sha512',
    'sig-b22=("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    'sig-b22=:LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==:',
  ],
  [
    'B.2.3',
    REQUEST,
    'test-key-rsa-pss',
    'rsa-pss-sha512',
    'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    'sig-b23=:bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==:',
  ],
  [
    'B.2.4',
    RESPONSE,
    'test-key-ecc-p256',
    'ecdsa-p256-sha256',
    'sig-b24=("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    'sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:',
  ],
  [
    'B.2.5',
    REQUEST,
    'test-shared-secret',
    'hmac-sha256',
    'sig-b25=("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    'sig-b25=:pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=:',
  ],
  [
    'B.2.6',
    REQUEST,
    'test-key-ed25519',
    'ed25519',
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    'sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:',
  ],
];

describe('RFC 9421 appendix', () => {
  test.each(VECTORS)('%s verifies, and not when a bit is changed', (_, message, keyId, algorithm, input, signature) => {
    const key = httpSignatureKey(KEYS[keyId] ?? '');
    expect(key.algorithm).toBe(algorithm);
    const [read] = httpSignatures(input, signature) ?? [];
    const base = signatureBase(message, read?.input ?? [[], new Map()]) ?? Buffer.alloc(0);
    expect(key.verify(base, read?.bytes ?? Buffer.alloc(0))).toBe(true);
    base[0] = (base[0] ?? 0) ^ 1;
    expect(key.verify(base, read?.bytes ?? Buffer.alloc(0))).toBe(false);
  });

  test.each(VECTORS.slice(4))('%s is made anew, bit for bit', (_, message, keyId, _algorithm, input, signature) => {
    const [read] = httpSignatures(input, signature) ?? [];
    const base = signatureBase(message, read?.input ?? [[], new Map()]) ?? Buffer.alloc(0);
    expect(httpSignatureKey(KEYS[keyId] ?? '').sign(base)).toEqual(read?.bytes);
  });
});

describe('a signature base', () => {
  const baseOf = (input: string, message = REQUEST): string | undefined => {
    const [read] = httpSignatures(`s=${input}`, 's=:AA==:') ?? [];
    return read && signatureBase(message, read.input)?.toString();
  };

  test('has every derived component of a request', () => {
    const names = '"@target-uri" "@scheme" "@request-target" "@path" "@query" "@authority" "@query-param";name="Pet"';
    expect(baseOf(`(${names})`)).toBe(
      [
        '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
        '"@scheme": https',
        '"@request-target": /foo?param=Value&Pet=dog',
        '"@path": /foo',
        '"@query": ?param=Value&Pet=dog',
        '"@authority": example.com',
        '"@query-param";name="Pet": dog',
        `"@signature-params": (${names})`,
      ].join('\n'),
    );
  });

  test('has an empty query as a question mark, and a parameter in percent-encoding', () => {
    const bare = { ...REQUEST, url: 'http://Example.com:80?a+b=c%20d' };
    expect(baseOf('("@query-param";name="a%20b" "@authority" "@path")', bare)).toBe(
      '"@query-param";name="a%20b": c%20d\n"@authority": example.com\n"@path": /\n' +
        '"@signature-params": ("@query-param";name="a%20b" "@authority" "@path")',
    );
    expect(baseOf('("@query")', { ...REQUEST, url: 'http://example.com/' })).toContain('"@query": ?\n');
  });

  test.each(['("x-none")', '("date" "date")', '("Date")', '("@status")', '("@path";req)', '("date";sf)', '("@what")'])(
    'cannot be made of %s',
    (input) => {
      expect(baseOf(input)).toBeUndefined();
    },
  );

  test('is not made of what is no structured field, nor of a label that only one header has', () => {
    expect(httpSignatures('s=("date"', 's=:AA==:')).toBeUndefined();
    expect(httpSignatures('s=("date")', 't=:AA==:')).toEqual([]);
  });
});
