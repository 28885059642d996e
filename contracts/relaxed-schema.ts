import { isObject, type Json, type JsonObject } from './json.ts';
import { pointerOfReference, splitPointer, valueAt } from './json-pointer.ts';

/**
 * The schema at `pointer`, and all it leads to, as it holds for what a consumer reads: a consumer may leave out what it
 * does not need, so nothing is required and no number of items or members is too small. What is left are the types and
 * values of what it does read. Pointers stay as they are in `document`.
 */
export function relaxedDocument(document: JsonObject, pointer: string): JsonObject {
  const root: Record<string, Json> = {};
  const seen = new Set<string>();
  const waiting = [pointer];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const schema = valueAt(document, next);
    if (schema === undefined) continue;
    const references: string[] = [];
    place(root, splitPointer(next), relaxed(schema, references));
    waiting.push(...references);
  }
  return root;
}

/** They ask for something to be there, or say what happens when it is: nothing that an excerpt could be held to. */
const DROPPED = new Set([
  'required',
  'minProperties',
  'minItems',
  'minContains',
  'contains',
  'dependentRequired',
  'dependentSchemas',
  'dependencies',
  'discriminator',
  'not',
  'if',
  'then',
  'else',
  // Whether a property is in the contract at all is judged by `describeValue`.
  'additionalProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
]);
/** Their members are names of the author's choosing, not keywords. */
const NAMED = new Set(['properties', 'patternProperties', '$defs', 'definitions']);
const DATA = new Set(['example', 'examples', 'default', 'enum', 'const']);

function relaxed(schema: Json, references: string[]): Json {
  if (Array.isArray(schema)) return schema.map((item: Json) => relaxed(item, references));
  if (!isObject(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !DROPPED.has(keyword));
  return Object.fromEntries(kept.map(([keyword, value]) => relaxedMember(keyword, value, references)));
}

function relaxedMember(keyword: string, value: Json, references: string[]): readonly [string, Json] {
  if (DATA.has(keyword)) return [keyword, value];
  if (keyword === '$ref' && typeof value === 'string') {
    const target = pointerOfReference(value);
    if (target !== undefined) references.push(target);
    return [keyword, value];
  }
  if (NAMED.has(keyword) && isObject(value)) {
    const members = Object.entries(value).map(([name, member]) => [name, relaxed(member, references)] as const);
    return [keyword, Object.fromEntries(members)];
  }
  // An excerpt may fit several alternatives.
  return [keyword === 'oneOf' ? 'anyOf' : keyword, relaxed(value, references)];
}

function place(root: Record<string, Json>, keys: readonly string[], value: Json): void {
  const [key, ...rest] = keys;
  if (key === undefined) return;
  if (rest.length === 0) {
    root[key] = value;
    return;
  }
  const child = root[key];
  const holder: Record<string, Json> = isObject(child) ? { ...child } : {};
  root[key] = holder;
  place(holder, rest, value);
}
