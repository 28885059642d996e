import { isObject } from '../contracts/index.ts';
import type { Schema, Subschema } from './generate-plan.ts';

/** What must all hold at one place, with `allOf` and references taken apart, and what is left to choose. */
export interface Conjunction {
  /** Their `allOf`, `anyOf`, `oneOf`, `not`, `if` and dependent schemas are not to be read any more. */
  readonly schemas: readonly Schema[];
  readonly choices: readonly Choice[];
  /** One of them is `false`, or what they say of the type contradicts itself. */
  readonly isImpossible: boolean;
}

/** Alternatives of which one must hold. */
export interface Choice {
  readonly count: number;
  /** In order of preference: one is taken only when none before it can hold. Otherwise chance decides. */
  readonly isOrdered: boolean;
  /** What must hold in this one. */
  readonly alternative: (index: number) => readonly Subschema[];
}

/** Follows a reference; whatever a missing one says is not known, so that everything fulfils it. */
export type Resolve = (reference: string) => Subschema;

/** A keyword of ours: the value must not fulfil this schema, which cannot be said in any other way. */
export const REJECTED = '\0rejected';

/** A keyword of ours: values that are not allowed. */
export const EXCLUDED = '\0excluded';

const NOTHING: Conjunction = { schemas: [], choices: [], isImpossible: false };

/** @param base what holds already */
export function conjunctionOf(added: readonly Subschema[], resolve: Resolve, base: Conjunction = NOTHING): Conjunction {
  const schemas = new Set(base.schemas);
  const choices = [...base.choices];
  let isImpossible = base.isImpossible;
  const open = [...added];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    if (next === false) isImpossible = true;
    if (typeof next === 'boolean' || schemas.has(next)) continue;
    schemas.add(next);
    const { $ref: reference, allOf, anyOf, oneOf, not } = next;
    if (typeof reference === 'string') open.push(resolve(reference));
    open.push(...subschemas(allOf));
    choices.push(
      ...anyOfChoice(subschemas(anyOf)),
      ...oneOfChoice(subschemas(oneOf), resolve),
      ...dependentChoices(next),
    );
    if (isSubschema(not)) choices.push(negation(not, resolve, depthOf(next)));
    choices.push(...conditionChoice(next));
  }
  return { schemas: [...schemas], choices, isImpossible };
}

export function isSubschema(value: unknown): value is Subschema {
  return typeof value === 'boolean' || isObject(value);
}

export function subschemas(value: unknown): readonly Subschema[] {
  return Array.isArray(value) ? (value as unknown[]).filter(isSubschema) : [];
}

function anyOfChoice(branches: readonly Subschema[]): readonly Choice[] {
  if (branches.length === 0) return [];
  return [{ count: branches.length, isOrdered: false, alternative: (index) => branches.slice(index, index + 1) }];
}

/** Exactly one: the others must not hold, which goes without saying for those that cannot hold at the same time. */
function oneOfChoice(branches: readonly Subschema[], resolve: Resolve): readonly Choice[] {
  if (branches.length === 0) return [];
  const alternative = (index: number): readonly Subschema[] => {
    const branch = branches[index] ?? false;
    const others = branches.filter((other, at) => at !== index && !areDisjoint(branch, other, resolve, 3));
    return [branch, ...others.map((other) => ({ not: other }))];
  };
  return [{ count: branches.length, isOrdered: false, alternative }];
}

function conditionChoice({ if: condition, then: consequence, else: otherwise }: Schema): readonly Choice[] {
  if (!isSubschema(condition) || (consequence === undefined && otherwise === undefined)) return [];
  const met: Subschema[] = [condition, ...(isSubschema(consequence) ? [consequence] : [])];
  const unmet: Subschema[] = [{ not: condition }, ...(isSubschema(otherwise) ? [otherwise] : [])];
  return [choiceOf([met, unmet])];
}

/** A property that brings a schema with it is there with it, or is not there. */
function dependentChoices({ dependentSchemas, dependencies }: Schema): readonly Choice[] {
  const dependents = [dependentSchemas, dependencies].flatMap((map) => (isObject(map) ? Object.entries(map) : []));
  return dependents.flatMap(([name, schema]) => {
    if (!isSubschema(schema)) return [];
    return [choiceOf([[{ required: [name] }, schema], [{ properties: { [name]: false } }]])];
  });
}

function choiceOf(alternatives: readonly (readonly Subschema[])[], isOrdered = false): Choice {
  return { count: alternatives.length, isOrdered, alternative: (index) => alternatives[index] ?? [false] };
}

/** A keyword of ours beside `not`: how many schemas are around this one that must not hold. */
const DEPTH = '\0depth';

