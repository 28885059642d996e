import { compareNull } from './compare-types.ts';
import { difference } from './difference.ts';
import { isSame, matchAlternatives, nameOf, type Alternative, type Matching } from './match-alternatives.ts';
import { splitPointer } from './json-pointer.ts';
import { conjunctionOf, namedProperties } from './object-parts.ts';
import { formOf, type SchemaDocument } from './read-schema.ts';
import {
  acceptsAnything,
  acceptsByValue,
  acceptsNothing,
  ofTypes,
  ofValues,
  pointerOf,
  TYPE_NAMES,
  withoutUnion,
  type Form,
  type TypeName,
  type Union,
} from './schema-form.ts';
import type { Comparer, Comparison, Difference, Forms } from './schema-difference.ts';

/**
 * `anyOf` and `oneOf`, matched by meaning: each side is taken as the list of its alternatives, every one together with
 * what stands beside the keyword; a schema without the keyword is a list of one. Returns whether that was all there is to
 * compare. Null as an alternative is `nullable`, however it is written.
 */
export function compareAlternatives(comparer: Comparer, forms: Forms, found: Comparison): boolean {
  const { base, revision, pair } = forms;
  if (base.unions.length + revision.unions.length === 0) return false;
  if (acceptsAnything(base) || acceptsAnything(revision)) return compareWithAnything(forms, found);
  const [before, after] = [acceptsNull(comparer.base, pair.base, 0), acceptsNull(comparer.revision, pair.revision, 0)];
  if (base.unions.length > 1 || revision.unions.length > 1) {
    if (base.types.has('null') === revision.types.has('null')) compareNull(forms, before, after, found);
    compareGroups(comparer, forms, found);
    return false;
  }
  compareNull(forms, before, after, found);
  const left = alternativesOf(comparer.base, pair.base, base);
  const right = alternativesOf(comparer.revision, pair.revision, revision);
  report(comparer, matchAlternatives(comparer, left, right), unionsIn(forms), forms, found);
  return true;
}

function compareWithAnything(forms: Forms, found: Comparison): boolean {
  const isAdded = acceptsAnything(forms.base);
  const sentence = (subject: string): string =>
    isAdded
      ? `${subject} could be anything and is now one of several`
      : `${subject} was one of several and may now be anything`;
  found.differences.push(
    difference(isAdded ? 'type-narrowed' : 'type-widened', isAdded ? 'narrows' : 'widens', sentence, {
      basePointer: forms.base.unions[0]?.pointer ?? pointerOf(forms.pair.base),
      revisionPointer: forms.revision.unions[0]?.pointer ?? pointerOf(forms.pair.revision),
    }),
  );
  return true;
}

const NOT_NULL = ofTypes(...TYPE_NAMES.filter((name) => name !== 'null'));

/** A list of types is a list of alternatives as well, and an alternative may be a list itself. */
function alternativesOf(document: SchemaDocument, conjunction: readonly string[], form: Form): Alternative[] {
  const waiting = [{ conjunction, form, names: [] as readonly string[] }];
  const found: Alternative[] = [];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { conjunction: whole, form: own, names } = next;
    const [union] = own.unions;
    const isList = union !== undefined && own.unions.length === 1 && found.length + waiting.length < MOST_ALTERNATIVES;
    if (!isList) found.push(...splitByType(document, whole, names));
    else {
      const parts = [...whole, withoutUnion(union.pointer), NOT_NULL];
      const branches = union.branches.map((branch) => {
        const each = conjunctionOf([...parts, ...branch]);
        return { conjunction: each, form: formOf(document, each), names: branch };
      });
      waiting.push(...branches.toReversed());
    }
  }
  return withValuesMerged(document, found);
}

/** Alternatives that only name values are one list of values. */
function withValuesMerged(document: SchemaDocument, alternatives: readonly Alternative[]): Alternative[] {
  const merged = new Map<string, Alternative[]>();
  const others: Alternative[] = [];
  for (const each of alternatives) {
    const kind = [...each.form.types].join();
    if (acceptsByValue(each.form)) merged.set(kind, [...(merged.get(kind) ?? []), each]);
    else others.push(each);
  }
  const lists = [...merged.values()].map((same) => (same.length === 1 ? same : [mergeValues(document, same)]));
  return [...lists.flat(), ...others];
}

function mergeValues(document: SchemaDocument, same: readonly Alternative[]): Alternative {
  const pointer = same[0]?.form.values?.pointer;
  const conjunction = [
    ofValues(
      same.flatMap(({ form }) => form.values?.list ?? []),
      pointer ?? '',
    ),
  ];
  return { conjunction, form: formOf(document, conjunction), names: [], pointer };
}

