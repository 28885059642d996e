import { isObject, type Json, type JsonObject } from './json.ts';
import { pointerOfReference, valueAt } from './json-pointer.ts';

/** Where a value that is nothing but a reference really stands; its own pointer for any other. Circles end. */
export function referenceTarget(document: JsonObject, pointer: string): string {
  let target = pointer;
  for (let hops = 0; hops < 50; hops++) {
    const value: Json | undefined = valueAt(document, target);
    if (!isObject(value) || typeof value['$ref'] !== 'string' || Object.keys(value).length > 1) return target;
    const next = pointerOfReference(value['$ref']);
    if (next === undefined || valueAt(document, next) === undefined) return target;
    target = next;
  }
  return pointer;
}
