import { describe, expect, test } from '@jest/globals';
import { diffOf, withOperation } from './fixtures/diff-of.ts';

const [TEXT, INTEGER, BOOLEAN] = [{ type: 'string' }, { type: 'integer' }, { type: 'boolean' }];
const list = (items: object): object => ({ type: 'array', items });
const object = (a: object): object => ({ type: 'object', properties: { a } });

const parameter = (place: string, schema: object): object =>
  withOperation(
    { parameters: [{ name: 'a', in: place, required: place === 'path', schema }] },
    'get',
    place === 'path' ? '/x/{a}' : '/x',
  );
const asJson = (schema: object): object =>
  withOperation({ parameters: [{ name: 'a', in: 'query', content: { 'application/json': { schema } } }] });
const body =
  (mediaType: string, encoding = {}) =>
  (schema: object): object =>
    withOperation({ requestBody: { content: { [mediaType]: { schema, encoding } } } }, 'post');
const header = (schema: object): object =>
  withOperation({ responses: { 200: { description: 'ok', headers: { 'X-A': { schema } } } } });
const jsonHeader = (schema: object): object =>
  withOperation({
    responses: { 200: { description: 'ok', headers: { 'X-A': { content: { 'application/json': { schema } } } } } },
  });
const answer = (schema: object): object =>
  withOperation({ responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } });

const FORM = 'application/x-www-form-urlencoded';

async function said(build: (schema: object) => object, from: object, to: object): Promise<string[]> {
  return (await diffOf(build(from), build(to))).map(({ severity, code }) => `${severity} ${code}`);
}

describe('what is sent as text', () => {
  test.each([
    ['a query parameter', (schema: object) => parameter('query', schema)],
    ['a path parameter', (schema: object) => parameter('path', schema)],
    ['a header', (schema: object) => parameter('header', schema)],
    ['a cookie', (schema: object) => parameter('cookie', schema)],
    ['a list in a query', (schema: object) => parameter('query', list(schema))],
    ['an object in a query', (schema: object) => parameter('query', object(schema))],
    ['a field of a form', (schema: object) => body(FORM)(object(schema))],
    ['a list in a field of a form', (schema: object) => body(FORM)(object(list(schema)))],
    ['a part of a multipart body', (schema: object) => body('multipart/form-data')(object(schema))],
    ['a text body', body('text/plain')],
  ])('as %s, a number may become a text and no text a number', async (_name, build) => {
    expect(await said(build, INTEGER, TEXT)).toEqual(['info request-type-widened']);
    expect(await said(build, BOOLEAN, TEXT)).toEqual(['info request-type-widened']);
    expect(await said(build, TEXT, INTEGER)).toEqual(['error request-type-narrowed']);
    expect(await said(build, BOOLEAN, INTEGER)).toEqual(['error request-type-changed']);
  });

  test('as a header of an answer, a text may become a number and no number a text', async () => {
    expect(await said(header, TEXT, INTEGER)).toEqual(['info response-type-narrowed']);
    expect(await said(header, INTEGER, TEXT)).toEqual(['error response-type-widened']);
  });

  const query = (schema: object): object => parameter('query', schema);
  const as = (more: object) => (schema: object) =>
    withOperation({ parameters: [{ name: 'a', in: 'query', schema, ...more }] });

  test.each([
    ['exploded', query],
    ['in one text', as({ explode: false })],
    ['in a cookie', (schema: object): object => parameter('cookie', schema)],
  ])('one value of a query may become a list of such, %s', async (_how, build) => {
    const most = (maxItems: number): object => ({ ...list(INTEGER), minItems: 1, maxItems });
    expect(await said(build, INTEGER, list(INTEGER))).toEqual(['info request-type-widened']);
    expect(await said(build, { type: 'integer', enum: [1, 2] }, most(5))).toEqual([
      'info request-type-widened',
      'info request-enum-removed',
    ]);
    expect(await said(build, TEXT, list(INTEGER))).toEqual([
      'error request-type-narrowed',
      'info request-type-widened',
    ]);
    expect(await said(build, INTEGER, { ...list(INTEGER), minItems: 2 })).toEqual(['error request-type-changed']);
    expect(await said(build, INTEGER, most(0))).toEqual(['error request-type-changed']);
    expect(await said(build, list(INTEGER), INTEGER)).toEqual(['error request-type-narrowed']);
  });

  test.each([
    ['with a style of its own', as({ style: 'pipeDelimited' })],
    ['as JSON', asJson],
    ['in a body', body('application/json')],
  ])('and not %s', async (_how, build) => {
    expect(await said(build, INTEGER, list(INTEGER))).toEqual(['error request-type-changed']);
  });

  test.each([
    ['a free text beside a number', { type: ['integer', 'string'] }, TEXT, []],
    ['texts and numbers of the same spelling', { enum: [1, 2] }, { enum: ['2', '1'] }, []],
    ['more of them', { enum: [1] }, { enum: ['1', '2'] }, ['info request-enum-value-added']],
    ['fewer of them', { enum: [1, 2] }, { enum: ['1'] }, ['error request-enum-value-removed']],
    ['any number', { enum: ['1', '2'] }, INTEGER, ['info request-enum-removed']],
    ['a number that is too large', { enum: ['1', '9'] }, { ...INTEGER, maximum: 5 }, ['error request-type-changed']],
    ['a word', { enum: ['a'] }, INTEGER, ['error request-type-changed']],
    ['a text that is limited', INTEGER, { ...TEXT, format: 'uuid' }, ['error request-type-changed']],
    ['a text of one character', INTEGER, { ...TEXT, minLength: 1 }, ['info request-type-widened']],
    ['numbers and truth values', { anyOf: [INTEGER, BOOLEAN] }, TEXT, ['info request-type-widened']],
    ['a pattern', TEXT, { ...TEXT, pattern: '^a' }, ['error request-pattern-added']],
  ] as const)('counts as it is spelled: %s', async (_name, from, to, expected) => {
    expect(await said(query, from, to)).toEqual(expected);
  });
});

