import type { Json } from './json.ts';

/**
 * What a schema says, apart from how it is spelled: `allOf` and references merged, both dialects read alike. A schema
 * in it is a conjunction: the parts that all apply to one value. The empty one accepts everything.
 *
 * So a member of an `allOf` that comes or goes is no change of its own; others warn of it. What it said is: a property,
 * a bound. One that says what its neighbours say already is nothing.
 */
export interface Form {
  /** After `type`, `nullable`, `enum` and a `not` of types. None at all: nothing is accepted. */
  types: Set<TypeName>;
  /** Of the keyword that says so. */
  typesPointer?: string;
  /** From `enum`, `const` or an alternative of constants. */
  values?: Values;
  readonly bounds: Map<BoundName, Bound>;
  /** Of each, the pointer of its keyword; so for patterns and formats. */
  readonly multiples: Map<number, string>;
  readonly patterns: Map<string, string>;
  readonly formats: Map<string, string>;
  uniqueItems?: string;
  readonly objects: ObjectPart[];
  readonly arrays: ArrayPart[];
  readonly required: Map<string, string>;
  readonly propertyNames: string[];
  /** By the property that is there, the ones that then must be. */
  readonly dependentRequired: Map<string, Map<string, string>>;
  readonly dependentSchemas: Map<string, string[]>;
  readonly contains: Contains[];
  readonly unions: Union[];
  readonly nots: string[];
  readonly conditions: Condition[];
  /** Where alternatives or conditions decide what counts as evaluated; else they are parts of their own. */
  readonly unevaluatedProperties: string[];
  readonly unevaluatedItems: string[];
  readonly contentSchema: string[];
  /** Keywords that do not decide what is accepted. */
  readonly notes: Map<NoteName, Note>;
}

/** JSON Schema's types with the numbers split: `integer`, and those with a fraction. */
export type TypeName = 'null' | 'boolean' | 'integer' | 'fraction' | 'string' | 'array' | 'object';
export const TYPE_NAMES: readonly TypeName[] = ['null', 'boolean', 'integer', 'fraction', 'string', 'array', 'object'];

export interface Values {
  readonly list: readonly Json[];
  readonly pointer: string;
  readonly keyword: 'enum' | 'const';
}

export type BoundName =
  | 'minimum'
  | 'maximum'
  | 'minLength'
  | 'maxLength'
  | 'minItems'
  | 'maxItems'
  | 'minProperties'
  | 'maxProperties';

export interface Bound {
  readonly limit: number;
  readonly exclusive: boolean;
  readonly pointer: string;
}

/** One schema's say on properties: `others` is for those it does not name, by name or pattern. */
export interface ObjectPart {
  readonly properties: ReadonlyMap<string, readonly string[]>;
  readonly patterns: ReadonlyMap<string, readonly string[]>;
  readonly others: readonly string[];
}

interface ArrayPart {
  readonly prefix: readonly (readonly string[])[];
  readonly others: readonly string[];
}

export interface Contains {
  readonly part: string;
  readonly min: number;
  readonly max: number;
  readonly pointer: string;
}

export interface Union {
  readonly keyword: 'anyOf' | 'oneOf';
  readonly pointer: string;
  readonly branches: readonly (readonly string[])[];
}

export interface Condition {
  readonly if: string;
  /** `then` and `else`. */
  readonly whenMet: readonly string[];
  readonly whenNot: readonly string[];
  readonly pointer: string;
}

export type NoteName =
  | 'readOnly'
  | 'writeOnly'
  | 'deprecated'
  | 'default'
  | 'discriminator'
  | 'xml'
  | 'contentMediaType'
  | 'contentEncoding'
  | 'x-extensible-enum';

interface Note {
  readonly value: Json;
  readonly pointer: string;
}

/** Parts of a conjunction are plain strings, so that a conjunction is its own key. */
export const schemaAt = (pointer: string): string => `#${pointer}`;
/** Only values of these types. */
export const ofTypes = (...types: readonly TypeName[]): string => `types:${types.join()}`;
/** Without the alternatives that stand at this pointer: one of them stands in their place. */
export const withoutUnion = (pointer: string): string => `without:${pointer}`;

/** Only these values, which the keyword at the pointer names. */
export const ofValues = (list: readonly Json[], pointer: string): string => `values:${JSON.stringify([pointer, list])}`;

export type Part =
  | { readonly kind: 'schema' | 'without'; readonly pointer: string }
  | { readonly kind: 'types'; readonly types: readonly TypeName[] }
  | { readonly kind: 'values'; readonly values: Values };

/** Reads what `schemaAt` and the like wrote. */
export function partOf(text: string): Part {
  if (text.startsWith('#')) return { kind: 'schema', pointer: text.slice(1) };
  if (text.startsWith('without:')) return { kind: 'without', pointer: text.slice('without:'.length) };
  if (text.startsWith('values:')) {
    const [pointer, list]: [string, Json[]] = JSON.parse(text.slice('values:'.length));
    return { kind: 'values', values: { list, pointer, keyword: 'enum' } };
  }
  const names = new Set(text.slice('types:'.length).split(','));
  return { kind: 'types', types: TYPE_NAMES.filter((name) => names.has(name)) };
}

