import { followToObject } from './follow-reference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { valueAt } from './json-pointer.ts';

/** The object at a pointer with its references followed; an empty one where there is none. */
export function objectAt({ document }: { readonly document: JsonObject }, pointer: string | undefined): JsonObject {
  if (pointer === undefined) return {};
  const value = valueAt(document, pointer);
  return value === undefined ? {} : (followToObject(document, { value, pointer })?.value ?? {});
}

/** An object member; an empty one where there is none. */
export function memberOf(parent: JsonObject, key: string): JsonObject {
  const value: Json | undefined = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isObject(value) ? value : {};
}
