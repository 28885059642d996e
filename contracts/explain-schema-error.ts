import type { ErrorObject } from 'ajv';
import { isObject } from './json.ts';
import { splitPointer } from './json-pointer.ts';
import { nearMiss } from './near-miss.ts';

/** A mistake in a file that one of our own schemas describes. */
export interface SchemaMistake {
  /** The keys that lead to it. */
  readonly path: readonly string[];
  /** The key is wrong, not its value. */
  readonly key?: boolean;
  readonly why: string;
  readonly fix: string;
}

/** Says what ajv found in a person's words, with near misses. Ajv must run with `verbose`; `root` names the whole file. */
export function explainSchemaError(error: ErrorObject, root: string): SchemaMistake {
  const path = splitPointer(error.instancePath);
  const name = nameOf(path, root);
  const params: Record<string, unknown> = error.params;
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(path, name, String(params['additionalProperty']), error.parentSchema);
    case 'required':
      return {
        path,
        key: true,
        why: `${name} needs "${String(params['missingProperty'])}"`,
        fix: `add "${String(params['missingProperty'])}: …"`,
      };
    case 'enum':
      return notAllowed(path, name, error);
    case 'const':
      return {
        path,
        why: `${name} must be ${JSON.stringify(params['allowedValue'])}`,
        fix: `write ${JSON.stringify(params['allowedValue'])}`,
      };
    case 'type':
      return {
        path,
        why: `${name} must be ${TYPES[String(params['type'])] ?? String(params['type'])}`,
        fix: purposeOf(error),
      };
    case 'propertyNames':
      return {
        path: [...path, String(params['propertyName'])],
        key: true,
        why: `"${String(params['propertyName'])}" cannot be a key of ${name}`,
        fix: purposeOf(error),
      };
    default:
      return { path, why: `${name} ${error.message ?? 'is not valid'}`, fix: purposeOf(error) };
  }
}

/** An item of a list has a number, which alone says little. */
function nameOf(path: readonly string[], root: string): string {
  const last = path.at(-1);
  if (last === undefined) return root;
  return /^\d+$/.test(last) && path.length > 1 ? `item ${Number(last) + 1} of "${path.at(-2)}"` : `"${last}"`;
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a map',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function unknownKey(parent: readonly string[], owner: string, key: string, parentSchema: unknown): SchemaMistake {
  const properties =
    isObject(parentSchema) && isObject(parentSchema['properties']) ? Object.keys(parentSchema['properties']) : [];
  const near = nearMiss(key, properties);
  const fix = near === undefined ? `use one of ${properties.join(', ')}` : `did you mean "${near}"?`;
  return { path: [...parent, key], key: true, why: `${owner} has no key "${key}"`, fix };
}

function notAllowed(path: readonly string[], name: string, error: ErrorObject): SchemaMistake {
  const allowed: readonly unknown[] = Array.isArray(error.schema) ? error.schema : [];
  const names = allowed.map(String);
  const near = typeof error.data === 'string' ? nearMiss(error.data, names) : undefined;
  return {
    path,
    why: `${name} must be one of ${names.join(', ')}`,
    fix: near === undefined ? `choose one of ${names.join(', ')}` : `did you mean "${near}"?`,
  };
}

/** What the schema says this value is for: the best hint there is. */
function purposeOf(error: ErrorObject): string {
  const description = isObject(error.parentSchema) ? error.parentSchema['description'] : undefined;
  return typeof description === 'string' ? `it is: ${description.replace(/\.$/, '')}` : 'correct it';
}
