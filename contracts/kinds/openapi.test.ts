import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith } from '../fixtures/folder-with.ts';
import type { ParsedContract } from '../model.ts';
import { openapi } from './openapi.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function parse(document: unknown, more: Readonly<Record<string, unknown>> = {}): Promise<ParsedContract> {
  const name = typeof document === 'string' ? 'a.yaml' : 'a.json';
  const root = await folderWith({ [name]: document, ...more });
  folders.push(root);
  return await openapi.parse(name, { root });
}

const INFO = { title: "The Carrier's OpenAPI", version: '2.1.0' };

describe('OpenAPI 3', () => {
  test('an operation has path-level parameters, inherited security and everything that references name', async () => {
    const { contract, findings } = await parse({
      openapi: '3.0.3',
      info: INFO,
      security: [{ key: [] }],
      paths: {
        '/parcels/{id}': {
          parameters: [{ $ref: '#/components/parameters/Id' }, { name: 'q', in: 'query', schema: { type: 'string' } }],
          put: {
            operationId: 'putParcel',
            summary: 'Put a parcel',
            deprecated: true,
            parameters: [
              {
                name: 'q',
                in: 'query',
                required: true,
                style: 'pipeDelimited',
                schema: { type: 'array', example: ['a'] },
              },
            ],
            requestBody: { $ref: '#/components/requestBodies/Parcel' },
            responses: { 200: { $ref: '#/components/responses/Parcel' }, '4xx': { description: 'no' } },
          },
        },
      },
      components: {
        parameters: {
          Id: { name: 'id', in: 'path', required: true, schema: { $ref: '#/components/schemas/Id' }, example: 'PCL-1' },
        },
        requestBodies: {
          Parcel: {
            required: true,
            content: {
              'application/json': {
                schema: { type: 'object' },
                examples: { small: { $ref: '#/components/examples/Small' } },
              },
            },
          },
        },
        responses: {
          Parcel: {
            description: 'the parcel',
            headers: { ETag: { required: true, schema: { type: 'string' } }, 'x-request-id': { schema: true } },
            content: { 'application/json': {} },
          },
        },
        schemas: { Id: { type: 'string' } },
        examples: { Small: { value: { weight: 1 } } },
        securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Key' } },
      },
    });
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      kind: 'openapi',
      name: 'the-carriers-openapi',
      version: '2.1.0',
      title: "The Carrier's OpenAPI",
      source: 'a.json',
      specification: '3.0.3',
    });
    expect(contract.securitySchemes).toEqual({ key: { type: 'apiKey', in: 'header', name: 'X-Key' } });
    expect(contract.operations).toEqual([
      {
        id: 'putParcel',
        method: 'put',
        path: '/parcels/{id}',
        summary: 'Put a parcel',
        deprecated: true,
        parameters: [
          {
            name: 'id',
            in: 'path',
            required: true,
            style: 'simple',
            explode: false,
            schema: { $ref: '#/components/schemas/Id' },
            example: 'PCL-1',
            pointer: '/components/parameters/Id/schema',
            declaredAt: '/components/parameters/Id',
          },
          {
            name: 'q',
            in: 'query',
            required: true,
            style: 'pipeDelimited',
            explode: false,
            schema: { type: 'array', example: ['a'] },
            example: ['a'],
            pointer: '/paths/~1parcels~1{id}/put/parameters/0/schema',
            declaredAt: '/paths/~1parcels~1{id}/put/parameters/0',
          },
        ],
        requestBody: {
          required: true,
          content: [
            {
              mediaType: 'application/json',
              schema: { type: 'object' },
              examples: [{ name: 'small', value: { weight: 1 }, pointer: '/components/examples/Small/value' }],
              pointer: '/components/requestBodies/Parcel/content/application~1json/schema',
            },
          ],
          pointer: '/components/requestBodies/Parcel',
        },
        responses: [
          {
            status: '200',
            description: 'the parcel',
            headers: [
              {
                name: 'ETag',
                required: true,
                schema: { type: 'string' },
                pointer: '/components/responses/Parcel/headers/ETag/schema',
                declaredAt: '/components/responses/Parcel/headers/ETag',
              },
              {
                name: 'x-request-id',
                required: false,
                schema: true,
                pointer: '/components/responses/Parcel/headers/x-request-id/schema',
                declaredAt: '/components/responses/Parcel/headers/x-request-id',
              },
            ],
            content: [
              {
                mediaType: 'application/json',
                schema: true,
                examples: [],
                pointer: '/components/responses/Parcel/content/application~1json/schema',
              },
            ],
            pointer: '/components/responses/Parcel',
          },
          {
            status: '4XX',
            description: 'no',
            headers: [],
            content: [],
            pointer: '/paths/~1parcels~1{id}/put/responses/4xx',
          },
        ],
        security: [{ key: [] }],
        callbacks: [],
        pointer: '/paths/~1parcels~1{id}/put',
        itemPointer: '/paths/~1parcels~1{id}',
        where: { source: 'a.json', pointer: '/paths/~1parcels~1{id}/put', line: 26, column: 7 },
      },
    ]);
  });

  test('an operation without an id, or with one that is taken, is named by method and path', async () => {
    const { contract } = await parse({
      openapi: '3.1.0',
      info: INFO,
      paths: { '/a': { get: {}, put: { operationId: 'x' }, post: { operationId: 'x' } } },
    });
    expect(contract.operations.map(({ id }) => id)).toEqual(['GET /a', 'x', 'POST /a']);
  });

  test('callbacks are operations of their own and may refer to themselves', async () => {
    const { contract, findings } = await parse({
      openapi: '3.0.3',
      info: INFO,
      paths: { '/a': { post: { operationId: 'a', callbacks: { done: { $ref: '#/components/callbacks/Done' } } } } },
      components: {
        callbacks: {
          Done: {
            '{$request.body#/url}': {
              post: { operationId: 'done', callbacks: { done: { $ref: '#/components/callbacks/Done' } } },
            },
          },
        },
      },
    });
    expect(findings).toEqual([]);
    const [callback] = contract.operations[0]?.callbacks ?? [];
    expect(callback).toMatchObject({
      name: 'done',
      expression: '{$request.body#/url}',
      operations: [{ id: 'done', method: 'post' }],
    });
  });

  test('webhooks are messages, with what triggers them', async () => {
    const { contract } = await parse({
      openapi: '3.1.0',
      info: INFO,
      webhooks: {
        parcelCreated: {
          post: {
            'x-trigger': { operationId: 'createParcel', status: 201 },
            parameters: [{ name: 'webhook-id', in: 'header', required: true, schema: { type: 'string' } }],
            requestBody: { content: { 'application/json': { schema: { type: 'object' }, example: { id: 1 } } } },
          },
        },
      },
    });
    expect(contract.messages).toEqual([
      {
        id: 'parcelCreated',
        channel: 'parcelCreated',
        action: 'send',
        contentType: 'application/json',
        payload: { type: 'object' },
        headers: { type: 'object', properties: { 'webhook-id': { type: 'string' } }, required: ['webhook-id'] },
        examples: [
          {
            name: 'example',
            payload: { id: 1 },
            pointer: '/webhooks/parcelCreated/post/requestBody/content/application~1json/example',
          },
        ],
        trigger: { operationId: 'createParcel', status: '201' },
        pointer: '/webhooks/parcelCreated/post/requestBody/content/application~1json/schema',
        where: { source: 'a.json', pointer: '/webhooks/parcelCreated/post', line: 9, column: 7 },
      },
    ]);
  });

  test('3.2 has QUERY and any other method', async () => {
    const { contract } = await parse({
      openapi: '3.2.0',
      info: INFO,
      paths: { '/a': { query: { operationId: 'q' }, additionalOperations: { COPY: { operationId: 'c' } } } },
    });
    expect(contract.operations.map(({ id, method }) => [id, method])).toEqual([
      ['q', 'query'],
      ['c', 'copy'],
    ]);
  });

  test('the security schemes are read', async () => {
    const { contract } = await parse({
      openapi: '3.1.0',
      info: INFO,
      components: {
        securitySchemes: {
          oauth: {
            type: 'oauth2',
            flows: {
              authorizationCode: { tokenUrl: '/code', scopes: { a: '' } },
              clientCredentials: { tokenUrl: '/token', scopes: { b: '' } },
            },
          },
          bearer: { type: 'http', scheme: 'Bearer' },
          oidc: { type: 'openIdConnect', openIdConnectUrl: 'https://example.com' },
          tls: { type: 'mutualTLS' },
        },
      },
    });
    expect(contract.securitySchemes).toEqual({
      oauth: { type: 'oauth2', tokenUrl: '/token', scopes: ['b', 'a'] },
      bearer: { type: 'http', scheme: 'bearer' },
      oidc: { type: 'openIdConnect', url: 'https://example.com' },
      tls: { type: 'mutualTLS' },
    });
  });

  test('a response that stands in another file is found there', async () => {
    const { contract } = await parse(
      'openapi: 3.1.0\npaths: { /a: { get: { responses: { "200": { $ref: "r.yaml#/Ok" } } } } }\n',
      { 'r.yaml': 'Ok:\n  description: fine\n' },
    );
    expect(contract.operations[0]?.responses[0]).toMatchObject({
      description: 'fine',
      pointer: '/x-tally-files/r.yaml/Ok',
    });
  });
});