/** Lists in lists are no longer laid out beyond that. */
const MOST_ALTERNATIVES = 300;

function splitByType(document: SchemaDocument, parts: readonly string[], branch: readonly string[]): Alternative[] {
  const whole = conjunctionOf([...parts, NOT_NULL]);
  const pointer = pointerOf(branch) ?? pointerOf(parts);
  const form = formOf(document, whole);
  if (acceptsNothing(form)) return [];
  const kinds = form.unions.length === 0 ? kindsOf(form) : [];
  if (kinds.length < 2 || form.types.size >= TYPE_NAMES.length - 1)
    return [{ conjunction: whole, form, names: branch, pointer }];
  return kinds.map((kind) => {
    const conjunction = conjunctionOf([...whole, ofTypes(...kind)]);
    return { conjunction, form: formOf(document, conjunction), names: branch, pointer };
  });
}

/** The types one by one, numbers of both sorts as one. */
function kindsOf({ types }: Form): TypeName[][] {
  const numbers: TypeName[] = ['integer', 'fraction'];
  const own = numbers.filter((type) => types.has(type));
  const others = [...types].filter((type) => !numbers.includes(type));
  return [...(own.length > 0 ? [own] : []), ...others.map((type) => [type])];
}

/** Whether null is let through: by the types, an alternative of every list, what is excluded, and each condition. */
function acceptsNull(document: SchemaDocument, conjunction: readonly string[], depth: number): boolean {
  const form = formOf(document, conjunction);
  if (!form.types.has('null')) return false;
  if (depth > 10) return true;
  const accepts = (part: readonly string[]): boolean => acceptsNull(document, part, depth + 1);
  return (
    form.unions.every((union) => union.branches.some(accepts)) &&
    !form.nots.some((part) => accepts([part])) &&
    form.conditions.every((each) => accepts(accepts([each.if]) ? each.whenMet : each.whenNot))
  );
}

/** Several lists that all apply, each against the one it resembles; what stands beside them is compared as usual. */
function compareGroups(comparer: Comparer, forms: Forms, found: Comparison): void {
  const rest = forms.revision.unions.map((union) => ({ union, list: branchesOf(comparer.revision, union) }));
  const left = forms.base.unions.filter((union) => {
    const list = branchesOf(comparer.base, union);
    const same = rest.findIndex((other) => areSame(comparer, matchAlternatives(comparer, list, other.list)));
    if (same >= 0) rest.splice(same, 1);
    return same < 0;
  });
  for (let at = 0; at < Math.max(left.length, rest.length); at++) {
    const [before, after] = [left[at], rest[at]];
    if (before === undefined || after === undefined) {
      if (!isHeldAnyway(comparer, forms, before, after?.union)) reportGroup(forms, before, after?.union, found);
    } else {
      const matching = matchAlternatives(comparer, branchesOf(comparer.base, before), after.list);
      report(comparer, matching, { before, after: after.union }, forms, found);
    }
  }
}

/** Whether the side without the list lets through nothing but what one of its alternatives does. */
function isHeldAnyway(
  comparer: Comparer,
  { pair }: Forms,
  before: Union | undefined,
  after: Union | undefined,
): boolean {
  const list = before ?? after;
  if (list?.keyword !== 'anyOf') return false;
  return list.branches.some((branch) =>
    before === undefined
      ? !comparer.relate({ base: pair.base, revision: branch }).narrows
      : !comparer.relate({ base: branch, revision: pair.revision }).widens,
  );
}

function branchesOf(document: SchemaDocument, union: Union): Alternative[] {
  return union.branches.flatMap((branch) => splitByType(document, branch, branch));
}

function areSame(comparer: Comparer, { pairs, removed, added }: Matching): boolean {
  return removed.length + added.length === 0 && pairs.every(({ before, after }) => isSame(comparer, before, after));
}

function reportGroup(forms: Forms, before: Union | undefined, after: Union | undefined, found: Comparison): void {
  const isAdded = after !== undefined;
  const sentence = (subject: string): string =>
    `${subject} ${isAdded ? 'must now also be' : 'need no longer also be'} one of several`;
  found.differences.push(
    difference(isAdded ? 'alternatives-added' : 'alternatives-removed', isAdded ? 'narrows' : 'widens', sentence, {
      basePointer: before?.pointer ?? pointerOf(forms.pair.base),
      revisionPointer: after?.pointer ?? pointerOf(forms.pair.revision),
    }),
  );
}

interface Unions {
  readonly before: Union | undefined;
  readonly after: Union | undefined;
}

