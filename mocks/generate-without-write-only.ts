import { isObject } from '../contracts/index.ts';
import type { Schema, Subschema } from './generate-plan.ts';
import { isSubschema, names } from './generate-conjunction.ts';

const known = new WeakMap<Schema, Schema>();

/**
 * The schema as it holds for an answer: properties that are `writeOnly` are neither there nor required (OpenAPI 3.0
 * §4.7.24.2). What has none is given back as it is.
 */
export function withoutWriteOnly(schema: Schema): Schema {
  const found = known.get(schema);
  if (found !== undefined) return found;
  const result = strip(schema) as Schema;
  known.set(schema, result);
  return result;
}

/** Everything in a schema that may be a schema is one for this purpose: an `enum` with such a member is not known. */
function strip(value: unknown): unknown {
  if (Array.isArray(value)) return changed(value, (value as unknown[]).map(strip));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, strip(member)] as const);
  const isSame = entries.every(([key, member]) => member === value[key]);
  return withoutProperties(isSame ? value : Object.fromEntries(entries));
}

function changed(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return after.every((item, index) => item === before[index]) ? before : after;
}

function withoutProperties(schema: Schema): Schema {
  const { properties, required } = schema;
  if (!isObject(properties)) return schema;
  const dropped = Object.entries(properties)
    .filter(([, property]) => isWriteOnly(property))
    .map(([name]) => name);
  if (dropped.length === 0) return schema;
  const kept = Object.entries(properties).filter(([name]) => !dropped.includes(name));
  const forbidden = dropped.map((name) => [name, false] as const);
  return {
    ...schema,
    properties: Object.fromEntries([...kept, ...forbidden]),
    ...(required === undefined ? {} : { required: names(required).filter((name) => !dropped.includes(name)) }),
  };
}

function isWriteOnly(property: unknown): boolean {
  const schema: Subschema = isSubschema(property) ? property : true;
  return typeof schema === 'object' && schema['writeOnly'] === true;
}
