import { compareOptional } from './compare-optional.ts';
import { difference } from './difference.ts';
import { pointerOf, type Condition, type TypeName } from './schema-form.ts';
import { effectOf, opposite, type Comparer, type Comparison, type Forms } from './schema-difference.ts';

/** `not`, `if`, `dependentSchemas`, and what is left of `unevaluated…`. `shared` are the types of both sides. */
export function compareConditions(
  comparer: Comparer,
  forms: Forms,
  shared: ReadonlySet<TypeName>,
  found: Comparison,
): void {
  compareNots(comparer, forms, found);
  compareIfs(comparer, forms, found);
  if (shared.has('object')) compareDependents(comparer, forms, found);
  if (!shared.has('array')) return;
  const { base, revision } = forms;
  const items = { code: 'unevaluated-items' as const, what: 'unevaluatedItems', about: 'its further items' };
  compareOptional(comparer, forms, base.unevaluatedItems, revision.unevaluatedItems, items, found);
}

function compareDependents(comparer: Comparer, forms: Forms, found: Comparison): void {
  compareDependentSchemas(comparer, forms, found);
  const { base, revision } = forms;
  const properties = {
    code: 'unevaluated-properties' as const,
    what: 'unevaluatedProperties',
    about: 'its further properties',
  };
  compareOptional(comparer, forms, base.unevaluatedProperties, revision.unevaluatedProperties, properties, found);
}

/** What is excluded: to exclude more narrows. */
function compareNots(comparer: Comparer, forms: Forms, found: Comparison): void {
  const rest = [...forms.revision.nots];
  const left = forms.base.nots.filter((part) => {
    const same = rest.findIndex(
      (other) => effectOf(comparer.relate({ base: [part], revision: [other] })) === 'nothing',
    );
    if (same >= 0) rest.splice(same, 1);
    return same < 0;
  });
  for (let at = 0; at < Math.max(left.length, rest.length); at++)
    compareNot(comparer, forms, left[at], rest[at], found);
}

function compareNot(
  comparer: Comparer,
  forms: Forms,
  before: string | undefined,
  after: string | undefined,
  found: Comparison,
): void {
  const pointers = {
    basePointer: pointerOf(before === undefined ? forms.pair.base : [before]),
    revisionPointer: pointerOf(after === undefined ? forms.pair.revision : [after]),
  };
  if (before === undefined)
    found.differences.push(
      difference('not-added', 'narrows', (subject) => `${subject} now excludes certain values`, pointers),
    );
  else if (after === undefined)
    found.differences.push(
      difference('not-removed', 'widens', (subject) => `${subject} no longer excludes certain values`, pointers),
    );
  else {
    const effect = opposite(effectOf(comparer.relate({ base: [before], revision: [after] })));
    const sentence = (subject: string): string => `which values ${subject} excludes changed`;
    found.differences.push(difference('not-changed', effect, sentence, pointers));
  }
}

/** Against the one that asks about the same, else in the order in which they stand. */
function compareIfs(comparer: Comparer, forms: Forms, found: Comparison): void {
  const rest = [...forms.revision.conditions];
  const asksTheSame = (one: Condition, other: Condition): boolean =>
    effectOf(comparer.relate({ base: [one.if], revision: [other.if] })) === 'nothing';
  const saysTheSame = (one: Condition, other: Condition): boolean =>
    asksTheSame(one, other) &&
    effectOf(comparer.relate({ base: one.whenMet, revision: other.whenMet })) === 'nothing' &&
    effectOf(comparer.relate({ base: one.whenNot, revision: other.whenNot })) === 'nothing';
  const takeFrom = (list: readonly Condition[], matches: typeof asksTheSame): Condition[] =>
    list.filter((one) => {
      const at = rest.findIndex((other) => matches(one, other));
      const [other] = at < 0 ? [] : rest.splice(at, 1);
      if (other !== undefined) compareCondition(comparer, one, other, found);
      return other === undefined;
    });
  const left = takeFrom(takeFrom(forms.base.conditions, saysTheSame), asksTheSame);
  for (let at = 0; at < Math.max(left.length, rest.length); at++) {
    const [before, after] = [left[at], rest[at]];
    if (before !== undefined && after !== undefined) compareCondition(comparer, before, after, found);
    else found.differences.push(conditionDifference(forms, before, after));
  }
}

function conditionDifference(
  forms: Forms,
  before: Condition | undefined,
  after: Condition | undefined,
): Comparison['differences'][number] {
  const isAdded = after !== undefined;
  const sentence = (subject: string): string =>
    `${subject} ${isAdded ? 'now depends' : 'no longer depends'} on a condition`;
  return difference(`condition-${isAdded ? 'added' : 'removed'}`, isAdded ? 'narrows' : 'widens', sentence, {
    basePointer: before?.pointer ?? pointerOf(forms.pair.base),
    revisionPointer: after?.pointer ?? pointerOf(forms.pair.revision),
  });
}

function compareCondition(comparer: Comparer, before: Condition, after: Condition, found: Comparison): void {
  if (effectOf(comparer.relate({ base: [before.if], revision: [after.if] })) !== 'nothing') {
    const sentence = (subject: string): string => `the condition that ${subject} depends on changed`;
    const pointers = { basePointer: before.pointer, revisionPointer: after.pointer };
    found.differences.push(difference('condition-changed', 'changes', sentence, pointers));
  }
  found.steps.push({ path: '', base: before.whenMet, revision: after.whenMet });
  found.steps.push({ path: '', base: before.whenNot, revision: after.whenNot });
}

function compareDependentSchemas(comparer: Comparer, forms: Forms, found: Comparison): void {
  const [base, revision] = [forms.base.dependentSchemas, forms.revision.dependentSchemas];
  for (const name of new Set([...base.keys(), ...revision.keys()])) {
    const named = {
      code: 'dependent-schema' as const,
      what: `a schema where it has '${name}'`,
      about: `what '${name}' asks for`,
    };
    compareOptional(comparer, forms, base.get(name) ?? [], revision.get(name) ?? [], named, found);
  }
}
