import { isObject, valueAt, type Json, type JsonObject } from '../contracts/index.ts';

/** Gives the value that a reference leads to, and any other value as it is. The same place always gives the same object. */
export type Follow = (value: Json) => Json;

/** What has been dereferenced already has no references to follow. */
export const asItIs: Follow = (value) => value;

/**
 * Reads references when they are come upon, instead of replacing all of them first. Only for a document in which that
 * comes to the same: every reference is a plain one to a place of the same document. One with members beside it is
 * merged by Prism, and how depends on which place of the document it looked at before.
 *
 * @param allowed whether schemas may have names (`$id`, `$anchor`), which the catalogue follows and Prism does not
 * @returns undefined where the document has any other reference
 */
export function plainReferences(document: JsonObject, allowed: { readonly names: boolean }): Follow | undefined {
  const targets = new Map<string, Json>();
  const isPlain = everyReference(document, DEPTH, allowed.names, (reference) => {
    const { $ref: pointer } = reference;
    if (Object.keys(reference).length > 1) return false;
    if (targets.has(pointer)) return true;
    const target = targetOf(document, pointer);
    if (target === undefined) return false;
    targets.set(pointer, target);
    return true;
  });
  if (!isPlain) return undefined;
  return (value) => (isReference(value) ? (targets.get(value.$ref) ?? value) : value);
}

/** Nothing to be encoded or decoded in it. */
const POINTER = /^#(\/[\w\-.~]+)+$/;
/** A document that goes deeper may contain itself, by anchors of YAML. */
const DEPTH = 200;

type Reference = JsonObject & { readonly $ref: string };

function isReference(value: Json): value is Reference {
  return isObject(value) && typeof value['$ref'] === 'string';
}

/** @returns whether `test` holds for each */
function everyReference(value: Json, depth: number, names: boolean, test: (reference: Reference) => boolean): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (isReference(value)) return test(value);
  if (depth === 0 || (!names && ('$id' in value || '$anchor' in value || '$dynamicAnchor' in value))) return false;
  for (const member of Array.isArray(value) ? value : Object.values(value)) {
    if (typeof member === 'object' && member !== null && !everyReference(member, depth - 1, names, test)) return false;
  }
  return true;
}

/** @returns undefined for no place, and for one that is a reference itself or lies behind one */
function targetOf(document: JsonObject, reference: string): Json | undefined {
  const target = POINTER.test(reference) ? valueAt(document, reference.slice(1)) : undefined;
  return target === undefined || target === null || isReference(target) ? undefined : target;
}
