import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document, withOperation } from '../fixtures/diff-of.ts';

const LIMIT = { name: 'limit', in: 'query', schema: { type: 'integer' } };
const TAGS = { name: 'tags', in: 'query', schema: { type: 'array', items: { type: 'string' } } };
const take = (...parameters: readonly object[]): object => withOperation({ parameters });

test('a new required header breaks, with the line of either document', async () => {
  const changes = await diffOf(
    withOperation({ parameters: [] }),
    take({ name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string' } }),
  );
  expect(changes).toEqual([
    {
      code: 'parameter-required-added',
      severity: 'error',
      message: "the header 'Idempotency-Key' is new and must be sent",
      fix: 'let it be optional',
      where: { source: 'revision.json', pointer: '/paths/~1a/get/parameters/0', line: 16, column: 11 },
      direction: 'request',
      operation: 'GET /a',
      revision: { source: 'revision.json', pointer: '/paths/~1a/get/parameters/0', line: 16, column: 11 },
    },
  ]);
});

describe('what is sent', () => {
  test.each([
    [
      'a new optional one',
      [],
      [LIMIT],
      ["info parameter-added (request) GET /a: the query parameter 'limit' is new and optional"],
    ],
    [
      'one that is gone',
      [LIMIT],
      [],
      ["warning parameter-removed (request) GET /a: the query parameter 'limit' is gone"],
    ],
    [
      'one that must be sent now',
      [LIMIT],
      [{ ...LIMIT, required: true }],
      ["error parameter-became-required (request) GET /a: the query parameter 'limit' must now be sent"],
    ],
    [
      'one that may be left out now',
      [{ ...LIMIT, required: true }],
      [LIMIT],
      ["info parameter-became-optional (request) GET /a: the query parameter 'limit' may now be left out"],
    ],
    [
      'one that moved',
      [{ name: 'key', in: 'query', required: true, schema: {} }],
      [{ name: 'Key', in: 'header', required: true, schema: {} }],
      ["error parameter-moved (request) GET /a: the query parameter 'key' must now be sent as the header 'Key'"],
    ],
    [
      'another default',
      [{ ...LIMIT, schema: { type: 'integer', default: 10 } }],
      [{ ...LIMIT, schema: { type: 'integer', default: 20 } }],
      [
        "error parameter-default-changed (request) GET /a: the default of the query parameter 'limit' went from 10 to 20",
      ],
    ],
    [
      'a default that is gone',
      [{ ...LIMIT, schema: { type: 'integer', default: 10 } }],
      [LIMIT],
      [
        "error parameter-default-changed (request) GET /a: the default of the query parameter 'limit' went from 10 to nothing",
      ],
    ],
    [
      'one that is deprecated',
      [LIMIT],
      [{ ...LIMIT, deprecated: true }],
      ["info parameter-deprecated (request) GET /a: the query parameter 'limit' is now deprecated"],
    ],
    [
      'one that goes as announced',
      [{ ...LIMIT, deprecated: true, 'x-sunset': '2026-05-31' }],
      [],
      [
        "info parameter-removed-after-deprecation (request) GET /a: the query parameter 'limit' is gone, it was deprecated",
      ],
    ],
    [
      'one that goes too early',
      [{ ...LIMIT, deprecated: true, 'x-sunset': '2026-06-02' }],
      [],
      [
        "error parameter-removed-before-sunset (request) GET /a: the query parameter 'limit' is gone before its sunset date 2026-06-02",
      ],
    ],
    [
      'a sunset date that is over',
      [{ ...LIMIT, deprecated: true }],
      [{ ...LIMIT, deprecated: true, 'x-sunset': '2026-05-31' }],
      [
        "error parameter-sunset-in-the-past (request) GET /a: the sunset date of the query parameter 'limit', 2026-05-31, is over already, so nobody had notice",
      ],
    ],
    [
      'a sunset date that is none',
      [{ ...LIMIT, deprecated: true }],
      [{ ...LIMIT, deprecated: true, 'x-sunset': 'soon' }],
      [
        "error parameter-sunset-invalid (request) GET /a: the sunset date of the query parameter 'limit', 'soon', is no date",
      ],
    ],
    [
      'an empty value refused',
      [{ ...LIMIT, allowEmptyValue: true }],
      [LIMIT],
      ["error parameter-empty-value-refused (request) GET /a: the query parameter 'limit' may no longer be empty"],
    ],
    [
      'reserved characters refused',
      [{ ...LIMIT, allowReserved: true }],
      [LIMIT],
      [
        "warning parameter-reserved-refused (request) GET /a: the query parameter 'limit' may no longer hold reserved characters (:/?#[]@!$&'()*+,;=) as they are",
      ],
    ],
    [
      'another style of a list',
      [TAGS],
      [{ ...TAGS, style: 'pipeDelimited', explode: false }],
      [
        "error parameter-style-changed (request) GET /a: the query parameter 'tags' is now written in the style pipeDelimited, not form (exploded)",
      ],
    ],
    [
      'a list that is no longer exploded',
      [TAGS],
      [{ ...TAGS, explode: false }],
      [
        "error parameter-style-changed (request) GET /a: the query parameter 'tags' is now written in the style form, not form (exploded)",
      ],
    ],
    [
      'JSON instead of text',
      [LIMIT],
      [{ name: 'limit', in: 'query', content: { 'application/json': { schema: { type: 'integer' } } } }],
      [
        "error parameter-media-type-changed (request) GET /a: the query parameter 'limit' is now written as application/json, not as plain text",
      ],
    ],
    [
      'another schema',
      [LIMIT],
      [{ ...LIMIT, schema: { type: 'integer', maximum: 100 } }],
      [expect.stringMatching(/^error .*max.* \(request\) GET \/a: in the query parameter 'limit', /)],
    ],
  ])('%s is judged', async (_name, before, after, expected) => {
    expect((await diffOf(take(...before), take(...after))).map(brief)).toEqual(expected);
  });

  test.each([
    ['the order', [LIMIT, TAGS], [TAGS, LIMIT]],
    ['the case of a header', [{ name: 'X-Trace', in: 'header' }], [{ name: 'x-trace', in: 'header' }]],
    ['explode of one plain value', [LIMIT], [{ ...LIMIT, explode: false }]],
    ['a style that is the default', [TAGS], [{ ...TAGS, style: 'form', explode: true }]],
    ['a description', [LIMIT], [{ ...LIMIT, description: 'how many' }]],
    ['headers that OpenAPI describes elsewhere', [], [{ name: 'Accept', in: 'header', required: true, schema: {} }]],
    [
      'the default of what must be sent',
      [{ ...LIMIT, required: true }],
      [{ ...LIMIT, required: true, schema: { type: 'integer', default: 1 } }],
    ],
  ])('%s is left alone', async (_name, before, after) => {
    expect(
      (await diffOf(take(...before), take(...after))).filter(({ code }) => code !== 'request-default-added'),
    ).toEqual([]);
  });

  test('a variable of the path is sent whether it is declared or not', async () => {
    const declared = { parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }] };
    expect(await diffOf(withOperation({}, 'get', '/a/{id}'), withOperation(declared, 'get', '/a/{id}'))).toEqual([]);
  });

  test('a parameter of the path item counts for its operations', async () => {
    const shared = document({
      paths: { '/a': { parameters: [LIMIT], get: { responses: { 200: { description: 'ok' } } } } },
    });
    expect(await diffOf(take(LIMIT), shared)).toEqual([]);
  });
});

