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
    const reached = reach(start, look, known);
    if (reached === undefined) known.set(keyOf(start), false);
    else for (const key of reached) known.set(key, true);
    return reached !== undefined;
  };
}

type Pointers = readonly [string, string];

/** Equal but for what the references lead to; undefined where they differ. */
type Alike = readonly Pointers[] | undefined;

function keyOf([base, revision]: Pointers): string {
  return base === revision ? base : `${base}\n${revision}`;
}

/** Everything that is reached, or undefined where any of it differs. */
function reach(
  start: Pointers,
  look: (pointers: Pointers) => Alike,
  known: ReadonlyMap<string, boolean>,
): ReadonlySet<string> | undefined {
  const seen = new Set([keyOf(start)]);
  const waiting = [start];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const references = look(next);
    if (references === undefined) return undefined;
    for (const reference of references) {
      const key = keyOf(reference);
      if (known.get(key) === false) return undefined;
      if (seen.has(key) || known.get(key) === true) continue;
      seen.add(key);
      waiting.push(reference);
    }
  }
  return seen;
}

function lookAlike(base: SchemaDocument, revision: SchemaDocument, [from, to]: Pointers): Alike {
  const references: Pointers[] = [];
  const [left, right] = [valueAt(base.document, from), valueAt(revision.document, to)];
  if (left === undefined || right === undefined) return undefined;
  return isAlike(left, right, 'schema', references) ? references : undefined;
}

/** Members of `names` are chosen by the author; `data` has no references. */
type Role = 'schema' | 'names' | 'data';

const NAMES = new Set(['properties', 'patternProperties', 'dependentSchemas', 'dependencies', '$defs', 'definitions']);
const DATA = new Set(['enum', 'const', 'default']);
const DESCRIPTIONS = new Set(['title', 'description', 'example', 'examples', 'externalDocs', '$comment']);

function isAlike(left: Json, right: Json, role: Role, references: Pointers[]): boolean {
  if (Array.isArray(left)) {
    if (!Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item: Json, at) => isAlike(item, right[at] ?? null, role, references));
  }
  if (!isObject(left)) return left === right;
  return isObject(right) && areMembersAlike(left, right, role, references);
}

function areMembersAlike(
  left: { readonly [key: string]: Json },
  right: { readonly [key: string]: Json },
  role: Role,
  references: Pointers[],
): boolean {
  let count = 0;
  for (const key in left) {
    if (role === 'schema' && DESCRIPTIONS.has(key)) continue;
    const [one, other] = [left[key], right[key]];
    if (one === undefined || other === undefined) return false;
    count += 1;
    if (role === 'schema' && key === '$ref' && !addReference(one, other, references)) return false;
    else if (!isAlike(one, other, roleOf(key, role), references)) return false;
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
