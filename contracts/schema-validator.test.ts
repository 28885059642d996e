import { describe, expect, test } from '@jest/globals';
import type { Json, JsonObject } from './json.ts';
import type { SchemaProblem } from './schema-problems.ts';
import { schemaValidator } from './schema-validator.ts';

function contractOf(
  schemas: JsonObject,
  specification = '3.0.3',
): { document: JsonObject; source: string; specification: string } {
  return { document: { components: { schemas } }, source: 'a.yaml', specification };
}

function check(
  schema: Json,
  value: Json,
  specification = '3.0.3',
  direction: 'request' | 'response' = 'response',
): readonly SchemaProblem[] {
  return schemaValidator(contractOf({ A: schema }, specification), '/components/schemas/A', direction)(value);
}

/** The keywords that a value breaks. */
function broken(...given: Parameters<typeof check>): readonly string[] {
  return check(...given).map((problem) => problem.keyword);
}

describe('a problem', () => {
  test('says where in the value, which keyword of the contract, what is expected and what is there', () => {
    const schemas = {
      A: { type: 'object', properties: { b: { $ref: '#/components/schemas/B' } } },
      B: {
        type: 'array',
        items: { type: 'object', required: ['c'], properties: { c: { type: 'string', maxLength: 2 } } },
      },
    };
    const validate = schemaValidator(contractOf(schemas), '/components/schemas/A', 'response');
    expect(validate({ b: [{ d: 1 }, { c: 'long' }] })).toEqual([
      {
        instancePointer: '/b/0',
        schemaPointer: '/components/schemas/B/items/required',
        keyword: 'required',
        message: "must have required property 'c'",
        expected: 'c',
        actual: ['d'],
      },
      {
        instancePointer: '/b/1/c',
        schemaPointer: '/components/schemas/B/items/properties/c/maxLength',
        keyword: 'maxLength',
        message: 'must NOT have more than 2 characters',
        expected: 2,
        actual: 'long',
      },
    ]);
    expect(validate({ b: [{ c: 'ok' }] })).toEqual([]);
  });

  test('never drags a large value along', () => {
    const [problem] = check({ type: 'string' }, { text: 'x'.repeat(1000) });
    expect(problem?.actual).toBe('an object of 1 members');
  });

  test('names the property that is one too many, and the values that are allowed', () => {
    expect(check({ type: 'object', additionalProperties: false }, { x: 1 })).toMatchObject([
      { message: "must not have the property 'x'", expected: false, actual: 'x' },
    ]);
    expect(check({ enum: ['a', 'b'] }, 'c')).toMatchObject([
      { message: 'must be one of "a", "b"', expected: ['a', 'b'], actual: 'c' },
    ]);
  });
});

describe('alternatives', () => {
  const shapes: JsonObject = {
    Circle: {
      type: 'object',
      required: ['kind', 'radius'],
      properties: { kind: { enum: ['circle'] }, radius: { type: 'number' } },
    },
    Square: {
      type: 'object',
      required: ['kind', 'side'],
      properties: { kind: { enum: ['square'] }, side: { type: 'number' } },
    },
    Either: { oneOf: [{ $ref: '#/components/schemas/Circle' }, { $ref: '#/components/schemas/Square' }] },
    Named: {
      oneOf: [{ $ref: '#/components/schemas/One' }, { $ref: '#/components/schemas/Two' }],
      discriminator: { propertyName: 'kind', mapping: { uno: '#/components/schemas/One' } },
    },
    One: { type: 'object', required: ['a', 'b'] },
    Two: { type: 'object', required: ['c', 'd'] },
  };
  const validate = (name: string): ReturnType<typeof schemaValidator> =>
    schemaValidator(contractOf(shapes), `/components/schemas/${name}`, 'response');

  test('report on the one that was meant', () => {
    expect(validate('Either')({ kind: 'square', side: 'long' })).toEqual([
      {
        instancePointer: '/side',
        schemaPointer: '/components/schemas/Square/properties/side/type',
        keyword: 'type',
        message: 'must be number',
        expected: 'number',
        actual: 'long',
      },
    ]);
    expect(validate('Either')({ kind: 'square', side: 2 })).toEqual([]);
  });

  test('report on the one that the discriminator names', () => {
    expect(validate('Named')({ kind: 'uno', a: 1, c: 1 })).toMatchObject([
      { schemaPointer: '/components/schemas/One/required', expected: 'b' },
    ]);
    expect(validate('Named')({ kind: 'Two', a: 1, c: 1 })).toMatchObject([
      { schemaPointer: '/components/schemas/Two/required', expected: 'd' },
    ]);
  });

  test('are one problem where none was evidently meant, or where too many fit', () => {
    expect(validate('Either')({ kind: 'line' })).toEqual([
      {
        instancePointer: '',
        schemaPointer: '/components/schemas/Either/oneOf',
        keyword: 'oneOf',
        message: 'must match exactly one schema in oneOf',
        expected: 'oneOf of 2 schemas',
        actual: { kind: 'line' },
      },
    ]);
    expect(check({ oneOf: [{ type: 'integer' }, { type: 'number' }, { type: 'string' }] }, 1)).toMatchObject([
      { keyword: 'oneOf' },
    ]);
  });
});

