/* oxlint-disable unicorn/no-thenable -- `then` is a keyword of JSON Schema */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareSchemas } from './compare-schemas.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { schemaValidator } from './schema-validator.ts';

const OLD = '3.0.3';
const NEW = '3.1.0';

interface Side {
  readonly contract: { readonly document: JsonObject; readonly specification: string; readonly source: string };
  readonly pointer: string;
}

/** What generated schemas refer to, unless it is generated as well. */
const DEFINITIONS: JsonObject = {
  One: { type: 'object', properties: { a: { $ref: '#/components/schemas/One' }, b: { type: 'integer' } } },
  Other: { type: ['string', 'integer', 'null'] },
};

function sideOf(schema: Json, specification = NEW, schemas: JsonObject = {}): Side {
  const document = { schema, components: { schemas: { ...DEFINITIONS, ...schemas } } };
  return { contract: { document, specification, source: 'openapi.yaml' }, pointer: '/schema' };
}

function accepts({ contract, pointer }: Side, value: Json): boolean {
  return schemaValidator(contract, pointer, 'request')(value).length === 0;
}

/** Codes of the changes that break or may break, by what is accepted: a discriminator changes nothing of that. */
function breaks(base: Side, revision: Side, direction: 'request' | 'response'): string[] {
  const changes = compareSchemas(base, revision, direction);
  const breaking = changes.filter(({ severity, code }) => severity !== 'info' && !code.includes('discriminator'));
  return breaking.map((change) => change.code);
}

/** The same without what is judged by another measure than what is accepted: that a property is named at all. */
function breaksStrictly(base: Side, revision: Side, direction: 'request' | 'response'): string[] {
  return breaks(base, revision, direction).filter((code) => !/property-(added|removed)$/.test(code));
}

const word = fc.constantFrom('', 'a', 'ab', 'abc', 'x1');
const scalar: fc.Arbitrary<Json> = fc.oneof(
  word,
  fc.integer({ min: -2, max: 6 }),
  fc.constantFrom(0.5, 1.5, 2.25),
  fc.boolean(),
  fc.constant(null),
);
const NAMES = ['a', 'b', 'c'] as const;

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...NAMES, 'd', 'e1'), tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value;

const count = fc.integer({ min: 0, max: 3 });

function optional<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> {
  return fc.option(arbitrary, { nil: undefined, freq: 2 });
}

function compact(members: Record<string, Json | undefined>): JsonObject {
  return JSON.parse(JSON.stringify(members));
}

const textSchema = fc
  .record({
    type: fc.constant('string'),
    minLength: optional(count),
    maxLength: optional(count),
    enum: optional(fc.uniqueArray(word, { minLength: 1, maxLength: 3 })),
  })
  .map(compact);

const numberSchema = fc
  .record({
    type: fc.constantFrom('integer', 'number'),
    minimum: optional(count),
    maximum: optional(fc.integer({ min: 2, max: 6 })),
    exclusiveMinimum: optional(count),
    exclusiveMaximum: optional(fc.integer({ min: 2, max: 6 })),
    multipleOf: optional(fc.constantFrom(0.5, 1, 2)),
    format: optional(fc.constantFrom('int32', 'int64', 'double')),
  })
  .map(compact);

const plainSchema: fc.Arbitrary<JsonObject> = fc.constantFrom<JsonObject>(
  { type: 'boolean' },
  { type: 'null' },
  { type: ['string', 'null'] },
  { type: ['string', 'integer'] },
  { type: ['number', 'boolean', 'null'] },
  { const: 'a' },
  { const: 1 },
  { enum: ['a', 1, null] },
  { enum: [['a'], { a: 'a' }, 0.5] },
  { const: null },
  { type: 'object', enum: [{}, { a: 1 }] },
  {},
);

/** Schemas of the document, which may refer to one another in a circle. */
const reference = fc.constantFrom<JsonObject>(
  { $ref: '#/components/schemas/One' },
  { $ref: '#/components/schemas/Other' },
);

/** Alternatives of different types: what matches two of a `oneOf` is judged more leniently than ajv does. */
function toldApart(
  kinds: readonly number[],
  object: fc.Arbitrary<JsonObject>,
  array: fc.Arbitrary<JsonObject>,
): fc.Arbitrary<JsonObject> {
  const all = [textSchema, numberSchema, object, array] as const;
  return fc.tuple(...kinds.map((kind) => all[kind] ?? textSchema)).map((oneOf) => ({ oneOf }));
}

