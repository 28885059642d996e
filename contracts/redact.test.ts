import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Exchange } from './exchange.ts';
import { createRedactor, type Redactor } from './redact.ts';

const CANARY = 'c4nary/S3cret+value=&"quoted"';
const MARK = /^\[REDACTED:[0-9a-f]{8}\]$/;

function redactorOf(...secrets: readonly string[]): Redactor {
  const redactor = createRedactor('a fixed key');
  for (const secret of secrets) redactor.addSecret(secret);
  return redactor;
}

describe('a value of this run', () => {
  const forms: readonly (readonly [name: string, text: string])[] = [
    ['as it is', CANARY],
    ['URL-encoded', encodeURIComponent(CANARY)],
    ['URL-encoded in lower case', encodeURIComponent(CANARY).replace(/%../g, (hex) => hex.toLowerCase())],
    ['URL-encoded twice', encodeURIComponent(encodeURIComponent(CANARY))],
    ['form-encoded', new URLSearchParams({ a: CANARY }).toString().slice(2)],
    ['in JSON', JSON.stringify(CANARY).slice(1, -1)],
    ['in JSON in JSON', JSON.stringify(JSON.stringify(CANARY)).slice(3, -3)],
    ['in JSON with slashes escaped', JSON.stringify(CANARY).slice(1, -1).replaceAll('/', '\\/')],
    ['in hex', Buffer.from(CANARY).toString('hex')],
    ['in upper-case hex', Buffer.from(CANARY).toString('hex').toUpperCase()],
    [
      'in hex with colons',
      Buffer.from(CANARY)
        .toString('hex')
        .replace(/..(?=.)/g, '$&:'),
    ],
    ['in base64', Buffer.from(CANARY).toString('base64')],
    ['in base64url', Buffer.from(CANARY).toString('base64url')],
  ];

  test.each(forms)('is redacted %s', (_, form) => {
    expect(redactorOf(CANARY).text(`before ${form} after`)).toMatch(/^before \[REDACTED:[0-9a-f]{8}\] after$/);
  });

  test('has the same mark in every form, and another one in another run', () => {
    const marks = new Set(forms.map(([, form]) => redactorOf(CANARY).text(form)));
    expect(marks.size).toBe(1);
    const other = createRedactor('another key');
    other.addSecret(CANARY);
    expect(marks.has(other.text(CANARY))).toBe(false);
  });

  test.each(['u', 'us', 'use', 'user'])('is redacted in Basic credentials of %s', (user) => {
    const credentials = Buffer.from(`${user}:${CANARY}`).toString('base64');
    const out = redactorOf(CANARY).text(`x ${credentials} y`);
    expect(Buffer.from(out.split(' ')[1] ?? '', 'base64').toString()).not.toContain(CANARY.slice(2, -2));
    expect(out).toMatch(/^x \S*\[REDACTED:[0-9a-f]{8}\]\S* y$/);
  });

  test('is redacted in a printed Buffer', () => {
    expect(redactorOf(CANARY).text(inspect(Buffer.from(CANARY)))).toMatch(/^<Buffer \[REDACTED:[0-9a-f]{8}\]>$/);
  });

  test('is redacted without the prefix of a webhook secret, too', () => {
    expect(redactorOf('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw').text('key MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')).toMatch(
      /^key \[REDACTED:\w{8}\]$/,
    );
  });

  test('is redacted where JSON holds it as a number or as a name', () => {
    const redactor = redactorOf('987654321');
    expect(redactor.json({ pin: 987654321, count: 42 })).toEqual({ pin: expect.stringMatching(MARK), count: 42 });
    expect(Object.keys(redactor.json({ 987654321: true }))).toEqual([expect.stringMatching(MARK)]);
  });

  test('that is short is redacted only where it stands alone', () => {
    const redactor = redactorOf('abc');
    expect(redactor.text('key=abc, "abc" but not abcdef, xabc')).toMatch(
      /^key=\[REDACTED:\w{8}\], "\[REDACTED:\w{8}\]" but not abcdef, xabc$/,
    );
  });

  test('that is empty or only space redacts nothing', () => {
    expect(redactorOf('', '  ').text('nothing  to see')).toBe('nothing  to see');
  });

  test('that contains another one is redacted whole', () => {
    expect(redactorOf('secret-part', 'secret-part-and-more').text('secret-part-and-more')).toMatch(MARK);
  });
});