describe('OpenAPI 2.0 and 3.0', () => {
  test('nullable allows null, with an enum or a composition too', () => {
    expect(broken({ type: 'string', nullable: true }, null)).toEqual([]);
    expect(broken({ type: 'string' }, null)).toEqual(['type']);
    expect(broken({ type: 'string', nullable: true, enum: ['a'] }, null)).toEqual([]);
    expect(broken({ nullable: true, allOf: [{ type: 'object' }] }, null)).toEqual([]);
    expect(broken({ nullable: true, allOf: [{ type: 'object' }] }, 1)).toEqual(['type']);
    expect(broken({ type: 'string', 'x-nullable': true }, null, '2.0')).toEqual([]);
  });

  test('a boolean bound makes the one beside it exclusive', () => {
    expect(broken({ minimum: 1, exclusiveMinimum: true }, 1)).toEqual(['exclusiveMinimum']);
    expect(broken({ minimum: 1, exclusiveMinimum: false }, 1)).toEqual([]);
  });

  test('what stands beside a reference is ignored, which 3.1 does not', () => {
    const schemas = { A: { $ref: '#/components/schemas/B', maxLength: 1 }, B: { type: 'string' } };
    const run = (specification: string): readonly SchemaProblem[] =>
      schemaValidator(contractOf(schemas, specification), '/components/schemas/A', 'response')('long');
    expect(run('3.0.3')).toEqual([]);
    expect(run('3.1.0')).toMatchObject([{ keyword: 'maxLength' }]);
  });

  test("Swagger's parameters are schemas, and a file is anything", () => {
    expect(
      broken({ name: 'a', in: 'query', required: true, type: 'integer', format: 'int32' }, 2 ** 40, '2.0'),
    ).toEqual(['format']);
    expect(broken({ type: 'file' }, 'bytes', '2.0')).toEqual([]);
  });

  test.each([
    ['int32', 2 ** 31, 2 ** 31 - 1],
    ['int64', 1.5, 2 ** 40],
    ['byte', 'a?', 'YQ=='],
    ['date-time', 'yesterday', '2026-01-01T00:00:00Z'],
    ['uuid', 'x', '123e4567-e89b-12d3-a456-426614174000'],
  ])('the format %s refuses %j and takes %j', (format, bad, good) => {
    expect(broken({ format }, bad)).toEqual(['format']);
    expect(broken({ format }, good)).toEqual([]);
  });

  test('a format that nobody knows is ignored', () => {
    expect(broken({ type: 'string', format: 'sku' }, 'x')).toEqual([]);
  });
});

