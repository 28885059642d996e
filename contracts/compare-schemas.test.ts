/* oxlint-disable unicorn/no-thenable -- `then` is a keyword of JSON Schema */
import { describe, expect, test } from '@jest/globals';
import { compareSchemas } from './compare-schemas.ts';
import type { Json, JsonObject } from './json.ts';

const OLD = '3.0.3';
const NEW = '3.1.0';

function sideOf(schema: Json, specification: string): Parameters<typeof compareSchemas>[0] {
  const definitions = { Text: { type: 'string' }, Node: NODE, Other: { type: 'integer' }, Null: { type: 'null' } };
  return { contract: { document: { schema, components: definitions }, specification }, pointer: '/schema' };
}

/** A schema that leads back to itself. */
const NODE = {
  type: 'object',
  properties: { next: { $ref: '#/components/Node' }, name: { type: 'string' } },
} as const;

/** Each change as `severity code path`, the request's first. */
function judge(base: Json, revision: Json, from = NEW, to = from): [string[], string[]] {
  const [before, after] = [sideOf(base, from), sideOf(revision, to)];
  const shown = (direction: 'request' | 'response'): string[] =>
    compareSchemas(before, after, direction).map(({ severity, code, path }) => `${severity} ${code} ${path}`.trim());
  return [shown('request'), shown('response')];
}

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const whole = { type: 'integer' } as const;
const list = { type: 'array' } as const;
const object = { type: 'object' } as const;

/** What widens, as base and revision, with its two codes and whether a response is only warned of it. */
interface Widening {
  readonly what: string;
  readonly narrow: Json;
  readonly wide: Json;
  readonly narrows: string;
  readonly widens: string;
  readonly response?: 'warning' | 'error';
  readonly request?: 'warning' | 'error';
  readonly path?: string;
}