describe('a name', () => {
  test.each([
    'password',
    'clientSecret',
    'CLIENT_SECRET',
    'access_token',
    'accesstoken',
    'X-Api-Key',
    'apiKey',
    'set-cookie',
    'Proxy-Authorization',
    'privateKey',
    'csrf-token',
    'webhook-signature',
  ])('%s hides its value in data', (name) => {
    expect(redactorOf().json({ [name]: 'plain value' })).toEqual({ [name]: expect.stringMatching(MARK) });
  });

  test.each([
    'tokenUrl',
    'tokenPath',
    'token_type',
    'token_endpoint',
    'authorizationUrl',
    'passwordPolicy',
    'secretName',
    'nextPageToken',
    'continuation_token',
    'key',
    'sig',
    'code',
    'credential',
    'secretary',
    'tokenizer',
    'idempotencyKey',
    'primaryKey',
    'signature',
    'tokens:write',
  ])('%s hides nothing in data', (name) => {
    expect(redactorOf().json({ [name]: 'plain value' })).toEqual({ [name]: 'plain value' });
  });

  test('hides strings in a list, but no schema that describes a property of that name', () => {
    const schema = { properties: { password: { type: 'string', minLength: 8 } }, required: ['password'] };
    expect(redactorOf().json(schema)).toEqual(schema);
    expect(redactorOf().json({ 'set-cookie': ['a=1', 'b=2'] })).toEqual({
      'set-cookie': [expect.stringMatching(MARK), expect.stringMatching(MARK)],
    });
  });

  test('hides a header, and keeps the scheme that was tried', () => {
    const headers = redactorOf().headers({
      Authorization: 'Bearer short',
      'webhook-signature': 'v1,abc',
      'X-Hub-Signature-256': 'sha256=abc',
      'signature-input': 'sig1=()',
      accept: 'a/b',
    });
    expect(headers).toEqual({
      Authorization: expect.stringMatching(/^Bearer \[REDACTED:\w{8}\]$/),
      'webhook-signature': expect.stringMatching(MARK),
      'X-Hub-Signature-256': expect.stringMatching(MARK),
      'signature-input': 'sig1=()',
      accept: 'a/b',
    });
  });

  test('hides every word of a pass phrase', () => {
    expect(redactorOf().json({ password: 'correct horse' })).toEqual({ password: expect.stringMatching(MARK) });
  });

  test('hides query values, and the password before a host', () => {
    expect(
      redactorOf().url('https://user:pw@host.example/a?key=1&limit=20&sig=ab&access_token=cd#id_token=ef'),
    ).toMatch(
      /^https:\/\/user:\[REDACTED:\w{8}\]@host\.example\/a\?key=\[REDACTED:\w{8}\]&limit=20&sig=\[REDACTED:\w{8}\]&access_token=\[REDACTED:\w{8}\]#id_token=\[REDACTED:\w{8}\]$/,
    );
  });

  test('hides the value of a name-value pair as HAR writes headers', () => {
    expect(
      redactorOf().json([
        { name: 'Authorization', value: 'x' },
        { name: 'limit', value: '20' },
      ]),
    ).toEqual([
      { name: 'Authorization', value: expect.stringMatching(MARK) },
      { name: 'limit', value: '20' },
    ]);
  });

  const texts: readonly (readonly [text: string, expected: RegExp])[] = [
    [
      '{"client_secret":"a b","tokenUrl":"https://x"}',
      /^\{"client_secret":"\[REDACTED:\w{8}\]","tokenUrl":"https:\/\/x"\}$/,
    ],
    ['{"body":"{\\"password\\":\\"a b\\"}"}', /^\{"body":"\{\\"password\\":\\"\[REDACTED:\w{8}\]\\"\}"\}$/],
    [
      'grant_type=client_credentials&client_secret=abc',
      /^grant_type=client_credentials&client_secret=\[REDACTED:\w{8}\]$/,
    ],
    ['PARCELS_API_KEY=abc npm start', /^PARCELS_API_KEY=\[REDACTED:\w{8}\] npm start$/],
    ['> Cookie: a=1; b=2\r\n> Accept: x', /^> Cookie: \[REDACTED:\w{8}\]\r\n> Accept: x$/],
    ["{ password: 'abc', user: 'me' }", /^\{ password: '\[REDACTED:\w{8}\]', user: 'me' \}$/],
    ['password: "abc"\nuser: me', /^password: "\[REDACTED:\w{8}\]"\nuser: me$/],
  ];

  test.each(texts)('hides its value in the text %s', (text, expected) => {
    expect(redactorOf().text(text)).toMatch(expected);
  });

  test.each([
    'Unexpected token } in JSON at position 5',
    'the token is missing',
    'password:\n  type: string',
    '{\n  "token": {\n    "type": "string"\n  }\n}',
    'tokenPath: /oauth/token',
    '"token": null, "x": 1',
  ])('leaves the text %s alone', (text) => {
    expect(redactorOf().text(text)).toBe(text);
  });
});

