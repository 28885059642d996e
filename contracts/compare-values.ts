import { canonicalJson } from './canonical-json.ts';
import { difference } from './difference.ts';
import { isWithin, typeOf } from './finish-form.ts';
import type { Json } from './json.ts';
import { pointerOf, type Form, type TypeName } from './schema-form.ts';
import type { Comparison, Forms } from './schema-difference.ts';

/**
 * `enum` and `const`. A value added to a response is only a warning: a list of values grows with the business, and a
 * client that fails on one it does not know has been written against the advice of every guide. A constant that goes
 * is worse than a list that opens: it is what tells one shape from another. A request whose list is lifted as a whole
 * accepts all that it did; others take that for the removal of every value, and call it breaking.
 * `shared` are the types of both sides.
 */
export function compareValues(forms: Forms, shared: ReadonlySet<TypeName>, found: Comparison): void {
  const { base, revision } = forms;
  if (base.values === undefined && revision.values === undefined) return;
  if (base.values === undefined) return addValues(forms, shared, found);
  if (revision.values === undefined) return removeValues(forms, found);
  const [before, after] = [present(base, shared), present(revision, shared)];
  const removed = missing(before, after);
  const added = missing(after, before);
  if (before.length === 1 && after.length === 1) return replaceConstant(forms, removed, added, found);
  if (removed.length > 0) found.differences.push(valuesRemoved(forms, removed));
  if (added.length > 0) found.differences.push(valuesAdded(forms, added));
}

/** What the types let through; a value of a type that went is part of that change. Null is told of by itself. */
function present(form: Form, shared: ReadonlySet<TypeName>): Json[] {
  return (form.values?.list ?? []).filter((value) => value !== null && shared.has(typeOf(value)));
}

function missing(from: readonly Json[], other: readonly Json[]): Json[] {
  const known = new Set(other.map(canonicalJson));
  return from.filter((value) => !known.has(canonicalJson(value)));
}

function addValues(forms: Forms, shared: ReadonlySet<TypeName>, found: Comparison): void {
  const { base, revision, pair } = forms;
  const values = revision.values;
  if (values === undefined) return;
  const isConst = values.keyword === 'const';
  const isWider = present(revision, shared).some((value) => !isWithin(base, value));
  found.differences.push(
    difference(
      isConst ? 'const-added' : 'enum-added',
      isWider ? 'changes' : 'narrows',
      (subject) => `${subject} is now limited to ${listed(values.list)}`,
      {
        fix: 'accept other values too, or limit them in a new major version',
        actual: values.list,
        basePointer: pointerOf(pair.base),
        revisionPointer: values.pointer,
      },
    ),
  );
}

function removeValues(forms: Forms, found: Comparison): void {
  const { base, revision, pair } = forms;
  const values = base.values;
  if (values === undefined) return;
  const isConst = values.keyword === 'const';
  const isNarrower = values.list.some((value) => revision.types.has(typeOf(value)) && !isWithin(revision, value));
  found.differences.push(
    difference(
      isConst ? 'const-removed' : 'enum-removed',
      isNarrower ? 'changes' : 'widens',
      (subject) => `${subject} is no longer limited to ${listed(values.list)}`,
      {
        ...(isConst || isNarrower ? {} : { response: 'warning' }),
        fix: 'keep the list of values in what clients receive',
        expected: values.list,
        basePointer: values.pointer,
        revisionPointer: pointerOf(pair.revision),
      },
    ),
  );
}

function replaceConstant(forms: Forms, removed: readonly Json[], added: readonly Json[], found: Comparison): void {
  if (removed.length === 0 || added.length === 0) return;
  const isConst = forms.base.values?.keyword === 'const';
  found.differences.push(
    difference(
      isConst ? 'const-changed' : 'enum-changed',
      'changes',
      (subject) => `${subject} changed from ${listed(removed)} to ${listed(added)}`,
      {
        fix: 'keep the old value beside the new one',
        expected: removed,
        actual: added,
        basePointer: forms.base.values?.pointer,
        revisionPointer: forms.revision.values?.pointer,
      },
    ),
  );
}

function valuesRemoved(forms: Forms, removed: readonly Json[]): Comparison['differences'][number] {
  return difference('enum-value-removed', 'narrows', (subject) => `${subject} may no longer be ${listed(removed)}`, {
    fix: 'keep the value, and say in its description that it is going',
    expected: removed,
    basePointer: forms.base.values?.pointer,
    revisionPointer: forms.revision.values?.pointer,
  });
}

function valuesAdded(forms: Forms, added: readonly Json[]): Comparison['differences'][number] {
  return difference('enum-value-added', 'widens', (subject) => `${subject} may now be ${listed(added)}`, {
    response: 'warning',
    fix: 'make sure that clients take a value they do not know',
    actual: added,
    basePointer: forms.base.values?.pointer,
    revisionPointer: forms.revision.values?.pointer,
  });
}

const MOST_SHOWN = 8;

/** The values as a person reads them, the first of a long list. */
function listed(values: readonly Json[]): string {
  const shown = values.slice(0, MOST_SHOWN).map((value) => JSON.stringify(value));
  const hidden = values.length - shown.length;
  return shown.join(', ') + (hidden > 0 ? ` and ${hidden} more` : '');
}
