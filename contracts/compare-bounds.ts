import { difference } from './difference.ts';
import { isMultiple, typesOf } from './finish-form.ts';
import { isLower, isTighter, pointerOf, type Bound, type BoundName, type TypeName } from './schema-form.ts';
import type { Comparison, Difference, Forms } from './schema-difference.ts';

/**
 * Bounds, multiples, patterns, formats and uniqueness. A bound beside a type it does not speak of (`minItems` of a
 * string) is compared like the others: no validator minds it, yet its author meant it to count, generated clients make it
 * count, and the type is the likelier mistake. Only where the type itself changed are the bounds of what went left out.
 */
export function compareBounds(forms: Forms, shared: ReadonlySet<TypeName>, found: Comparison): void {
  const { base, revision } = forms;
  const speaks = (types: readonly TypeName[]): boolean =>
    haveSameTypes(forms) || types.some((type) => shared.has(type));
  // With values on one side the bounds of the other were weighed against them.
  if (base.values === undefined && revision.values === undefined) {
    for (const name of BOUND_NAMES) if (speaks(typesOf(name))) compareBound(forms, name, found);
    if (speaks(['integer', 'fraction'])) compareMultiples(forms, found);
  }
  if (speaks(['string'])) comparePatterns(forms, found);
  if (speaks(['string', 'integer', 'fraction'])) compareFormats(forms, found);
  if (speaks(['array'])) compareUnique(forms, found);
}

const BOUND_NAMES: readonly BoundName[] = [
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
];

export function haveSameTypes({ base, revision }: Forms): boolean {
  return base.types.size === revision.types.size && [...base.types].every((type) => revision.types.has(type));
}

const WHAT: Record<BoundName, string> = {
  minimum: 'the smallest value',
  maximum: 'the largest value',
  minLength: 'the smallest length',
  maxLength: 'the largest length',
  minItems: 'the smallest number of items',
  maxItems: 'the largest number of items',
  minProperties: 'the smallest number of properties',
  maxProperties: 'the largest number of properties',
};

function compareBound(forms: Forms, name: BoundName, found: Comparison): void {
  const before = forms.base.bounds.get(name);
  const after = forms.revision.bounds.get(name);
  if (before === undefined && after === undefined) return;
  if (
    before !== undefined &&
    after !== undefined &&
    before.limit === after.limit &&
    before.exclusive === after.exclusive
  )
    return;
  found.differences.push(boundDifference(forms, name, before, after));
}

function boundDifference(
  forms: Forms,
  name: BoundName,
  before: Bound | undefined,
  after: Bound | undefined,
): Difference {
  const isNarrower = after !== undefined && (before === undefined || isTighter(name, after, before));
  const verb =
    before === undefined
      ? 'added'
      : after === undefined
        ? 'removed'
        : isNarrower === isLower(name)
          ? 'increased'
          : 'decreased';
  const what = WHAT[name];
  const sentence = (subject: string): string => {
    if (before === undefined) return `${what} of ${subject} is now ${shown(after)}`;
    if (after === undefined) return `${what} of ${subject} is no longer limited to ${shown(before)}`;
    return `${what} of ${subject} changed from ${shown(before)} to ${shown(after)}`;
  };
  return difference(`${kebab(name)}-${verb}`, isNarrower ? 'narrows' : 'widens', sentence, {
    fix: isNarrower ? 'accept what was accepted before' : 'keep what is sent within the old limit',
    ...(before === undefined ? {} : { expected: before.limit }),
    ...(after === undefined ? {} : { actual: after.limit }),
    basePointer: before?.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: after?.pointer ?? pointerOf(forms.pair.revision),
  });
}