/** Alternatives that a constant tells apart. */
function kinds(child: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  const named = fc.uniqueArray(fc.constantFrom('a', 'ab', 'abc'), { minLength: 2 });
  return fc.tuple(named, child, child, fc.boolean()).map(([names, b, c, hasName]) => ({
    ...(hasName ? { discriminator: { propertyName: 'a' } } : {}),
    oneOf: names.map((name, at) => ({
      type: 'object',
      properties: { a: { const: name }, b: at === 0 ? b : c, c: {} },
      required: ['a'],
    })),
  }));
}

/** Every object names the same properties, so that none is added or removed. */
const schema: fc.Arbitrary<JsonObject> = fc.letrec<{ schema: JsonObject; child: JsonObject }>((tie) => {
  const object = fc
    .record({
      type: fc.constant('object'),
      properties: fc.record({ a: tie('child'), b: tie('child'), c: tie('child') }),
      required: optional(fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 })),
      additionalProperties: optional(fc.oneof(fc.boolean(), tie('child'))),
      patternProperties: optional(tie('schema').map((part) => ({ '^[ad]': part }))),
      propertyNames: optional(fc.constantFrom<Json>({ maxLength: 1 }, { enum: ['a', 'b', 'd'] }, { minLength: 1 })),
      minProperties: optional(count),
      maxProperties: optional(count),
      dependentRequired: optional(fc.constantFrom<Json>({ a: ['b'] }, { b: ['c'] })),
      dependentSchemas: optional(tie('schema').map((part) => ({ a: part }))),
      discriminator: optional(fc.constant<Json>({ propertyName: 'a' })),
    })
    .map(compact);
  const array = fc
    .record({
      type: fc.constant('array'),
      items: optional(fc.oneof(tie('child'), fc.constant<Json>(false))),
      prefixItems: optional(fc.array(tie('schema'), { minLength: 1, maxLength: 2 })),
      minItems: optional(count),
      maxItems: optional(count),
      uniqueItems: optional(fc.boolean()),
      contains: optional(tie('schema')),
      minContains: optional(count),
      maxContains: optional(count),
    })
    .map(compact);
  const composed = fc.oneof(
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((allOf) => ({ allOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    fc.shuffledSubarray([0, 1, 2, 3], { minLength: 2 }).chain((kinds) => toldApart(kinds, object, array)),
    kinds(tie('child')),
    tie('schema').map((not) => ({ not })),
    fc.record({ if: tie('schema'), then: tie('schema'), else: tie('schema') }).map(compact),
  );
  return {
    // Only within a value may a schema refer to itself.
    child: fc.oneof({ weight: 4, arbitrary: tie('schema') }, { weight: 1, arbitrary: reference }),
    schema: fc.oneof(
      { depthSize: 'small', maxDepth: 2 },
      textSchema,
      numberSchema,
      plainSchema,
      object,
      array,
      composed,
    ),
  };
}).schema;

/** Where to put a schema that is wider or narrower so that the whole becomes wider or narrower as well. */
const SAME_SENSE = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'dependentSchemas',
  'prefixItems',
  'items',
  'allOf',
  'anyOf',
  'then',
  'else',
]);
const HOLDERS = new Set(['properties', 'patternProperties', 'dependentSchemas', 'prefixItems', 'allOf', 'anyOf']);

/** Keys down to every schema within a schema. */
function placesIn(schema: JsonObject, keywords: ReadonlySet<string>): string[][] {
  const children = Object.entries(schema).flatMap(([keyword, value]): [string[], JsonObject][] => {
    if (!keywords.has(keyword) || typeof value !== 'object' || value === null) return [];
    if (!HOLDERS.has(keyword)) return [[[keyword], value as JsonObject]];
    return Object.entries(value).map(([key, child]) => [[keyword, key], child as JsonObject]);
  });
  return [[], ...children.flatMap(([keys, child]) => placesIn(child, keywords).map((rest) => [...keys, ...rest]))];
}

/** The schema with the one at that place replaced. */
function replaced(schema: JsonObject, keys: readonly string[], change: (part: JsonObject) => JsonObject): JsonObject {
  const [key, ...rest] = keys;
  if (key === undefined) return change(schema);
  const child = schema[key] as JsonObject;
  const next = replaced(child, rest, change);
  if (!Array.isArray(child)) return { ...schema, [key]: next };
  return { ...schema, [key]: Object.values(next) };
}

const EVERYWHERE = new Set([...SAME_SENSE, 'not', 'if', 'contains']);
const pick = fc.nat(1000);

const definitions = fc.record({ One: schema, Other: schema });

const unrelated = fc
  .tuple(schema, schema, definitions, definitions)
  .map(([before, after, old, now]) => [sideOf(before, NEW, old), sideOf(after, NEW, now)] as const);

