import { rm } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { checkExamples } from './check-examples.ts';
import { folderWith } from './fixtures/folder-with.ts';
import type { JsonObject } from './json.ts';
import { asyncapi } from './kinds/asyncapi.ts';
import type { Contract } from './model.ts';

async function codesAndPlaces(document: JsonObject, specification = '3.0.3'): Promise<readonly string[]> {
  const contract: Contract = {
    kind: 'openapi',
    name: 'a',
    version: '1.0.0',
    title: 'a',
    source: 'nowhere.yaml',
    digest: '',
    specification,
    operations: [],
    messages: [],
    interactions: [],
    files: [],
    securitySchemes: {},
    document,
  };
  const cache = { findings: async (_: readonly string[], find: () => ReturnType<typeof checkNothing>) => await find() };
  const findings = await checkExamples(contract, { root: '/', cache, signal: new AbortController().signal });
  return findings.map(({ code, where }) => `${code} ${where.pointer}`);
}

async function checkNothing(): Promise<readonly never[]> {
  return [];
}

const NUMBER = { type: 'integer' };

describe('examples are held against their schemas', () => {
  test('of media types, by name and by reference, where they stand', async () => {
    const content = {
      'application/json': {
        schema: NUMBER,
        examples: {
          good: { value: 1 },
          bad: { value: 'x' },
          shared: { $ref: '#/components/examples/Bad' },
          elsewhere: { externalValue: 'x.json' },
        },
      },
    };
    expect(
      await codesAndPlaces({
        paths: { '/a': { post: { requestBody: { content } } } },
        components: { examples: { Bad: { value: 'y' } } },
      }),
    ).toEqual([
      'example-invalid /paths/~1a/post/requestBody/content/application~1json/examples/bad/value',
      'example-invalid /components/examples/Bad/value',
    ]);
  });

  test('of parameters, headers and schemas', async () => {
    const found = await codesAndPlaces({
      components: {
        parameters: { P: { schema: NUMBER, example: 'x' } },
        headers: { H: { schema: NUMBER, example: 'x' } },
        schemas: {
          S: {
            type: 'object',
            properties: {
              example: { type: 'integer', example: 'x' },
              deep: { items: { oneOf: [{ type: 'string', example: 5 }] } },
            },
          },
        },
      },
    });
    expect(found).toEqual([
      'example-invalid /components/parameters/P/example',
      'example-invalid /components/headers/H/example',
      'example-invalid /components/schemas/S/properties/example/example',
      'example-invalid /components/schemas/S/properties/deep/items/oneOf/0/example',
    ]);
  });

  test('in the direction that they travel', async () => {
    const schema = { type: 'object', required: ['id'], properties: { id: { type: 'string', readOnly: true } } };
    const content = { 'application/json': { schema, example: {} } };
    expect(
      await codesAndPlaces({
        paths: { '/a': { post: { requestBody: { content }, responses: { 200: { content } } } } },
      }),
    ).toEqual(['example-invalid /paths/~1a/post/responses/200/content/application~1json/example']);
    expect(await codesAndPlaces({ components: { schemas: { A: { ...schema, example: {} } } } })).toEqual([]);
  });

  test("of Swagger's responses and parameters", async () => {
    const document = {
      swagger: '2.0',
      paths: {
        '/a': {
          get: {
            parameters: [{ name: 'q', in: 'query', type: 'integer', 'x-example': 'x' }],
            responses: { 200: { schema: NUMBER, examples: { 'application/json': 'x', 'text/csv': 'a,b' } } },
          },
        },
      },
    };
    expect(await codesAndPlaces(document, '2.0')).toEqual([
      'example-invalid /paths/~1a/get/parameters/0/x-example',
      'example-invalid /paths/~1a/get/responses/200/examples/application~1json',
    ]);
  });

  test('of AsyncAPI schemas (3.1 of JSON Schema has lists)', async () => {
    expect(
      await codesAndPlaces(
        {
          asyncapi: '3.0.0',
          components: { messages: { M: { payload: { properties: { n: { type: 'integer', examples: [1, 'x'] } } } } } },
        },
        'asyncapi 3.0.0',
      ),
    ).toEqual(['example-invalid /components/messages/M/payload/properties/n/examples/1']);
  });

  test('but not where they are text of another format', async () => {
    expect(
      await codesAndPlaces({
        paths: {
          '/a': {
            get: {
              responses: { 200: { content: { 'application/xml': { schema: { type: 'object' }, example: '<a/>' } } } },
            },
          },
        },
      }),
    ).toEqual([]);
  });
});