function unionsIn(forms: Forms): Unions {
  return { before: forms.base.unions[0], after: forms.revision.unions[0] };
}

/**
 * An added alternative of a response is judged like an added value of an enum: a warning. One more `oneOf` that lets
 * through what another did before makes those values match twice; that is a warning, since hardly any server counts.
 */
function report(comparer: Comparer, matching: Matching, unions: Unions, forms: Forms, found: Comparison): void {
  for (const { before, after } of matching.pairs) {
    found.steps.push({ path: '', base: before.conjunction, revision: after.conjunction });
  }
  for (const { before, into, isAmbiguous } of matching.merged) {
    if (into !== undefined) found.steps.push({ path: '', base: before.conjunction, revision: into.conjunction });
    if (unions.after?.keyword === 'oneOf' && isAmbiguous())
      found.differences.push(overlapping(comparer.base, before, unions.after));
  }
  for (const each of matching.removed) {
    const name = called(comparer.base, each);
    found.differences.push(
      difference('alternative-removed', 'narrows', (subject) => `${subject} may no longer be ${name}`, {
        fix: 'keep the alternative until a new major version',
        basePointer: each.pointer,
        revisionPointer: unions.after?.pointer ?? pointerOf(forms.pair.revision),
      }),
    );
  }
  for (const each of matching.added) {
    const isAmbiguous = each.isAmbiguous && unions.after?.keyword === 'oneOf';
    if (each.isCovered && !isAmbiguous) continue;
    const name = `${called(comparer.revision, each)}${isAmbiguous ? ', which holds another alternative' : ''}`;
    found.differences.push(
      difference(
        isAmbiguous ? 'alternative-overlaps' : 'alternative-added',
        isAmbiguous ? 'changes' : 'widens',
        (subject) => `${subject} may now be ${name}`,
        {
          response: 'warning',
          ...(isAmbiguous ? { request: 'warning', fix: 'use anyOf, or tell the alternatives apart' } : {}),
          basePointer: unions.before?.pointer ?? pointerOf(forms.pair.base),
          revisionPointer: each.pointer,
        },
      ),
    );
  }
  reportExclusive(matching, unions, found);
}

/** A value that matches two of a `oneOf` is refused. */
function overlapping(document: SchemaDocument, before: Alternative, { pointer }: Union): Difference {
  const name = called(document, before);
  const sentence = (subject: string): string =>
    `${subject} may now match several alternatives at once where it was ${name}`;
  return difference('alternative-overlaps', 'narrows', sentence, {
    request: 'warning',
    fix: 'use anyOf, or tell the alternatives apart',
    basePointer: before.pointer,
    revisionPointer: pointer,
  });
}

/** Between `anyOf` and `oneOf` it matters only where alternatives overlap. */
function reportExclusive({ overlaps }: Matching, { before, after }: Unions, found: Comparison): void {
  if (before === undefined || after === undefined || before.keyword === after.keyword || !overlaps()) return;
  const isNarrower = after.keyword === 'oneOf';
  found.differences.push(
    difference(
      isNarrower ? 'alternatives-became-exclusive' : 'alternatives-became-inclusive',
      isNarrower ? 'narrows' : 'widens',
      (subject) => `${subject} may ${isNarrower ? 'no longer' : 'now'} match several alternatives at once`,
      {
        ...(isNarrower ? { request: 'warning' } : { response: 'warning' }),
        basePointer: before.pointer,
        revisionPointer: after.pointer,
      },
    ),
  );
}

/** By its name, else by what it is and where it stands in its list. */
function called(document: SchemaDocument, alternative: Alternative): string {
  const { pointer, form } = alternative;
  const name = nameOf(document, alternative);
  if (name !== undefined) return `'${name}'`;
  const [list, at] = splitPointer(pointer ?? '').slice(-2);
  const place = list === 'oneOf' || list === 'anyOf' ? ` (alternative ${Number(at) + 1})` : '';
  return `${[...new Set([...form.types].map((type) => kindOf(type, form)))].join(' or ')}${place}`;
}

const MOST_NAMED = 3;

function kindOf(type: TypeName, form: Form): string {
  if (type === 'integer' || type === 'fraction') return form.types.has('fraction') ? 'a number' : 'an integer';
  if (type === 'array') return 'a list';
  if (type !== 'object') return type === 'null' ? type : `a ${type}`;
  const names = [...namedProperties(form)].map((name) => `'${name}'`);
  if (names.length === 0) return 'an object';
  const more = names.length > MOST_NAMED ? ' and others' : '';
  return `an object with ${names.slice(0, MOST_NAMED).join(', ')}${more}`;
}
