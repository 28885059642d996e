import { isObject, type Json } from './json.ts';
import { pointerOfReference, valueAt } from './json-pointer.ts';
import type { SchemaDocument } from './read-schema.ts';

/** Whether the schemas at two pointers are written alike, with everything that they refer to. */
export type Sameness = (basePointer: string, revisionPointer: string) => boolean;

/** Most of two versions is written alike; what is needs no comparison by meaning. Descriptions and examples do not count. */
export function samenessOf(base: SchemaDocument, revision: SchemaDocument): Sameness {
  const known = new Map<string, boolean>();
  const alike = new Map<string, Alike>();
  const look = (pointers: Pointers): Alike => {
    const key = keyOf(pointers);
    const found = alike.get(key) ?? lookAlike(base, revision, pointers);
    alike.set(key, found);
    return found;
  };
  return (basePointer, revisionPointer) => {
    if (base.isOld !== revision.isOld) return false;
    const start: Pointers = [basePointer, revisionPointer];
    const answer = known.get(keyOf(start));
    if (answer !== undefined) return answer;
    return decide(start, look, known);
  };
}

type Pointers = readonly [string, string];

/** Equal but for what the references lead to; undefined where they differ. */
type Alike = readonly Pointers[] | undefined;

function keyOf([base, revision]: Pointers): string {
  return base === revision ? base : `${base}\n${revision}`;
}

/** All that is reached is alike, or what leads to a difference is not. Either way much more than the start is known then. */
function decide(start: Pointers, look: (pointers: Pointers) => Alike, known: Map<string, boolean>): boolean {
  /** By what was reached, from where: the start from nowhere. */
  const from = new Map<string, string | undefined>([[keyOf(start), undefined]]);
  const waiting = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = keyOf(next);
    const references = look(next);
    if (references === undefined) return differs(key, from, known);
    for (const reference of references) {
      const target = keyOf(reference);
      if (known.get(target) === false) return differs(key, from, known);
      if (from.has(target) || known.get(target) === true) continue;
      from.set(target, key);
      waiting.push(reference);
    }
  }
  for (const key of from.keys()) known.set(key, true);
  return true;
}

function differs(last: string, from: ReadonlyMap<string, string | undefined>, known: Map<string, boolean>): false {
  for (let key: string | undefined = last; key !== undefined; key = from.get(key)) known.set(key, false);
  return false;
}

function lookAlike(base: SchemaDocument, revision: SchemaDocument, [from, to]: Pointers): Alike {
  const references: Pointers[] = [];
  const [left, right] = [valueAt(base.document, from), valueAt(revision.document, to)];
  if (left === undefined || right === undefined) return undefined;
  return isAlike(left, right, 'schema', references, 0) ? references : undefined;
}

/** Members of `names` are chosen by the author; `data` has no references. */
type Role = 'schema' | 'names' | 'data';

const NAMES = new Set(['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']);
const DATA = new Set(['enum', 'const', 'default']);
const DESCRIPTIONS = new Set(['title', 'description', 'example', 'examples', 'externalDocs', '$comment']);

/** Deeper than that nobody writes: it is left to the comparison by meaning, which does not descend. */
const DEEPEST = 400;

function isAlike(left: Json, right: Json, role: Role, references: Pointers[], depth: number): boolean {
  if (depth > DEEPEST) return false;
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item: Json, at) => isAlike(item, right[at] ?? null, role, references, depth + 1));
  }
  if (!isObject(left)) return left === right;
  return isObject(right) && areMembersAlike(left, right, role, references, depth + 1);
}

function areMembersAlike(
  left: { readonly [key: string]: Json },
  right: { readonly [key: string]: Json },
  role: Role,
  references: Pointers[],
  depth: number,
): boolean {
  let count = 0;
  for (const key in left) {
    if (role === 'schema' && DESCRIPTIONS.has(key)) continue;
    const [one, other] = [left[key], right[key]];
    if (one === undefined || other === undefined) return false;
    count += 1;
    if (role === 'schema' && key === '$ref' && !addReference(one, other, references)) return false;
    else if (!isAlike(one, other, roleOf(key, role), references, depth)) return false;
  }
  for (const key in right) if (role !== 'schema' || !DESCRIPTIONS.has(key)) count -= 1;
  return count === 0;
}

function roleOf(key: string, role: Role): Role {
  if (role === 'data') return 'data';
  if (role === 'names') return 'schema';
  if (NAMES.has(key)) return 'names';
  return DATA.has(key) || key.startsWith('x-') ? 'data' : 'schema';
}

function addReference(left: Json, right: Json, references: Pointers[]): boolean {
  if (typeof left !== 'string' || left !== right) return false;
  const pointer = pointerOfReference(left);
  if (pointer !== undefined) references.push([pointer, pointer]);
  return pointer !== undefined;
}