describe('Swagger 2.0', () => {
  const document = {
    swagger: '2.0',
    info: INFO,
    consumes: ['application/json'],
    produces: ['application/json', 'application/xml'],
    paths: {
      '/a': {
        post: {
          operationId: 'a',
          parameters: [
            { name: 'body', in: 'body', required: true, schema: { type: 'object', example: { a: 1 } } },
            {
              name: 'ids',
              in: 'query',
              type: 'array',
              items: { type: 'integer' },
              collectionFormat: 'multi',
              'x-example': [1],
            },
            { name: 'tags', in: 'query', type: 'array', items: { type: 'string' } },
          ],
          responses: {
            200: {
              description: 'ok',
              schema: { type: 'object' },
              examples: { 'application/json': { b: 1 } },
              headers: { 'X-Rate': { type: 'integer' } },
            },
          },
        },
        put: {
          operationId: 'upload',
          parameters: [
            { name: 'note', in: 'formData', type: 'string', required: true },
            { name: 'file', in: 'formData', type: 'file' },
          ],
          responses: {},
        },
      },
    },
    securityDefinitions: {
      basic: { type: 'basic' },
      oauth: { type: 'oauth2', flow: 'application', tokenUrl: '/t', scopes: { s: '' } },
    },
  };

  test('body, query and answers become what OpenAPI 3 would say', async () => {
    const { contract, findings } = await parse(document);
    const [operation] = contract.operations;
    expect(findings).toEqual([]);
    expect(contract.securitySchemes).toEqual({
      basic: { type: 'http', scheme: 'basic' },
      oauth: { type: 'oauth2', tokenUrl: '/t', scopes: ['s'] },
    });
    expect(operation?.requestBody).toEqual({
      required: true,
      content: [
        {
          mediaType: 'application/json',
          schema: document.paths['/a'].post.parameters[0]?.schema,
          examples: [
            { name: 'schema example', value: { a: 1 }, pointer: '/paths/~1a/post/parameters/0/schema/example' },
          ],
          pointer: '/paths/~1a/post/parameters/0/schema',
        },
      ],
      pointer: '/paths/~1a/post/parameters/0',
    });
    expect(operation?.parameters).toMatchObject([
      { name: 'ids', style: 'form', explode: true, example: [1], pointer: '/paths/~1a/post/parameters/1' },
      { name: 'tags', style: 'form', explode: false, pointer: '/paths/~1a/post/parameters/2' },
    ]);
    expect(operation?.responses[0]).toMatchObject({
      headers: [{ name: 'X-Rate', pointer: '/paths/~1a/post/responses/200/headers/X-Rate' }],
      content: [
        { mediaType: 'application/json', examples: [{ name: 'application/json', value: { b: 1 } }] },
        { mediaType: 'application/xml', examples: [] },
      ],
    });
  });

  test('a form becomes one schema whose parts are the parameters', async () => {
    const { contract } = await parse(document);
    const pointer = '/x-tally-forms/~1paths~1~01a~1put';
    const schema = {
      type: 'object',
      properties: { note: { $ref: '#/paths/~1a/put/parameters/0' }, file: { $ref: '#/paths/~1a/put/parameters/1' } },
      required: ['note'],
    };
    expect(contract.operations.find(({ id }) => id === 'upload')?.requestBody).toEqual({
      required: true,
      content: [{ mediaType: 'multipart/form-data', schema, examples: [], pointer }],
      pointer: '/paths/~1a/put',
    });
    expect(contract.document['x-tally-forms']).toEqual({ '/paths/~1a/put': schema });
  });
});