describe('headers of messages are held against their schema', () => {
  const document = (id: string): string => `asyncapi: 3.0.0
info: { title: Events, version: 1.0.0 }
channels:
  events:
    messages:
      created:
        traits:
          - headers: { type: object, required: [webhook-id], properties: { webhook-id: { type: string } } }
        headers: { properties: { attempt: { type: integer } } }
        payload: { type: object }
        examples:
          - headers: { webhook-id: ${id}, attempt: 1 }
operations:
  send: { action: send, channel: { $ref: '#/channels/events' } }
`;

  async function check(text: string): ReturnType<typeof checkExamples> {
    const root = await folderWith({ 'asyncapi.yaml': text });
    try {
      const { contract } = await asyncapi.parse('asyncapi.yaml', { root });
      const cache = { findings: async (_: readonly string[], find: () => Promise<readonly never[]>) => await find() };
      return await checkExamples(contract, { root, cache, signal: new AbortController().signal });
    } finally {
      await rm(root, { recursive: true });
    }
  }

  test('which is put together from their traits', async () => {
    expect(await check(document('7'))).toEqual([
      {
        code: 'example-invalid',
        severity: 'error',
        message: 'the example does not match its schema: /webhook-id must be string',
        fix: 'correct the example, or the schema at #/channels/events/messages/created/headers/properties/webhook-id/type',
        expected: 'string',
        actual: 7,
        instancePointer: '/webhook-id',
        where: {
          source: 'asyncapi.yaml',
          pointer: '/channels/events/messages/created/examples/0/headers/webhook-id',
          line: 12,
          column: 24,
        },
      },
    ]);
  });

  test('and are left alone where they match', async () => {
    expect(await check(document('msg_7'))).toEqual([]);
  });
});

test('schemas that make no sense are found without an example, all of them', async () => {
  const found = await codesAndPlaces({
    components: {
      schemas: {
        A: { type: 'strng', properties: { b: { pattern: '([' } } },
        B: { allOf: [{ $ref: '#/components/schemas/B' }], example: 1 },
      },
    },
  });
  expect(found).toEqual([
    'schema-invalid /components/schemas/A/type',
    'schema-invalid /components/schemas/A/properties/b/pattern',
    'schema-invalid /components/schemas/B',
  ]);
});

describe('a pattern that does not end', () => {
  const EVIL = '^(b+)+$';
  const VALUE = `${'b'.repeat(60)}!`;

  test('is one finding for each place it stands in, and its examples are not called wrong', async () => {
    const schemas = {
      A: { type: 'object', properties: { a: { type: 'string', pattern: EVIL, example: VALUE } } },
      B: { type: 'object', patternProperties: { [EVIL]: { type: 'string' } } },
      C: { type: 'object', properties: { pattern: { type: 'string', pattern: '^b+$', example: 'b' } } },
    };
    expect(await codesAndPlaces({ components: { schemas } })).toEqual([
      'pattern-too-slow /components/schemas/A/properties/a/pattern',
      `pattern-too-slow /components/schemas/B/patternProperties/${EVIL}`,
    ]);
  });

  test('leaves every other mistake of the same example where it is', async () => {
    const A = {
      type: 'object',
      required: ['b'],
      properties: { a: { type: 'string', pattern: '^(c+)+$' } },
      example: { a: `${'c'.repeat(60)}!` },
    };
    expect(await codesAndPlaces({ components: { schemas: { A } } })).toEqual([
      'example-invalid /components/schemas/A/example',
      'pattern-too-slow /components/schemas/A/properties/a/pattern',
    ]);
  });
});
