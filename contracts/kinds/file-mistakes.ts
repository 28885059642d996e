import { readFile } from 'node:fs/promises';
import type { ValidateFunction } from 'ajv';
import { explainSchemaError, type SchemaMistake } from '../explain-schema-error.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { nearMiss } from '../near-miss.ts';

/** A mistake in a contract of files, with the code of its finding. */
export interface FileMistake extends SchemaMistake {
  readonly code: string;
}

/** Where a Data Package departs from what we can read, `x-exchange` included. */
export async function packageMistakes(document: JsonObject): Promise<readonly FileMistake[]> {
  const { whole, resource } = await validators();
  const isSingle = document['resources'] === undefined && 'format' in document;
  return [
    ...mistakesOf(isSingle ? resource : whole, document),
    ...repeatedNames(listOf(document['resources']), ['resources'], 'file-resource-repeated'),
  ];
}

/** Where a Table Schema departs from the standard, or names fields that it does not have. Paths lead into the schema. */
export async function tableMistakes(schema: JsonObject): Promise<readonly FileMistake[]> {
  const { table } = await validators();
  const fields = listOf(schema['fields']);
  return [
    ...mistakesOf(table, schema),
    ...repeatedNames(fields, ['fields'], 'file-field-repeated'),
    ...patternMistakes(fields),
    ...keyMistakes(schema, fieldNames(schema)),
  ];
}

/** Where the trailer sums a column that the schema does not have. Paths lead into the resource. */
export function trailerMistakes(resource: JsonObject, schema: JsonObject): readonly FileMistake[] {
  const exchange = resource['x-exchange'];
  const trailer = isObject(exchange) ? exchange['trailer'] : undefined;
  const sums = isObject(trailer) ? listOf(trailer['sums']) : [];
  return unknownFields(
    sums.flatMap((sum, index) =>
      named(isObject(sum) ? sum['column'] : undefined, ['x-exchange', 'trailer', 'sums', String(index), 'column']),
    ),
    fieldNames(schema),
  );
}

interface Validators {
  readonly whole: ValidateFunction;
  readonly resource: ValidateFunction;
  readonly table: ValidateFunction;
}

let compiled: Promise<Validators> | undefined;

function validators(): Promise<Validators> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<Validators> {
  const [{ Ajv }, text] = await Promise.all([
    import('ajv'),
    readFile(new URL('../schemas/file.schema.json', import.meta.url), 'utf8'),
  ]);
  const schema: JsonObject = JSON.parse(text);
  const ajv = new Ajv({
    allErrors: true,
    verbose: true,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    formats: { regex: isPattern },
  });
  ajv.addSchema(schema, 'file');
  const part = (pointer: string): ValidateFunction => ajv.compile({ $ref: `file#${pointer}` });
  return { whole: part(''), resource: part('/definitions/resource'), table: part('/definitions/tableSchema') };
}

/** Patterns in the wild are written for either mode: `\-` is an error in one, `\p{L}` says something only in the other. */
function isPattern(text: string): boolean {
  return ['u', ''].some((flags) => {
    try {
      return new RegExp(text, flags) instanceof RegExp;
    } catch {
      return false;
    }
  });
}

function mistakesOf(validate: ValidateFunction, value: Json): readonly FileMistake[] {
  if (validate(value)) return [];
  return (validate.errors ?? []).map((error) => {
    const mistake = explainSchemaError(error, 'the document');
    return {
      ...mistake,
      code: error.keyword === 'additionalProperties' ? 'file-key-unknown' : 'file-description-invalid',
    };
  });
}

function repeatedNames(items: readonly Json[], path: readonly string[], code: string): readonly FileMistake[] {
  const seen = new Set<string>();
  return items.flatMap((item, index) => {
    const name = isObject(item) ? item['name'] : undefined;
    if (typeof name !== 'string') return [];
    const isRepeated = seen.has(name);
    seen.add(name);
    return isRepeated
      ? [
          {
            code,
            path: [...path, String(index), 'name'],
            why: `the name "${name}" stands twice`,
            fix: 'give one of them another name',
          },
        ]
      : [];
  });
}

function patternMistakes(fields: readonly Json[]): readonly FileMistake[] {
  return fields.flatMap((field, index) => {
    const constraints = isObject(field) ? field['constraints'] : undefined;
    const pattern = isObject(constraints) ? constraints['pattern'] : undefined;
    if (typeof pattern !== 'string' || isPattern(pattern)) return [];
    return [
      {
        code: 'file-pattern-invalid',
        path: ['fields', String(index), 'constraints', 'pattern'],
        why: `the pattern ${pattern} is no regular expression`,
        fix: 'correct it',
      },
    ];
  });
}

/** Primary, unique and foreign keys name fields. */
function keyMistakes(schema: JsonObject, names: readonly string[]): readonly FileMistake[] {
  const foreign = listOf(schema['foreignKeys']).flatMap((key, index) =>
    named(isObject(key) ? key['fields'] : undefined, ['foreignKeys', String(index), 'fields']),
  );
  const unique = listOf(schema['uniqueKeys']).flatMap((key, index) => named(key, ['uniqueKeys', String(index)]));
  return unknownFields([...named(schema['primaryKey'], ['primaryKey']), ...unique, ...foreign], names);
}

function fieldNames(schema: JsonObject): readonly string[] {
  return listOf(schema['fields']).flatMap((field) =>
    isObject(field) && typeof field['name'] === 'string' ? [field['name']] : [],
  );
}

interface NamedField {
  readonly name: string;
  readonly path: readonly string[];
}

function named(value: Json | undefined, path: readonly string[]): readonly NamedField[] {
  if (typeof value === 'string') return [{ name: value, path }];
  return listOf(value).flatMap((name, index) =>
    typeof name === 'string' ? [{ name, path: [...path, String(index)] }] : [],
  );
}

function unknownFields(fields: readonly NamedField[], names: readonly string[]): readonly FileMistake[] {
  return fields
    .filter(({ name }) => !names.includes(name))
    .map(({ name, path }) => {
      const near = nearMiss(name, names);
      return {
        code: 'file-field-unknown',
        path,
        why: `there is no field "${name}"`,
        fix: near === undefined ? `use one of ${names.join(', ')}` : `did you mean "${near}"?`,
      };
    });
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