describe('a shape', () => {
  const jwt = `${Buffer.from('{"alg":"HS256"}').toString('base64url')}.${Buffer.from('{"sub":"1"}').toString('base64url')}.c2lnbmF0dXJl`;
  const pem = ['-----BEGIN PRIVATE KEY-----', 'MC4CAQAwBQYDK2VwBCIEIA', '-----END PRIVATE KEY-----'].join('\n');
  const secrets = [
    jwt,
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    ['sk', 'live', '4eC39HqLyjWDarjtT1zdp7dc'].join('_'),
    `ghp_${'a1B2'.repeat(9)}`,
    ['AKIA', 'ABCDEFGH12345678'].join(''),
    pem,
  ];

  test.each([...secrets, '4111 1111 1111 1111', '5555-5555-5555-4444', '378282246310005'])(
    'is redacted: %s',
    (secret) => {
      expect(redactorOf().text(`before ${secret} after`)).toMatch(/^before \[REDACTED:[0-9a-f]{8}\] after$/);
    },
  );

  test('is redacted to the end where a private key was cut off', () => {
    expect(redactorOf().text(pem.slice(0, 40))).toMatch(MARK);
  });

  test('keeps the scheme before credentials', () => {
    expect(redactorOf().text('sent Bearer 8xLOxBtZp8 and Basic dXNlcjpwYXNz')).toMatch(
      /^sent Bearer \[REDACTED:\w{8}\] and Basic \[REDACTED:\w{8}\]$/,
    );
  });

  test.each([
    'Bearer authentication is needed',
    'WWW-Authenticate: Bearer realm="parcels"',
    'Basic information about parcels',
    'PCL-0000AAAA',
    '123e4567-e89b-42d3-a456-426614174000',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '4111111111111112',
    '1772436600000',
    '4006381333931',
    'evt_1772436600.1772436600',
    '2026-03-02T07:30:00.000Z',
    '0.4111111111111111',
    'whsec_short',
  ])('leaves %s alone', (text) => {
    expect(redactorOf().text(text)).toBe(text);
  });
});

