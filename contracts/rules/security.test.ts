import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document } from '../fixtures/diff-of.ts';

const KEY = { type: 'apiKey', in: 'header', name: 'X-Key' };
const flow = (name: string, tokenUrl = 'https://a.test/token'): object => ({
  type: 'oauth2',
  flows: { [name]: { tokenUrl, scopes: { read: '', write: '' } } },
});
const SCHEMES = { key: KEY, oauth: flow('clientCredentials') };

const secured = (security: readonly object[] | undefined, securitySchemes: object = SCHEMES): object =>
  document({
    components: { securitySchemes },
    paths: { '/a': { get: { ...(security === undefined ? {} : { security }), responses: {} } } },
  });

test('credentials that are needed now break, with the line of the list', async () => {
  expect(await diffOf(secured(undefined), secured([{ key: [] }]))).toEqual([
    {
      code: 'security-added',
      severity: 'error',
      message: 'credentials are needed now: key',
      fix: 'let requests without credentials in until a new major version',
      expected: [{}],
      actual: [{ key: [] }],
      where: { source: 'revision.json', pointer: '/paths/~1a/get/security', line: 10, column: 9 },
      direction: 'request',
      operation: 'GET /a',
      base: { source: 'base.json', pointer: '/paths/~1a/get', line: 9, column: 7 },
      revision: { source: 'revision.json', pointer: '/paths/~1a/get/security', line: 10, column: 9 },
    },
  ]);
});

describe('what a client holds', () => {
  test.each([
    [[{ key: [] }], undefined, ['info security-removed (request) GET /a: no credentials are needed any more']],
    [[{ key: [] }], [{ key: [] }, {}], ['info security-removed (request) GET /a: no credentials are needed any more']],
    [
      [{ key: [] }],
      [{ key: [] }, { oauth: [] }],
      ['info security-alternative-added (request) GET /a: oauth is enough, too'],
    ],
    [
      [{ key: [] }, { oauth: ['read'] }],
      [{ oauth: ['read'] }],
      ['error security-tightened (request) GET /a: key is no longer enough; now it takes oauth (read)'],
    ],
    [
      [{ oauth: ['read'] }],
      [{ oauth: ['read', 'write'] }],
      ['error security-tightened (request) GET /a: oauth (read) is no longer enough; now it takes oauth (read, write)'],
    ],
    [
      [{ key: [] }],
      [{ key: [], oauth: ['read'] }],
      ['error security-tightened (request) GET /a: key is no longer enough; now it takes key with oauth (read)'],
    ],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(secured(before), secured(after))).map(brief)).toEqual(expected);
  });

  test.each([
    [
      [{ key: [] }, { oauth: ['read'] }],
      [{ oauth: ['read'] }, { key: [] }],
    ],
    [[{ oauth: ['read', 'write'] }], [{ oauth: ['read'] }]],
    [[{ key: [], oauth: ['read'] }], [{ key: [] }]],
    [undefined, []],
    [[{}, { key: [] }], undefined],
  ])('%j to %j is left alone', async (before, after) => {
    expect(await diffOf(secured(before), secured(after))).toEqual([]);
  });
});

describe('schemes', () => {
  const USED = [{ key: [] }];
  test.each([
    [
      KEY,
      { ...KEY, name: 'X-Other' },
      [
        "error security-scheme-changed (request) the document: the security scheme 'key' changed from the key 'X-Key' in the header to the key 'X-Other' in the header",
      ],
    ],
    [
      KEY,
      { type: 'http', scheme: 'basic' },
      [
        "error security-scheme-changed (request) the document: the security scheme 'key' changed from the key 'X-Key' in the header to HTTP basic",
      ],
    ],
    [
      flow('clientCredentials'),
      flow('authorizationCode'),
      [
        "error security-flow-removed (request) the document: the security scheme 'key' no longer has the flow clientCredentials",
      ],
    ],
    [
      flow('clientCredentials'),
      flow('clientCredentials', 'https://b.test/token'),
      [
        "warning security-token-url-changed (request) the document: tokens of the security scheme 'key' come from https://b.test/token, no longer from https://a.test/token",
      ],
    ],
  ])('%j to %j is judged once', async (before, after, expected) => {
    expect((await diffOf(secured(USED, { key: before }), secured(USED, { key: after }))).map(brief)).toEqual(expected);
  });

  test('the case of a header, another bearer format and a scheme nobody uses are left alone', async () => {
    const base = { key: KEY, other: KEY };
    expect(
      await diffOf(secured(USED, base), secured(USED, { key: { ...KEY, name: 'x-key' }, other: flow('implicit') })),
    ).toEqual([]);
    const bearer = { type: 'http', scheme: 'bearer' };
    expect(
      await diffOf(secured(USED, { key: bearer }), secured(USED, { key: { ...bearer, bearerFormat: 'JWT' } })),
    ).toEqual([]);
  });

  test('a scheme under another name is the same scheme', async () => {
    expect(await diffOf(secured([{ key: [] }], { key: KEY }), secured([{ apiKey: [] }], { apiKey: KEY }))).toEqual([]);
  });

  test("Swagger 2.0's flows have other names", async () => {
    const swagger = {
      swagger: '2.0',
      info: { title: 'Api', version: '1.0.0' },
      securityDefinitions: {
        oauth: { type: 'oauth2', flow: 'application', tokenUrl: 'https://a.test/token', scopes: { read: '' } },
      },
      paths: { '/a': { get: { security: [{ oauth: ['read'] }], responses: {} } } },
    };
    expect(await diffOf(swagger, secured([{ oauth: ['read'] }]))).toEqual([]);
  });
});
