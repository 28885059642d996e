import { expect, test } from '@jest/globals';
import { brief, diffOf, withOperation } from '../fixtures/diff-of.ts';

const variable = (name: string): object => ({
  parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }],
});

test('a variable of a path may be renamed, and its parameter with it', async () => {
  const changes = await diffOf(
    withOperation(variable('id'), 'get', '/a/{id}'),
    withOperation(variable('parcelId'), 'get', '/a/{parcelId}'),
  );
  expect(changes).toEqual([
    {
      code: 'path-variable-renamed',
      severity: 'info',
      message: 'the path /a/{id} is now written /a/{parcelId}; requests stay the same',
      expected: '/a/{id}',
      actual: '/a/{parcelId}',
      where: { source: 'revision.json', pointer: '/paths/~1a~1{parcelId}', line: 8, column: 5 },
      direction: 'request',
      operation: 'GET /a/{parcelId}',
      base: { source: 'base.json', pointer: '/paths/~1a~1{id}', line: 8, column: 5 },
      revision: { source: 'revision.json', pointer: '/paths/~1a~1{parcelId}', line: 8, column: 5 },
    },
  ]);
});

test('a renamed variable does not hide what changed of it', async () => {
  const short = { parameters: [{ name: 'x', in: 'path', required: true, schema: { type: 'string', maxLength: 3 } }] };
  const changes = await diffOf(withOperation(variable('id'), 'get', '/a/{id}'), withOperation(short, 'get', '/a/{x}'));
  expect(changes.filter(({ severity }) => severity !== 'info').map(({ message }) => message)).toEqual([
    expect.stringContaining("in the path parameter 'x'"),
  ]);
});

test('paths of one shape are told apart by their names first', async () => {
  const both = {
    ...withOperation({}),
    paths: { '/a/{x}': { get: { responses: {} } }, '/a/{y}': { put: { responses: {} } } },
  };
  expect(await diffOf(both, both)).toEqual([]);
});

test('an operation that moved to another path breaks, and says where it is', async () => {
  const changes = await diffOf(
    withOperation({ operationId: 'getA' }, 'get', '/a'),
    withOperation({ operationId: 'getA' }, 'get', '/b'),
  );
  expect(changes.map(brief)).toEqual([
    'info operation-added (both) GET /b: GET /b is new',
    'error operation-removed (both) GET /a: GET /a is gone',
    "info operation-moved (both) GET /a: the operation 'getA' moved to GET /b",
  ]);
});
