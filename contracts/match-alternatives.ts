import { isText } from './carried-as.ts';
import { namedProperties, effectiveProperty } from './object-parts.ts';
import { isObject } from './json.ts';
import { valueAt } from './json-pointer.ts';
import { formOf, type SchemaDocument } from './read-schema.ts';
import { partOf, type Form, type TypeName } from './schema-form.ts';
import type { Comparer } from './schema-difference.ts';

/** One of several schemas that a value may match. */
export interface Alternative {
  readonly conjunction: readonly string[];
  readonly form: Form;
  /** The alternative without what stands beside the list: where its name is. */
  readonly names: readonly string[];
  readonly pointer: string | undefined;
}

/** Which alternative became which. */
export interface Matching {
  readonly pairs: readonly { readonly before: Alternative; readonly after: Alternative }[];
  readonly removed: readonly Alternative[];
  /** Gone, while another one takes in its values: `into` is to be compared where it does so in practice only. */
  readonly merged: readonly Merged[];
  /** `isCovered`: all its values were let through before. `isAmbiguous`: it holds all values of another one. */
  readonly added: readonly (Alternative & { readonly isCovered: boolean; readonly isAmbiguous: boolean })[];
  /** Whether some value may match two alternatives of the revision. */
  readonly overlaps: () => boolean;
}

interface Merged {
  readonly before: Alternative;
  readonly into?: Alternative;
  /** Whether some of its values may match one more alternative that they did not match before. */
  readonly isAmbiguous: () => boolean;
}

/** More comparisons than that of each with each are not worth their time: what has no name is then new. */
const MOST_COMPARED = 900;

/** By name first (the schema's, or a constant that tells it apart), then by meaning, then by likeness. */
export function matchAlternatives(
  comparer: Comparer,
  before: readonly Alternative[],
  after: readonly Alternative[],
): Matching {
  const [left, right] = [[...before], [...after]];
  const pairs: { before: Alternative; after: Alternative }[] = [];
  const take = (matches: (a: Alternative, b: Alternative) => boolean): void => {
    for (let at = 0; at < left.length;) {
      const one = left[at];
      const found = one === undefined ? -1 : right.findIndex((other) => matches(one, other));
      const other = right[found];
      if (one === undefined || other === undefined) {
        at += 1;
        continue;
      }
      pairs.push({ before: one, after: other });
      left.splice(at, 1);
      right.splice(found, 1);
    }
  };
  const names = namesIn(comparer, before, after);
  take((a, b) => isNamedAlike(names, a, b) && haveCommonType(comparer, a, b));
  if (left.length * right.length <= MOST_COMPARED) {
    take((a, b) => isSame(comparer, a, b));
    // What some alternative lets through as well is missed by nobody, and new to nobody: it becomes no other one.
    const missed = new Set(left.filter((one) => !after.some((other) => isWithin(comparer, one, other))));
    const added = new Set(right.filter((one) => !before.some((other) => isHolding(comparer, other, one))));
    take((a, b) => {
      const [isIn, holds] = [isWithin(comparer, a, b), isHolding(comparer, a, b)];
      return (isIn || holds) && (isIn || missed.has(a)) && (holds || added.has(b));
    });
    take((a, b) => missed.has(a) && added.has(b) && haveCommonType(comparer, a, b) && areAlike(a, b));
  }
  return {
    pairs,
    ...leftOver({ comparer, before, after, names }, left, right),
    overlaps: () => doOverlap(comparer, after, names),
  };
}

interface Sides {
  readonly comparer: Comparer;
  readonly before: readonly Alternative[];
  readonly after: readonly Alternative[];
  readonly names: Names;
}

function leftOver(
  sides: Sides,
  left: readonly Alternative[],
  right: readonly Alternative[],
): Pick<Matching, 'removed' | 'merged' | 'added'> {
  const { comparer, before, after } = sides;
  const isTooMuch = Math.max(left.length * after.length, right.length * before.length) > MOST_COMPARED;
  if (isTooMuch) {
    return { removed: left, merged: [], added: right.map((one) => ({ ...one, isCovered: false, isAmbiguous: false })) };
  }
  const merged = left.flatMap((one) => mergedOf(sides, one));
  const isMerged = new Set(merged.map((each) => each.before));
  return {
    removed: left.filter((one) => !isMerged.has(one)),
    merged,
    added: right.map((one) => ({
      ...one,
      isCovered: before.some((other) => isHolding(comparer, other, one)),
      isAmbiguous: before.some((other) => isWithin(comparer, other, one)),
    })),
  };
}

/** Where the values of an alternative that is gone are taken in, if anywhere. */
function mergedOf(sides: Sides, one: Alternative): readonly Merged[] {
  const { comparer, after } = sides;
  const holder = after.find((other) => isWithin(comparer, one, other));
  const into = holder ?? after.find((other) => isTaken(comparer, one, other));
  if (into === undefined) return [];
  const isAmbiguous = (): boolean => matchesMore(sides, one, into);
  return [{ before: one, isAmbiguous, ...(holder === undefined ? { into } : {}) }];
}

