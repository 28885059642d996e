import { isObject, joinPointer, type Json, type JsonObject } from '../contracts/index.ts';
import { writersOf } from './generate-format.ts';
import { planPattern } from './generate-pattern.ts';
import { itemsPointer, objectShape, schemaAt, typeIs } from './object-shape.ts';
import { plainText } from './plain-text.ts';
import type { PropertyShape } from './object-shape.ts';
import type { Resource } from './resource-model.ts';
import type { Random } from './seeded-random.ts';

/** What new values are made of. */
export interface Maker {
  readonly document: JsonObject;
  readonly random: Random;
  readonly nowMs: number;
}

const CREATED = /(created|inserted|added|registered)(_?(at|on|date|time))?$/i;
const UPDATED = /(updated|modified|changed)(_?(at|on|date|time))?$/i;
/** Depth at which a schema that is a part of itself ends. */
const DEPTH = 12;

/** Completes what a client has sent to an item, as a server would. @param example of an item, for what the server says */
export function newItem(
  maker: Maker,
  resource: Resource,
  sent: JsonObject,
  example: JsonObject | undefined,
  id: Json,
): JsonObject {
  const { item, idProperty, serverOwned } = resource;
  const made: Record<string, Json> = {};
  for (const [name, value] of Object.entries(sent)) if (!serverOwned.has(name)) made[name] = value;
  made[idProperty] = id;
  for (const [name, property] of item.shape.properties) {
    if (name in made || isLink(name, property)) continue;
    const value = serverOwned.has(name)
      ? ownValue(maker, name, property, example, item.shape.required.has(name))
      : missingValue(maker, property, example?.[name], item.shape.required.has(name));
    if (value !== undefined) made[name] = value;
  }
  return inOrder(made, [...item.shape.properties.keys()]);
}

/** What the server says of an item by itself. */
function ownValue(
  maker: Maker,
  name: string,
  property: PropertyShape,
  example: JsonObject | undefined,
  isRequired: boolean,
): Json | undefined {
  if (CREATED.test(name) || UPDATED.test(name)) {
    const moment = momentOf(maker, property.schema);
    if (moment !== undefined) return moment;
  }
  const given = property.schema['default'] ?? example?.[name];
  if (given !== undefined) return given;
  return isRequired ? inventValue(maker, property.pointer) : undefined;
}

/** What a client has left out. */
function missingValue(
  maker: Maker,
  { schema, isNullable, pointer }: PropertyShape,
  example: Json | undefined,
  isRequired: boolean,
): Json | undefined {
  const given = schema['default'];
  if (given !== undefined) return given;
  if (!isRequired) return undefined;
  return isNullable ? null : (example ?? inventValue(maker, pointer));
}

function momentOf({ nowMs }: Maker, schema: JsonObject): Json | undefined {
  if (schema['format'] === 'date-time') return new Date(nowMs).toISOString();
  if (schema['format'] === 'date') return new Date(nowMs).toISOString().slice(0, 10);
  return typeIs(schema, 'integer') ? Math.floor(nowMs / 1000) : undefined;
}

/** After a change: times of change are now, and what is required and was taken away is null where it may be. */
export function changedItem(maker: Maker, resource: Resource, value: JsonObject): JsonObject {
  const { item, serverOwned } = resource;
  const changed: Record<string, Json> = { ...value };
  for (const [name, { schema, isNullable }] of item.shape.properties) {
    if (serverOwned.has(name) && UPDATED.test(name) && name in changed)
      changed[name] = momentOf(maker, schema) ?? changed[name] ?? null;
    if (!(name in changed) && item.shape.required.has(name) && isNullable) changed[name] = null;
  }
  return inOrder(changed, [...item.shape.properties.keys()]);
}

/** RFC 7396; null stays where the schema of the member at the top has room for it. */
export function mergePatched(resource: Resource, value: JsonObject, patch: JsonObject): JsonObject {
  const { item, serverOwned, idProperty } = resource;
  const merged: Record<string, Json> = { ...value };
  for (const [name, change] of Object.entries(patch)) {
    if (serverOwned.has(name) || name === idProperty) continue;
    if (change === null && item.shape.properties.get(name)?.isNullable === true) merged[name] = null;
    else if (change === null) delete merged[name];
    else merged[name] = merge(merged[name], change);
  }
  return merged;
}

function merge(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const merged: Record<string, Json> = isObject(target) ? { ...target } : {};
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) delete merged[name];
    else merged[name] = merge(merged[name], change);
  }
  return merged;
}

/** Links are not kept: they are written anew into each answer, for the address at which it is asked for. */
export function isLink(name: string, { schema, isReadOnly }: PropertyShape): boolean {
  if (/^_?links$/i.test(name)) return true;
  if (!/^(self|href|url|uri|_?self_?(link|url))$/i.test(name)) return false;
  return isReadOnly || /^(self|href)$/i.test(name)
    ? /^(uri|uri-reference|url)?$/.test(plainText(schema['format']))
    : false;
}

