import { describe, expect, test } from '@jest/globals';
import { exampleRequest } from './example-request.ts';
import type { Json, JsonObject } from './json.ts';
import type { MediaType, Operation, Parameter } from './model.ts';

const NOTHING = { securitySchemes: {}, document: {} };

function operation(given: Partial<Operation>): Operation {
  return {
    id: 'a',
    method: 'post',
    path: '/a',
    deprecated: false,
    parameters: [],
    responses: [],
    security: [],
    callbacks: [],
    pointer: '',
    where: { source: 'a', pointer: '', line: 1, column: 1 },
    ...given,
  };
}

function parameter(given: Partial<Parameter> & Pick<Parameter, 'name' | 'in'>): Parameter {
  const style = given.in === 'query' || given.in === 'cookie' ? 'form' : 'simple';
  return { required: true, style, explode: style === 'form', schema: true, pointer: '', ...given };
}

function media(mediaType: string, schema: Json, example?: Json): MediaType {
  return {
    mediaType,
    schema,
    examples: example === undefined ? [] : [{ name: 'one', value: example, pointer: '' }],
    pointer: '',
  };
}

describe('parameters', () => {
  const list = ['a b', 'c'];
  const map = { x: 1, y: 'ü' };
  test.each([
    ['path', 'simple', false, list, '/p/a%20b,c'],
    ['path', 'simple', true, map, '/p/x=1,y=%C3%BC'],
    ['path', 'simple', false, map, '/p/x,1,y,%C3%BC'],
    ['path', 'label', true, list, '/p/.a%20b.c'],
    ['path', 'label', false, list, '/p/.a%20b,c'],
    ['path', 'matrix', false, list, '/p/;v=a%20b,c'],
    ['path', 'matrix', true, list, '/p/;v=a%20b;v=c'],
    ['path', 'matrix', true, map, '/p/;x=1;y=%C3%BC'],
    ['query', 'form', true, list, '/p?v=a%20b&v=c'],
    ['query', 'form', false, list, '/p?v=a%20b,c'],
    ['query', 'form', true, map, '/p?x=1&y=%C3%BC'],
    ['query', 'form', false, map, '/p?v=x,1,y,%C3%BC'],
    ['query', 'spaceDelimited', false, list, '/p?v=a%20b%20c'],
    ['query', 'pipeDelimited', false, list, '/p?v=a%20b%7Cc'],
    ['query', 'deepObject', true, { a: { b: [1, 2] } }, '/p?v%5Ba%5D%5Bb%5D=1&v%5Ba%5D%5Bb%5D=2'],
    ['query', 'content', false, map, '/p?v=%7B%22x%22%3A1%2C%22y%22%3A%22%C3%BC%22%7D'],
  ] as const)('in %s with style %s and explode %s', (place, style, explode, example, target) => {
    const path = place === 'path' ? '/p/{v}' : '/p';
    const request = exampleRequest(
      NOTHING,
      operation({ method: 'get', path, parameters: [parameter({ name: 'v', in: place, style, explode, example })] }),
    );
    expect(request).toEqual({ method: 'GET', target, headers: {} });
  });

  test('of headers and cookies, without those that carry credentials or have places of their own', () => {
    const names = ['X-List', 'X-Api-Key', 'Authorization', 'Accept'];
    const parameters = [
      ...names.map((name) => parameter({ name, in: 'header', example: ['a', 'b'] })),
      parameter({ name: 'c', in: 'cookie', example: 'd' }),
    ];
    const contract = {
      ...NOTHING,
      securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'x-api-key' } },
    } as const;
    expect(exampleRequest(contract, operation({ parameters }))).toEqual({
      method: 'POST',
      target: '/a',
      headers: { 'x-list': 'a,b', cookie: 'c=d' },
    });
  });

  test('that are optional are sent only with an example, required ones also by default, const or enum', () => {
    const parameters = [
      parameter({ name: 'a', in: 'query', required: false, schema: { default: 1 } }),
      parameter({ name: 'b', in: 'query', required: false, example: 2 }),
      parameter({ name: 'c', in: 'query', schema: { default: 3 } }),
      parameter({ name: 'd', in: 'query', schema: { enum: ['x', 'y'] } }),
    ];
    expect(exampleRequest(NOTHING, operation({ parameters }))).toMatchObject({ target: '/a?b=2&c=3&d=x' });
  });

  test('without any value are named, never made up', () => {
    const parameters = [
      parameter({ name: 'id', in: 'path', schema: { type: 'string' } }),
      parameter({ name: 'limit', in: 'query', schema: { type: 'integer' } }),
    ];
    expect(exampleRequest(NOTHING, operation({ path: '/{id}/{undescribed}', parameters }))).toEqual({
      missing: ['id', 'limit', 'undescribed'],
    });
  });
});

describe('the body', () => {
  const parcel: JsonObject = {
    type: 'object',
    required: ['id', 'weight', 'to'],
    properties: {
      id: { type: 'string', readOnly: true },
      weight: { type: 'integer', example: 5 },
      to: { $ref: '#/components/schemas/To' },
      note: { example: 'x' },
    },
  };
  const document = {
    components: {
      schemas: {
        To: { type: 'object', required: ['city'], properties: { city: { enum: ['Ulm'] } } },
        Loop: { type: 'object', required: ['loop'], properties: { loop: { $ref: '#/components/schemas/Loop' } } },
      },
    },
  };
  const request = (content: readonly MediaType[], required = true): unknown =>
    exampleRequest({ ...NOTHING, document }, operation({ requestBody: { required, content } }));

  test("is the media type's example, JSON before other types", () => {
    expect(request([media('text/csv', true, 'a,b'), media('application/merge-patch+json', true, { a: 1 })])).toEqual({
      method: 'POST',
      target: '/a',
      headers: { 'content-type': 'application/merge-patch+json' },
      body: '{"a":1}',
    });
    expect(request([media('text/csv', true, 'a,b')])).toMatchObject({
      headers: { 'content-type': 'text/csv' },
      body: 'a,b',
    });
  });

  test('is composed of the required properties that a request carries', () => {
    expect(request([media('application/json', parcel)])).toMatchObject({ body: '{"weight":5,"to":{"city":"Ulm"}}' });
    expect(
      request([media('application/json', { allOf: [{ properties: { a: { example: 1 } } }, { required: ['a'] }] })]),
    ).toMatchObject({ body: '{"a":1}' });
    expect(request([media('application/json', { type: 'array', minItems: 1, items: { const: 7 } })])).toMatchObject({
      body: '[7]',
    });
  });

  test('is a form where the contract says so', () => {
    expect(request([media('application/x-www-form-urlencoded', true, { a: 'b c', d: [1, 2] })])).toMatchObject({
      body: 'a=b%20c&d=1&d=2',
    });
  });

  test('is missing by name where a required property has no value', () => {
    const schema = {
      type: 'object',
      required: ['a', 'b'],
      properties: {
        a: { type: 'string' },
        b: { type: 'object', required: ['c'], properties: { c: { type: 'string' } } },
      },
    };
    expect(request([media('application/json', schema)])).toEqual({ missing: ['body.a', 'body.b.c'] });
    expect(request([media('multipart/form-data', true, { a: 1 })])).toEqual({
      missing: ['body (multipart/form-data)'],
    });
    expect(request([media('application/json', { $ref: '#/components/schemas/Loop' })])).toMatchObject({
      missing: [expect.stringMatching(/^body\.loop/)],
    });
  });

  test('that is optional is left out where there is no example', () => {
    expect(request([media('application/json', parcel)], false)).toEqual({ method: 'POST', target: '/a', headers: {} });
  });
});
