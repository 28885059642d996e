import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';

/** A schema as plain JSON Schema, and where each of its parts stands in the contract. */
export interface ConvertedSchema {
  readonly schema: Record<string, unknown>;
  /** Pointers of other schemas that it refers to. */
  readonly references: readonly string[];
  /** Keywords that make no sense. */
  readonly defects: readonly SchemaDefect[];
}

export interface SchemaDefect {
  readonly pointer: string;
  readonly why: string;
}

export interface ConvertOptions {
  readonly document: JsonObject;
  /** OpenAPI 2.0 and 3.0: JSON Schema draft 4 with changes of their own. */
  readonly isOld: boolean;
  /** JSON Schema 2020-12 rather than draft 7. */
  readonly is2020: boolean;
  readonly direction: 'request' | 'response';
  /** The name under which the schema at a pointer is known to the validator. */
  readonly idOf: (pointer: string) => string;
  /** Remembers where a converted part came from. */
  readonly origins: WeakMap<object, string>;
}

/** Keeps the keywords that JSON Schema knows, and reads them as the contract's specification means them. */
export function convertSchema(options: ConvertOptions, pointer: string): ConvertedSchema {
  const scope: Scope = { ...options, references: new Set(), defects: [] };
  const schema = convert(scope, valueAt(options.document, pointer), pointer, new Set());
  return { schema, references: [...scope.references], defects: scope.defects };
}

interface Scope extends ConvertOptions {
  readonly references: Set<string>;
  readonly defects: SchemaDefect[];
}

type Hidden = ReadonlySet<string>;
type Schema = Record<string, unknown>;

/** What is no schema is no constraint: the lint step reports it. */
function convert(scope: Scope, value: Json | undefined, pointer: string, inherited: Hidden): Schema {
  const converted =
    value === false ? { not: {} } : isObject(value) ? convertObject(scope, value, pointer, inherited) : {};
  scope.origins.set(converted, pointer);
  return converted;
}

function convertObject(scope: Scope, schema: JsonObject, pointer: string, inherited: Hidden): Schema {
  // In 2.0 and 3.0 nothing beside `$ref` counts (OpenAPI 3.0.3 §4.7.23).
  if (scope.isOld && typeof schema['$ref'] === 'string') return convertReference(scope, schema['$ref']);
  if (schema['type'] === 'file') return {};
  const hidden = new Set([...inherited, ...hiddenProperties(scope, schema, new Set())]);
  const out: Schema = {};
  for (const [keyword, value] of Object.entries(schema)) {
    convertKeyword(scope, out, { keyword, value, pointer: joinPointer(pointer, keyword), schema, hidden });
  }
  return scope.isOld && isNullable(schema) ? allowNull(scope, out, pointer) : out;
}

interface Keyword {
  readonly keyword: string;
  readonly value: Json;
  readonly pointer: string;
  readonly schema: JsonObject;
  readonly hidden: Hidden;
}

