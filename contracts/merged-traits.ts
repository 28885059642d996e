import { followToObject, type Located } from './follow-reference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';

/**
 * An object with its traits merged in by JSON Merge Patch (RFC 7386). In AsyncAPI 3 the object's own members win, in
 * AsyncAPI 2 the traits' do.
 */
export function mergedTraits(
  document: JsonObject,
  target: Located<JsonObject>,
  winner: 'own' | 'traits',
): Located<JsonObject> {
  const list = target.value['traits'];
  if (!Array.isArray(list)) return target;
  const traits = list.flatMap((value: Json, index): readonly JsonObject[] => {
    const trait = followToObject(document, { value, pointer: joinPointer(target.pointer, 'traits', index) });
    return trait === undefined ? [] : [trait.value];
  });
  const { traits: _traits, ...own } = target.value;
  const order: readonly JsonObject[] = winner === 'own' ? [...traits, own] : [own, ...traits];
  return { value: order.reduce<JsonObject>((merged, each) => mergePatch(merged, each), {}), pointer: target.pointer };
}

function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isObject(value) ? mergePatch(isObject(before) ? before : {}, value) : value;
  }
  return merged;
}
