import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';
import {
  restrictTypes,
  restrictValues,
  schemaAt,
  TYPE_NAMES,
  tighten,
  type BoundName,
  type Form,
  type NoteName,
  type TypeName,
} from './schema-form.ts';

/** Adds what a schema object says itself, leaving its references and alternatives to the caller. */
export function readKeywords(form: Form, schema: JsonObject, pointer: string, isOld: boolean): void {
  const at = (...keys: (string | number)[]): string => joinPointer(pointer, ...keys);
  readTypes(form, schema['type'], at);
  readNumbers(form, schema, at);
  readTexts(form, schema, at);
  readValues(form, schema, at);
  readObjects(form, schema, at);
  readArrays(form, schema, at);
  if (!isOld) readConditions(form, schema, at);
  readNotes(form, schema, at);
}

type At = (...keys: (string | number)[]) => string;

function readTypes(form: Form, type: Json | undefined, at: At): void {
  if (type === undefined) return;
  const names: readonly Json[] = Array.isArray(type) ? type : [type];
  const types = names.flatMap((name) => (typeof name === 'string' ? typesNamed(name) : []));
  if (types.length > 0) restrictTypes(form, new Set(types), at('type'));
}

/** `file` (2.0) is any text; what is no type is no constraint: the lint step reports it. */
export function typesNamed(name: string): TypeName[] {
  if (name === 'number') return ['integer', 'fraction'];
  if (name === 'file') return ['string'];
  return TYPE_NAMES.filter((type) => type === name && type !== 'fraction');
}

const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'] as const;

function readNumbers(form: Form, schema: JsonObject, at: At): void {
  for (const keyword of COUNTS) readBound(form, keyword, schema[keyword], false, at, keyword);
  readRange(form, schema, 'minimum', 'exclusiveMinimum', at);
  readRange(form, schema, 'maximum', 'exclusiveMaximum', at);
  const multiple = schema['multipleOf'];
  if (typeof multiple === 'number' && multiple > 0) form.multiples.set(multiple, at('multipleOf'));
}

/** A boolean is draft 4's, which makes the bound beside it exclusive. */
function readRange(form: Form, schema: JsonObject, keyword: BoundName, exclusive: string, at: At): void {
  readBound(form, keyword, schema[keyword], schema[exclusive] === true, at, keyword);
  readBound(form, keyword, schema[exclusive], true, at, exclusive);
}

function readBound(
  form: Form,
  name: BoundName,
  limit: Json | undefined,
  exclusive: boolean,
  at: At,
  keyword: string,
): void {
  if (typeof limit === 'number') tighten(form, name, { limit, exclusive, pointer: at(keyword) });
}

/** A pattern that every text matches says nothing. */
const IDLE_PATTERNS = new Set(['', '.*', '^.*', '.*$', '^.*$', '^', '$']);
/** How a value is shown or described, not which are allowed. */
const IDLE_FORMATS = new Set(['password', 'textarea', 'markdown', 'html', 'string', 'text']);

function readTexts(form: Form, schema: JsonObject, at: At): void {
  const { pattern, format } = schema;
  if (typeof pattern === 'string' && !IDLE_PATTERNS.has(pattern)) form.patterns.set(pattern, at('pattern'));
  if (typeof format === 'string' && !IDLE_FORMATS.has(format)) form.formats.set(format, at('format'));
  if (schema['type'] === 'file') form.formats.set('binary', at('type'));
}

function readValues(form: Form, schema: JsonObject, at: At): void {
  const values = schema['enum'];
  if (Array.isArray(values)) restrictValues(form, { list: values, pointer: at('enum'), keyword: 'enum' });
  const value = schema['const'];
  if (value !== undefined) restrictValues(form, { list: [value], pointer: at('const'), keyword: 'const' });
}