/** The pointer of the first schema of a conjunction, for a message about the whole of it. */
export function pointerOf(conjunction: readonly string[]): string | undefined {
  return conjunction.find((part) => part.startsWith('#'))?.slice(1);
}

/** The form that accepts everything. */
export function unconstrained(): Form {
  return {
    types: new Set(TYPE_NAMES),
    bounds: new Map(),
    multiples: new Map(),
    patterns: new Map(),
    formats: new Map(),
    objects: [],
    arrays: [],
    required: new Map(),
    propertyNames: [],
    dependentRequired: new Map(),
    dependentSchemas: new Map(),
    contains: [],
    unions: [],
    nots: [],
    conditions: [],
    unevaluatedProperties: [],
    unevaluatedItems: [],
    contentSchema: [],
    notes: new Map(),
  };
}

/** Whether all that constrains the value is which types and values are named. */
export function acceptsByValue(form: Form): boolean {
  const { values: _values, ...rest } = form;
  return form.values !== undefined && acceptsAnything({ ...rest, types: new Set(TYPE_NAMES) });
}

/** Whether nothing constrains the value: `true`, `{}`, or only notes. */
export function acceptsAnything(form: Form): boolean {
  return (
    form.types.size === TYPE_NAMES.length &&
    form.values === undefined &&
    form.uniqueItems === undefined &&
    [form.bounds, form.multiples, form.patterns, form.formats, form.required].every((each) => each.size === 0) &&
    [form.objects, form.arrays, form.unions, form.nots, form.conditions, form.contains].every(isEmpty) &&
    [form.propertyNames, form.unevaluatedProperties, form.unevaluatedItems, form.contentSchema].every(isEmpty) &&
    form.dependentRequired.size === 0 &&
    form.dependentSchemas.size === 0 &&
    !form.notes.has('contentMediaType') &&
    !form.notes.has('contentEncoding')
  );
}

function isEmpty(list: readonly unknown[]): boolean {
  return list.length === 0;
}

export function acceptsNothing(form: Form): boolean {
  return form.types.size === 0;
}

/** Narrows `into` to what `from` accepts as well. */
export function intersect(into: Form, from: Form): void {
  restrictTypes(into, from.types, from.typesPointer);
  if (from.values !== undefined) restrictValues(into, from.values);
  for (const [name, bound] of from.bounds) tighten(into, name, bound);
  addMissing(into.multiples, from.multiples);
  addMissing(into.patterns, from.patterns);
  addMissing(into.formats, from.formats);
  addMissing(into.required, from.required);
  addMissing(into.notes, from.notes);
  if (from.uniqueItems !== undefined) into.uniqueItems ??= from.uniqueItems;
  into.objects.push(...from.objects);
  into.arrays.push(...from.arrays);
  into.propertyNames.push(...from.propertyNames);
  into.contains.push(...from.contains);
  into.unions.push(...from.unions);
  into.nots.push(...from.nots);
  into.conditions.push(...from.conditions);
  into.unevaluatedProperties.push(...from.unevaluatedProperties);
  into.unevaluatedItems.push(...from.unevaluatedItems);
  into.contentSchema.push(...from.contentSchema);
  for (const [name, needed] of from.dependentRequired) {
    into.dependentRequired.set(name, new Map([...needed, ...(into.dependentRequired.get(name) ?? [])]));
  }
  for (const [name, parts] of from.dependentSchemas) {
    into.dependentSchemas.set(name, [...(into.dependentSchemas.get(name) ?? []), ...parts]);
  }
}

/** `pointer` is remembered where it says more than was said before. */
export function restrictTypes(form: Form, types: ReadonlySet<TypeName>, pointer: string | undefined): void {
  const left = new Set([...form.types].filter((type) => types.has(type)));
  if (left.size === form.types.size) return;
  form.types = left;
  if (pointer !== undefined) form.typesPointer = pointer;
}

export function restrictValues(form: Form, values: Values): void {
  const before = form.values;
  if (before === undefined) {
    form.values = values;
    return;
  }
  const wanted = new Set(values.list.map((value) => JSON.stringify(value)));
  form.values = { ...before, list: before.list.filter((value) => wanted.has(JSON.stringify(value))) };
}

const LOWER: ReadonlySet<BoundName> = new Set<BoundName>(['minimum', 'minLength', 'minItems', 'minProperties']);

export function isLower(name: BoundName): boolean {
  return LOWER.has(name);
}

/** Keeps the tighter of two bounds. */
export function tighten(form: Form, name: BoundName, bound: Bound): void {
  const before = form.bounds.get(name);
  if (before === undefined || isTighter(name, bound, before)) form.bounds.set(name, bound);
}

/** Whether `bound` leaves out values that `other` lets in. */
export function isTighter(name: BoundName, bound: Bound, other: Bound): boolean {
  if (bound.limit === other.limit) return bound.exclusive && !other.exclusive;
  return isLower(name) ? bound.limit > other.limit : bound.limit < other.limit;
}

function addMissing<K, V>(into: Map<K, V>, from: ReadonlyMap<K, V>): void {
  for (const [key, value] of from) if (!into.has(key)) into.set(key, value);
}
