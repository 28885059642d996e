import { isText } from './carried-as.ts';
import { difference } from './difference.ts';
import { acceptsAnything, pointerOf, TYPE_NAMES, type Form, type TypeName } from './schema-form.ts';
import type { Comparer, Comparison, Difference, Effect, Forms } from './schema-difference.ts';

/** The types that both sides have; the comparison goes on only for these. */
export function compareTypes(comparer: Comparer, forms: Forms, found: Comparison): ReadonlySet<TypeName> {
  const { base, revision } = forms;
  const [before, after] = [shownTypes(comparer, base, revision), shownTypes(comparer, revision, base)];
  const isTellable = (type: TypeName): boolean => type !== 'fraction' || !isByMultiple(forms);
  const isStill = (type: TypeName, other: Form): boolean => type === 'null' && other.types.has('null');
  const lost = [...before].filter((type) => !after.has(type) && isTellable(type) && !isStill(type, revision));
  const gained = [...after].filter((type) => !before.has(type) && isTellable(type) && !isStill(type, base));
  const shared = new Set([...base.types].filter((type) => revision.types.has(type)));
  const isDisjoint = lost.length === before.size && gained.length === after.size;
  // Null that comes or goes with everything else is part of that change.
  const isAll = [base, revision].some((form) => form.types.size === TYPE_NAMES.length);
  const isTold = lost.length + gained.length > 0 && (isDisjoint || isAll);
  if (!isTold) compareNull(forms, base.types.has('null'), revision.types.has('null'), found);
  if (lost.length + gained.length === 0) return shared;
  const isMixed = lost.length > 0 && gained.length > 0;
  found.differences.push(typeDifference(forms, isMixed ? 'changes' : lost.length > 0 ? 'narrows' : 'widens'));
  // To go from anything to a schema is one change, not one for each keyword.
  return isDisjoint || acceptsAnything(base) || acceptsAnything(revision) ? new Set() : shared;
}

/** Whether it is a whole `multipleOf` on one side that lets no fractions through: that change tells of it. */
function isByMultiple({ base, revision }: Forms): boolean {
  const [one, other] = base.types.has('fraction') ? [base, revision] : [revision, base];
  return [...other.multiples.keys()].some((each) => Number.isInteger(each) && !one.multiples.has(each));
}

/** Null is a matter of its own, however it is written: `nullable`, 'null' in a list of types, an alternative. */
export function compareNull(forms: Forms, before: boolean, after: boolean, found: Comparison): void {
  if (before === after) return;
  const pointers = {
    basePointer: forms.base.typesPointer ?? pointerOf(forms.pair.base),
    revisionPointer: forms.revision.typesPointer ?? pointerOf(forms.pair.revision),
  };
  found.differences.push(
    after
      ? difference('became-nullable', 'widens', (subject) => `${subject} may now be null`, {
          fix: 'send no null where clients do not expect one, or do it in a new major version',
          ...pointers,
        })
      : difference('became-not-nullable', 'narrows', (subject) => `${subject} may no longer be null`, {
          fix: 'keep accepting null',
          ...pointers,
        }),
  );
}

function withoutNull(form: Form): Set<TypeName> {
  return new Set([...form.types].filter((type) => type !== 'null'));
}

/** Where all is text, a free text holds every number and boolean that the other side may be. */
function shownTypes(comparer: Comparer, form: Form, other: Form): Set<TypeName> {
  const types = withoutNull(form);
  if (!isText(comparer.carriage) || !isFreeText(form)) return types.size === 0 ? new Set(form.types) : types;
  return new Set([...types, ...SPELLED.filter((type) => other.types.has(type))]);
}

const SPELLED: readonly TypeName[] = ['integer', 'fraction', 'boolean'];

/** Whether any number can be written in it; each is a text of one character at least. */
export function isFreeText(form: Form): boolean {
  const isShort = (form.bounds.get('minLength')?.limit ?? 0) <= 1 && !form.bounds.has('maxLength');
  return (
    form.types.has('string') &&
    form.values === undefined &&
    form.patterns.size + form.formats.size === 0 &&
    isShort &&
    form.nots.length + form.conditions.length + form.unions.length === 0
  );
}

export function typeDifference(forms: Forms, effect: Exclude<Effect, 'nothing'>): Difference {
  const [before, after] = [nameTypes(forms.base), nameTypes(forms.revision)];
  const codes = { narrows: 'type-narrowed', widens: 'type-widened', changes: 'type-changed' } as const;
  return difference(codes[effect], effect, (subject) => `the type of ${subject} changed from ${before} to ${after}`, {
    fix: 'keep the type, and add a property of another name for the new one',
    expected: before,
    actual: after,
    ...isSpelledOut(forms),
    basePointer: forms.base.typesPointer ?? pointerOf(forms.pair.base),
    revisionPointer: forms.revision.typesPointer ?? pointerOf(forms.pair.revision),
  });
}

/**
 * A schema with `properties` or `items` and no `type` lets every other type through, and hardly anyone means it to: to
 * write the type down, or to leave it out, is only a warning.
 */
function isSpelledOut({ base, revision }: Forms): Partial<Difference> {
  const implied = impliedType(base.types.size >= TYPE_NAMES.length - 1 ? base : revision);
  const other = withoutNull(base.types.size >= TYPE_NAMES.length - 1 ? revision : base);
  const isImplied = implied !== undefined && other.size === 1 && other.has(implied);
  return isImplied ? { request: 'warning', response: 'warning' } : {};
}

function impliedType(form: Form): TypeName | undefined {
  if (form.types.size < TYPE_NAMES.length - 1) return undefined;
  if (form.objects.length + form.required.size > 0) return 'object';
  return form.arrays.length > 0 ? 'array' : undefined;
}

function nameTypes({ types }: Form): string {
  const names = (has: (type: TypeName) => boolean): string[] => {
    const others = TYPE_NAMES.filter((type) => type !== 'integer' && type !== 'fraction' && has(type));
    const numbers = has('fraction') ? ['number'] : has('integer') ? ['integer'] : [];
    return [...numbers, ...others].filter((name, _at, all) => name !== 'null' || all.length === 1);
  };
  if (types.size < TYPE_NAMES.length - 2) return names((type) => types.has(type)).join(' or ');
  const missing = names((type) => !types.has(type) && type !== 'null');
  return missing.length === 0 ? 'anything' : `anything but ${missing.join(' and ')}`;
}