describe('an exchange', () => {
  const exchange: Exchange = {
    operationId: 'createParcel',
    request: {
      method: 'POST',
      url: `https://host.example/parcels?api_key=${encodeURIComponent(CANARY)}`,
      headers: { authorization: `Bearer ${CANARY}`, 'x-trace': CANARY },
      body: JSON.stringify({ note: CANARY }),
    },
    response: { status: 200, headers: { 'set-cookie': `s=${CANARY}` }, body: `echo ${CANARY}` },
    startedAt: '2026-03-02T07:30:00Z',
    durationMs: 3,
    connection: `refused ${CANARY}`,
  };

  test('holds no secret anywhere afterwards, and everything else still', () => {
    const redactor = redactorOf(CANARY);
    const out = redactor.exchange(exchange);
    expect(JSON.stringify(out)).not.toContain('c4nary');
    expect(out).toMatchObject({
      operationId: 'createParcel',
      request: { method: 'POST' },
      response: { status: 200 },
      durationMs: 3,
    });
    expect(redactor.count).toBe(7);
  });

  test('without a secret is left as it is', () => {
    const plain: Exchange = {
      request: { method: 'GET', url: 'http://127.0.0.1/parcels?limit=2', headers: { accept: '*/*' } },
      startedAt: '',
      durationMs: 1,
    };
    const redactor = redactorOf(CANARY);
    expect(redactor.exchange(plain)).toEqual(plain);
    expect(redactor.count).toBe(0);
  });
});

describe('for every secret and text', () => {
  const secret = fc
    .string({ minLength: 6, maxLength: 60, unit: 'grapheme' })
    .filter((text) => text.trim().length >= 6 && !'[REDACTED:00000000]'.includes(text));

  test('no form of the secret survives', () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const redactor = redactorOf(value);
        for (const form of [
          value,
          encodeURIComponent(value),
          Buffer.from(value).toString('base64'),
          Buffer.from(value).toString('base64url'),
          Buffer.from(value).toString('hex'),
          JSON.stringify(value).slice(1, -1),
        ]) {
          expect(redactor.text(`${before} ${form} ${after}`)).not.toContain(form);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('no secret survives in base64 of a longer text', () => {
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (value, before, after) => {
        const out = redactorOf(value).text(Buffer.from(before + value + after).toString('base64'));
        const decoded = out.split(/\[REDACTED:[0-9a-f]{8}\]/).map((part) => Buffer.from(part, 'base64').toString());
        for (const part of decoded) expect(part).not.toContain(value);
        expect(decoded.length).toBeGreaterThan(1);
      }),
      { numRuns: 300 },
    );
  });

  test('redacting twice is redacting once', () => {
    const pieces = fc.constantFrom(
      CANARY,
      'Bearer abc123def',
      'password=',
      '"token":"',
      '"',
      ' ',
      '\n',
      '&',
      'x',
      '4111111111111111',
      'api_key: ',
      "'",
      encodeURIComponent(CANARY),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string())), (parts) => {
        const once = redactorOf(CANARY).text(parts.join(''));
        expect(redactorOf(CANARY).text(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  test('JSON stays JSON', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('password', 'a', 'tokenUrl', 'apiKey'),
          fc.oneof(fc.string(), fc.constant(CANARY)),
        ),
        (data) => {
          expect(() => JSON.parse(redactorOf(CANARY).text(JSON.stringify(data)))).not.toThrow();
          expect(() => JSON.parse(redactorOf(CANARY).text(JSON.stringify(data, null, 2)))).not.toThrow();
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('five megabytes pass fifty secrets unharmed', () => {
  const redactor = redactorOf(...Array.from({ length: 50 }, (_, at) => `secret-number-${at}-${'x'.repeat(20)}`));
  const line =
    '{"id":"PCL-0000AAAA","tokenUrl":"https://host.example/oauth/token","weightGrams":1250,"reference":"order-1001"}\n';
  const text = line.repeat(Math.ceil(5_000_000 / line.length));
  expect(redactor.text(text)).toBe(text);
});