/** Whether requests with one alternative keep working with the other, as a new optional property lets them. */
function isTaken(comparer: Comparer, a: Alternative, b: Alternative): boolean {
  if (comparer.direction === 'response' || !haveCommonType(comparer, a, b)) return false;
  return !comparer.breaks({ base: a.conjunction, revision: b.conjunction });
}

/** What another alternative held before was told from this one then. */
function matchesMore({ comparer, before, after, names }: Sides, one: Alternative, into: Alternative): boolean {
  const others = after.filter((each) => each !== into && haveCommonType(comparer, one, each));
  return others.some(
    (each) => !areToldApart(names, one, each) && !before.some((old) => old !== one && isHolding(comparer, old, each)),
  );
}

/** Whether two alternatives let the same through. */
export function isSame(comparer: Comparer, a: Alternative, b: Alternative): boolean {
  const { narrows, widens } = comparer.relate({ base: a.conjunction, revision: b.conjunction });
  return !narrows && !widens;
}

/** Whether the revision's alternative lets through all that the base's does. */
function isWithin(comparer: Comparer, a: Alternative, b: Alternative): boolean {
  return haveCommonType(comparer, a, b) && !comparer.relate({ base: a.conjunction, revision: b.conjunction }).narrows;
}

/** Whether the base's alternative let through all that the revision's does. */
function isHolding(comparer: Comparer, a: Alternative, b: Alternative): boolean {
  return haveCommonType(comparer, a, b) && !comparer.relate({ base: a.conjunction, revision: b.conjunction }).widens;
}

function haveCommonType({ carriage }: Comparer, a: Alternative, b: Alternative): boolean {
  const isCommon = (type: TypeName): boolean => b.form.types.has(type);
  return [...a.form.types].some(isCommon) || (isText(carriage) && areScalar(a) && areScalar(b));
}

function areScalar({ form }: Alternative): boolean {
  return !form.types.has('array') && !form.types.has('object');
}

/** Of objects, at least half of the properties of the smaller one; of anything else, the type. */
function areAlike(a: Alternative, b: Alternative): boolean {
  const [own, other] = [namedProperties(a.form), namedProperties(b.form)];
  if (own.size === 0 || other.size === 0) return own.size === other.size;
  const common = [...own].filter((name) => other.has(name)).length;
  return common * 2 >= Math.min(own.size, other.size);
}

type Names = ReadonlyMap<Alternative, ReadonlySet<string>>;

function namesIn(comparer: Comparer, before: readonly Alternative[], after: readonly Alternative[]): Names {
  return new Map([
    ...before.map((each) => [each, namesOf(comparer.base, each)] as const),
    ...after.map((each) => [each, namesOf(comparer.revision, each)] as const),
  ]);
}

/** What a person would call it: the schema it refers to, its title, the constant of a property such as `kind`. */
function namesOf(document: SchemaDocument, alternative: Alternative): ReadonlySet<string> {
  const own = ownNames(document, alternative).map(([kind, name]) => `${kind} ${name}`);
  return new Set([...own, ...constantsOf(document, alternative.form)]);
}

/** By the schema it refers to, or its title. */
export function nameOf(document: SchemaDocument, alternative: Alternative): string | undefined {
  return ownNames(document, alternative)[0]?.[1];
}

function ownNames({ document }: SchemaDocument, { names }: Alternative): readonly (readonly [string, string])[] {
  return names.map(partOf).flatMap((part) => {
    const value = part.kind === 'schema' ? valueAt(document, part.pointer) : undefined;
    if (!isObject(value)) return [];
    const { $ref, title } = value;
    return [
      ...(typeof $ref === 'string' ? [['schema', $ref.split('/').at(-1) ?? ''] as const] : []),
      ...(typeof title === 'string' ? [['title', title] as const] : []),
    ];
  });
}

function constantsOf(document: SchemaDocument, form: Form): string[] {
  const found: string[] = [];
  for (const name of namedProperties(form)) {
    if (!form.required.has(name)) continue;
    const list = formOf(document, effectiveProperty(form, name)).values?.list;
    if (list?.length === 1) found.push(`constant ${name} ${JSON.stringify(list[0])}`);
  }
  return found;
}

function isNamedAlike(names: Names, a: Alternative, b: Alternative): boolean {
  const other = names.get(b);
  return [...(names.get(a) ?? [])].some((name) => other?.has(name) === true);
}

function doOverlap(comparer: Comparer, list: readonly Alternative[], names: Names): boolean {
  return list.some((one, at) =>
    list.slice(at + 1).some((other) => haveCommonType(comparer, one, other) && !areToldApart(names, one, other)),
  );
}

/** By different constants of the same property. */
function areToldApart(names: Names, a: Alternative, b: Alternative): boolean {
  const constants = (each: Alternative): Map<string, string> =>
    new Map(
      [...(names.get(each) ?? [])].flatMap((name) => {
        const [, property, value] = /^constant (.*) (\S+)$/s.exec(name) ?? [];
        return property === undefined || value === undefined ? [] : [[property, value] as const];
      }),
    );
  const other = constants(b);
  return [...constants(a)].some(([property, value]) => other.has(property) && other.get(property) !== value);
}
