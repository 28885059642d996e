import { difference } from './difference.ts';
import { isMultiple, typesOf } from './finish-form.ts';
import { isLower, isTighter, pointerOf, type Bound, type BoundName, type Form, type TypeName } from './schema-form.ts';
import { effectOf, type Comparison, type Difference, type Forms, type Relation } from './schema-difference.ts';

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
  compareFormats(forms, shared, found);
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

const CODES = {
  minimum: 'minimum',
  maximum: 'maximum',
  minLength: 'min-length',
  maxLength: 'max-length',
  minItems: 'min-items',
  maxItems: 'max-items',
  minProperties: 'min-properties',
  maxProperties: 'max-properties',
} as const;

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
  return difference(`${CODES[name]}-${verb}`, isNarrower ? 'narrows' : 'widens', sentence, {
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
  report(forms, 'multiple-of', { removed, added }, { narrows: !isWider, widens: !isNarrower }, found);
}

/** Which texts a pattern matches is not weighed: whether another one matches more cannot be told in bounded time. */
function comparePatterns(forms: Forms, found: Comparison): void {
  const said = onlyIn(forms.base.patterns, forms.revision.patterns);
  report(forms, 'pattern', said, { narrows: said.added.length > 0, widens: said.removed.length > 0 }, found);
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

/**
 * `int64` beside whole numbers is no limit that anyone meets: they are not interoperable beyond 2^53 (RFC 8259 §6), and 64
 * bits are what programs keep them in. To write it down, or to leave it out, is only told. So is a format whose limits
 * others set already.
 */
function compareFormats(forms: Forms, shared: ReadonlySet<TypeName>, found: Comparison): void {
  const counts = ([format]: readonly [string, string]): boolean =>
    haveSameTypes(forms) || typesOfFormat(format).some((type) => shared.has(type));
  const all = onlyIn(forms.base.formats, forms.revision.formats);
  const said = { removed: all.removed.filter(counts), added: all.added.filter(counts) };
  const isLimit = (format: string, other: Form): boolean =>
    shared.has('string') || shared.has('fraction') || (format !== 'int64' && !isWithinFormat(other, format));
  const widens = said.removed.some(([old]) => isLimit(old, forms.revision) && !isHeldBy(forms.revision, old));
  const narrows = said.added.some(([now]) => isLimit(now, forms.base) && !isHeldBy(forms.base, now));
  report(forms, 'format', said, { narrows, widens }, found);
}

/** Whether a format of the form keeps all that this one does. */
function isHeldBy({ formats }: Form, format: string): boolean {
  return [...formats.keys()].some((each) => WITHIN[format]?.includes(each));
}

/** What a format speaks of: `float` of a number says nothing of the whole numbers that are left of it. */
function typesOfFormat(format: string): readonly TypeName[] {
  if (format === 'float' || format === 'double') return ['fraction'];
  return /^u?int\d+$/.test(format) ? ['integer', 'fraction', 'string'] : ['string', 'integer', 'fraction'];
}

/** Whether bounds hold the whole numbers of a form within the format's bits. */
function isWithinFormat({ bounds }: Form, format: string): boolean {
  const [, sign, bits] = /^(u?)int(8|16|32)$/.exec(format) ?? [];
  const [lower, upper] = [bounds.get('minimum'), bounds.get('maximum')];
  if (bits === undefined || lower === undefined || upper === undefined) return false;
  const size = 2 ** Number(bits);
  const least = sign === 'u' ? 0 : -size / 2;
  return lower.limit >= least && upper.limit < least + size;
}

const NAMES = { 'multiple-of': 'the multiple', pattern: 'the pattern', format: 'the format' } as const;

function report(
  forms: Forms,
  code: keyof typeof NAMES,
  { removed, added }: Said<string | number>,
  relation: Relation,
  found: Comparison,
): void {
  if (removed.length + added.length === 0) return;
  const what = NAMES[code];
  const verb = removed.length === 0 ? 'added' : added.length === 0 ? 'removed' : 'changed';
  const [before, after] = [named(removed), named(added)];
  const sentence = (subject: string): string => {
    if (verb === 'added') return `${what} of ${subject} is now ${after}`;
    if (verb === 'removed') return `${what} of ${subject} is no longer ${before}`;
    return `${what} of ${subject} changed from ${before} to ${after}`;
  };
  found.differences.push(
    difference(`${code}-${verb}`, effectOf(relation), sentence, {
      ...(code === 'pattern' ? patternSeverities(verb) : {}),
      ...(code === 'format' && verb === 'added' ? formatSeverities(relation, after) : {}),
      fix: `keep ${what} as it was, or make sure that all it let through still is`,
      expected: removed.map(([each]) => each),
      actual: added.map(([each]) => each),
      basePointer: removed[0]?.[1] ?? pointerOf(forms.pair.base),
      revisionPointer: added[0]?.[1] ?? pointerOf(forms.pair.revision),
    }),
  );
}

/** Most servers that write `int32` down had that limit before, and hardly any number that is sent comes near it. */
function formatSeverities({ narrows }: Relation, format: string): Partial<Difference> {
  return narrows && format === 'int32' ? { request: 'warning' } : {};
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
