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