/** A schema that does not hold because one within does not, and so on: further in, it is found out by trying. */
const DEEPEST = 2;

function depthOf(schema: Schema): number {
  const depth = schema[DEPTH];
  return typeof depth === 'number' ? depth : 0;
}

/** One way in which a schema does not hold; the lower the rank, the less it makes of the rest. */
interface Departure {
  readonly rank: number;
  readonly schemas: readonly Subschema[];
}

/** A schema does not hold where one of its keywords does not. */
function negation(schema: Subschema, resolve: Resolve, depth: number): Choice {
  if (typeof schema === 'boolean') return choiceOf([[!schema]]);
  if (depth >= DEEPEST) return choiceOf([[{ [REJECTED]: schema }]]);
  const departures = allOfFlat(schema, resolve).flatMap((part) =>
    Object.entries(part).flatMap(([keyword, value]) => departuresFrom(keyword, value, part, depth + 1)),
  );
  const inOrder = departures.toSorted((a, b) => a.rank - b.rank).map(({ schemas }) => schemas);
  return choiceOf(inOrder.length === 0 ? [[false]] : inOrder, true);
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Keywords that say nothing of a value, or whose say is in others. */
const SILENT = new Set(
  `$schema $id $comment title description default examples example deprecated readOnly writeOnly xml externalDocs discriminator
  then else additionalItems minContains maxContains definitions $defs $ref allOf nullable __bundled__`.split(/\s+/),
);

export function isSilent(keyword: string): boolean {
  return SILENT.has(keyword) || keyword.startsWith('x-') || keyword.startsWith('\0');
}

function departuresFrom(keyword: string, value: unknown, schema: Schema, depth: number): readonly Departure[] {
  if (isSilent(keyword)) return [];
  const bound = negatedBound(keyword, value);
  if (bound !== undefined) return [{ rank: 3, schemas: [bound] }];
  switch (keyword) {
    case 'type':
      return [{ rank: 4, schemas: [{ type: typesExcept(typesOf(schema) ?? TYPES) }] }];
    case 'const':
      return [{ rank: 1, schemas: [{ [EXCLUDED]: [value] }] }];
    case 'enum':
      return [{ rank: 1, schemas: [{ [EXCLUDED]: value }] }];
    case 'required':
      return names(value).map((name) => ({ rank: 2, schemas: [{ type: 'object', properties: { [name]: false } }] }));
    case 'properties':
      return Object.entries(isObject(value) ? value : {}).flatMap(([name, property]) =>
        otherProperty(name, property, depth),
      );
    case 'not':
      return isSubschema(value) ? [{ rank: 3, schemas: [value] }] : [];
    case 'anyOf':
    case 'oneOf':
      return [{ rank: 5, schemas: subschemas(value).map((each) => ({ not: each, [DEPTH]: depth })) }];
    case 'items':
      if (!isSubschema(value) || schema['prefixItems'] !== undefined) break;
      return [{ rank: 6, schemas: [{ type: 'array', minItems: 1, contains: { not: value, [DEPTH]: depth } }] }];
  }
  return [{ rank: 7, schemas: [{ [REJECTED]: schema }] }];
}

/** Where only whole numbers are excluded, others would have to be made with a fraction: they are left out too. */
function typesExcept(types: readonly string[]): readonly string[] {
  return TYPES.filter(
    (type) => !types.includes(type) && !(NUMERIC.includes(type) && types.some((each) => NUMERIC.includes(each))),
  );
}

const NUMERIC = ['number', 'integer'];

/** The property is there, and is not as it is said to be. */
function otherProperty(name: string, property: unknown, depth: number): readonly Departure[] {
  if (!isSubschema(property)) return [];
  const isNamed = typeof property === 'object' && valuesOf(property) !== undefined;
  const isDeep =
    typeof property === 'object' &&
    ['properties', 'items', 'allOf', 'anyOf', 'oneOf', '$ref'].some((key) => key in property);
  const other = { type: 'object', required: [name], properties: { [name]: { not: property, [DEPTH]: depth } } };
  return [{ rank: isNamed ? 1 : isDeep ? 6 : 4, schemas: [other] }];
}

const OPPOSITES = new Map<string, (limit: number) => Schema>([
  ['minimum', (limit) => ({ type: 'number', exclusiveMaximum: limit })],
  ['maximum', (limit) => ({ type: 'number', exclusiveMinimum: limit })],
  ['exclusiveMinimum', (limit) => ({ type: 'number', maximum: limit })],
  ['exclusiveMaximum', (limit) => ({ type: 'number', minimum: limit })],
  ['minLength', (limit) => ({ type: 'string', maxLength: limit - 1 })],
  ['maxLength', (limit) => ({ type: 'string', minLength: limit + 1 })],
  ['minItems', (limit) => ({ type: 'array', maxItems: limit - 1 })],
  ['maxItems', (limit) => ({ type: 'array', minItems: limit + 1 })],
  ['minProperties', (limit) => ({ type: 'object', maxProperties: limit - 1 })],
  ['maxProperties', (limit) => ({ type: 'object', minProperties: limit + 1 })],
]);

function negatedBound(keyword: string, value: unknown): Schema | undefined {
  return typeof value === 'number' ? OPPOSITES.get(keyword)?.(value) : undefined;
}

export function names(value: unknown): readonly string[] {
  return Array.isArray(value) ? (value as unknown[]).filter((name) => typeof name === 'string') : [];
}

/** What a schema says of types; undefined for nothing. */
export function typesOf({ type, nullable }: Schema): readonly string[] | undefined {
  if (typeof type !== 'string' && !Array.isArray(type)) return undefined;
  const types = typeof type === 'string' ? [type] : names(type);
  return nullable === true ? [...types, 'null'] : types;
}

/** Whether no value can fulfil both, as far as can be seen at a glance. */
function areDisjoint(one: Subschema, other: Subschema, resolve: Resolve, depth: number): boolean {
  if (one === false || other === false) return true;
  if (one === true || other === true || depth === 0) return false;
  const a = allOfFlat(one, resolve);
  const b = allOfFlat(other, resolve);
  if (some(a, b, haveDisjointTypes) || some(a, b, haveDisjointValues)) return true;
  // Only of objects can it be said by their properties.
  const areObjects = [a, b].every((all) => all.some((schema) => schema['type'] === 'object'));
  return areObjects && (isClosedTo(a, b) || isClosedTo(b, a) || differInProperty(a, b, resolve, depth));
}

function some(a: readonly Schema[], b: readonly Schema[], test: (one: Schema, other: Schema) => boolean): boolean {
  return a.some((one) => b.some((other) => test(one, other)));
}

function allOfFlat(schema: Subschema, resolve: Resolve): readonly Schema[] {
  const flat = new Set<Schema>();
  const open = [schema];
  for (let next = open.shift(); next !== undefined && flat.size < 50; next = open.shift()) {
    if (typeof next === 'boolean' || flat.has(next)) continue;
    flat.add(next);
    if (typeof next['$ref'] === 'string') open.push(resolve(next['$ref']));
    open.push(...subschemas(next['allOf']));
  }
  return [...flat];
}

function haveDisjointTypes(one: Schema, other: Schema): boolean {
  const a = typesOf(one);
  const b = typesOf(other);
  if (a === undefined || b === undefined) return false;
  const wide = b.includes('number') ? [...b, 'integer'] : b;
  return !a.some((type) => wide.includes(type) || (type === 'number' && wide.includes('integer')));
}

function haveDisjointValues(one: Schema, other: Schema): boolean {
  const a = valuesOf(one);
  const b = valuesOf(other);
  if (a === undefined || b === undefined) return false;
  const known = new Set(b.map((value) => JSON.stringify(value)));
  return !a.some((value) => known.has(JSON.stringify(value)));
}

/** The values that `const` or `enum` name; undefined for none. */
export function valuesOf(schema: Schema): readonly unknown[] | undefined {
  if ('const' in schema) return [schema['const']];
  return Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]) : undefined;
}

/** Whether something that one requires is an additional property that the other forbids. */
function isClosedTo(a: readonly Schema[], b: readonly Schema[]): boolean {
  const required = a.flatMap((schema) => names(schema['required']));
  return b.some(({ properties = {}, additionalProperties, patternProperties }) => {
    if (additionalProperties !== false || patternProperties !== undefined) return false;
    return required.some((name) => !Object.hasOwn(properties as object, name));
  });
}

/** Whether a property that both require cannot be the same in both. */
function differInProperty(a: readonly Schema[], b: readonly Schema[], resolve: Resolve, depth: number): boolean {
  const required = new Set(a.flatMap((schema) => names(schema['required'])));
  const shared = b.flatMap((schema) => names(schema['required'])).filter((name) => required.has(name));
  const ofName = (all: readonly Schema[], name: string): Schema => ({
    allOf: all.flatMap(({ properties }) =>
      isObject(properties) && isSubschema(properties[name]) ? [properties[name]] : [],
    ),
  });
  return shared.some((name) => areDisjoint(ofName(a, name), ofName(b, name), resolve, depth - 1));
}
