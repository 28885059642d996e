import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { diffOf, document, withOperation } from './fixtures/diff-of.ts';
import { inlined, reworded, roleOf } from './fixtures/same-document.ts';
import type { Change } from './change.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

const verdict = (changes: readonly Change[]): string => {
  const worst = ['error', 'warning', 'info'].find((severity) => changes.some((change) => change.severity === severity));
  return worst ?? 'none';
};

/** The cases that every checker is asked about. */
describe.each(['3.0.3', '3.1.0'])('in OpenAPI %s', (version) => {
  const api = (operation: object): object => ({
    ...document({ paths: { '/a': { post: { responses: { 200: { description: 'ok' } }, ...operation } } } }, version),
  });
  const sent = (schema: object): object => api({ requestBody: { content: { 'application/json': { schema } } } });
  const asked = (schema: object): object => api({ parameters: [{ name: 'q', in: 'query', schema }] });
  const received = (schema: object): object =>
    api({ responses: { 200: { description: 'ok', content: { 'application/json': { schema } } } } });
  const sides = { sent, asked, received };
  const both = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'string' } } };
  const one = { type: 'object', properties: { a: { type: 'string' } } };
  const [wide, narrow] = [
    { type: 'string', enum: ['a', 'b'] },
    { type: 'string', enum: ['a'] },
  ];
  const [long, short] = [
    { type: 'string', maxLength: 20 },
    { type: 'string', maxLength: 10 },
  ];
  const [text, number] = [{ type: 'string' }, { type: 'integer' }];

  test.each([
    ['a new required property of a request', 'sent', one, { ...both, required: ['b'] }, 'error'],
    ['a required property of an answer that is gone', 'received', { ...both, required: ['b'] }, one, 'error'],
    ['an optional property of an answer that is gone', 'received', both, one, 'warning'],
    ['an enum that is narrowed in a body', 'sent', wide, narrow, 'error'],
    ['an enum that is widened in a body', 'sent', narrow, wide, 'info'],
    ['an enum that is narrowed in a query', 'asked', wide, narrow, 'error'],
    ['an enum that is widened in a query', 'asked', narrow, wide, 'info'],
    ['an enum that is narrowed in an answer', 'received', wide, narrow, 'info'],
    ['an enum that is widened in an answer', 'received', narrow, wide, 'warning'],
    ['another type in a request', 'sent', text, number, 'error'],
    ['another type in an answer', 'received', text, number, 'error'],
    ['a maxLength that is loosened in a request', 'sent', short, long, 'info'],
    ['a maxLength that is tightened in a request', 'sent', long, short, 'error'],
    ['a maxLength that is loosened in an answer', 'received', short, long, 'error'],
    ['a maxLength that is tightened in an answer', 'received', long, short, 'info'],
  ] as const)('%s (%s)', async (_name, side, before, after, expected) => {
    const changes = await diffOf(sides[side](before), sides[side](after));
    expect(verdict(changes)).toBe(expected);
    expect(new Set(changes.map(({ direction }) => direction))).toEqual(
      new Set([side === 'received' ? 'response' : 'request']),
    );
  });

  test('an operation that is gone', async () => {
    expect(verdict(await diffOf(api({}), document({}, version)))).toBe('error');
  });

  test('a new required header', async () => {
    const header = { name: 'X-Id', in: 'header', required: true, schema: { type: 'string' } };
    expect(verdict(await diffOf(api({}), api({ parameters: [header] })))).toBe('error');
  });
});

test('a change of a schema says where in which operation, on both lines', async () => {
  const parcel = (properties: object): object => ({
    ...withOperation({
      operationId: 'getA',
      responses: {
        200: { description: 'ok', content: { 'application/json': { schema: { $ref: '#/components/schemas/A' } } } },
      },
    }),
    components: { schemas: { A: { type: 'object', properties } } },
  });
  const [change, ...more] = await diffOf(parcel({ a: { type: 'string' } }), parcel({ a: { type: 'integer' } }));
  expect(more).toEqual([]);
  expect(change).toEqual({
    code: expect.stringMatching(/^response-/),
    severity: 'error',
    message: "in the 200 response, the type of the property 'a' changed from string to integer",
    fix: expect.any(String),
    expected: expect.anything(),
    actual: expect.anything(),
    where: { source: 'revision.json', pointer: '/components/schemas/A/properties/a/type', line: 32, column: 13 },
    operationId: 'getA',
    direction: 'response',
    operation: 'GET /a',
    base: { source: 'base.json', pointer: '/components/schemas/A/properties/a/type', line: 32, column: 13 },
    revision: { source: 'revision.json', pointer: '/components/schemas/A/properties/a/type', line: 32, column: 13 },
  });
});

test.each([
  [{ a: 'X' }, "in the request body, the property 'a' became required"],
  [{ a: { b: 'X' } }, "in a of the request body, the property 'b' became required"],
  [{ a: { b: [{ c: 'X' }] } }, "in items of a.b of the request body, the property 'c' became required"],
  [{ a: [[{ c: 'X' }]] }, "in items of a.* of the request body, the property 'c' became required"],
  [{ a: [{ b: { c: 'X' } }] }, "in a.*.b of the request body, the property 'c' became required"],
  [[{ c: 'X' }], "in items of the request body, the property 'c' became required"],
])('a change deep in a body says where, as in %j', async (shape, message) => {
  const sent = (isRequired: boolean): object =>
    withOperation({ requestBody: { content: { 'application/json': { schema: schemaLike(shape, isRequired) } } } });
  expect((await diffOf(sent(false), sent(true))).map((change) => change.message)).toEqual([message]);
});

