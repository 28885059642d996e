import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document } from '../fixtures/diff-of.ts';

const served = (...servers: readonly (string | object)[]): object =>
  document({ servers: servers.map((each) => (typeof each === 'string' ? { url: each } : each)) });
const REGION = { url: 'https://{region}.a.test', variables: { region: { enum: ['eu', 'us'], default: 'eu' } } };

test('an address that is gone may break, with both lines', async () => {
  expect(await diffOf(served('https://a.test/v1'), served('https://a.test/v2'))).toEqual([
    {
      code: 'server-removed',
      severity: 'warning',
      message: 'the API is no longer served at https://a.test/v1',
      fix: 'keep the address, or redirect to the new one',
      where: { source: 'revision.json', pointer: '/servers/0', line: 9, column: 5 },
      direction: 'request',
      base: { source: 'base.json', pointer: '/servers/0', line: 9, column: 5 },
      revision: { source: 'revision.json', pointer: '/servers/0', line: 9, column: 5 },
    },
    {
      code: 'server-added',
      severity: 'info',
      message: 'the API is now served at https://a.test/v2',
      where: { source: 'revision.json', pointer: '/servers/0', line: 9, column: 5 },
      direction: 'request',
      revision: { source: 'revision.json', pointer: '/servers/0', line: 9, column: 5 },
    },
  ]);
});

describe('addresses', () => {
  test.each([
    [
      served(REGION),
      served({ ...REGION, variables: { region: { enum: ['eu'], default: 'eu' } } }),
      [
        "warning server-variable-value-removed (request) the document: the variable 'region' of the address https://{region}.a.test no longer takes us",
      ],
    ],
    [
      served(REGION),
      served({ ...REGION, variables: { region: { enum: ['eu', 'us'], default: 'us' } } }),
      [
        "warning server-variable-default-changed (request) the document: the variable 'region' of the address https://{region}.a.test is us unless told, no longer eu",
      ],
    ],
  ])('are judged with their variables', async (before, after, expected) => {
    expect((await diffOf(before, after)).map(brief)).toEqual(expected);
  });

  test('of one operation are judged where it has its own', async () => {
    const own = (url: string): object => document({ paths: { '/a': { get: { servers: [{ url }], responses: {} } } } });
    expect((await diffOf(own('https://a.test'), own('https://b.test'))).map(brief)).toEqual([
      'warning server-removed (request) GET /a: the API is no longer served at https://a.test',
      'info server-added (request) GET /a: the API is now served at https://b.test',
    ]);
  });

  test.each([
    [served('https://a.test/v1', 'https://b.test'), served('https://b.test/', 'https://A.test/v1/')],
    [document({}), served('/')],
    [
      {
        swagger: '2.0',
        info: { title: 'Api', version: '1.0.0' },
        host: 'a.test',
        basePath: '/v1',
        schemes: ['https'],
        paths: {},
      },
      served('https://a.test/v1'),
    ],
  ])('that are the same are left alone', async (before, after) => {
    expect(await diffOf(before, after)).toEqual([]);
  });
});

describe('a prefix that moved between the servers and the paths', () => {
  const OK = { 200: { description: 'ok' } };
  const at = (servers: readonly string[], ...paths: readonly string[]): object =>
    document({
      servers: servers.map((url) => ({ url })),
      paths: Object.fromEntries(paths.map((path) => [path, { get: { responses: OK } }])),
    });
  const swagger = {
    swagger: '2.0',
    info: { title: 'Api', version: '1.0.0' },
    host: 'a.test',
    basePath: '/v1',
    schemes: ['https'],
    paths: { '/a': { get: { responses: OK } } },
  };
  const ownServer = document({ paths: { '/a': { servers: [{ url: '/v1' }], get: { responses: OK } } } });

  test('informs, with both lines', async () => {
    const [change, ...more] = await diffOf(at(['https://a.test/v1'], '/a'), at(['https://a.test'], '/v1/a'));
    expect(more).toEqual([]);
    expect(change).toEqual({
      code: 'server-path-moved',
      severity: 'info',
      message:
        'the address https://a.test/v1 is now written https://a.test, and the paths with it; requests stay the same',
      expected: 'https://a.test/v1',
      actual: 'https://a.test',
      where: { source: 'revision.json', pointer: '/servers/0', line: 19, column: 5 },
      direction: 'request',
      base: { source: 'base.json', pointer: '/servers/0', line: 19, column: 5 },
      revision: { source: 'revision.json', pointer: '/servers/0', line: 19, column: 5 },
    });
  });

  test.each([
    ['to the paths', at(['/v1'], '/a', '/b/{id}'), at(['/'], '/v1/a', '/v1/b/{x}'), 1],
    [
      'of several addresses',
      at(['https://a.test/v1', 'https://b.test/v1'], '/a'),
      at(['https://a.test', 'https://b.test'], '/v1/a'),
      2,
    ],
    ['in part', at(['/api/v1'], '/a'), at(['/api'], '/v1/a'), 1],
    ['from the basePath of 2.0', swagger, at(['https://a.test'], '/v1/a'), 1],
    ['of two addresses to two paths', at(['/v1', '/v2'], '/a', '/b'), at(['/'], '/v1/a', '/v1/b', '/v2/a', '/v2/b'), 2],
    ['to one path', ownServer, at(['/'], '/v1/a'), 1],
  ])('breaks nobody, either way: %s', async (_what, before, after, count) => {
    const moves = (changes: readonly { readonly code: string }[]): string[] => changes.map(({ code }) => code);
    const expected = Array.from({ length: count }, () => 'server-path-moved');
    expect(moves(await diffOf(before, after))).toEqual(expected);
    expect(moves(await diffOf(after, before))).toEqual(expected);
  });

  test('does not hide what changed of an operation', async () => {
    const after = at(['/'], '/v1/a');
    const deprecated = JSON.parse(JSON.stringify(after).replace('"get":{', '"get":{"deprecated":true,'));
    expect((await diffOf(at(['/v1'], '/a'), deprecated)).map(brief)).toEqual([
      'info server-path-moved (request) the document: the address /v1 is now written /, and the paths with it; requests stay the same',
      'info operation-deprecated (both) GET /v1/a: GET /v1/a is now deprecated',
    ]);
  });

  test('does not hide what changed of one of the two operations that it makes', async () => {
    const after = at(['/'], '/v1/a', '/v2/a');
    const deprecated = JSON.parse(JSON.stringify(after).replace(/"get":\{(?!.*"get")/, '"get":{"deprecated":true,'));
    const changes = await diffOf(at(['/v1', '/v2'], '/a'), deprecated);
    expect(changes.map(({ code, operation }) => [code, operation])).toEqual([
      ['server-path-moved', undefined],
      ['server-path-moved', undefined],
      ['operation-deprecated', 'GET /v2/a'],
    ]);
  });

  test.each([
    ['one of two addresses is gone', at(['/v1', '/'], '/a'), at(['/v1', '/'], '/v1/a'), 'operation-removed'],
    ['one of two prefixes is gone', at(['/v1', '/v2'], '/a'), at(['/'], '/v2/a'), 'operation-removed'],
    ['another prefix', at(['/v1'], '/a'), at(['/'], '/v2/a'), 'operation-removed'],
    ['a server only', at(['/v1'], '/a'), at(['/'], '/a'), 'server-removed'],
    ['another host', at(['https://a.test/v1'], '/a'), at(['https://b.test'], '/v1/a'), 'server-removed'],
  ])('is told from a change of address: %s', async (_what, before, after, code) => {
    expect((await diffOf(before, after)).map((change) => change.code)).toContain(code);
  });
});