describe('readOnly and writeOnly', () => {
  const base = {
    type: 'object',
    required: ['id', 'secret'],
    properties: { id: { type: 'string', readOnly: true }, secret: { type: 'string', writeOnly: true } },
  };

  test('are only required in their direction', () => {
    expect(check(base, {}, '3.0.3', 'request')).toMatchObject([{ expected: 'secret' }]);
    expect(check(base, {}, '3.0.3', 'response')).toMatchObject([{ expected: 'id' }]);
  });

  test('count for all parts of an allOf', () => {
    expect(check({ allOf: [{ properties: base.properties }, { required: ['id'] }] }, {}, '3.1.0', 'request')).toEqual(
      [],
    );
  });
});

describe('JSON Schema 2020-12, in OpenAPI 3.1', () => {
  test('has its own keywords', () => {
    expect(broken({ prefixItems: [{ type: 'string' }], items: false }, ['a', 'b'], '3.1.0')).toEqual(['items']);
    expect(broken({ type: ['string', 'null'] }, null, '3.1.0')).toEqual([]);
    expect(broken({ properties: { a: true }, unevaluatedProperties: false }, { b: 1 }, '3.1.0')).toEqual([
      'unevaluatedProperties',
    ]);
    expect(
      broken(JSON.parse('{ "if": { "required": ["a"] }, "then": { "required": ["b"] } }'), { a: 1 }, '3.1.0'),
    ).toEqual(['required']);
  });

  test('a single $dynamicAnchor is followed, of several none', () => {
    const node = (more: JsonObject): JsonObject => ({
      A: { $dynamicAnchor: 'node', type: 'object', properties: { child: { $dynamicRef: '#node' } } },
      ...more,
    });
    const run = (schemas: JsonObject): number =>
      schemaValidator(contractOf(schemas, '3.1.0'), '/components/schemas/A', 'response')({ child: 1 }).length;
    expect(run(node({}))).toBe(1);
    expect(run(node({ B: { $dynamicAnchor: 'node' } }))).toBe(0);
  });
});

describe('draft 7, in AsyncAPI', () => {
  test('has tuples and dependencies', () => {
    expect(broken({ items: [{ type: 'string' }], additionalItems: false }, ['a', 'b'], 'asyncapi 3.0.0')).toEqual([
      'additionalItems',
    ]);
    expect(broken({ dependencies: { a: ['b'] } }, { a: 1 }, 'asyncapi 3.0.0')).toEqual(['dependencies']);
    expect(broken({ dependencies: { a: ['b'] } }, { a: 1 }, '3.1.0')).toEqual(['dependentRequired']);
  });
});

describe('schemas that are not sound', () => {
  test.each([
    [{ type: 'strng' }, '/components/schemas/A/type', '"strng" is no type'],
    [
      { properties: { a: { pattern: '([' } } },
      '/components/schemas/A/properties/a/pattern',
      '"([" is no regular expression of ECMA-262: Invalid regular expression: /([/: Unterminated character class',
    ],
    [{ maxLength: '3' }, '/components/schemas/A/maxLength', 'maxLength is a whole number from 0'],
    [{ enum: [] }, '/components/schemas/A/enum', 'enum is a list of at least one value'],
    [{ allOf: {} }, '/components/schemas/A/allOf', 'allOf is a list of at least one schema'],
  ])('%j is refused with its place, each time with the same error', (schema, pointer, why) => {
    const contract = contractOf({ A: schema });
    const thrown = [0, 1].map(() => {
      try {
        return schemaValidator(contract, '/components/schemas/A', 'request');
      } catch (error) {
        return error;
      }
    });
    expect(thrown[0]).toMatchObject({ code: 'SCHEMA_INVALID', where: `a.yaml#${pointer}`, why });
    expect(thrown[1]).toBe(thrown[0]);
  });

  test('a part that is not sound is found behind references, and leaves others alone', () => {
    const contract = contractOf({
      A: { $ref: '#/components/schemas/B' },
      B: { items: { $ref: '#/components/schemas/C' } },
      C: { type: 'strng' },
      D: { type: 'string' },
    });
    expect(() => schemaValidator(contract, '/components/schemas/A', 'request')).toThrow('"strng" is no type');
    expect(schemaValidator(contract, '/components/schemas/D', 'request')(1)).toHaveLength(1);
  });

  test('a schema that is only a part of itself has no end, and says so instead of hanging', () => {
    const validate = schemaValidator(
      contractOf({ A: { allOf: [{ $ref: '#/components/schemas/A' }] } }),
      '/components/schemas/A',
      'request',
    );
    expect(() => validate(1)).toThrow('it is a part of itself without end');
  });

  test('references into nowhere or in a circle, and no schema at all, are no constraint', () => {
    expect(check({ $ref: '#/nowhere' }, 1)).toEqual([]);
    expect(check({ $ref: '#/components/schemas/A' }, 1)).toEqual([]);
    expect(schemaValidator(contractOf({}), '/components/schemas/missing', 'request')(1)).toEqual([]);
  });
});

