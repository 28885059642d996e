import { effectiveItem } from './compare-arrays.ts';
import { typeDifference } from './compare-types.ts';
import type { Form } from './schema-form.ts';
import type { Comparer, Comparison, Forms } from './schema-difference.ts';

/**
 * One value that became a list, or a list that became one value, where a list of one is written like the value: only what
 * the items accept counts then. Returns whether that was all there is to compare.
 */
export function compareWithList(comparer: Comparer, forms: Forms, found: Comparison): boolean {
  const { base, revision, pair } = forms;
  if (comparer.carriage !== 'query') return false;
  if (isPlain(base) && isListOfOne(revision)) {
    found.differences.push(typeDifference(forms, 'widens'));
    found.steps.push({ path: '/*', base: pair.base, revision: effectiveItem(revision, 0) });
    return true;
  }
  if (!isListOfOne(base) || !isPlain(revision)) return false;
  found.differences.push(typeDifference(forms, 'narrows'));
  found.steps.push({ path: '/*', base: effectiveItem(base, 0), revision: pair.revision });
  return true;
}

function isPlain({ types, unions }: Form): boolean {
  return unions.length === 0 && !types.has('array') && !types.has('object');
}

/** Whether nothing but lists is let through, one item may be in them, and only its schema decides. */
function isListOfOne(form: Form): boolean {
  const [least, most] = [form.bounds.get('minItems')?.limit ?? 0, form.bounds.get('maxItems')?.limit ?? 1];
  const others = [form.contains, form.unions, form.nots, form.conditions, form.unevaluatedItems];
  const isOnlyItems = form.values === undefined && others.every((each) => each.length === 0);
  return form.types.size === 1 && form.types.has('array') && least <= 1 && most >= 1 && isOnlyItems;
}
