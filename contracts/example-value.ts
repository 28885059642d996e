import { isObject, type Json, type JsonObject } from './json.ts';
import { pointerOfReference, valueAt } from './json-pointer.ts';

/** A value that the contract itself gives, or the names of the parts that it gives none for. */
export type ExampleValue = { readonly value: Json } | { readonly missing: readonly string[] };

/**
 * A value for a request from a schema's examples, const, defaults and first enum values; an object from those of its required
 * properties. Nothing is made up.
 */
export function exampleValue(document: JsonObject, schema: Json): ExampleValue {
  return compose(document, schema, [], 0);
}

/** Deeper schemas are circular in all likelihood. */
const MAX_DEPTH = 12;

function compose(document: JsonObject, given: Json, path: readonly string[], depth: number): ExampleValue {
  const schema = follow(document, given);
  const missing = { missing: [path.join('.')] };
  if (schema === undefined || depth > MAX_DEPTH) return missing;
  const direct = directValue(schema);
  if (direct !== undefined) return { value: direct };
  if (Array.isArray(schema['allOf'])) return composeAll(document, schema, path, depth);
  for (const alternative of alternativesOf(schema)) {
    const found = compose(document, alternative, path, depth + 1);
    if ('value' in found) return found;
  }
  if (isObject(schema['properties']) || Array.isArray(schema['required']))
    return composeObject(document, schema, path, depth);
  return schema['type'] === 'array' ? composeList(document, schema, path, depth) : missing;
}

function directValue(schema: JsonObject): Json | undefined {
  const { example, examples, default: byDefault } = schema;
  if (example !== undefined) return example;
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (schema['const'] !== undefined) return schema['const'];
  if (byDefault !== undefined) return byDefault;
  return Array.isArray(schema['enum']) ? schema['enum'][0] : undefined;
}

function alternativesOf(schema: JsonObject): readonly Json[] {
  const listed = [schema['oneOf'], schema['anyOf']].filter((list) => Array.isArray(list));
  return listed.flat();
}

function composeObject(document: JsonObject, schema: JsonObject, path: readonly string[], depth: number): ExampleValue {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required'])
    ? schema['required'].filter((name) => typeof name === 'string')
    : [];
  const members: [string, Json][] = [];
  const missing: string[] = [];
  for (const name of required) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property !== undefined && follow(document, property)?.['readOnly'] === true) continue;
    const found =
      property === undefined
        ? { missing: [[...path, name].join('.')] }
        : compose(document, property, [...path, name], depth + 1);
    if ('value' in found) members.push([name, found.value]);
    else missing.push(...found.missing);
  }
  return missing.length > 0 ? { missing } : { value: Object.fromEntries(members) };
}

/** The parts of an allOf describe one object: each gives its members. */
function composeAll(document: JsonObject, schema: JsonObject, path: readonly string[], depth: number): ExampleValue {
  const { allOf, ...own } = schema;
  const parts = [...(Array.isArray(allOf) ? allOf : []), own];
  const flat = parts.map((part) => follow(document, part)).filter((part) => part !== undefined);
  if (
    depth <= MAX_DEPTH &&
    flat.every(
      (part) => !Array.isArray(part['allOf']) && directValue(part) === undefined && alternativesOf(part).length === 0,
    )
  ) {
    const properties = Object.assign({}, ...flat.map((part) => part['properties'] ?? {}));
    const required = flat.flatMap((part) => (Array.isArray(part['required']) ? part['required'] : []));
    return composeObject(document, { properties, required }, path, depth + 1);
  }
  return mergeParts(
    flat.filter((part) => Object.keys(part).length > 0).map((part) => compose(document, part, path, depth + 1)),
  );
}

function mergeParts(parts: readonly ExampleValue[]): ExampleValue {
  const missing = parts.flatMap((part) => ('missing' in part ? part.missing : []));
  if (missing.length > 0) return { missing };
  const values = parts.flatMap((part) => ('value' in part ? [part.value] : []));
  if (values.every(isObject)) return { value: Object.assign({}, ...values) };
  return values[0] === undefined ? { missing: [''] } : { value: values[0] };
}

function composeList(document: JsonObject, schema: JsonObject, path: readonly string[], depth: number): ExampleValue {
  const found = compose(document, schema['items'] ?? true, [...path, '0'], depth + 1);
  if ('missing' in found) return schema['minItems'] === undefined || schema['minItems'] === 0 ? { value: [] } : found;
  return typeof schema['minItems'] === 'number' && schema['minItems'] > 1
    ? { missing: [path.join('.')] }
    : { value: [found.value] };
}

function follow(document: JsonObject, schema: Json): JsonObject | undefined {
  let found: Json | undefined = schema;
  for (let hops = 0; isObject(found) && typeof found['$ref'] === 'string' && hops < 50; hops++) {
    const pointer = pointerOfReference(found['$ref']);
    found = pointer === undefined ? undefined : valueAt(document, pointer);
  }
  return isObject(found) && typeof found['$ref'] !== 'string' ? found : undefined;
}
