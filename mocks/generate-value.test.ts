import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc from 'fast-check';
import type { Json } from '../contracts/index.ts';
import { compileGenerator } from './generate-value.ts';
import { seededRandom } from './seeded-random.ts';

type Schema = Readonly<Record<string, unknown>>;

/** Not the one that the generator judges by. */
function mistakesOf(schema: Schema, value: Json): unknown {
  const ajv = new Ajv2020({ strict: false, logger: false });
  addFormats.default(ajv);
  const validate = ajv.compile(schema);
  return validate(value) ? [] : validate.errors;
}

function valuesOf(schema: Schema, count = 20, settings = {}): readonly Json[] {
  const generate = compileGenerator(schema, undefined, settings);
  return Array.from({ length: count }, (_, seed) => generate(seededRandom(`seed ${seed}`)).value);
}

const bound = fc.integer({ min: 0, max: 20 });
const some = <T>(model: Record<string, fc.Arbitrary<T>>): fc.Arbitrary<{ [name: string]: T | undefined }> =>
  fc.record(model, { requiredKeys: [] });

const FORMATS = [
  'date-time',
  'date',
  'time',
  'duration',
  'uri',
  'uri-reference',
  'uri-template',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
];
const MORE_FORMATS = [
  'uuid',
  'json-pointer',
  'relative-json-pointer',
  'regex',
  'byte',
  'password',
  'iso-time',
  'iso-date-time',
  'url',
];
const PATTERNS = [
  '^[a-z]{2,5}$',
  '^PCL-[0-9A-Z]{8}$',
  '^(foo|ba[rz])+$',
  '\\d{3}',
  '^\\p{Lu}\\w*$',
  '^[^\\s]+@[^\\s]+$',
  '^(a|bc)*d?$',
];

const text = fc
  .oneof(
    some({ minLength: bound, maxLength: bound.map((length) => length + 20) }),
    fc.constantFrom(...FORMATS, ...MORE_FORMATS).map((format) => ({ format })),
    fc.constantFrom(...PATTERNS).map((pattern) => ({ pattern })),
    fc.record({ pattern: fc.constant('^[a-z]+$'), minLength: bound, maxLength: bound.map((length) => length + 20) }),
  )
  .map((schema): Schema => ({ type: 'string', ...schema }));

const number = fc
  .record({
    type: fc.constantFrom('number', 'integer'),
    minimum: fc.integer({ min: -1000, max: 1000 }),
    span: fc.integer({ min: 9, max: 1000 }),
    isExcluded: fc.boolean(),
    multipleOf: fc.constantFrom(undefined, 1, 0.01, 0.1, 0.25, 2),
  })
  .map(({ type, minimum, span, isExcluded, multipleOf }): Schema => ({
    type,
    ...(isExcluded ? { exclusiveMinimum: minimum } : { minimum }),
    ...(isExcluded ? { exclusiveMaximum: minimum + span } : { maximum: minimum + span }),
    ...(multipleOf === undefined ? {} : { multipleOf }),
  }));

const names = fc.constantFrom('id', 'name', 'email', 'size', 'createdAt', 'kind');

/** Schemas over all keywords that some value fulfils. */
const { schema: anySchema } = fc.letrec<{ schema: Schema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'schema' },
    text,
    number,
    fc.constantFrom<Schema>(
      { type: 'boolean' },
      { type: 'null' },
      { const: { a: [1] } },
      { enum: ['a', 1, null] },
      { type: ['string', 'null'] },
      {},
    ),
    fc
      .record({
        properties: fc.dictionary(names, tie('schema'), { maxKeys: 5 }),
        isClosed: fc.boolean(),
        minProperties: fc.constantFrom(0, 1),
      })
      .map(({ properties, isClosed, minProperties }): Schema => ({
        type: 'object',
        properties,
        required: Object.keys(properties).slice(0, 2),
        ...(isClosed ? { additionalProperties: false } : { minProperties }),
      })),
    fc
      .record({ additionalProperties: tie('schema'), minProperties: fc.integer({ min: 0, max: 3 }) })
      .map((schema): Schema => ({
        type: 'object',
        propertyNames: { pattern: '^[a-z]+$' },
        ...schema,
      })),
    tie('schema').map((schema): Schema => ({
      type: 'object',
      patternProperties: { '^x-[a-z]+$': schema },
      additionalProperties: false,
    })),
    fc
      .record({ items: tie('schema'), minItems: fc.integer({ min: 0, max: 3 }) })
      .map((schema): Schema => ({ type: 'array', maxItems: 5, ...schema })),
    number.map((items): Schema => ({ type: 'array', items, uniqueItems: true, minItems: 2 })),
    fc
      .record({ contains: tie('schema'), prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) })
      .map((schema): Schema => ({ type: 'array', ...schema })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf): Schema => ({ anyOf })),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]): Schema => ({
      oneOf: [
        { type: 'object', properties: { kind: { const: 'a' }, a }, required: ['kind', 'a'] },
        { type: 'object', properties: { b }, required: ['b'] },
      ],
    })),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]): Schema => ({
      type: 'object',
      allOf: [
        { properties: { a }, required: ['a'] },
        { properties: { b }, required: ['b'] },
      ],
    })),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]): Schema => ({
      type: 'object',
      properties: { kind: { enum: ['a', 'b'] } },
      required: ['kind'],
      if: { properties: { kind: { const: 'a' } } },
      // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema
      then: { properties: { a }, required: ['a'] },
      else: { properties: { b }, required: ['b'] },
    })),
    fc.constantFrom<Schema>(
      { type: 'integer', minimum: 1, maximum: 5, not: { enum: [1, 2, 3] } },
      { type: 'string', not: { pattern: '^a' } },
      {
        type: 'object',
        properties: { a: {}, b: {} },
        dependentRequired: { a: ['b'] },
        dependentSchemas: { b: { required: ['c'] } },
      },
      {
        type: 'array',
        items: { type: 'integer', minimum: 0, maximum: 9 },
        contains: { const: 7 },
        minContains: 2,
        maxContains: 3,
      },
      { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], unevaluatedProperties: false },
    ),
  ),
}));

