import { isObject, joinPointer, pointerOfReference, valueAt, type Json, type JsonObject } from '../contracts/index.ts';

/** What a schema says of the objects it describes, `$ref` and `allOf` followed. */
export interface ObjectShape {
  readonly properties: ReadonlyMap<string, PropertyShape>;
  readonly required: ReadonlySet<string>;
  /** No other members than these. */
  readonly isClosed: boolean;
}

export interface PropertyShape {
  /** Of its schema, where the last `$ref` leads. */
  readonly pointer: string;
  readonly schema: JsonObject;
  readonly isReadOnly: boolean;
  readonly isWriteOnly: boolean;
  readonly isNullable: boolean;
}

/** A chain of references or compositions that is longer goes in a circle. */
const DEPTH = 20;

/** @returns undefined where the schema describes no object; of alternatives (`oneOf`, `anyOf`) nothing is known */
export function objectShape(document: JsonObject, pointer: string): ObjectShape | undefined {
  const properties = new Map<string, PropertyShape>();
  const required = new Set<string>();
  const seen = { isObject: false, isClosed: false };
  collect(document, pointer, { properties, required, seen }, 0);
  if (!seen.isObject) return undefined;
  return { properties, required, isClosed: seen.isClosed };
}

interface Collected {
  readonly properties: Map<string, PropertyShape>;
  readonly required: Set<string>;
  readonly seen: { isObject: boolean; isClosed: boolean };
}

function collect(document: JsonObject, pointer: string, into: Collected, depth: number): void {
  const at = followed(document, pointer);
  const schema = valueAt(document, at);
  if (!isObject(schema) || depth > DEPTH) return;
  const { properties, allOf, required, additionalProperties, unevaluatedProperties } = schema;
  if (typeIs(schema, 'object') || isObject(properties)) into.seen.isObject = true;
  if (additionalProperties === false || unevaluatedProperties === false) into.seen.isClosed = true;
  if (Array.isArray(required)) for (const name of required) if (typeof name === 'string') into.required.add(name);
  if (isObject(properties)) {
    for (const name of Object.keys(properties)) {
      into.properties.set(name, propertyAt(document, joinPointer(at, 'properties', name)));
    }
  }
  if (!Array.isArray(allOf)) return;
  for (const index of allOf.keys()) collect(document, joinPointer(at, 'allOf', index), into, depth + 1);
}

function propertyAt(document: JsonObject, declared: string): PropertyShape {
  const pointer = followed(document, declared);
  const stated = valueAt(document, declared);
  const own = isObject(stated) ? stated : {};
  const schema = schemaAt(document, pointer);
  // Beside a `$ref`, 3.1 allows keywords of the place itself.
  const said = (keyword: string): boolean => own[keyword] === true || schema[keyword] === true;
  return {
    pointer,
    schema,
    isReadOnly: said('readOnly'),
    isWriteOnly: said('writeOnly'),
    isNullable:
      said('nullable') || typeIs(schema, 'null') || (Array.isArray(schema['enum']) && schema['enum'].includes(null)),
  };
}

/** The schema at a pointer, references followed; empty where there is none. */
export function schemaAt(document: JsonObject, pointer: string): JsonObject {
  const value = valueAt(document, followed(document, pointer));
  return isObject(value) ? value : {};
}

/** Where the references at a pointer lead in the end. */
export function followed(document: JsonObject, pointer: string): string {
  let at = pointer;
  for (let hop = 0; hop < DEPTH; hop += 1) {
    const value = valueAt(document, at);
    const reference = isObject(value) ? value['$ref'] : undefined;
    const next = typeof reference === 'string' ? pointerOfReference(reference) : undefined;
    if (next === undefined) return at;
    at = next;
  }
  return at;
}

/** @returns where the schema of an array's items stands, also where one part of an `allOf` says it */
export function itemsPointer(document: JsonObject, pointer: string, depth = 0): string | undefined {
  const at = followed(document, pointer);
  const schema = valueAt(document, at);
  if (!isObject(schema) || depth > DEPTH) return undefined;
  if (isObject(schema['items']) && (schema['type'] === undefined || typeIs(schema, 'array'))) {
    return followed(document, joinPointer(at, 'items'));
  }
  const parts = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  for (const index of parts.keys()) {
    const found = itemsPointer(document, joinPointer(at, 'allOf', index), depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether a schema names this type, alone or among others. */
export function typeIs(schema: JsonObject, type: string): boolean {
  const given: Json | undefined = schema['type'];
  return given === type || (Array.isArray(given) && given.includes(type));
}