/** The schema of a value, in which every property that is `X` is required or not. */
function schemaLike(value: Json, isRequired: boolean): JsonObject {
  if (Array.isArray(value)) return { type: 'array', items: schemaLike(value[0] ?? null, isRequired) };
  if (!isObject(value)) return { type: 'string' };
  const entries = Object.entries(value).map(([name, child]) => [name, schemaLike(child, isRequired)] as const);
  const required = isRequired ? Object.keys(value).filter((name) => value[name] === 'X') : [];
  return { type: 'object', properties: Object.fromEntries(entries), required };
}

test('changes stand by operation, the worst of each first, what is gone last', async () => {
  const OK = { 200: { description: 'ok' } };
  const base = document({
    paths: { '/gone': { get: { responses: OK } }, '/b': { get: { responses: OK } }, '/a': { get: { responses: OK } } },
  });
  const revision = document({
    servers: [{ url: 'https://a.test' }],
    paths: { '/a': { get: { deprecated: true, responses: {} } }, '/b': { get: { deprecated: true, responses: OK } } },
  });
  expect((await diffOf(base, revision)).map(({ operation, code }) => [operation, code])).toEqual([
    [undefined, 'server-removed'],
    [undefined, 'server-added'],
    ['GET /a', 'response-status-removed'],
    ['GET /a', 'operation-deprecated'],
    ['GET /b', 'operation-deprecated'],
    ['GET /gone', 'operation-removed'],
  ]);
});

const EXAMPLES = fileURLToPath(new URL('../node_modules/@readme/oas-examples/', import.meta.url));

function examples(version: string): readonly (readonly [name: string, text: string])[] {
  const folder = `${EXAMPLES}${version}/json/`;
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => [`${version} ${name}`, readFileSync(folder + name, 'utf8')] as const);
}

describe('documents that say the same', () => {
  const all = [...examples('3.0'), ...examples('3.1')];

  test.each(all)('%s against itself', async (_name, text) => {
    expect(await diffOf(text, text)).toEqual([]);
  });

  test.each(all)('%s with its keys in another order and other words', async (_name, text) => {
    const value: Json = JSON.parse(text);
    expect(await diffOf(text, reworded(value))).toEqual([]);
  });

  test.each(all)('%s as YAML', async (_name, text) => {
    expect(await diffOf(text, stringify(JSON.parse(text), { aliasDuplicateObjects: false }))).toEqual([]);
  });

  test.each(all)('%s with its references inlined breaks nobody', async (_name, text) => {
    const value: JsonObject = JSON.parse(text);
    const other = inlined(value);
    expect((await diffOf(text, other)).filter(({ severity }) => severity === 'error')).toEqual([]);
    expect((await diffOf(other, text)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  test.each(examples('3.0'))('%s rewritten in 3.1', async (_name, text) => {
    const value: Json = JSON.parse(text);
    const rewritten = rewrittenIn31(value);
    expect(await diffOf(text, rewritten)).toEqual([]);
    expect(await diffOf(rewritten, text)).toEqual([]);
  });
});

/** The words of 3.1 for those of 3.0: `nullable`, and bounds that are excluded. */
function rewrittenIn31(value: Json): Json {
  const root = isObject(value) ? { ...value, openapi: '3.1.0' } : value;
  return inSchemas(root);
}

function inSchemas(value: Json): Json {
  if (Array.isArray(value)) return value.map((each: Json) => inSchemas(each));
  if (!isObject(value)) return value;
  // What stands beside a reference does not count in 3.0.
  if (typeof value['$ref'] === 'string') return { $ref: value['$ref'] };
  const members = Object.fromEntries(
    Object.entries(value).map(([key, child]) => [key, roleOf(key) === 'data' ? child : inSchemas(child)]),
  );
  const { nullable, minimum, exclusiveMinimum, maximum, exclusiveMaximum, ...rest } = members;
  const bounded = {
    ...rest,
    ...bounds('minimum', minimum, 'exclusiveMinimum', exclusiveMinimum),
    ...bounds('maximum', maximum, 'exclusiveMaximum', exclusiveMaximum),
  };
  if (nullable !== true)
    return typeof nullable === 'boolean' || nullable === undefined ? bounded : { ...bounded, nullable };
  const { type, oneOf } = bounded;
  if (typeof type === 'string') return { ...bounded, type: [type, 'null'] };
  return Array.isArray(oneOf)
    ? { ...bounded, oneOf: [...oneOf, { type: 'null' }] }
    : { anyOf: [bounded, { type: 'null' }] };
}

function bounds(
  name: string,
  bound: Json | undefined,
  exclusiveName: string,
  exclusive: Json | undefined,
): Record<string, Json> {
  if (exclusive === true && bound !== undefined) return { [exclusiveName]: bound };
  return {
    ...(bound === undefined ? {} : { [name]: bound }),
    ...(exclusive === undefined || exclusive === false ? {} : { [exclusiveName]: exclusive }),
  };
}
