import { isPlainObject, pathToPointer } from '@stoplight/json';
import type { Json, JsonObject } from '../contracts/index.ts';
import type { Follow } from './follow-references.ts';

/** A path that grows beyond this many values would take minutes and gigabytes, as it does in Prism. */
const VALUES = 5_000_000;

/**
 * Copies a value out of a document, following its references; where it contains itself, a reference to the place further up takes its
 * place. What Prism's `decycle` does, for a part of the document.
 *
 * @param path of the value in the document
 * @param parents the values further up, with their paths
 * @param follow dereferences a value
 * @throws Error when the copy has no bearable end
 */
export function cutCircles(
  value: Json,
  path: readonly string[],
  parents: ReadonlyMap<object, readonly string[]>,
  follow: Follow,
): Json {
  const open = new Map<object, readonly string[]>(parents);
  let count = 0;
  const copy = (found: Json, path: readonly string[]): Json => {
    const value = follow(found);
    if (typeof value !== 'object' || value === null || !(Array.isArray(value) || isPlainObject(value))) return value;
    const above = open.get(value);
    if (above !== undefined) return { $ref: pathToPointer([...above]) };
    count += 1;
    if (count > VALUES)
      throw new Error(`the schemas of ${path.slice(0, 2).join(' ')} refer to each other without a bearable end`);
    open.set(value, path);
    const copied = Array.isArray(value)
      ? value.map((item: Json, index) => copy(item, [...path, String(index)]))
      : Object.fromEntries(
          Object.entries(value as JsonObject).map(([key, member]) => [key, copy(member, [...path, key])]),
        );
    open.delete(value);
    return copied;
  };
  return copy(value, path);
}
