import { finishForm, typeOf } from './finish-form.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';
import {
  acceptsAnything,
  intersect,
  ofTypes,
  partOf,
  restrictTypes,
  restrictValues,
  schemaAt,
  TYPE_NAMES,
  unconstrained,
  type Form,
  type TypeName,
} from './schema-form.ts';
import { readKeywords, typesNamed } from './schema-keywords.ts';
import { settleUnevaluated } from './unevaluated.ts';

/** A document whose schemas are read; each form is made once. */
export interface SchemaDocument {
  readonly document: JsonObject;
  /** OpenAPI 2.0 and 3.0, where nothing beside `$ref` counts and `nullable` does. */
  readonly isOld: boolean;
  readonly forms: Map<string, Form>;
}

/** What the parts of a conjunction say together. */
export function formOf(document: SchemaDocument, conjunction: readonly string[]): Form {
  const key = conjunction.join('\n');
  const known = document.forms.get(key);
  if (known !== undefined) return known;
  const form = buildForm(document, conjunction);
  document.forms.set(key, form);
  return form;
}

function buildForm(document: SchemaDocument, conjunction: readonly string[]): Form {
  const parts = conjunction.map(partOf);
  const omitted = new Set(parts.flatMap((part) => (part.kind === 'without' ? [part.pointer] : [])));
  const reading: Reading = { ...document, omitted, open: new Set(), merged: 0 };
  const [first, ...rest] = parts;
  // Nearly every conjunction is one schema, whose form is its own: a large document has tens of thousands.
  const isSchema = first?.kind === 'schema';
  const form = isSchema ? readSchema(reading, first.pointer) : unconstrained();
  for (const part of isSchema ? rest : parts) {
    if (part.kind === 'schema') intersect(form, readSchema(reading, part.pointer));
    if (part.kind === 'values') restrictValues(form, part.values);
    if (part.kind === 'types') restrictTypes(form, new Set(part.types), undefined);
  }
  // Split by type, a bound of numbers says nothing about the text.
  const isSplit = parts.some((part) => part.kind === 'types' && part.types.length < TYPE_NAMES.length - 1);
  return finishForm(form, isSplit);
}

interface Reading extends SchemaDocument {
  /** Pointers of the `anyOf` and `oneOf` that are left out. */
  readonly omitted: ReadonlySet<string>;
  /** Pointers that are being read: a schema that is a part of itself adds nothing. */
  readonly open: Set<string>;
  merged: number;
}

/** More parts than that in one schema, or parts of parts, come from a bomb, not from a person. */
const MOST_PARTS = 2000;
const DEEPEST = 300;

function isTooMuch({ open, merged }: Reading, pointer: string): boolean {
  return open.has(pointer) || open.size > DEEPEST || merged > MOST_PARTS;
}

function readSchema(reading: Reading, pointer: string): Form {
  const value = valueAt(reading.document, pointer);
  const form = unconstrained();
  if (value === false) restrictTypes(form, new Set(), pointer);
  if (!isObject(value) || isTooMuch(reading, pointer)) return form;
  reading.merged += 1;
  reading.open.add(pointer);
  const isBare = reading.isOld && typeof value['$ref'] === 'string';
  if (isBare) readReference(reading, form, value['$ref']);
  else readObject(reading, form, value, pointer);
  reading.open.delete(pointer);
  return form;
}

function readObject(reading: Reading, form: Form, schema: JsonObject, pointer: string): void {
  readKeywords(form, schema, pointer, reading.isOld);
  for (const keyword of ['$ref', '$dynamicRef']) readReference(reading, form, schema[keyword]);
  const members = Array.isArray(schema['allOf']) ? schema['allOf'] : [];
  for (const index of members.keys()) intersect(form, readSchema(reading, joinPointer(pointer, 'allOf', index)));
  for (const keyword of ['anyOf', 'oneOf'] as const) readUnion(reading, form, keyword, schema[keyword], pointer);
  if (schema['not'] !== undefined) readNot(reading, form, joinPointer(pointer, 'not'));
  settleUnevaluated(form, schema, pointer);
  if (reading.isOld && (schema['nullable'] === true || schema['x-nullable'] === true))
    allowNull(form, joinPointer(pointer, 'nullable'));
}

/** A reference into nowhere is no constraint: loading the document has reported it. */
function readReference(reading: Reading, form: Form, reference: Json | undefined): void {
  const pointer = typeof reference === 'string' ? pointerOfReference(reference) : undefined;
  if (pointer !== undefined) intersect(form, readSchema(reading, pointer));
}

