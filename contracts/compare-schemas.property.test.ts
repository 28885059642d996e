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

function sideOf(schema: Json, specification = NEW, schemas: JsonObject = {}): Side {
  const document = { schema, components: { schemas } };
  return { contract: { document, specification, source: 'openapi.yaml' }, pointer: '/schema' };
}

function accepts({ contract, pointer }: Side, value: Json): boolean {
  return schemaValidator(contract, pointer, 'request')(value).length === 0;
}

/** Codes of the changes that break or may break. */
function breaks(base: Side, revision: Side, direction: 'request' | 'response'): string[] {
  const changes = compareSchemas(base, revision, direction);
  return changes.filter((change) => change.severity !== 'info').map((change) => change.code);
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
    fc.dictionary(fc.constantFrom(...NAMES), tie('value'), { maxKeys: 3, noNullPrototype: true }),
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
    multipleOf: optional(fc.constantFrom(0.5, 1, 2)),
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
);

/** Every object names the same properties, so that none is added or removed. */
const schema: fc.Arbitrary<JsonObject> = fc.letrec<{ schema: JsonObject }>((tie) => {
  const object = fc
    .record({
      type: fc.constant('object'),
      properties: fc.record({ a: tie('schema'), b: tie('schema'), c: tie('schema') }),
      required: optional(fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 2 })),
      additionalProperties: optional(fc.boolean()),
      minProperties: optional(count),
      maxProperties: optional(count),
      dependentRequired: optional(fc.constantFrom<Json>({ a: ['b'] }, { b: ['c'] })),
    })
    .map(compact);
  const array = fc
    .record({
      type: fc.constant('array'),
      items: optional(tie('schema')),
      prefixItems: optional(fc.array(tie('schema'), { minLength: 1, maxLength: 2 })),
      minItems: optional(count),
      maxItems: optional(count),
      uniqueItems: optional(fc.boolean()),
      contains: optional(tie('schema')),
    })
    .map(compact);
  const composed = fc.oneof(
    fc.array(tie('schema'), { minLength: 1, maxLength: 2 }).map((allOf) => ({ allOf })),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    tie('schema').map((not) => ({ not })),
    fc.record({ if: tie('schema'), then: tie('schema'), else: tie('schema') }).map(compact),
  );
  return {
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
const SAME_SENSE = new Set(['properties', 'prefixItems', 'items', 'allOf', 'anyOf', 'then', 'else', 'contains']);
const HOLDERS = new Set(['properties', 'prefixItems', 'allOf', 'anyOf']);

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

const EVERYWHERE = new Set([...SAME_SENSE, 'not', 'if']);
const pick = fc.nat(1000);

/** A schema and the same with something else in one place: most of it is equal, as between two versions. */
const versions = fc.tuple(schema, schema, pick, fc.boolean()).map(([before, donor, at, isMerged]) => {
  const places = placesIn(before, EVERYWHERE);
  const after = replaced(before, places[at % places.length] ?? [], (part) =>
    isMerged ? { ...part, ...donor } : donor,
  );
  return [before, after] as const;
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
  if (typeof own === 'number' && limit !== 'multipleOf' && choice % 2 === 0)
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
const runs = { numRuns: Number(process.env['RUNS'] ?? 300), seed: Number(process.env['SEED'] ?? 1) };

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
    ['unrelated', fc.tuple(schema, schema)],
    ['one a version of the other', versions],
  ] as const) {
    test(`no value that is no longer accepted in a request goes unnoticed, ${name}`, () => {
      fc.assert(
        fc.property(pairs, values, ([before, after], values) => {
          const [base, revision] = [sideOf(before), sideOf(after)];
          const lost = values.find((each) => accepts(base, each) && !accepts(revision, each));
          if (lost !== undefined) expect([lost, breaks(base, revision, 'request')]).not.toEqual([lost, []]);
        }),
        runs,
      );
    });

    test(`no value that may newly come in a response goes unnoticed, ${name}`, () => {
      fc.assert(
        fc.property(pairs, values, ([before, after], values) => {
          const [base, revision] = [sideOf(before), sideOf(after)];
          const gained = values.find((each) => !accepts(base, each) && accepts(revision, each));
          if (gained !== undefined) expect([gained, breaks(base, revision, 'response')]).not.toEqual([gained, []]);
        }),
        runs,
      );
    });

    test(`what breaks a request one way breaks a response the other way, ${name}`, () => {
      fc.assert(
        fc.property(pairs, ([before, after]) => {
          const [base, revision] = [sideOf(before), sideOf(after)];
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
