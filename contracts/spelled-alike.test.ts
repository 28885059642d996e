import { describe, expect, test } from '@jest/globals';
import { compareSchemas } from './compare-schemas.ts';
import type { Json } from './json.ts';

const text = { type: 'string' } as const;
const parcel = { type: 'object', properties: { a: text } } as const;
const box = { type: 'object', properties: { b: text } } as const;
const NULL = { type: 'null' } as const;
const ref = (name: string): { $ref: string } => ({ $ref: `#/components/schemas/${name}` });
const schemas = { Parcel: parcel, Box: box, Size: { ...text, enum: ['s', 'm'] }, Any: { oneOf: [parcel, box] } };

function sideOf(schema: Json, specification: string): Parameters<typeof compareSchemas>[0] {
  return { contract: { document: { schema, components: { schemas } }, specification }, pointer: '/schema' };
}

/** Everything that is said from one to the other and back, in a request and in an answer. */
function saidOf(old: Json, now: Json): string[] {
  const [before, after] = [sideOf(old, '3.0.3'), sideOf(now, '3.1.0')];
  return (['request', 'response'] as const).flatMap((direction) =>
    [...compareSchemas(before, after, direction), ...compareSchemas(after, before, direction)].map(
      ({ severity, code }) => `${severity} ${code}`,
    ),
  );
}

describe('3.0 and 3.1 say the same of', () => {
  test.each<[string, Json, Json]>([
    ['null and a type', { ...text, nullable: true }, { type: ['string', 'null'] }],
    ['null and a type, as alternatives', { ...text, nullable: true }, { anyOf: [text, NULL] }],
    ['null and a list', { type: 'array', nullable: true, items: text }, { type: ['array', 'null'], items: text }],
    ['nullable: false', { ...text, nullable: false }, text],
    ['nullable alone', { nullable: true }, {}],
    ['null and a reference', { nullable: true, allOf: [ref('Parcel')] }, { anyOf: [ref('Parcel'), NULL] }],
    ['null and a reference, by oneOf', { nullable: true, allOf: [ref('Parcel')] }, { oneOf: [NULL, ref('Parcel')] }],
    ['null and one alternative', { nullable: true, oneOf: [ref('Parcel')] }, { anyOf: [ref('Parcel'), NULL] }],
    [
      'null and a list of values behind a reference',
      { nullable: true, allOf: [ref('Size')] },
      { anyOf: [ref('Size'), NULL] },
    ],
    [
      'null and alternatives behind a reference',
      { nullable: true, allOf: [ref('Any')] },
      { anyOf: [ref('Any'), NULL] },
    ],
    [
      'null and any of several',
      { nullable: true, anyOf: [ref('Parcel'), text] },
      { anyOf: [ref('Parcel'), text, NULL] },
    ],
    [
      'null and one of several',
      { nullable: true, oneOf: [ref('Parcel'), ref('Box')] },
      { anyOf: [{ oneOf: [ref('Parcel'), ref('Box')] }, NULL] },
    ],
    [
      'null and one of several, told apart',
      { nullable: true, discriminator: { propertyName: 'a' }, oneOf: [ref('Parcel'), ref('Box')] },
      { anyOf: [{ discriminator: { propertyName: 'a' }, oneOf: [ref('Parcel'), ref('Box')] }, NULL] },
    ],
    [
      'null and all of several',
      { nullable: true, allOf: [ref('Parcel'), ref('Box')] },
      { anyOf: [{ allOf: [ref('Parcel'), ref('Box')] }, NULL] },
    ],
    [
      'null and a type beside an allOf',
      { type: 'object', nullable: true, allOf: [ref('Parcel')] },
      { type: ['object', 'null'], allOf: [{ properties: parcel.properties }] },
    ],
    ['null with a default', { ...text, nullable: true, default: 'a' }, { anyOf: [{ ...text, default: 'a' }, NULL] }],
    [
      'null among values',
      { ...text, nullable: true, enum: ['a', null] },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    ['one value', { ...text, enum: ['a'] }, { const: 'a' }],
    ['a value or null', { ...text, nullable: true, enum: ['a'] }, { anyOf: [{ const: 'a' }, { const: null }] }],
    [
      'bounds that are excluded',
      { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: true },
      { type: 'number', exclusiveMinimum: 1, exclusiveMaximum: 9 },
    ],
    ['bounds that are not', { type: 'number', minimum: 1, exclusiveMinimum: false }, { type: 'number', minimum: 1 }],
    ['nothing, with a bound that is not there', { type: 'number', exclusiveMinimum: true }, { type: 'number' }],
    ['an example', { ...text, example: 'x' }, { ...text, examples: ['x'] }],
    ['text that is encoded', { ...text, format: 'byte' }, { ...text, contentEncoding: 'base64' }],
    ['text that is encoded for addresses', { ...text, format: 'base64url' }, { ...text, contentEncoding: 'base64url' }],
    ['bytes', { ...text, format: 'binary' }, { ...text, contentMediaType: 'application/octet-stream' }],
    ['several types', { anyOf: [text, { type: 'integer' }] }, { type: ['string', 'integer'] }],
    ['a reference and a bound', { allOf: [ref('Size'), { maxLength: 3 }] }, { ...ref('Size'), maxLength: 3 }],
  ])('%s', (_what, old, now) => {
    expect(saidOf(old, now)).toEqual([]);
  });
});

test('another encoding is one in any words', () => {
  expect(saidOf({ ...text, format: 'byte' }, { ...text, contentEncoding: 'base64url' })).toEqual([
    'error request-content-encoding-changed',
    'error request-content-encoding-changed',
    'error response-content-encoding-changed',
    'error response-content-encoding-changed',
  ]);
});

test('bytes of one kind are fewer than bytes', () => {
  expect(saidOf({ ...text, format: 'binary' }, { ...text, contentMediaType: 'image/png' })).toEqual([
    'error request-content-media-type-changed',
    'info request-content-media-type-changed',
    'info response-content-media-type-changed',
    'error response-content-media-type-changed',
  ]);
});

test('null that only one side allows is told', () => {
  expect(saidOf({ allOf: [ref('Parcel')] }, { anyOf: [ref('Parcel'), NULL] })).toEqual([
    'info request-became-nullable',
    'error request-became-not-nullable',
    'error response-became-nullable',
    'info response-became-not-nullable',
  ]);
});