describe('a generated value', () => {
  test('is valid against any schema that allows something', () => {
    fc.assert(
      fc.property(anySchema, fc.string(), (schema, seed) => {
        const { value, problem } = compileGenerator(
          { ...schema, $schema: DRAFT_2020 },
          undefined,
          {},
        )(seededRandom(seed));
        expect({ problem, mistakes: mistakesOf(schema, value), value }).toEqual({
          problem: undefined,
          mistakes: [],
          value,
        });
      }),
      { numRuns: 250 },
    );
  }, 120_000);

  test('is judged by a test that would see a bound that is not regarded', () => {
    const unbounded = valuesOf({ type: 'integer', minimum: 5 });
    expect(unbounded.some((value) => JSON.stringify(mistakesOf({ maximum: 20 }, value)) !== '[]')).toBe(true);
  });

  test('is the same for the same seed, whatever was made in between', () => {
    const schema = {
      type: 'object',
      properties: { name: { type: 'string' }, at: { type: 'string', format: 'date-time', 'x-faker': 'date.recent' } },
    };
    const generate = compileGenerator(schema, undefined, {});
    const first = generate(seededRandom('one'));
    generate(seededRandom('two'));
    expect(generate(seededRandom('one'))).toEqual(first);
    expect(compileGenerator(schema, undefined, {})(seededRandom('one'))).toEqual(first);
  });

  test('varies with the seed', () => {
    const values = valuesOf({ type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } });
    expect(new Set(values.map((value) => JSON.stringify(value))).size).toBeGreaterThan(15);
  });

  test('ends where a schema contains itself, also in what is required', () => {
    const node = {
      type: 'object',
      required: ['next'],
      properties: { next: { oneOf: [{ $ref: '#/__bundled__/node' }, { type: 'null' }] } },
    };
    const { value, problem } = compileGenerator({ $ref: '#/__bundled__/node' }, { node }, {})(seededRandom('a'));
    expect(problem).toBeUndefined();
    expect(mistakesOf({ ...node, __bundled__: { node } }, value)).toEqual([]);
  });

  test('says why it may not be valid where the schema contradicts itself', () => {
    const generate = compileGenerator({ type: 'string', minLength: 3, maxLength: 2 }, undefined, {});
    expect(generate(seededRandom('a')).problem).toMatch(/contradict/);
  });

  test('never has what only clients write, even where that is required', () => {
    const schema = {
      type: 'object',
      required: ['id', 'password'],
      properties: { id: { type: 'integer' }, password: { type: 'string', writeOnly: true } },
    };
    const [value] = valuesOf(schema, 1);
    expect(value).toEqual({ id: expect.any(Number) });
  });

  test('holds additionalProperties: false within allOf to the letter, and reads it as Prism does where nothing else is possible', () => {
    const closed = (name: string): Schema => ({
      type: 'object',
      required: [name],
      properties: { [name]: { type: 'integer' } },
      additionalProperties: false,
    });
    const [value] = valuesOf({ allOf: [closed('a'), closed('b')] }, 1);
    expect(value).toEqual({ a: expect.any(Number), b: expect.any(Number) });
  });
});

describe('hints and settings', () => {
  test.each([
    ['name.firstName', { type: 'string' }, /^"\p{Lu}/u],
    [{ 'random.number': { min: 7, max: 7 } }, { type: 'integer' }, /^7$/],
    [{ 'helpers.arrayElement': [['x', 'y']] }, { type: 'string' }, /^"[xy]"$/],
  ])('x-faker %j is followed', (hint, schema, expected) => {
    const [value] = valuesOf({ ...schema, 'x-faker': hint }, 1);
    expect(JSON.stringify(value)).toMatch(expected);
  });

  test.each(['no.such.thing', 'constructor.constructor', { unique: ['name.firstName'] }])(
    'x-faker %j is left aside',
    (hint) => {
      const schema = { type: 'integer', minimum: 3, maximum: 4 };
      expect(valuesOf({ ...schema, 'x-faker': hint })).toEqual(valuesOf(schema));
    },
  );

  test('a hint that does not fit its schema gives way to it', () => {
    for (const value of valuesOf({ type: 'string', maxLength: 3, 'x-faker': 'lorem.paragraph' }))
      expect(value).toMatch(/^.{0,3}$/);
  });

  test('additional properties are made up, unless they are not wanted', () => {
    const schema = { type: 'object', additionalProperties: { type: 'integer' } };
    expect(valuesOf(schema, 1)).not.toEqual([{}]);
    expect(valuesOf(schema, 1, { fillProperties: false })).toEqual([{}]);
  });

  test('examples, defaults and list sizes are taken as the document sets it', () => {
    const schema = { type: 'array', items: { type: 'string', examples: ['e'], default: 'd' } };
    expect(valuesOf(schema, 1, { 'use-examples-value': true, minItems: 2, maxItems: 2 })).toEqual([['e', 'e']]);
    expect(valuesOf(schema, 1, { useDefaultValue: true, minItems: 1, maxItems: 1 })).toEqual([['d']]);
  });
});

const DRAFT_2020 = 'https://json-schema.org/draft/2020-12/schema';
