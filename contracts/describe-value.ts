import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';
import { patternOf } from './known-patterns.ts';

/** One place of a value, and what a contract says about it. */
export interface DescribedPlace {
  /** RFC 6901, into the value. */
  readonly instancePointer: string;
  readonly value: Json;
  /** Pointers into the document of every schema that speaks of this place: references, alternatives and all. */
  readonly schemas: readonly string[];
  /** `promised`: a schema describes it; `allowed`: none does, but anything may stand there; `absent`: not in the contract. */
  readonly standing: 'promised' | 'allowed' | 'absent';
}

/**
 * Walks a value along the schema at `pointer` and says for each place in it which schemas describe it. Alternatives
 * (`oneOf`, `anyOf`, `if`) count together: what one of them describes is described. Ends with the value, so circular
 * schemas do no harm.
 */
export function describeValue(document: JsonObject, pointer: string, value: Json): readonly DescribedPlace[] {
  const places: DescribedPlace[] = [];
  visit(document, { value, instancePointer: '', starts: [pointer], standing: 'promised' }, places);
  return places;
}

interface Visit {
  readonly value: Json;
  readonly instancePointer: string;
  readonly starts: readonly string[];
  readonly standing: DescribedPlace['standing'];
}

function visit(document: JsonObject, place: Visit, places: DescribedPlace[]): void {
  const { value, instancePointer, standing } = place;
  const schemas = expanded(document, place.starts);
  places.push({ instancePointer, value, standing, schemas: [...schemas.keys()] });
  if (standing !== 'promised' || typeof value !== 'object' || value === null) return;
  const children: readonly (readonly [string | number, Json])[] = Array.isArray(value)
    ? value.map((item: Json, index) => [index, item] as const)
    : Object.entries(value);
  for (const [key, child] of children) {
    const described = [...schemas].flatMap(([pointer, schema]) => childSchemas(pointer, schema, key));
    const next = { value: child, instancePointer: joinPointer(instancePointer, key), starts: described };
    const open = typeof key === 'number' || isOpen([...schemas.values()]);
    visit(document, { ...next, standing: described.length > 0 ? 'promised' : open ? 'allowed' : 'absent' }, places);
  }
}

const BRANCHES = ['allOf', 'anyOf', 'oneOf'];
const CONDITIONS = ['if', 'then', 'else'];

/** The schemas, what they refer to and what they are made of, each once, by pointer. */
function expanded(document: JsonObject, starts: readonly string[]): ReadonlyMap<string, JsonObject> {
  const found = new Map<string, JsonObject>();
  const waiting = [...starts];
  for (let pointer = waiting.shift(); pointer !== undefined; pointer = waiting.shift()) {
    const schema = valueAt(document, pointer);
    if (!isObject(schema) || found.has(pointer)) continue;
    found.set(pointer, schema);
    waiting.push(...partsOf(pointer, schema));
  }
  return found;
}

function partsOf(pointer: string, schema: JsonObject): readonly string[] {
  const reference = schema['$ref'];
  const target = typeof reference === 'string' ? pointerOfReference(reference) : undefined;
  const branches = BRANCHES.flatMap((keyword) => {
    const list = schema[keyword];
    return Array.isArray(list) ? list.map((_item: Json, index) => joinPointer(pointer, keyword, index)) : [];
  });
  const conditions = CONDITIONS.filter((keyword) => isObject(schema[keyword]));
  return [
    ...(target === undefined ? [] : [target]),
    ...branches,
    ...conditions.map((keyword) => joinPointer(pointer, keyword)),
  ];
}

function childSchemas(pointer: string, schema: JsonObject, key: string | number): readonly string[] {
  return typeof key === 'number' ? itemSchemas(pointer, schema, key) : propertySchemas(pointer, schema, key);
}

function itemSchemas(pointer: string, schema: JsonObject, index: number): readonly string[] {
  for (const keyword of ['prefixItems', 'items']) {
    const list = schema[keyword];
    if (Array.isArray(list) && index < list.length) return [joinPointer(pointer, keyword, index)];
  }
  return isObject(schema['items']) ? [joinPointer(pointer, 'items')] : [];
}

function propertySchemas(pointer: string, schema: JsonObject, key: string): readonly string[] {
  const { properties, patternProperties } = schema;
  const named = isObject(properties) && Object.hasOwn(properties, key) ? [joinPointer(pointer, 'properties', key)] : [];
  const patterns = isObject(patternProperties) ? Object.keys(patternProperties) : [];
  const matching = patterns.filter((pattern) => matches(pattern, key));
  const described = [...named, ...matching.map((pattern) => joinPointer(pointer, 'patternProperties', pattern))];
  if (described.length > 0) return described;
  return ['additionalProperties', 'unevaluatedProperties']
    .filter((keyword) => {
      const rest = schema[keyword];
      return isObject(rest) && Object.keys(rest).length > 0;
    })
    .map((keyword) => joinPointer(pointer, keyword));
}

/** A pattern that is none, or takes too long, names nothing. */
function matches(pattern: string, key: string): boolean {
  try {
    return patternOf(pattern).test(key) === true;
  } catch {
    return false;
  }
}

/** Says outright that anything may stand there, or says nothing at all about the members. */
function isOpen(schemas: readonly JsonObject[]): boolean {
  const rests = schemas.flatMap((schema) => [schema['additionalProperties'], schema['unevaluatedProperties']]);
  if (rests.some((rest) => rest === true || (isObject(rest) && Object.keys(rest).length === 0))) return true;
  if (rests.includes(false)) return false;
  return !schemas.some((schema) => isObject(schema['properties']) || isObject(schema['patternProperties']));
}
