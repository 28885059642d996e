import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document, withOperation } from '../fixtures/diff-of.ts';

const JSON_BODY = { content: { 'application/json': { schema: { type: 'object' } } } };
const post = (requestBody?: object): object => withOperation(requestBody === undefined ? {} : { requestBody }, 'post');

test('a media type that is no longer taken breaks, with both lines', async () => {
  const changes = await diffOf(
    post({ content: { 'application/json': {}, 'application/xml': {} } }),
    post({ content: { 'application/json': {} } }),
  );
  expect(changes).toEqual([
    {
      code: 'request-media-type-removed',
      severity: 'error',
      message: 'the request body is no longer taken as application/xml',
      fix: 'keep application/xml',
      expected: 'application/xml',
      actual: 'application/json',
      where: { source: 'revision.json', pointer: '/paths/~1a/post/requestBody', line: 15, column: 9 },
      direction: 'request',
      operation: 'POST /a',
      base: {
        source: 'base.json',
        pointer: '/paths/~1a/post/requestBody/content/application~1xml',
        line: 18,
        column: 13,
      },
      revision: { source: 'revision.json', pointer: '/paths/~1a/post/requestBody', line: 15, column: 9 },
    },
  ]);
});

describe('what is sent', () => {
  test.each([
    [
      'a new optional body',
      undefined,
      JSON_BODY,
      ['info request-body-added (request) POST /a: a request body may now be sent'],
    ],
    [
      'a new required body',
      undefined,
      { ...JSON_BODY, required: true },
      ['error request-body-required-added (request) POST /a: a request body must now be sent'],
    ],
    [
      'a body that is gone',
      JSON_BODY,
      undefined,
      ['error request-body-removed (request) POST /a: the request body is gone, clients still send it'],
    ],
    [
      'a body that must be sent now',
      JSON_BODY,
      { ...JSON_BODY, required: true },
      ['error request-body-became-required (request) POST /a: the request body must now be sent'],
    ],
    [
      'a body that may be left out now',
      { ...JSON_BODY, required: true },
      JSON_BODY,
      ['info request-body-became-optional (request) POST /a: the request body may now be left out'],
    ],
    [
      'another media type',
      JSON_BODY,
      { content: { ...JSON_BODY.content, 'text/csv': {} } },
      ['info request-media-type-added (request) POST /a: the request body may now be sent as text/csv'],
    ],
    [
      'a range that became one type',
      { content: { 'image/*': {} } },
      { content: { 'image/png': {} } },
      ['error request-media-type-removed (request) POST /a: the request body is no longer taken as image/*'],
    ],
    [
      'another encoding of a part',
      { content: { 'multipart/form-data': { encoding: { photo: { contentType: 'image/png' } } } } },
      { content: { 'multipart/form-data': { encoding: { photo: { contentType: 'image/jpeg' } } } } },
      [
        "warning encoding-changed (request) POST /a: the part 'photo' of the multipart/form-data body is encoded another way",
      ],
    ],
    [
      'a schema that takes less',
      JSON_BODY,
      { content: { 'application/json': { schema: { type: 'object', required: ['a'] } } } },
      [expect.stringMatching(/^error request-.* \(request\) POST \/a: in the request body, .*'a'/)],
    ],
  ])('%s is judged', async (_name, before, after, expected) => {
    expect((await diffOf(post(before), post(after))).map(brief)).toEqual(expected);
  });

  test.each([
    ['the case of a media type', { content: { 'Application/JSON': {} } }, { content: { 'application/json': {} } }],
    ['a charset', { content: { 'application/json': {} } }, { content: { 'application/json; charset=utf-8': {} } }],
    ['one type that became a range', { content: { 'image/png': {} } }, { content: { 'image/*': {} } }],
    [
      'an encoding that is the default',
      { content: { 'multipart/form-data': { encoding: { a: {} } } } },
      { content: { 'multipart/form-data': { encoding: { a: { style: 'form' } } } } },
    ],
    ['an example', JSON_BODY, { content: { 'application/json': { schema: { type: 'object' }, example: {} } } }],
  ])('%s is left alone', async (_name, before, after) => {
    expect(await diffOf(post(before), post(after))).toEqual([]);
  });
});

describe('what a webhook delivers is judged the other way round', () => {
  const deliver = (requestBody?: object): object =>
    document({
      webhooks: { created: { post: { responses: {}, ...(requestBody === undefined ? {} : { requestBody }) } } },
    });

  test.each([
    [undefined, JSON_BODY, ['info delivery-body-added (response) webhook created (POST): deliveries have a body now']],
    [
      JSON_BODY,
      undefined,
      ['error delivery-body-removed (response) webhook created (POST): deliveries have no body any more'],
    ],
    [
      { ...JSON_BODY, required: true },
      JSON_BODY,
      [
        'error delivery-body-became-optional (response) webhook created (POST): the body is now left out of some deliveries',
      ],
    ],
    [
      JSON_BODY,
      { ...JSON_BODY, required: true },
      ['info delivery-body-became-required (response) webhook created (POST): the body is now in every delivery'],
    ],
    [
      JSON_BODY,
      { content: { 'application/xml': {} } },
      [
        'error delivery-media-type-removed (response) webhook created (POST): the delivered body no longer comes as application/json',
        'warning delivery-media-type-added (response) webhook created (POST): the delivered body may now come as application/xml',
      ],
    ],
  ])('%j to %j', async (before, after, expected) => {
    expect((await diffOf(deliver(before), deliver(after))).map(brief)).toEqual(expected);
  });

  test('a property that becomes required breaks nobody, one that becomes optional does', async () => {
    const body = (required: readonly string[]): object =>
      deliver({ content: { 'application/json': { schema: { type: 'object', properties: { a: {} }, required } } } });
    expect((await diffOf(body([]), body(['a']))).map(({ severity }) => severity)).toEqual(['info']);
    expect((await diffOf(body(['a']), body([]))).map(({ severity }) => severity)).toEqual(['error']);
  });
});
