import { isObject, type Json, type JsonObject } from './json.ts';
import { pointerOfReference, valueAt } from './json-pointer.ts';

/** A value of a document and the pointer of the place where it really stands. */
export interface Located<T extends Json = Json> {
  readonly value: T;
  readonly pointer: string;
}

/** Follows `$ref` after `$ref` within the document. Undefined where one leads nowhere or in a circle. */
export function followReference(document: JsonObject, start: Located): Located | undefined {
  let found: Located = start;
  for (let hops = 0; hops < 50; hops++) {
    const reference: Json | undefined = isObject(found.value) ? found.value['$ref'] : undefined;
    if (typeof reference !== 'string') return found;
    const pointer = pointerOfReference(reference);
    const value = pointer === undefined ? undefined : valueAt(document, pointer);
    if (pointer === undefined || value === undefined) return undefined;
    found = { value, pointer };
  }
  return undefined;
}

/** The same where only an object makes sense. */
export function followToObject(document: JsonObject, start: Located): Located<JsonObject> | undefined {
  const found = followReference(document, start);
  return found !== undefined && isObject(found.value) ? { value: found.value, pointer: found.pointer } : undefined;
}