const ONE_SCHEMA = new Set([
  'not',
  'if',
  'then',
  'else',
  'items',
  'additionalProperties',
  'additionalItems',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const SCHEMA_LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SCHEMA_MAPS = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const NUMBERS = new Set(['multipleOf', 'maximum', 'minimum']);
const COUNTS = new Set([
  'maxLength',
  'minLength',
  'maxItems',
  'minItems',
  'maxProperties',
  'minProperties',
  'maxContains',
  'minContains',
]);
/** They speak about the same instance, so what is hidden from it stays hidden. */
const SAME_INSTANCE = new Set(['allOf', 'anyOf', 'oneOf', 'then', 'else', 'if', 'not']);

function convertKeyword(scope: Scope, out: Schema, given: Keyword): void {
  const { keyword, value, pointer } = given;
  const inherited: Hidden = SAME_INSTANCE.has(keyword) ? given.hidden : new Set();
  if (ONE_SCHEMA.has(keyword) && typeof value === 'boolean') out[keyword] = value;
  else if (keyword === 'items' && Array.isArray(value)) convertTuple(scope, out, value, pointer);
  else if (ONE_SCHEMA.has(keyword)) out[keyword] = convert(scope, value, pointer, inherited);
  else if (SCHEMA_LISTS.has(keyword)) convertList(scope, out, given, inherited);
  else if (SCHEMA_MAPS.has(keyword)) convertMap(scope, out, given);
  else if (keyword === 'dependencies') convertDependencies(scope, out, given);
  else if (keyword === '$ref' || keyword === '$dynamicRef') convertReferenceKeyword(scope, out, keyword, value);
  else convertValue(scope, out, given);
}

/** Draft 7's tuple; 2020-12 calls it `prefixItems`. */
function convertTuple(scope: Scope, out: Schema, items: readonly Json[], pointer: string): void {
  out[scope.is2020 ? 'prefixItems' : 'items'] = items.map((item, index) =>
    convert(scope, item, joinPointer(pointer, index), new Set()),
  );
}

function convertList(scope: Scope, out: Schema, { keyword, value, pointer }: Keyword, inherited: Hidden): void {
  if (!Array.isArray(value) || value.length === 0)
    return defect(scope, pointer, `${keyword} is a list of at least one schema`);
  out[keyword] = value.map((item: Json, index) => convert(scope, item, joinPointer(pointer, index), inherited));
}

function convertMap(scope: Scope, out: Schema, { keyword, value, pointer }: Keyword): void {
  if (!isObject(value)) return defect(scope, pointer, `${keyword} is a map of schemas`);
  const entries = Object.entries(value).map(([name, child]): [string, Schema] => {
    if (keyword === 'patternProperties') checkPattern(scope, name, joinPointer(pointer, name));
    return [name, convert(scope, child, joinPointer(pointer, name), new Set())];
  });
  out[keyword] = Object.fromEntries(entries);
}

/** Draft 7's `dependencies` is two keywords in 2020-12. */
function convertDependencies(scope: Scope, out: Schema, { value, pointer }: Keyword): void {
  if (!isObject(value)) return;
  for (const [name, dependency] of Object.entries(value)) {
    const keyword = !scope.is2020
      ? 'dependencies'
      : Array.isArray(dependency)
        ? 'dependentRequired'
        : 'dependentSchemas';
    const converted = Array.isArray(dependency)
      ? dependency
      : convert(scope, dependency, joinPointer(pointer, name), new Set());
    out[keyword] = { ...(isSchema(out[keyword]) ? out[keyword] : {}), [name]: converted };
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function convertReferenceKeyword(scope: Scope, out: Schema, keyword: string, value: Json): void {
  if (typeof value !== 'string') return;
  const reference = keyword === '$ref' ? value : onlyDynamicAnchor(scope, value);
  if (reference !== undefined) Object.assign(out, convertReference(scope, reference));
}

/** A reference into nowhere is no constraint: loading the document has reported it. */
function convertReference(scope: Scope, reference: string): Schema {
  const pointer = targetOf(scope.document, reference);
  if (pointer === undefined) return {};
  scope.references.add(pointer);
  return { $ref: scope.idOf(pointer) };
}

/** Behind references that say nothing of their own; undefined for a circle of them. */
function targetOf(document: JsonObject, reference: string): string | undefined {
  let pointer = pointerOfReference(reference);
  for (let hops = 0; pointer !== undefined && hops < 50; hops++) {
    const value: Json | undefined = valueAt(document, pointer);
    if (value === undefined) return undefined;
    const next: Json | undefined = isObject(value) && Object.keys(value).length === 1 ? value['$ref'] : undefined;
    if (typeof next !== 'string') return pointer;
    pointer = pointerOfReference(next);
  }
  return undefined;
}

/**
 * `$dynamicRef` means the outermost anchor of that name. With one such anchor in the document that is an ordinary
 * reference; with several we would have to guess, and rather let the value pass.
 */
function onlyDynamicAnchor(scope: Scope, reference: string): string | undefined {
  if (!reference.startsWith('#') || reference.startsWith('#/')) return reference;
  const pointers = dynamicAnchors(scope.document).get(reference.slice(1)) ?? [];
  return pointers.length === 1 ? `#${encodeURI(pointers[0] ?? '')}` : undefined;
}

const anchorsOf = new WeakMap<JsonObject, ReadonlyMap<string, readonly string[]>>();

function dynamicAnchors(document: JsonObject): ReadonlyMap<string, readonly string[]> {
  const known = anchorsOf.get(document);
  if (known !== undefined) return known;
  const found = new Map<string, string[]>();
  collectAnchors(document, '', found);
  anchorsOf.set(document, found);
  return found;
}

function collectAnchors(value: Json, pointer: string, found: Map<string, string[]>): void {
  if (typeof value !== 'object' || value === null) return;
  const anchor = isObject(value) ? value['$dynamicAnchor'] : undefined;
  if (typeof anchor === 'string') found.set(anchor, [...(found.get(anchor) ?? []), pointer]);
  for (const [key, child] of Object.entries(value)) collectAnchors(child, joinPointer(pointer, key), found);
}

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);

function convertValue(scope: Scope, out: Schema, given: Keyword): void {
  const { keyword, value, pointer, schema } = given;
  if (keyword === 'type') convertType(scope, out, value, pointer);
  else if (NUMBERS.has(keyword)) convertBound(scope, out, given);
  else if (keyword === 'exclusiveMaximum' || keyword === 'exclusiveMinimum') convertExclusive(scope, out, given);
  else if (COUNTS.has(keyword)) convertCount(scope, out, given);
  else if (keyword === 'pattern') convertPattern(scope, out, value, pointer);
  else if (keyword === 'enum') convertEnum(scope, out, value, pointer, scope.isOld && isNullable(schema));
  else if (keyword === 'const') out['const'] = value;
  else if (keyword === 'uniqueItems' && typeof value === 'boolean') out[keyword] = value;
  else if (keyword === 'format' && typeof value === 'string') out[keyword] = value;
  // `required: true` on a property is Swagger's parameter or a common slip: it says nothing about the value.
  else if (keyword === 'required' && Array.isArray(value)) convertRequired(out, value, given.hidden);
  else if (keyword === 'dependentRequired' && isObject(value)) out[keyword] = value;
}

function convertType(scope: Scope, out: Schema, value: Json, pointer: string): void {
  const types: readonly Json[] = Array.isArray(value) ? value : [value];
  const wrong = types.find((type) => typeof type !== 'string' || !TYPES.has(type));
  if (wrong !== undefined || types.length === 0)
    return defect(scope, pointer, `${JSON.stringify(wrong ?? value)} is no type`);
  out['type'] = [...new Set(types)];
}

function convertBound(scope: Scope, out: Schema, { keyword, value, pointer, schema }: Keyword): void {
  if (typeof value !== 'number' || (keyword === 'multipleOf' && value <= 0))
    return defect(scope, pointer, `${keyword} is a number${keyword === 'multipleOf' ? ' above zero' : ''}`);
  const exclusive = keyword === 'minimum' ? 'exclusiveMinimum' : 'exclusiveMaximum';
  if (keyword !== 'multipleOf' && schema[exclusive] === true) out[exclusive] = value;
  else out[keyword] = value;
}

/** A boolean is draft 4's, which makes the bound beside it exclusive. */
function convertExclusive(scope: Scope, out: Schema, { keyword, value, pointer }: Keyword): void {
  if (typeof value === 'number') out[keyword] = value;
  else if (typeof value !== 'boolean') defect(scope, pointer, `${keyword} is a number`);
}

function convertCount(scope: Scope, out: Schema, { keyword, value, pointer }: Keyword): void {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    return defect(scope, pointer, `${keyword} is a whole number from 0`);
  out[keyword] = value;
}

function convertPattern(scope: Scope, out: Schema, value: Json, pointer: string): void {
  if (typeof value !== 'string') return defect(scope, pointer, 'pattern is a regular expression as text');
  if (checkPattern(scope, value, pointer)) out['pattern'] = value;
}

function checkPattern(scope: Scope, pattern: string, pointer: string): boolean {
  const compiled = compilePattern(pattern);
  if (compiled instanceof RegExp) return true;
  defect(scope, pointer, `${JSON.stringify(pattern)} is no regular expression of ECMA-262: ${compiled.message}`);
  return false;
}

/** With Unicode semantics where the pattern allows it; escapes such as `\-` are only legal without. */
export function compilePattern(pattern: string): RegExp | Error {
  try {
    return new RegExp(pattern, 'u');
  } catch {
    return compileLenient(pattern);
  }
}

function compileLenient(pattern: string): RegExp | Error {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}

function convertEnum(scope: Scope, out: Schema, value: Json, pointer: string, nullable: boolean): void {
  if (!Array.isArray(value) || value.length === 0)
    return defect(scope, pointer, 'enum is a list of at least one value');
  out['enum'] = nullable && !value.includes(null) ? [...value, null] : value;
}

function convertRequired(out: Schema, value: readonly Json[], hidden: Hidden): void {
  const required = value.filter((name) => typeof name === 'string' && !hidden.has(name));
  if (required.length > 0) out['required'] = [...new Set(required)];
}

/** `x-nullable` is what 2.0's tools agreed on. */
function isNullable(schema: JsonObject): boolean {
  return schema['nullable'] === true || schema['x-nullable'] === true;
}

function allowNull(scope: Scope, out: Schema, pointer: string): Schema {
  if (Array.isArray(out['type'])) out['type'] = [...out['type'], 'null'];
  const composed = ['allOf', 'anyOf', 'oneOf', 'not'].some((keyword) => out[keyword] !== undefined);
  if (!composed) return out;
  // Strictly read, `nullable` does nothing beside a bare allOf (OpenAPI 3.0.3); everyone means it to.
  scope.origins.set(out, pointer);
  return { if: { type: ['null'] }, else: out };
}

/** Names of properties that this direction does not carry, here or in the parts that apply to the same object. */
function hiddenProperties(scope: Scope, schema: JsonObject, seen: Set<JsonObject>): Hidden {
  const names = new Set<string>();
  if (seen.has(schema) || seen.size > 200) return names;
  seen.add(schema);
  const mark = scope.direction === 'request' ? 'readOnly' : 'writeOnly';
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  for (const [name, property] of Object.entries(properties)) {
    if (isMarked(scope.document, property, mark)) names.add(name);
  }
  for (const part of Array.isArray(schema['allOf']) ? schema['allOf'] : []) {
    const target = follow(scope.document, part);
    for (const name of target === undefined ? [] : hiddenProperties(scope, target, seen)) names.add(name);
  }
  return names;
}

function isMarked(document: JsonObject, property: Json, mark: string): boolean {
  if (isObject(property) && property[mark] === true) return true;
  return follow(document, property)?.[mark] === true;
}

function follow(document: JsonObject, schema: Json): JsonObject | undefined {
  if (!isObject(schema)) return undefined;
  if (typeof schema['$ref'] !== 'string') return schema;
  const pointer = targetOf(document, schema['$ref']);
  const target = pointer === undefined ? undefined : valueAt(document, pointer);
  return isObject(target) ? target : undefined;
}

function defect(scope: Scope, pointer: string, why: string): void {
  scope.defects.push({ pointer, why });
}