describe('what is sent as JSON', () => {
  test.each([
    ['a body', body('application/json')],
    ['a parameter with a media type', asJson],
    ['an object in a field of a form', (schema: object) => body(FORM)(object(object(schema)))],
    ['objects in a field of a form', (schema: object) => body('multipart/form-data')(object(list(object(schema))))],
    [
      'a part that is said to be JSON',
      (schema: object) => body('multipart/form-data', { a: { contentType: 'application/json' } })(object(schema)),
    ],
  ])('as %s, a number may not become a text', async (_name, build) => {
    expect(await said(build, INTEGER, TEXT)).toEqual(['error request-type-changed']);
    expect(await said(build, TEXT, INTEGER)).toEqual(['error request-type-changed']);
  });

  test.each([
    ['an answer', answer],
    ['a header of an answer with a media type', jsonHeader],
  ])('as %s, a number may not become a text', async (_name, build) => {
    expect(await said(build, INTEGER, TEXT)).toEqual(['error response-type-changed']);
    expect(await said(build, TEXT, INTEGER)).toEqual(['error response-type-changed']);
  });
});

test('another default of a field of a form is only a warning: the form is sent as a whole', async () => {
  const build = (from: number): object => object({ ...INTEGER, default: from });
  expect(await said(body(FORM), build(1), build(2))).toEqual(['warning request-default-changed']);
});

test('bytes are bytes, whatever their schema says', async () => {
  const bytes = { type: 'string', format: 'binary' };
  const empty = (): object => withOperation({ requestBody: { content: { 'application/pdf': {} } } }, 'post');
  expect(await diffOf(body('application/pdf')(bytes), body('application/pdf')({}))).toEqual([]);
  expect(await diffOf(empty(), body('application/pdf')(bytes))).toEqual([]);
  expect(await said(body('image/png'), bytes, INTEGER)).toEqual(['error request-type-changed']);
});