test('circular schemas validate circular data shapes of any depth', () => {
  const contract = contractOf({
    Tree: {
      type: 'object',
      properties: {
        value: { type: 'integer' },
        children: { type: 'array', items: { $ref: '#/components/schemas/Tree' } },
      },
    },
  });
  const validate = schemaValidator(contract, '/components/schemas/Tree', 'response');
  expect(validate({ children: [{ children: [{ value: 1 }] }] })).toEqual([]);
  expect(validate({ children: [{ children: [{ value: 'x' }] }] })).toMatchObject([
    { instancePointer: '/children/0/children/0/value' },
  ]);
});

test('the same schema is compiled once a direction', () => {
  const contract = contractOf({ A: { type: 'string' } });
  const validate = schemaValidator(contract, '/components/schemas/A', 'request');
  expect(schemaValidator(contract, '/components/schemas/A', 'request')).toBe(validate);
  expect(schemaValidator(contract, '/components/schemas/A', 'response')).not.toBe(validate);
});

describe('a pattern that does not end', () => {
  const EVIL = '^(d+)+$';
  const VALUE = `${'d'.repeat(60)}!`;

  test.each<[JsonObject, Json]>([
    [{ pattern: EVIL }, VALUE],
    [{ not: { pattern: EVIL } }, VALUE],
    [{ oneOf: [{ pattern: EVIL }, { type: 'string' }] }, VALUE],
    [{ oneOf: [{ pattern: EVIL }, { pattern: '^(?:d+)+$' }] }, VALUE],
    [{ anyOf: [{ pattern: EVIL }, { type: 'integer' }] }, VALUE],
    [{ if: { pattern: EVIL }, else: { maxLength: 1 } }, VALUE],
    [{ patternProperties: { [EVIL]: { type: 'integer' } } }, { [VALUE]: 'x' }],
    [{ patternProperties: { [EVIL]: {} }, additionalProperties: false }, { [VALUE]: 'x' }],
    [{ propertyNames: { pattern: EVIL } }, { [VALUE]: 'x' }],
  ])('is no reason to refuse a value: %j', (schema, value) => {
    expect(check(schema, value, '3.1.0')).toEqual([]);
  });

  test('is judged all the same where the value is short', () => {
    expect(broken({ pattern: EVIL }, 'd!')).toEqual(['pattern']);
    expect(broken({ pattern: EVIL }, 'dd')).toEqual([]);
  });

  test('hides nothing else that is wrong with the value', () => {
    const schema = { type: 'object', properties: { a: { pattern: EVIL }, b: { type: 'integer' } } };
    expect(check(schema, { a: VALUE, b: 'x' })).toMatchObject([{ instancePointer: '/b', keyword: 'type' }]);
  });

  test('may be that of a format', () => {
    const value = `http://${'::'.repeat(100_000)} `;
    expect(check({ format: 'url' }, value)).toEqual([]);
    expect(broken({ format: 'url' }, 'no url')).toEqual(['format']);
    expect(broken({ format: 'email' }, 'a'.repeat(2000))).toEqual(['format']);
  });
});