describe('what a webhook delivers is judged the other way round', () => {
  const HEADER = { name: 'X-Id', in: 'header', schema: { type: 'string' } };
  const deliver = (...parameters: readonly object[]): object =>
    document({ webhooks: { created: { post: { parameters, responses: {} } } } });

  test.each([
    [
      [],
      [{ ...HEADER, required: true }],
      ["info delivery-parameter-added (response) webhook created (POST): the header 'X-Id' is sent now"],
    ],
    [
      [{ ...HEADER, required: true }],
      [],
      ["error delivery-parameter-removed (response) webhook created (POST): the header 'X-Id' is no longer sent"],
    ],
    [
      [HEADER],
      [],
      [
        "warning delivery-parameter-optional-removed (response) webhook created (POST): the header 'X-Id' is no longer sent",
      ],
    ],
    [
      [{ ...HEADER, required: true }],
      [HEADER],
      [
        "error delivery-parameter-became-optional (response) webhook created (POST): the header 'X-Id' is now sent only sometimes",
      ],
    ],
    [
      [HEADER],
      [{ ...HEADER, required: true }],
      [
        "info delivery-parameter-became-required (response) webhook created (POST): the header 'X-Id' is now always sent",
      ],
    ],
  ])('%j to %j', async (before, after, expected) => {
    expect((await diffOf(deliver(...before), deliver(...after))).map(brief)).toEqual(expected);
  });
});