function readUnion(
  reading: Reading,
  form: Form,
  keyword: 'anyOf' | 'oneOf',
  branches: Json | undefined,
  parent: string,
): void {
  const pointer = joinPointer(parent, keyword);
  if (!Array.isArray(branches) || branches.length === 0 || reading.omitted.has(pointer)) return;
  const constants = constantsOf(branches);
  if (constants !== undefined) {
    const only = unconstrained();
    only.values = { list: constants, pointer, keyword: 'enum' };
    intersect(form, only);
  } else if (branches.length === 1) intersect(form, readSchema(reading, joinPointer(pointer, 0)));
  else if (readNullable(reading, form, branches, pointer)) return;
  else if (keyword === 'oneOf' || !branches.some(isOpen)) {
    form.unions.push({
      keyword,
      pointer,
      branches: branches.map((_, index) => [schemaAt(joinPointer(pointer, index))]),
    });
  }
}

/** A schema or null is a nullable schema, with all that it says of itself. Returns whether it is one. */
function readNullable(reading: Reading, form: Form, branches: readonly Json[], pointer: string): boolean {
  if (branches.length !== 2) return false;
  const areNull = branches.map((branch) => isNull(reading, branch, 0));
  const at = areNull.indexOf(false);
  if (at < 0 || !areNull.includes(true)) return false;
  const own = readSchema(reading, joinPointer(pointer, at));
  // What a `not` or a condition does with null, or two alternatives that are, is left to the comparison of alternatives.
  if (own.nots.length + own.conditions.length > 0 || letsNullThrough(reading, own)) return false;
  allowNull(own, pointer);
  intersect(form, own);
  return true;
}

function letsNullThrough(reading: Reading, { types, unions }: Form): boolean {
  const isNullable = (part: string): boolean => {
    const read = partOf(part);
    return read.kind !== 'schema' || letsNullThrough(reading, readSchema(reading, read.pointer));
  };
  return types.has('null') && unions.every(({ branches }) => branches.some((branch) => branch.every(isNullable)));
}

/** Only null, as such, by a reference or in an `allOf` that says nothing more. */
function isNull(reading: Reading, branch: Json, depth: number): boolean {
  if (!isObject(branch) || depth > DEEPEST) return false;
  const { type, $ref, allOf, ...others } = branch;
  if (!Object.keys(others).every((key) => BESIDE_CONSTANTS.test(key))) return false;
  const target = typeof $ref === 'string' ? pointerOfReference($ref) : undefined;
  const parts = [
    ...(target === undefined ? [] : [valueAt(reading.document, target) ?? true]),
    ...(Array.isArray(allOf) ? allOf.filter((each) => !isOpen(each)) : []),
  ];
  if (type === undefined && parts.length === 0) return false;
  return (type === undefined || type === 'null') && parts.every((part) => isNull(reading, part, depth + 1));
}

/** To exclude types is to name the others. */
function readNot(reading: Reading, form: Form, pointer: string): void {
  const excluded = readSchema(reading, pointer);
  const isTypes = acceptsAnything({ ...excluded, types: new Set(TYPE_NAMES) });
  if (!isTypes) form.nots.push(schemaAt(pointer));
  else restrictTypes(form, new Set(TYPE_NAMES.filter((name) => !excluded.types.has(name))), pointer);
}

/** An alternative that accepts everything makes the others idle. */
function isOpen(branch: Json): boolean {
  return branch === true || (isObject(branch) && Object.keys(branch).length === 0);
}

const BESIDE_CONSTANTS = /^(type|title|description|deprecated|examples?|\$comment|x-.*)$/;

/** The values where every alternative only names some: an enum whose values are described one by one. */
function constantsOf(branches: readonly Json[]): Json[] | undefined {
  const all: Json[] = [];
  for (const branch of branches) {
    if (!isObject(branch)) return undefined;
    const names = branch['enum'];
    const own = branch['const'] === undefined ? (Array.isArray(names) ? names : undefined) : [branch['const']];
    const others = Object.keys(branch).filter((key) => key !== 'const' && key !== 'enum');
    if (
      own === undefined ||
      !own.every((value) => hasType(value, branch['type'])) ||
      !others.every((key) => BESIDE_CONSTANTS.test(key))
    )
      return undefined;
    all.push(...own);
  }
  return all;
}

function hasType(value: Json, type: Json | undefined): boolean {
  return type === undefined || (typeof type === 'string' && typesNamed(type).includes(typeOf(value)));
}

/** Strictly read, `nullable` does nothing beside a bare allOf (OpenAPI 3.0.3); everyone means it to. */
function allowNull(form: Form, pointer: string): void {
  if (form.types.size === TYPE_NAMES.length && form.values === undefined && form.unions.length === 0) return;
  form.types = new Set<TypeName>([...form.types, 'null']);
  form.typesPointer = pointer;
  if (form.values !== undefined && !form.values.list.includes(null))
    form.values = { ...form.values, list: [...form.values.list, null] };
  const unions = form.unions.map((union) => ({ ...union, branches: [...union.branches, [ofTypes('null')]] }));
  form.unions.splice(0, form.unions.length, ...unions);
}