/** A schema and the same with something else in one place: most of it is equal, as between two versions. */
const versions = fc
  .tuple(schema, schema, pick, fc.constantFrom('merged', 'replaced', 'referred to'), definitions)
  .map(([before, donor, at, how, named]) => {
    if (how === 'referred to')
      return [sideOf(before, NEW, named), sideOf(before, NEW, { ...named, One: donor })] as const;
    const places = placesIn(before, EVERYWHERE);
    const after = replaced(before, places[at % places.length] ?? [], (part) =>
      how === 'merged' ? { ...part, ...donor } : donor,
    );
    return [sideOf(before, NEW, named), sideOf(after, NEW, named)] as const;
  });

const LIMITS = [
  'enum',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'contains',
  'required',
  'minProperties',
  'maxProperties',
  'dependentRequired',
  'dependentSchemas',
  'propertyNames',
  'additionalProperties',
  'const',
  'not',
];

/** What is more is `additionalProperties`, a type, a value, a bound or an alternative. */
function widened(part: JsonObject, choice: number, donor: JsonObject): JsonObject {
  const limits = LIMITS.filter((limit) => part[limit] !== undefined);
  const limit = limits[choice % Math.max(limits.length, 1)];
  const own = limit === undefined ? undefined : part[limit];
  if (part['additionalProperties'] === false && choice % 3 === 0) return { ...part, additionalProperties: true };
  if (part['type'] === 'integer' && choice % 3 === 0) return { ...part, type: 'number' };
  if (typeof part['type'] === 'string' && part['type'] !== 'null' && part['enum'] === undefined && choice % 5 === 0)
    return { ...part, type: [part['type'], 'null'] };
  if (limit === 'enum' && Array.isArray(own) && choice % 2 === 0) return { ...part, enum: [...own, 'new', 'newer'] };
  if (typeof own === 'number' && limit !== 'multipleOf' && limit !== 'const' && choice % 2 === 0)
    return { ...part, [limit ?? '']: limit?.startsWith('max') === true ? own + 1 : Math.max(0, own - 1) };
  if (limit !== undefined) return Object.fromEntries(Object.entries(part).filter(([key]) => key !== limit));
  return { anyOf: [part, donor] };
}

const widening = fc.tuple(schema, schema, pick, pick).map(([before, donor, at, choice]) => {
  const places = placesIn(before, SAME_SENSE);
  const after = replaced(before, places[at % places.length] ?? [], (part) => widened(part, choice, donor));
  return [before, after] as const;
});