const widenings: readonly Widening[] = [
  {
    what: 'an integer and a number',
    narrow: { type: 'integer' },
    wide: number,
    narrows: 'type-narrowed',
    widens: 'type-widened',
  },
  {
    what: 'a type and a list of types',
    narrow: text,
    wide: { type: ['string', 'integer'] },
    narrows: 'type-narrowed',
    widens: 'type-widened',
  },
  { what: 'a type and anything', narrow: text, wide: {}, narrows: 'type-narrowed', widens: 'type-widened' },
  {
    what: 'a type and null as well',
    narrow: text,
    wide: { type: ['string', 'null'] },
    narrows: 'became-not-nullable',
    widens: 'became-nullable',
  },
  {
    what: 'a format and none',
    narrow: { ...text, format: 'uuid' },
    wide: text,
    narrows: 'format-added',
    widens: 'format-removed',
  },
  {
    what: 'int32 and int64',
    narrow: { type: 'integer', format: 'int32' },
    wide: { type: 'integer', format: 'int64' },
    narrows: 'format-changed',
    widens: 'format-changed',
  },
  {
    what: 'an enum and a longer one',
    narrow: { enum: ['a', 'b'] },
    wide: { enum: ['b', 'c', 'a'] },
    narrows: 'enum-value-removed',
    widens: 'enum-value-added',
    response: 'warning',
  },
  {
    what: 'an enum and none',
    narrow: { ...text, enum: ['a', 'b'] },
    wide: text,
    narrows: 'enum-added',
    widens: 'enum-removed',
    response: 'warning',
  },
  {
    what: 'a constant and none',
    narrow: { ...text, const: 'a' },
    wide: text,
    narrows: 'const-added',
    widens: 'const-removed',
  },
  {
    what: 'a larger minimum',
    narrow: { ...number, minimum: 2 },
    wide: { ...number, minimum: 1 },
    narrows: 'minimum-increased',
    widens: 'minimum-decreased',
  },
  {
    what: 'a minimum and none',
    narrow: { ...number, minimum: 2 },
    wide: number,
    narrows: 'minimum-added',
    widens: 'minimum-removed',
  },
  {
    what: 'a smaller maximum',
    narrow: { ...number, maximum: 2 },
    wide: { ...number, maximum: 3 },
    narrows: 'maximum-decreased',
    widens: 'maximum-increased',
  },
  {
    what: 'an exclusive minimum',
    narrow: { ...number, exclusiveMinimum: 2 },
    wide: { ...number, minimum: 2 },
    narrows: 'minimum-increased',
    widens: 'minimum-decreased',
  },
  {
    what: 'an exclusive maximum',
    narrow: { ...number, exclusiveMaximum: 2 },
    wide: { ...number, maximum: 2 },
    narrows: 'maximum-decreased',
    widens: 'maximum-increased',
  },
  {
    what: 'a larger minLength',
    narrow: { ...text, minLength: 2 },
    wide: { ...text, minLength: 1 },
    narrows: 'min-length-increased',
    widens: 'min-length-decreased',
  },
  {
    what: 'a maxLength and none',
    narrow: { ...text, maxLength: 2 },
    wide: text,
    narrows: 'max-length-added',
    widens: 'max-length-removed',
  },
  {
    what: 'a smaller maxLength',
    narrow: { ...text, maxLength: 2 },
    wide: { ...text, maxLength: 3 },
    narrows: 'max-length-decreased',
    widens: 'max-length-increased',
  },
  {
    what: 'a larger minItems',
    narrow: { ...list, minItems: 2 },
    wide: { ...list, minItems: 1 },
    narrows: 'min-items-increased',
    widens: 'min-items-decreased',
  },
  {
    what: 'a smaller maxItems',
    narrow: { ...list, maxItems: 2 },
    wide: { ...list, maxItems: 3 },
    narrows: 'max-items-decreased',
    widens: 'max-items-increased',
  },
  {
    what: 'a larger minProperties',
    narrow: { ...object, minProperties: 2 },
    wide: { ...object, minProperties: 1 },
    narrows: 'min-properties-increased',
    widens: 'min-properties-decreased',
  },
  {
    what: 'a smaller maxProperties',
    narrow: { ...object, maxProperties: 2 },
    wide: { ...object, maxProperties: 3 },
    narrows: 'max-properties-decreased',
    widens: 'max-properties-increased',
  },
  {
    what: 'a bound beside another type',
    narrow: { ...text, minItems: 13 },
    wide: { ...text, minItems: 11 },
    narrows: 'min-items-increased',
    widens: 'min-items-decreased',
  },
  {
    what: 'a multiple and none',
    narrow: { ...number, multipleOf: 2 },
    wide: number,
    narrows: 'multiple-of-added',
    widens: 'multiple-of-removed',
  },
  {
    what: 'a multiple of a multiple',
    narrow: { ...number, multipleOf: 0.3 },
    wide: { ...number, multipleOf: 0.1 },
    narrows: 'multiple-of-changed',
    widens: 'multiple-of-changed',
  },
  {
    what: 'a pattern and none',
    narrow: { ...text, pattern: '^a' },
    wide: text,
    narrows: 'pattern-added',
    widens: 'pattern-removed',
    response: 'warning',
  },
  {
    what: 'unique items',
    narrow: { ...list, uniqueItems: true },
    wide: list,
    narrows: 'unique-items-added',
    widens: 'unique-items-removed',
  },
  {
    what: 'items',
    narrow: { ...list, items: { type: 'integer' } },
    wide: { ...list, items: number },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/*',
  },
  {
    what: 'a tuple',
    narrow: { ...list, prefixItems: [text] },
    wide: { ...list, prefixItems: [{}] },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/0',
  },
  {
    what: 'a closed tuple',
    narrow: { ...list, prefixItems: [text], items: false },
    wide: { ...list, prefixItems: [text] },
    narrows: 'additional-items-forbidden',
    widens: 'additional-items-allowed',
  },
  {
    what: 'contains and none',
    narrow: { ...list, contains: text },
    wide: list,
    narrows: 'contains-added',
    widens: 'contains-removed',
  },
  {
    what: 'contains',
    narrow: { ...list, contains: { type: 'integer' } },
    wide: { ...list, contains: number },
    narrows: 'type-narrowed',
    widens: 'type-widened',
  },
  {
    what: 'minContains',
    narrow: { ...list, contains: text, minContains: 2 },
    wide: { ...list, contains: text },
    narrows: 'contains-count-changed',
    widens: 'contains-count-changed',
  },
  {
    what: 'maxContains',
    narrow: { ...list, contains: text, maxContains: 2 },
    wide: { ...list, contains: text },
    narrows: 'contains-count-changed',
    widens: 'contains-count-changed',
  },
  {
    what: 'a required property',
    narrow: { ...object, properties: { a: text }, required: ['a'] },
    wide: { ...object, properties: { a: text } },
    narrows: 'property-became-required',
    widens: 'property-became-optional',
    path: '/a',
  },
  {
    what: 'a required property without a schema',
    narrow: { ...object, required: ['a'] },
    wide: object,
    narrows: 'property-became-required',
    widens: 'property-became-optional',
    path: '/a',
  },
  {
    what: "a property's type",
    narrow: { ...object, properties: { a: { type: 'integer' } } },
    wide: { ...object, properties: { a: number } },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/a',
  },
  {
    what: 'no further properties',
    narrow: { ...object, additionalProperties: false },
    wide: object,
    narrows: 'additional-properties-forbidden',
    widens: 'additional-properties-allowed',
    response: 'warning',
  },
  {
    what: 'further properties of a type',
    narrow: { ...object, additionalProperties: text },
    wide: { ...object, additionalProperties: true },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/*',
  },
  {
    what: 'a further property with a schema of its own',
    narrow: { ...object, properties: { a: { type: 'integer' } }, additionalProperties: number },
    wide: { ...object, additionalProperties: number },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/a',
  },
  {
    what: 'properties like a pattern',
    narrow: { ...object, patternProperties: { '^x-': text } },
    wide: object,
    narrows: 'pattern-property-added',
    widens: 'pattern-property-removed',
  },
  {
    what: 'what properties like a pattern are',
    narrow: { ...object, patternProperties: { '^x-': { type: 'integer' } } },
    wide: { ...object, patternProperties: { '^x-': number } },
    narrows: 'type-narrowed',
    widens: 'type-widened',
    path: '/*',
  },
  {
    what: 'names of properties',
    narrow: { ...object, propertyNames: { maxLength: 3 } },
    wide: object,
    narrows: 'property-names-added',
    widens: 'property-names-removed',
  },
  {
    what: 'longer names of properties',
    narrow: { ...object, propertyNames: { maxLength: 3 } },
    wide: { ...object, propertyNames: { maxLength: 4 } },
    narrows: 'max-length-decreased',
    widens: 'max-length-increased',
  },
  {
    what: 'what a property asks for',
    narrow: { ...object, dependentRequired: { a: ['b'] } },
    wide: object,
    narrows: 'dependent-required-added',
    widens: 'dependent-required-removed',
  },
  {
    what: 'a schema that a property asks for',
    narrow: { ...object, dependentSchemas: { a: { minProperties: 3 } } },
    wide: object,
    narrows: 'dependent-schema-added',
    widens: 'dependent-schema-removed',
  },
  {
    what: 'more that a property asks for',
    narrow: { ...object, dependentSchemas: { a: { minProperties: 3 } } },
    wide: { ...object, dependentSchemas: { a: { minProperties: 2 } } },
    narrows: 'min-properties-increased',
    widens: 'min-properties-decreased',
  },
  {
    what: 'unevaluated properties',
    narrow: { ...object, if: { required: ['a'] }, then: { minProperties: 1 }, unevaluatedProperties: text },
    wide: { ...object, if: { required: ['a'] }, then: { minProperties: 1 } },
    narrows: 'unevaluated-properties-added',
    widens: 'unevaluated-properties-removed',
  },
  {
    what: 'unevaluated items',
    narrow: { ...list, if: { minItems: 1 }, then: { maxItems: 5 }, unevaluatedItems: text },
    wide: { ...list, if: { minItems: 1 }, then: { maxItems: 5 } },
    narrows: 'unevaluated-items-added',
    widens: 'unevaluated-items-removed',
  },
  {
    what: 'a member of an allOf',
    narrow: { allOf: [text, { maxLength: 3 }] },
    wide: { allOf: [text] },
    narrows: 'max-length-added',
    widens: 'max-length-removed',
  },
  {
    what: 'an alternative',
    narrow: { anyOf: [text, number] },
    wide: { anyOf: [number, { type: 'boolean' }, text] },
    narrows: 'alternative-removed',
    widens: 'alternative-added',
    response: 'warning',
  },
  {
    what: 'within an alternative',
    narrow: { oneOf: [{ ...text, maxLength: 3 }, number] },
    wide: { oneOf: [number, text] },
    narrows: 'max-length-added',
    widens: 'max-length-removed',
  },
  {
    what: 'a schema and alternatives',
    narrow: text,
    wide: { anyOf: [number, text] },
    narrows: 'alternative-removed',
    widens: 'alternative-added',
    response: 'warning',
  },
  {
    what: 'null as an alternative',
    narrow: { oneOf: [text, number] },
    wide: { oneOf: [{ type: 'null' }, text, number] },
    narrows: 'became-not-nullable',
    widens: 'became-nullable',
  },
  {
    what: 'alternatives and anything',
    narrow: { anyOf: [text, number] },
    wide: {},
    narrows: 'type-narrowed',
    widens: 'type-widened',
  },
  {
    what: 'one list of alternatives more',
    narrow: { anyOf: [text, number], oneOf: [{ minLength: 1 }, { maximum: 1 }] },
    wide: { anyOf: [text, number] },
    narrows: 'alternatives-added',
    widens: 'alternatives-removed',
  },
  {
    what: 'what is excluded',
    narrow: { ...text, not: { minLength: 3 } },
    wide: text,
    narrows: 'not-added',
    widens: 'not-removed',
  },
  {
    what: 'how much is excluded',
    narrow: { ...text, not: { minLength: 3 } },
    wide: { ...text, not: { minLength: 4 } },
    narrows: 'not-changed',
    widens: 'not-changed',
  },
  {
    what: 'a condition',
    narrow: { ...object, if: { required: ['a'] }, then: { required: ['b'] } },
    wide: object,
    narrows: 'condition-added',
    widens: 'condition-removed',
  },
  {
    what: 'what a condition asks for',
    narrow: { ...object, if: { required: ['a'] }, then: { required: ['b'] } },
    wide: { ...object, if: { required: ['a'] }, then: {}, else: {} },
    narrows: 'property-became-required',
    widens: 'property-became-optional',
    path: '/b',
  },
  {
    what: 'what a condition asks for otherwise',
    narrow: { ...object, if: { required: ['a'] }, else: { required: ['b'] } },
    wide: { ...object, if: { required: ['a'] }, else: {} },
    narrows: 'property-became-required',
    widens: 'property-became-optional',
    path: '/b',
  },
  {
    what: 'the encoding of the content',
    narrow: { ...text, contentEncoding: 'base64' },
    wide: text,
    narrows: 'content-encoding-added',
    widens: 'content-encoding-removed',
  },
  {
    what: 'the media type of the content',
    narrow: { ...text, contentMediaType: 'text/csv' },
    wide: text,
    narrows: 'content-media-type-added',
    widens: 'content-media-type-removed',
  },
  {
    what: 'a schema of the content',
    narrow: { ...text, contentSchema: text },
    wide: text,
    narrows: 'content-schema-added',
    widens: 'content-schema-removed',
  },
  {
    what: 'false and a schema',
    narrow: { ...object, properties: { a: { ...list, items: false } } },
    wide: { ...object, properties: { a: { ...list, items: text } } },
    narrows: 'additional-items-forbidden',
    widens: 'additional-items-allowed',
    path: '/a',
  },
];

describe('what narrows is an error in a request, what widens in a response', () => {
  for (const { what, narrow, wide, narrows, widens, request = 'error', response = 'error', path = '' } of widenings) {
    test(`${what}, narrowed`, () => {
      expect(judge(wide, narrow)).toEqual([
        [`${request} request-${narrows} ${path}`.trim()],
        [`info response-${narrows} ${path}`.trim()],
      ]);
    });

    test(`${what}, widened`, () => {
      expect(judge(narrow, wide)).toEqual([
        [`info request-${widens} ${path}`.trim()],
        [`${response} response-${widens} ${path}`.trim()],
      ]);
    });
  }
});

const named = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  ...object,
  properties,
  required,
});

/** What is judged the same, or by its own measure, each way. */
const others: readonly [string, Json, Json, readonly string[], readonly string[]][] = [
  ['another type', text, number, ['error request-type-changed'], ['error response-type-changed']],
  [
    'another type, without what was said of the old one',
    { ...text, maxLength: 3, pattern: 'a' },
    { ...number, minimum: 3 },
    ['error request-type-changed'],
    ['error response-type-changed'],
  ],
  [
    'another format',
    { ...text, format: 'uuid' },
    { ...text, format: 'uri' },
    ['error request-format-changed'],
    ['error response-format-changed'],
  ],
  [
    'a type, and the format that spoke of what went',
    { ...number, format: 'float' },
    { type: 'integer' },
    ['error request-type-narrowed'],
    ['info response-type-narrowed'],
  ],
  [
    '64 bits, which programs keep whole numbers in anyway',
    { type: 'integer' },
    { type: 'integer', format: 'int64' },
    ['info request-format-added'],
    ['info response-format-added'],
  ],
  [
    '64 bits no longer said',
    { type: 'integer', format: 'int64' },
    { type: 'integer' },
    ['info request-format-removed'],
    ['info response-format-removed'],
  ],
  [
    '64 bits of what may have a fraction',
    number,
    { ...number, format: 'int64' },
    ['error request-format-added'],
    ['info response-format-added'],
  ],
  [
    '64 bits of a text',
    text,
    { ...text, format: 'int64' },
    ['error request-format-added'],
    ['info response-format-added'],
  ],
  [
    '32 bits',
    { type: 'integer' },
    { type: 'integer', format: 'int32' },
    ['warning request-format-added'],
    ['info response-format-added'],
  ],
  [
    '32 bits no longer',
    { type: 'integer', format: 'int32' },
    { type: 'integer' },
    ['info request-format-removed'],
    ['error response-format-removed'],
  ],
  [
    '32 bits no longer said of what keeps to them anyway',
    { type: 'integer', minimum: 0, maximum: 9, format: 'int32' },
    { type: 'integer', minimum: 0, maximum: 9 },
    ['info request-format-removed'],
    ['info response-format-removed'],
  ],
  [
    'alternatives that became one, which takes in all of them',
    { oneOf: [named({ a: { ...list, items: text } }), named({ a: { ...list, items: named({ b: text }, ['b']) } })] },
    { oneOf: [named({ a: { ...list, items: { oneOf: [text, named({ b: text, c: text }, ['b'])] } } })] },
    [
      'info request-alternative-added /a/*',
      'info request-alternative-added /a/*',
      'info request-optional-property-added /a/*/c',
    ],
    ['info response-alternative-removed', 'warning response-alternative-added /a/*'],
  ],
  [
    'alternatives that became one, which leaves out a part of them',
    { oneOf: [named({ a: { ...list, items: text } }), named({ a: { ...list, items: named({ b: text }, ['b']) } })] },
    { oneOf: [named({ a: { ...list, items: { oneOf: [text, named({ b: number }, ['b'])] } } })] },
    ['error request-alternative-removed', 'info request-alternative-added /a/*'],
    ['info response-alternative-removed', 'warning response-alternative-added /a/*'],
  ],
  [
    'an alternative whose values now match two others',
    {
      oneOf: [
        { ...whole, maximum: 3 },
        { ...whole, minimum: 4, maximum: 5 },
        { ...whole, minimum: 6 },
      ],
    },
    { oneOf: [whole, { ...number, minimum: 4 }] },
    [
      'warning request-alternative-overlaps',
      'info request-maximum-removed',
      'info request-type-widened',
      'info request-maximum-removed',
    ],
    [
      'info response-alternative-overlaps',
      'error response-maximum-removed',
      'error response-type-widened',
      'error response-maximum-removed',
    ],
  ],
  [
    'another constant',
    { const: 'a' },
    { const: 'b' },
    ['error request-const-changed'],
    ['error response-const-changed'],
  ],
  [
    'another pattern',
    { ...text, pattern: '^a' },
    { ...text, pattern: '^b' },
    ['warning request-pattern-changed'],
    ['warning response-pattern-changed'],
  ],
  [
    'another condition',
    { if: { required: ['a'] }, then: { required: ['b'] } },
    { if: { required: ['c'] }, then: { required: ['b'] } },
    ['error request-condition-changed'],
    ['error response-condition-changed'],
  ],
  [
    'another encoding',
    { ...text, contentEncoding: 'base64' },
    { ...text, contentEncoding: 'base32' },
    ['error request-content-encoding-changed'],
    ['error response-content-encoding-changed'],
  ],
  [
    'an enum in which values come and go',
    { enum: ['a', 'b'] },
    { enum: ['b', 'c'] },
    ['error request-enum-value-removed', 'info request-enum-value-added'],
    ['info response-enum-value-removed', 'warning response-enum-value-added'],
  ],
  [
    'an added optional property',
    named({}),
    named({ a: text }),
    ['info request-optional-property-added /a'],
    ['info response-optional-property-added /a'],
  ],
  [
    'an added required property',
    named({}),
    named({ a: text }, ['a']),
    ['error request-required-property-added /a'],
    ['info response-required-property-added /a'],
  ],
  [
    'an added required property with a default',
    named({}),
    named({ a: { ...text, default: 'x' } }, ['a']),
    ['error request-required-property-added /a'],
    ['info response-required-property-added /a'],
  ],
  [
    'a removed optional property',
    named({ a: text }),
    named({}),
    ['warning request-optional-property-removed /a'],
    ['warning response-optional-property-removed /a'],
  ],
  [
    'a removed required property',
    named({ a: text }, ['a']),
    named({}),
    ['warning request-required-property-removed /a'],
    ['error response-required-property-removed /a'],
  ],
  [
    'a property removed from a closed object',
    { ...named({ a: text }), additionalProperties: false },
    { ...named({}), additionalProperties: false },
    ['error request-optional-property-removed /a'],
    ['warning response-optional-property-removed /a'],
  ],
  [
    'a property added to a closed object',
    { ...named({}), additionalProperties: false },
    { ...named({ a: text }), additionalProperties: false },
    ['info request-optional-property-added /a'],
    ['warning response-optional-property-added /a'],
  ],
  [
    'a property that becomes read-only',
    named({ a: text }, ['a']),
    named({ a: { ...text, readOnly: true } }, ['a']),
    ['info request-property-became-read-only /a'],
    [],
  ],
  [
    'a required property that no longer is read-only',
    named({ a: { ...text, readOnly: true } }, ['a']),
    named({ a: text }, ['a']),
    ['error request-property-became-not-read-only /a'],
    [],
  ],
  [
    'a property that becomes write-only',
    named({ a: text }, ['a']),
    named({ a: { ...text, writeOnly: true } }, ['a']),
    [],
    ['warning response-property-became-write-only /a'],
  ],
  [
    'what changes in a read-only property',
    named({ a: { ...text, readOnly: true } }),
    named({ a: { ...number, readOnly: true } }),
    [],
    ['error response-type-changed /a'],
  ],
  [
    'what changes in a write-only property',
    named({ a: { ...text, writeOnly: true } }),
    named({ a: { ...number, writeOnly: true } }),
    ['error request-type-changed /a'],
    [],
  ],
  ['a new default', text, { ...text, default: 'a' }, ['info request-default-added'], ['info response-default-added']],
  [
    'another default',
    { ...text, default: 'a' },
    { ...text, default: 'b' },
    ['warning request-default-changed'],
    ['info response-default-changed'],
  ],
  [
    'a deprecation',
    named({ a: text }),
    named({ a: { ...text, deprecated: true } }),
    ['info request-became-deprecated /a'],
    ['info response-became-deprecated /a'],
  ],
  [
    'another discriminator',
    { discriminator: { propertyName: 'a' } },
    { discriminator: { propertyName: 'b' } },
    ['warning request-discriminator-changed'],
    ['warning response-discriminator-changed'],
  ],
  [
    'a mapping that goes',
    { discriminator: { propertyName: 'a', mapping: { x: 'X', y: 'Y' } } },
    { discriminator: { propertyName: 'a', mapping: { y: 'Y' } } },
    ['warning request-discriminator-mapping-removed'],
    ['warning response-discriminator-mapping-removed'],
  ],
  [
    'another way to write XML',
    { ...text, xml: { attribute: true } },
    text,
    ['warning request-xml-changed'],
    ['warning response-xml-changed'],
  ],
  [
    'a value taken from an open list',
    { ...text, 'x-extensible-enum': ['a', 'b'] },
    { ...text, 'x-extensible-enum': ['a'] },
    ['error request-extensible-enum-value-removed'],
    ['info response-extensible-enum-value-removed'],
  ],
  [
    'a value added to an open list',
    { ...text, 'x-extensible-enum': ['a'] },
    { ...text, 'x-extensible-enum': ['a', 'b'] },
    ['info request-extensible-enum-value-added'],
    ['info response-extensible-enum-value-added'],
  ],
  [
    'a type written down where only objects were meant',
    { properties: { a: text } },
    named({ a: text }),
    ['warning request-type-narrowed'],
    ['warning response-type-narrowed'],
  ],
  [
    'alternatives of which only one may match',
    { anyOf: [{ minLength: 2 }, { maxLength: 4 }] },
    { oneOf: [{ minLength: 2 }, { maxLength: 4 }] },
    ['warning request-alternatives-became-exclusive'],
    ['info response-alternatives-became-exclusive'],
  ],
  [
    'an alternative that holds another',
    { oneOf: [{ type: 'integer' }, text] },
    { oneOf: [{ type: 'integer' }, number, text] },
    ['warning request-alternative-overlaps'],
    ['warning response-alternative-overlaps'],
  ],
  [
    'a position that was like the rest',
    { ...list, items: text },
    { ...list, items: text, prefixItems: [number] },
    ['error request-type-changed /0'],
    ['error response-type-changed /0'],
  ],
  [
    'a schema that is false',
    { ...object, additionalProperties: { ...named({ a: false }) } },
    { ...object, additionalProperties: { ...named({ a: false }), minProperties: 1 } },
    ['error request-min-properties-added /*'],
    ['info response-min-properties-added /*'],
  ],
];

describe('what is judged by its own measure', () => {
  test.each(others)('%s', (_what, base, revision, request, response) => {
    expect(judge(base, revision)).toEqual([request, response]);
  });
});

/** What says the same, in versions of OpenAPI where that matters. */
const same: readonly [string, Json, Json, string?, string?][] = [
  ['nothing, true and an empty schema', { ...object, properties: { a: true } }, { ...object, properties: { a: {} } }],
  ['nullable and a list of types', { ...text, nullable: true }, { type: ['string', 'null'] }, OLD, NEW],
  ['nullable and an alternative', { ...text, nullable: true }, { oneOf: [{ type: 'null' }, text] }, OLD, NEW],
  [
    'nullable around a reference',
    { allOf: [{ $ref: '#/components/Text' }], nullable: true },
    { type: ['string', 'null'] },
    OLD,
    NEW,
  ],
  [
    'nullable alternatives',
    { oneOf: [text, number], nullable: true },
    { oneOf: [text, number, { type: 'null' }] },
    OLD,
    NEW,
  ],
  ['nullable with an enum', { ...text, nullable: true, enum: ['a'] }, { enum: ['a', null] }, OLD, NEW],
  ['x-nullable of 2.0', { ...text, 'x-nullable': true }, { type: ['string', 'null'] }, '2.0', NEW],
  [
    'both ways to write an exclusive bound',
    { ...number, minimum: 1, exclusiveMinimum: true },
    { ...number, exclusiveMinimum: 1 },
    OLD,
    NEW,
  ],
  ['an exclusive bound of whole numbers', { type: 'integer', exclusiveMinimum: 0 }, { type: 'integer', minimum: 1 }],
  ['whole numbers', { type: 'integer' }, { ...number, multipleOf: 1 }],
  ['what stands beside a reference in 3.0', { $ref: '#/components/Text', maxLength: 3 }, text, OLD],
  ['a reference and what it leads to', { $ref: '#/components/Text' }, text],
  ['a reference that leads back to itself', { $ref: '#/components/Node' }, NODE],
  ['one value and a constant', { enum: ['a'] }, { const: 'a' }],
  ['values in another order', { enum: ['a', 'b'] }, { enum: ['b', 'a'] }],
  ['values one by one', { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] }, { enum: ['a', 'b'] }],
  ['a type beside values of that type', { enum: ['a', 'b'] }, { ...text, enum: ['a', 'b'] }],
  ['a bound that all values keep', { enum: ['a', 'b'] }, { enum: ['a', 'b'], maxLength: 4 }],
  ['both truth values', { enum: [true, false] }, { type: 'boolean' }],
  [
    'members of an allOf and one schema',
    { allOf: [text, { maxLength: 3 }, { maxLength: 4 }] },
    { ...text, maxLength: 3 },
  ],
  [
    'a member of an allOf that says what others say',
    { allOf: [named({ a: text }), named({ a: text })] },
    named({ a: text }),
  ],
  ['alternatives in another order', { anyOf: [text, number] }, { anyOf: [number, text] }],
  ['alternatives in alternatives', { anyOf: [{ anyOf: [text, number] }, list] }, { anyOf: [list, number, text] }],
  ['a single alternative', { oneOf: [text] }, text],
  ['alternatives by type and a list of types', { anyOf: [number, text] }, { type: ['string', 'number'] }],
  [
    'what all alternatives say and what stands beside them',
    { anyOf: [named({ a: text }), named({ b: text })] },
    { ...object, anyOf: [{ properties: { a: text } }, { properties: { b: text } }] },
  ],
  [
    'a tuple in both dialects',
    { ...list, items: [text], additionalItems: false },
    { ...list, prefixItems: [text], items: false },
  ],
  [
    'closed by additionalProperties or unevaluatedProperties',
    { ...named({ a: text }), additionalProperties: false },
    { allOf: [named({ a: text })], unevaluatedProperties: false },
  ],
  [
    'closed items',
    { ...list, prefixItems: [text], items: false },
    { ...list, prefixItems: [text], unevaluatedItems: false },
  ],
  [
    'a name that a pattern covers',
    { ...object, patternProperties: { '^a': text } },
    { ...object, properties: { a: {} }, patternProperties: { '^a': text } },
  ],
  [
    'names that are text',
    { ...object, propertyNames: { maxLength: 3 } },
    { ...object, propertyNames: { ...text, maxLength: 3 } },
  ],
  [
    'dependencies and their two parts',
    { dependencies: { a: ['b'], c: { minProperties: 2 } } },
    { dependentRequired: { a: ['b'] }, dependentSchemas: { c: { minProperties: 2 } } },
  ],
  [
    'what a property asks for that is required anyway',
    { ...object, required: ['b'] },
    { ...object, required: ['b'], dependentRequired: { a: ['b'] } },
  ],
  [
    'null by another name beside a schema whose kind is told',
    { anyOf: [{ type: 'null' }, { ...named({ a: text }), discriminator: { propertyName: 'a' } }] },
    {
      anyOf: [{ allOf: [{ type: 'null' }, {}] }, { ...named({ a: text }), discriminator: { propertyName: 'a' } }],
    },
  ],
  [
    'null by reference',
    { anyOf: [{ type: 'null' }, { ...text, default: 'a' }] },
    { anyOf: [{ $ref: '#/components/Null' }, { ...text, default: 'a' }] },
  ],
  ['a bound that excludes nothing', text, { ...text, minLength: 0 }],
  ['a pattern that excludes nothing', text, { ...text, pattern: '.*' }],
  ['a format that is only shown', text, { ...text, format: 'password' }],
  ['contains that asks for nothing', list, { ...list, contains: text, minContains: 0 }],
  ['a condition without consequences', object, { ...object, if: { required: ['a'] } }],
  ['a double negation of nothing', text, { ...text, not: false }],
  ['an excluded type', { type: ['string', 'integer'] }, { type: ['string', 'integer', 'null'], not: { type: 'null' } }],
  ['descriptions', { ...text, description: 'a', title: 'b', example: 'c' }, { ...text, description: 'd' }],
  [
    'a description next to a changed example in properties',
    named({ description: { ...text, example: 'a' } }),
    named({ description: text }),
  ],
  [
    'the members of an object in another order',
    named({ a: text, b: number }),
    { required: [], properties: { b: number, a: text }, ...object },
  ],
];

describe('what says the same', () => {
  test.each(same)('%s', (_what, one, other, from = NEW, to = from) => {
    expect([judge(one, other, from, to), judge(other, one, to, from)]).toEqual([
      [[], []],
      [[], []],
    ]);
  });
});

test.each([
  [
    named({ a: text, b: text, c: text, d: text }),
    "may no longer be an object with 'a', 'b', 'c' and others (alternative 2)",
  ],
  [list, 'may no longer be a list (alternative 2)'],
  [{ type: ['boolean', 'integer'] }, 'may no longer be an integer (alternative 2)'],
  [{ $ref: '#/components/Other' }, "may no longer be 'Other'"],
] as const)('names the alternative %j that is gone', (gone, message) => {
  const changes = compareSchemas(sideOf({ oneOf: [text, gone] }, NEW), sideOf({ oneOf: [text] }, NEW), 'request');
  expect(changes[0]?.message).toBe(`the value ${message}`);
});

test('names the keyword on both sides, the place in the value, and a remedy', () => {
  const base = named({ items: { ...list, items: named({ weightGrams: { type: 'integer', maximum: 31500 } }) } });
  const revision = named({ items: { ...list, items: named({ weightGrams: { type: 'integer', maximum: 20000 } }) } });
  const keyword = '/schema/properties/items/items/properties/weightGrams/maximum';
  expect(compareSchemas(sideOf(base, NEW), sideOf(revision, NEW), 'request')).toEqual([
    {
      code: 'request-maximum-decreased',
      severity: 'error',
      message: "the largest value of the property 'weightGrams' changed from 31500 to 20000",
      fix: 'accept what was accepted before',
      expected: 31500,
      actual: 20000,
      path: '/items/*/weightGrams',
      basePointer: keyword,
      revisionPointer: keyword,
    },
  ]);
});

test('tells a change in a shared schema once, where it stands', () => {
  const base = named({ from: { $ref: '#/components/Text' }, to: { $ref: '#/components/Text' } });
  const after = {
    contract: { ...sideOf(base, NEW).contract, document: { schema: base, components: { Text: number } } },
    pointer: '/schema',
  };
  const changes = compareSchemas(sideOf(base, NEW), after, 'response');
  expect(changes.map(({ code, path, revisionPointer }) => [code, path, revisionPointer])).toEqual([
    ['response-type-changed', '/from', '/components/Text/type'],
  ]);
});

test('tells a change in a schema that leads back to itself, by the shortest way', () => {
  const node = (name: Json): JsonObject => ({ ...object, properties: { next: { $ref: '#/components/Node' }, name } });
  const side = (name: Json): Parameters<typeof compareSchemas>[0] => ({
    contract: { document: { components: { Node: node(name) } }, specification: NEW },
    pointer: '/components/Node',
  });
  const changes = compareSchemas(side(text), side(number), 'request');
  expect(changes.map(({ code, path }) => [code, path])).toEqual([['request-type-changed', '/name']]);
});

test('takes a number for a text in a parameter', () => {
  const asText = (base: Json, revision: Json): string[] =>
    compareSchemas(sideOf(base, NEW), sideOf(revision, NEW), 'request', 'text').map(
      (each) => `${each.severity} ${each.code}`,
    );
  expect(asText({ type: 'integer' }, text)).toEqual(['info request-type-widened']);
  expect(asText(text, { type: 'integer' })).toEqual(['error request-type-narrowed']);
  expect(asText({ type: 'integer' }, { ...text, format: 'uuid' })).toEqual(['error request-type-changed']);
});

test('never runs a pattern that takes long', () => {
  const slow = { ...object, patternProperties: { '^(a+)+$': text } };
  const name = 'a'.repeat(60) + '!';
  expect(judge(slow, { ...slow, properties: { [name]: number } })[0]).toEqual([
    `info request-optional-property-added /${name}`,
  ]);
});

test('compares alternatives by the name of their schema, so that a change in one is told there', () => {
  const kinds = (cat: JsonObject): JsonObject => ({
    oneOf: [named({ kind: { const: 'cat' }, ...cat }, ['kind']), named({ kind: { const: 'dog' }, ...cat }, ['kind'])],
  });
  const swapped = { oneOf: Object.values(kinds({ name: number })['oneOf'] ?? []).toReversed() };
  expect(judge(kinds({ name: text }), swapped)[0]).toEqual([
    'error request-type-changed /name',
    'error request-type-changed /name',
  ]);
});