function shown(bound: Bound | undefined): string {
  return `${bound?.limit}${bound?.exclusive === true ? ' (excluded)' : ''}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

interface Said<T> {
  readonly removed: readonly [T, string][];
  readonly added: readonly [T, string][];
}

/** What only one side says. */
function onlyIn<T>(base: ReadonlyMap<T, string>, revision: ReadonlyMap<T, string>): Said<T> {
  return {
    removed: [...base].filter(([each]) => !revision.has(each)),
    added: [...revision].filter(([each]) => !base.has(each)),
  };
}

function compareMultiples(forms: Forms, found: Comparison): void {
  const { removed, added } = onlyIn(forms.base.multiples, forms.revision.multiples);
  const isNarrower = removed.every(([old]) =>
    [...forms.revision.multiples.keys()].some((each) => isMultiple(each, old)),
  );
  const isWider = added.every(([now]) => [...forms.base.multiples.keys()].some((each) => isMultiple(each, now)));
  report(forms, 'multiple-of', 'the multiple', { removed, added }, found, isNarrower, isWider);
}

/** Which texts a pattern matches is not weighed: whether another one matches more cannot be told in bounded time. */
function comparePatterns(forms: Forms, found: Comparison): void {
  const said = onlyIn(forms.base.patterns, forms.revision.patterns);
  report(forms, 'pattern', 'the pattern', said, found, said.removed.length === 0, said.added.length === 0);
}

/** By the format that holds more, those whose values are all among it. */
const WITHIN: Readonly<Record<string, readonly string[]>> = {
  int64: ['int32', 'int16', 'int8', 'uint8', 'uint16', 'uint32'],
  int32: ['int16', 'int8', 'uint8', 'uint16'],
  double: ['float'],
  'idn-email': ['email'],
  'idn-hostname': ['hostname'],
  'uri-reference': ['uri'],
  iri: ['uri'],
  'iri-reference': ['uri', 'iri', 'uri-reference'],
};

function compareFormats(forms: Forms, found: Comparison): void {
  const { removed, added } = onlyIn(forms.base.formats, forms.revision.formats);
  const isNarrower = removed.every(([old]) =>
    [...forms.revision.formats.keys()].some((now) => WITHIN[old]?.includes(now)),
  );
  const isWider = added.every(([now]) => [...forms.base.formats.keys()].some((old) => WITHIN[now]?.includes(old)));
  report(forms, 'format', 'the format', { removed, added }, found, isNarrower, isWider);
}

function report(
  forms: Forms,
  code: string,
  what: string,
  { removed, added }: Said<string | number>,
  found: Comparison,
  isNarrower: boolean,
  isWider: boolean,
): void {
  if (removed.length + added.length === 0) return;
  const verb = removed.length === 0 ? 'added' : added.length === 0 ? 'removed' : 'changed';
  const [before, after] = [named(removed), named(added)];
  const sentence = (subject: string): string => {
    if (verb === 'added') return `${what} of ${subject} is now ${after}`;
    if (verb === 'removed') return `${what} of ${subject} is no longer ${before}`;
    return `${what} of ${subject} changed from ${before} to ${after}`;
  };
  found.differences.push(
    difference(
      `${code}-${verb}`,
      isNarrower && !isWider ? 'narrows' : isWider && !isNarrower ? 'widens' : 'changes',
      sentence,
      {
        ...(code === 'pattern' ? patternSeverities(verb) : {}),
        fix: `keep ${what} as it was, or make sure that all it let through still is`,
        expected: removed.map(([each]) => each),
        actual: added.map(([each]) => each),
        basePointer: removed[0]?.[1] ?? pointerOf(forms.pair.base),
        revisionPointer: added[0]?.[1] ?? pointerOf(forms.pair.revision),
      },
    ),
  );
}

/**
 * Most changed patterns were corrected, not tightened, so one may break. A client that receives a text hardly ever tests
 * it: without a pattern it may break, no more.
 */
function patternSeverities(verb: string): Partial<Difference> {
  if (verb === 'changed') return { request: 'warning', response: 'warning' };
  return verb === 'removed' ? { response: 'warning' } : {};
}

function named(said: readonly [string | number, string][]): string {
  return said.map(([each]) => each).join(' and ');
}

function compareUnique(forms: Forms, found: Comparison): void {
  const [before, after] = [forms.base.uniqueItems, forms.revision.uniqueItems];
  if ((before === undefined) === (after === undefined)) return;
  const isNarrower = after !== undefined;
  found.differences.push(
    difference(
      isNarrower ? 'unique-items-added' : 'unique-items-removed',
      isNarrower ? 'narrows' : 'widens',
      (subject) => `the items of ${subject} ${isNarrower ? 'must now all differ' : 'may now be equal'}`,
      { basePointer: before ?? pointerOf(forms.pair.base), revisionPointer: after ?? pointerOf(forms.pair.revision) },
    ),
  );
}