/** A new id of the kind that the schema asks for. @param taken ids that are in use */
export function newId(
  { document, random }: Maker,
  pointer: string,
  taken: (id: string) => boolean,
  count: number,
): Json {
  const schema = schemaAt(document, pointer);
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const id = idOnce(schema, random, count + attempt + 1);
    if (!taken(plainText(id))) return id;
  }
  return crypto.randomUUID();
}

function idOnce(schema: JsonObject, random: Random, next: number): Json {
  if (typeIs(schema, 'integer') || typeIs(schema, 'number')) {
    const { minimum } = schema;
    return typeof minimum === 'number' && minimum > 1 ? Math.ceil(minimum) - 1 + next : next;
  }
  const pattern = schema['pattern'];
  const text = typeof pattern === 'string' ? ofPattern(pattern, random, 12) : undefined;
  if (text !== undefined) return text;
  const [write] = writersOf(typeof schema['format'] === 'string' ? schema['format'] : 'uuid');
  const max = typeof schema['maxLength'] === 'number' ? schema['maxLength'] : 36;
  const written = (write ?? writersOf('uuid')[0])?.(random, 36, 36) ?? crypto.randomUUID();
  return written.length <= max ? written : written.replaceAll('-', '').slice(0, max);
}

function ofPattern(pattern: string, random: Random, length: number): string | undefined {
  try {
    const expression = new RegExp(pattern, 'u');
    const plan = planPattern(expression);
    if (plan === undefined) return undefined;
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const text = plan.make(random, Math.max(plan.min, Math.min(plan.max, length)));
      if (expression.test(text)) return text;
    }
    return undefined;
  } catch {
    return undefined;
  }
}

/** A plain value that most likely fits a schema: its own example, else the least that it asks for. */
export function inventValue(maker: Maker, pointer: string, depth = 0): Json {
  const { document } = maker;
  const schema = schemaAt(document, pointer);
  const { examples } = schema;
  const given =
    schema['const'] ?? schema['default'] ?? (Array.isArray(examples) ? examples[0] : undefined) ?? schema['example'];
  if (given !== undefined) return given;
  if (Array.isArray(schema['enum'])) return schema['enum'][0] ?? null;
  if (depth > DEPTH) return null;
  for (const keyword of ['oneOf', 'anyOf']) {
    const options = schema[keyword];
    if (Array.isArray(options) && options.length > 0 && schema['properties'] === undefined) {
      return inventValue(maker, joinPointer(pointer, keyword, 0), depth + 1);
    }
  }
  const shape = objectShape(document, pointer);
  if (shape !== undefined) {
    const members = [...shape.required].map((name): readonly [string, Json] => {
      const property = shape.properties.get(name);
      return [name, property === undefined ? null : inventValue(maker, property.pointer, depth + 1)];
    });
    return Object.fromEntries(members);
  }
  const items = itemsPointer(document, pointer);
  if (items !== undefined || typeIs(schema, 'array')) {
    const length = typeof schema['minItems'] === 'number' ? Math.min(schema['minItems'], 20) : 0;
    return Array.from({ length }, () => (items === undefined ? null : inventValue(maker, items, depth + 1)));
  }
  return inventScalar(maker, schema);
}

function inventScalar({ random, nowMs }: Maker, schema: JsonObject): Json {
  if (typeIs(schema, 'integer') || typeIs(schema, 'number')) return leastNumber(schema);
  if (typeIs(schema, 'boolean')) return false;
  if (typeIs(schema, 'null') && !typeIs(schema, 'string')) return null;
  const { format, pattern, minLength, maxLength } = schema;
  if (format === 'date-time') return new Date(nowMs).toISOString();
  if (format === 'date') return new Date(nowMs).toISOString().slice(0, 10);
  const least = typeof minLength === 'number' ? minLength : 0;
  const most = typeof maxLength === 'number' ? maxLength : Math.max(least, 20);
  const text = typeof pattern === 'string' ? ofPattern(pattern, random, Math.max(least, 8)) : undefined;
  if (text !== undefined) return text;
  const [write] = typeof format === 'string' ? writersOf(format) : [];
  if (write !== undefined) return write(random, least, most);
  return 'string'.padEnd(least, 'x').slice(0, most);
}

function leastNumber({ minimum, exclusiveMinimum, maximum, multipleOf }: JsonObject): number {
  const step = typeof multipleOf === 'number' && multipleOf > 0 ? multipleOf : 1;
  const above = exclusiveMinimum === true || typeof exclusiveMinimum === 'number';
  const floor =
    typeof exclusiveMinimum === 'number' ? exclusiveMinimum : typeof minimum === 'number' ? minimum : undefined;
  if (floor === undefined) return typeof maximum === 'number' && maximum < 0 ? maximum : 0;
  const least = Math.ceil(floor / step) * step;
  return above && least <= floor ? least + step : least;
}

function inOrder(value: Readonly<Record<string, Json>>, names: readonly string[]): JsonObject {
  const ordered: Record<string, Json> = {};
  for (const name of names) {
    const member = value[name];
    if (member !== undefined) ordered[name] = member;
  }
  return Object.assign(ordered, value);
}