/** Members of every object the other way round, names of properties included. */
function reversed(node: Json): Json {
  if (Array.isArray(node)) return node.map((item: Json) => reversed(item));
  if (!isObject(node)) return node;
  return Object.fromEntries(
    Object.entries(node)
      .toReversed()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

function described(part: JsonObject): JsonObject {
  return { ...part, description: 'in other words', title: 'Other', examples: ['a'] };
}

/** A schema as 3.0 and as 3.1 write it. */
const dialects: fc.Arbitrary<readonly [JsonObject, JsonObject]> = fc.letrec<{
  pair: readonly [JsonObject, JsonObject];
}>((tie) => {
  const plain = fc.oneof(textSchema, fc.constant<JsonObject>({ type: 'boolean' })).map((part) => [part, part] as const);
  const number = count.map(
    (limit) =>
      [
        { type: 'number', minimum: limit, exclusiveMinimum: true, maximum: 9 },
        { type: 'number', exclusiveMinimum: limit, maximum: 9 },
      ] as const,
  );
  const nullable = textSchema.map((part) => {
    const values = Array.isArray(part['enum']) ? { enum: [...part['enum'], null] } : {};
    return [
      { ...part, ...values, nullable: true },
      { ...part, ...values, type: ['string', 'null'] },
    ] as const;
  });
  const object = fc.tuple(tie('pair'), tie('pair'), fc.boolean()).map(([a, b, isClosed]) => {
    const rest = { type: 'object', required: ['a'], additionalProperties: !isClosed };
    return [
      { ...rest, properties: { a: a[0], b: b[0] } },
      { ...rest, properties: { a: a[1], b: b[1] } },
    ] as const;
  });
  const list = tie('pair').map(
    ([old, now]) =>
      [
        { type: 'array', items: old },
        { type: 'array', items: now },
      ] as const,
  );
  const choice = fc
    .tuple(tie('pair'), tie('pair'))
    .map(([a, b]) => [{ anyOf: [a[0], b[0]], nullable: true }, { anyOf: [a[1], b[1], { type: 'null' }] }] as const);
  return { pair: fc.oneof({ depthSize: 'small', maxDepth: 3 }, plain, number, nullable, object, list, choice) };
}).pair;

const values = fc.array(value, { minLength: 20, maxLength: 40 });
/** The same cases every time; more and others by hand: `RUNS=5000 SEED=7`. */
const runs = { numRuns: Number(process.env['RUNS'] ?? 120), seed: Number(process.env['SEED'] ?? 1) };

/** All that is said of a change from one to the other and back. */
function saidOf(one: Side, other: Side): unknown[] {
  return (['request', 'response'] as const).flatMap((direction) => [
    ...compareSchemas(one, other, direction),
    ...compareSchemas(other, one, direction),
  ]);
}

describe('a schema in other words', () => {
  test('is itself', () => {
    fc.assert(
      fc.property(schema, (one) => expect(saidOf(sideOf(one), sideOf(structuredClone(one)))).toEqual([])),
      runs,
    );
  });

  test('does not depend on the order of members', () => {
    fc.assert(
      fc.property(schema, (one) => expect(saidOf(sideOf(one), sideOf(reversed(one)))).toEqual([])),
      runs,
    );
  });

  test('is not what its descriptions say', () => {
    fc.assert(
      fc.property(schema, pick, (one, at) => {
        const places = placesIn(one, EVERYWHERE);
        const other = replaced(one, places[at % places.length] ?? [], described);
        expect(saidOf(sideOf(one), sideOf(other))).toEqual([]);
      }),
      runs,
    );
  });

  test('is what its references lead to', () => {
    fc.assert(
      fc.property(schema, pick, (one, at) => {
        const places = placesIn(one, EVERYWHERE);
        const schemas: Record<string, Json> = {};
        const other = replaced(one, places[at % places.length] ?? [], (part) => {
          schemas['Part'] = part;
          return { $ref: '#/components/schemas/Part' };
        });
        expect(saidOf(sideOf(one), sideOf(other, NEW, schemas))).toEqual([]);
      }),
      runs,
    );
  });

  test('is what an allOf of it says', () => {
    fc.assert(
      fc.property(schema, pick, (one, at) => {
        const places = placesIn(one, EVERYWHERE);
        const other = replaced(one, places[at % places.length] ?? [], (part) => ({ allOf: [part, {}] }));
        expect(saidOf(sideOf(one), sideOf(other))).toEqual([]);
      }),
      runs,
    );
  });

  test('says the same in OpenAPI 3.0 and 3.1', () => {
    fc.assert(
      fc.property(dialects, ([old, now]) => expect(saidOf(sideOf(old, OLD), sideOf(now, NEW))).toEqual([])),
      runs,
    );
  });
});

describe('two schemas, with ajv to tell what they accept', () => {
  for (const [name, pairs] of [
    ['unrelated', unrelated],
    ['one a version of the other', versions],
  ] as const) {
    test(`no value that is no longer accepted in a request goes unnoticed, ${name}`, () => {
      fc.assert(
        fc.property(pairs, values, ([base, revision], values) => {
          const lost = values.find((each) => accepts(base, each) && !accepts(revision, each));
          if (lost !== undefined) expect([lost, breaks(base, revision, 'request')]).not.toEqual([lost, []]);
        }),
        runs,
      );
    });

    test(`no value that may newly come in a response goes unnoticed, ${name}`, () => {
      fc.assert(
        fc.property(pairs, values, ([base, revision], values) => {
          const gained = values.find((each) => !accepts(base, each) && accepts(revision, each));
          if (gained !== undefined) expect([gained, breaks(base, revision, 'response')]).not.toEqual([gained, []]);
        }),
        runs,
      );
    });

    test(`what breaks a request one way breaks a response the other way, ${name}`, () => {
      fc.assert(
        fc.property(pairs, ([base, revision]) => {
          const there = breaksStrictly(base, revision, 'request');
          const back = breaksStrictly(revision, base, 'response');
          expect([there, back.length > 0]).toEqual([there, there.length > 0]);
        }),
        runs,
      );
    });
  }

  test('to widen a request breaks nobody', () => {
    fc.assert(
      fc.property(widening, ([before, after]) => {
        expect(breaks(sideOf(before), sideOf(after), 'request')).toEqual([]);
      }),
      runs,
    );
  });

  test('to narrow a response breaks nobody', () => {
    fc.assert(
      fc.property(widening, ([narrow, wide]) => {
        expect(breaksStrictly(sideOf(wide), sideOf(narrow), 'response')).toEqual([]);
      }),
      runs,
    );
  });

  test('to narrow a request is an error', () => {
    fc.assert(
      fc.property(widening, values, ([narrow, wide], values) => {
        const [base, revision] = [sideOf(wide), sideOf(narrow)];
        const lost = values.find((each) => accepts(base, each) && !accepts(revision, each));
        const severities = compareSchemas(base, revision, 'request').map((change) => change.severity);
        if (lost !== undefined) expect([lost, severities]).toEqual([lost, expect.arrayContaining(['error'])]);
      }),
      runs,
    );
  });
});
