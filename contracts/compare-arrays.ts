import { difference } from './difference.ts';
import { conjunctionOf } from './object-parts.ts';
import { formOf } from './read-schema.ts';
import { acceptsNothing, pointerOf, type Contains, type Form } from './schema-form.ts';
import { effectOf, type Comparer, type Comparison, type Effect, type Forms } from './schema-difference.ts';

/** Items by position and the rest, and what must be among them. */
export function compareArrays(comparer: Comparer, forms: Forms, found: Comparison): void {
  const length = Math.max(prefixLength(forms.base), prefixLength(forms.revision));
  for (let at = 0; at < length; at++) {
    found.steps.push({
      path: `/${at}`,
      base: effectiveItem(forms.base, at),
      revision: effectiveItem(forms.revision, at),
    });
  }
  compareOtherItems(comparer, forms, found);
  compareContains(comparer, forms, found);
}

function prefixLength(form: Form): number {
  return Math.max(0, ...form.arrays.map((part) => part.prefix.length));
}

/** The schemas that apply to the item at that index. */
export function effectiveItem(form: Form, at: number): readonly string[] {
  return conjunctionOf(form.arrays.flatMap((part) => part.prefix[at] ?? part.others));
}

function otherItems(form: Form): readonly string[] {
  return conjunctionOf(form.arrays.flatMap((part) => part.others));
}

function compareOtherItems(comparer: Comparer, forms: Forms, found: Comparison): void {
  const [base, revision] = [otherItems(forms.base), otherItems(forms.revision)];
  if (base.length + revision.length === 0) return;
  const [before, after] = [formOf(comparer.base, base), formOf(comparer.revision, revision)];
  if (acceptsNothing(before) === acceptsNothing(after)) {
    if (!acceptsNothing(before)) found.steps.push({ path: '/*', base, revision });
    return;
  }
  const isForbidden = acceptsNothing(after);
  found.differences.push(
    difference(
      isForbidden ? 'additional-items-forbidden' : 'additional-items-allowed',
      isForbidden ? 'narrows' : 'widens',
      (subject) => `${subject} may ${isForbidden ? 'no longer' : 'now'} have further items`,
      {
        basePointer: pointerOf(base) ?? pointerOf(forms.pair.base),
        revisionPointer: pointerOf(revision) ?? pointerOf(forms.pair.revision),
      },
    ),
  );
}

/** Against the one that asks for the same, else in the order in which they stand. */
function compareContains(comparer: Comparer, forms: Forms, found: Comparison): void {
  const rest = [...forms.revision.contains];
  const left = forms.base.contains.filter((one) => {
    const same = rest.findIndex((other) => asksForSame(comparer, one, other));
    if (same >= 0) rest.splice(same, 1);
    return same < 0;
  });
  for (let at = 0; at < Math.max(left.length, rest.length); at++) {
    const [before, after] = [left[at], rest[at]];
    if (before !== undefined && after !== undefined) compareOneContains(comparer, before, after, found);
    else found.differences.push(containsDifference(forms, before, after));
  }
}

function asksForSame(comparer: Comparer, one: Contains, other: Contains): boolean {
  if (one.min !== other.min || one.max !== other.max) return false;
  return effectOf(comparer.relate({ base: [one.part], revision: [other.part] })) === 'nothing';
}

function containsDifference(
  forms: Forms,
  before: Contains | undefined,
  after: Contains | undefined,
): Comparison['differences'][number] {
  const isAdded = after !== undefined;
  const sentence = (subject: string): string =>
    `${subject} ${isAdded ? 'is now' : 'is no longer'} asked to contain certain items`;
  return difference(`contains-${isAdded ? 'added' : 'removed'}`, isAdded ? 'narrows' : 'widens', sentence, {
    basePointer: before?.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: after?.pointer ?? pointerOf(forms.pair.revision),
  });
}

function compareOneContains(comparer: Comparer, before: Contains, after: Contains, found: Comparison): void {
  const pointers = { basePointer: before.pointer, revisionPointer: after.pointer };
  if (before.min !== after.min || before.max !== after.max) {
    const isNarrower = after.min >= before.min && after.max <= before.max;
    const isWider = after.min <= before.min && after.max >= before.max;
    const effect: Effect = isNarrower ? 'narrows' : isWider ? 'widens' : 'changes';
    const sentence = (subject: string): string =>
      `${subject} must contain ${counted(after)} items of a kind, before ${counted(before)}`;
    found.differences.push(difference('contains-count-changed', effect, sentence, pointers));
  }
  const pair = { base: [before.part], revision: [after.part] };
  // Where at most so many may match, to match less easily lets more through.
  if (before.max === Infinity && after.max === Infinity && before.min > 0 && after.min > 0)
    found.steps.push({ path: '', about: 'an item it must contain', ...pair });
  else if (effectOf(comparer.relate(pair)) !== 'nothing') {
    const sentence = (subject: string): string => `which items count of those ${subject} must contain changed`;
    found.differences.push(difference('contains-changed', 'changes', sentence, pointers));
  }
}

function counted({ min, max }: Contains): string {
  return max === Infinity ? `at least ${min}` : `${min} to ${max}`;
}
