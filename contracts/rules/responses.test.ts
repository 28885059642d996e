import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, document, withOperation } from '../fixtures/diff-of.ts';

const OK = { description: 'ok' };
const answer = (responses: object): object => withOperation({ responses });
const TEXT = { description: 'ok', content: { 'text/plain': {} } };

test('a success status that is gone breaks, with both lines', async () => {
  expect(await diffOf(answer({ 200: OK, 404: OK }), answer({ 404: OK }))).toEqual([
    {
      code: 'response-status-removed',
      severity: 'error',
      message: 'the 200 response is gone',
      fix: 'keep answering 200',
      where: { source: 'revision.json', pointer: '/paths/~1a/get/responses', line: 10, column: 9 },
      direction: 'response',
      operation: 'GET /a',
      base: { source: 'base.json', pointer: '/paths/~1a/get/responses/200', line: 11, column: 11 },
      revision: { source: 'revision.json', pointer: '/paths/~1a/get/responses', line: 10, column: 9 },
    },
  ]);
});

describe('statuses', () => {
  test.each([
    [
      { 200: OK, 404: OK },
      { 200: OK },
      ['info response-status-other-removed (response) GET /a: the 404 response is gone'],
    ],
    [
      { 200: OK },
      { 200: OK, 202: OK },
      ['warning response-status-success-added (response) GET /a: the 202 response is new'],
    ],
    [{ 200: OK }, { 200: OK, 404: OK }, ['info response-status-added (response) GET /a: the 404 response is new']],
    [
      { 200: OK },
      { default: OK },
      [
        'warning response-status-only-default (response) GET /a: the 200 response is left to "default"',
        'info response-status-added (response) GET /a: the default response is new',
      ],
    ],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(answer(before), answer(after))).map(brief)).toEqual(expected);
  });

  test.each([
    [{ 200: OK }, { '2XX': OK }],
    [{ '2XX': OK }, { 200: OK }],
    [
      { 200: OK, '4XX': OK },
      { 200: OK, '4XX': OK, 404: OK },
    ],
    [{ 200: OK }, { 200: { description: 'fine' } }],
  ])('%j to %j is left alone', async (before, after) => {
    expect(await diffOf(answer(before), answer(after))).toEqual([]);
  });

  test('a status that falls into a range is compared with it', async () => {
    const changes = await diffOf(answer({ 200: TEXT }), answer({ '2XX': OK }));
    expect(changes.map(brief)).toEqual([
      'error response-media-type-removed (response) GET /a: the 2XX response no longer comes as text/plain',
    ]);
  });
});

describe('media types', () => {
  test.each([
    [TEXT, OK, ['error response-media-type-removed (response) GET /a: the 200 response no longer comes as text/plain']],
    [OK, TEXT, ['info response-media-type-added (response) GET /a: the 200 response may now be text/plain']],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(answer({ 200: before }), answer({ 200: after }))).map(brief)).toEqual(expected);
  });

  test('one type that became a range may break', async () => {
    const any = { description: 'ok', content: { 'text/*': {} } };
    expect((await diffOf(answer({ 200: TEXT }), answer({ 200: any }))).map(brief)).toEqual([
      'warning response-media-type-widened (response) GET /a: the 200 response may now come as any text/*, not only as text/plain',
    ]);
  });

  test('a range may become one of its types', async () => {
    const any = { description: 'ok', content: { 'text/*': {} } };
    expect(await diffOf(answer({ 200: any }), answer({ 200: TEXT }))).toEqual([]);
  });

  test('a schema that two media types share is told once', async () => {
    const both = (type: string): object => ({
      ...answer({
        200: {
          description: 'ok',
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/A' } },
            'application/xml': { schema: { $ref: '#/components/schemas/A' } },
          },
        },
      }),
      components: { schemas: { A: { type } } },
    });
    const changes = await diffOf(both('string'), both('number'));
    expect(changes.map(({ severity, direction }) => [severity, direction])).toEqual([['error', 'response']]);
  });
});

describe('headers', () => {
  const withHeader = (headers: object): object => answer({ 200: { description: 'ok', headers } });
  const ALWAYS = { required: true, schema: { type: 'string' } };
  const MAYBE = { schema: { type: 'string' } };

  test.each([
    [
      { ETag: ALWAYS },
      {},
      ["error response-header-removed (response) GET /a: the header 'ETag' of the 200 response is gone"],
    ],
    [
      { ETag: MAYBE },
      {},
      ["warning response-header-optional-removed (response) GET /a: the header 'ETag' of the 200 response is gone"],
    ],
    [
      { ETag: ALWAYS },
      { ETag: MAYBE },
      [
        "error response-header-became-optional (response) GET /a: the header 'ETag' of the 200 response may now be missing",
      ],
    ],
    [
      { ETag: MAYBE },
      { ETag: ALWAYS },
      [
        "info response-header-became-required (response) GET /a: the header 'ETag' of the 200 response is now always there",
      ],
    ],
    [
      {},
      { ETag: MAYBE },
      ["info response-header-added (response) GET /a: the header 'ETag' of the 200 response is new"],
    ],
    [
      { ETag: MAYBE },
      { ETag: { schema: { type: 'integer' } } },
      [expect.stringContaining("(response) GET /a: in the header 'ETag' of the 200 response, ")],
    ],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(withHeader(before), withHeader(after))).map(brief)).toEqual(expected);
  });

  test.each([
    [{ ETag: MAYBE }, { etag: MAYBE }],
    [{ 'Content-Type': ALWAYS }, {}],
  ])('%j to %j is left alone', async (before, after) => {
    expect(await diffOf(withHeader(before), withHeader(after))).toEqual([]);
  });
});

describe('what a client answers to a webhook is judged the other way round', () => {
  const answered = (responses: object): object => document({ webhooks: { created: { post: { responses } } } });

  test.each([
    [
      { 200: OK, 204: OK },
      { 204: OK },
      ['error answer-status-removed (request) webhook created (POST): the answer 200 is no longer taken'],
    ],
    [
      { 204: OK },
      { 200: OK, 204: OK },
      ['info response-status-added (request) webhook created (POST): the 200 response is new'],
    ],
    [
      { 200: TEXT },
      { 200: OK },
      [
        'error answer-media-type-removed (request) webhook created (POST): the 200 response is no longer taken as text/plain',
      ],
    ],
    [
      { 200: OK },
      { 200: { ...OK, headers: { 'X-Id': { required: true, schema: {} } } } },
      [
        "error answer-header-required-added (request) webhook created (POST): the header 'X-Id' of the 200 response is new and must be sent",
      ],
    ],
    [{ 200: { ...OK, headers: { 'X-Id': { required: true, schema: {} } } } }, { 200: OK }, []],
  ])('%j to %j', async (before, after, expected) => {
    expect((await diffOf(answered(before), answered(after))).map(brief)).toEqual(expected);
  });
});