describe('documents that say what makes no sense', () => {
  test('are read as far as they go, with a finding for the rest', async () => {
    const { contract, findings } = await parse(`openapi: 3.0.3
info: 5
paths:
  /a: 7
  b: {}
  /c:
    parameters: [null, { in: query }, { name: a, in: nowhere }]
    get: { responses: { 200: { headers: 5 }, 300: null } }
`);
    expect(contract.operations.map(({ id }) => id)).toEqual(['GET /c']);
    expect(findings[0]).toEqual({
      code: 'document-malformed',
      severity: 'error',
      message: 'an object is expected at /paths/~1a; it is left out',
      fix: 'write an object here, or leave it out',
      expected: 'an object',
      actual: 7,
      where: { source: 'a.yaml', pointer: '/paths/~1a', line: 4, column: 3 },
    });
    expect(findings.map(({ where }) => where.line)).toEqual([4, 5, 7, 7, 8, 8]);
  });

  test.each([
    ['openapi: 4.0.0', 'a.yaml:1:1', 'the document says openapi: "4.0.0"'],
    ['info: {}\nswaggerVersion: "1.2"', 'a.yaml:2:1', 'the document says swaggerVersion: "1.2"'],
    ['swagger: "3.0"', 'a.yaml:1:1', 'the document says swagger: "3.0"'],
    ['openapi: "2.0"', 'a.yaml:1:1', 'the document says openapi: "2.0"'],
  ])('%j is refused as unsupported', async (text, where, why) => {
    const fix = 'supported are swagger: "2.0" and openapi: 3.0.x, 3.1.x, 3.2.x';
    await expect(parse(text)).rejects.toMatchObject({ code: 'OPENAPI_VERSION_UNSUPPORTED', where, why, fix });
  });

  test('an unquoted 3.1 is a number, and no version', async () => {
    await expect(parse('openapi: 3.1\npaths: {}\n')).rejects.toMatchObject({
      code: 'OPENAPI_VERSION_UNSUPPORTED',
      where: 'a.yaml:1:1',
      why: 'the document says openapi: 3.1',
      fix: 'this is a number, and a version is a text of three: openapi: 3.1.0',
    });
  });

  test('an unquoted 2.0 is the number 2 in YAML, and meant as 2.0', async () => {
    expect((await parse('swagger: 2.0\npaths: {}\n')).contract.specification).toBe('2.0');
  });
});

test("GitHub's description of 13 MB is read whole", async () => {
  const root = fileURLToPath(new URL('../../node_modules/@octokit/openapi/generated/', import.meta.url));
  const { contract, findings } = await openapi.parse('api.github.com.json', { root });
  // Measured: 0.8 s on two cores of 2026; a quadratic step would take minutes, and so meet the time limit of a test.
  expect(findings).toEqual([]);
  expect(contract.operations.length).toBeGreaterThan(1000);
  expect(new Set(contract.operations.map(({ id }) => id)).size).toBe(contract.operations.length);
});