function readObjects(form: Form, schema: JsonObject, at: At): void {
  const properties = schemasIn(schema, 'properties', at);
  const patterns = schemasIn(schema, 'patternProperties', at);
  const others = schemaIn(schema, 'additionalProperties', at);
  if (properties.size + patterns.size + others.length > 0) form.objects.push({ properties, patterns, others });
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  for (const [index, name] of required.entries()) {
    if (typeof name === 'string') form.required.set(name, at('required', index));
  }
  form.propertyNames.push(...schemaIn(schema, 'propertyNames', at));
  for (const keyword of ['dependentRequired', 'dependentSchemas', 'dependencies'])
    readDependents(form, schema, keyword, at);
}

/** Draft 7's `dependencies` is two keywords in 2020-12. */
function readDependents(form: Form, schema: JsonObject, keyword: string, at: At): void {
  const dependents = schema[keyword];
  if (!isObject(dependents)) return;
  for (const [name, needed] of Object.entries(dependents)) {
    if (!Array.isArray(needed)) form.dependentSchemas.set(name, [schemaAt(at(keyword, name))]);
    else {
      const pointers = needed.flatMap((other: Json, index) =>
        typeof other === 'string' ? [[other, at(keyword, name, index)] as const] : [],
      );
      form.dependentRequired.set(name, new Map(pointers));
    }
  }
}

function schemasIn(schema: JsonObject, keyword: string, at: At): Map<string, readonly string[]> {
  const map = schema[keyword];
  const names = isObject(map) ? Object.keys(map) : [];
  return new Map(names.map((name) => [name, [schemaAt(at(keyword, name))]]));
}

/** Empty where the keyword is absent or lets everything through. */
function schemaIn(schema: JsonObject, keyword: string, at: At): string[] {
  const value = schema[keyword];
  if (value === undefined || value === true) return [];
  return [schemaAt(at(keyword))];
}

function readArrays(form: Form, schema: JsonObject, at: At): void {
  if (schema['uniqueItems'] === true) form.uniqueItems = at('uniqueItems');
  // Before 2020-12 a list of `items` was what is `prefixItems` now.
  const isTuple = Array.isArray(schema['items']);
  const [keyword, rest] = isTuple ? ['items', 'additionalItems'] : ['prefixItems', 'items'];
  const tuple = schema[keyword];
  const prefix = Array.isArray(tuple) ? [...tuple.keys()].map((index) => [schemaAt(at(keyword, index))]) : [];
  const others = schemaIn(schema, rest, at);
  if (prefix.length + others.length > 0) form.arrays.push({ prefix, others });
  readContains(form, schema, at);
}

function readContains(form: Form, schema: JsonObject, at: At): void {
  const { contains, minContains, maxContains } = schema;
  if (contains === undefined) return;
  const min = typeof minContains === 'number' ? minContains : 1;
  const max = typeof maxContains === 'number' ? maxContains : Infinity;
  if (min === 0 && max === Infinity) return;
  form.contains.push({ part: schemaAt(at('contains')), min, max, pointer: at('contains') });
}

function readConditions(form: Form, schema: JsonObject, at: At): void {
  if (schema['if'] === undefined) return;
  const [whenMet, whenNot] = [schemaIn(schema, 'then', at), schemaIn(schema, 'else', at)];
  if (whenMet.length + whenNot.length === 0) return;
  form.conditions.push({ if: schemaAt(at('if')), whenMet, whenNot, pointer: at('if') });
}

const NOTES: readonly NoteName[] = [
  'readOnly',
  'writeOnly',
  'deprecated',
  'default',
  'discriminator',
  'xml',
  'contentMediaType',
  'contentEncoding',
  'x-extensible-enum',
];

function readNotes(form: Form, schema: JsonObject, at: At): void {
  for (const name of NOTES) {
    const value = schema[name];
    if (value === undefined || (value === false && name !== 'default')) continue;
    // 2.0 writes only the property's name.
    const isName = name === 'discriminator' && typeof value === 'string';
    form.notes.set(name, { value: isName ? { propertyName: value } : value, pointer: at(name) });
  }
  if (schema['contentSchema'] !== undefined) form.contentSchema.push(...schemaIn(schema, 'contentSchema', at));
}
