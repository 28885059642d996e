import { isText } from './carried-as.ts';
import { haveSameTypes } from './compare-bounds.ts';
import { compareNull, isFreeText } from './compare-types.ts';
import { compareValues } from './compare-values.ts';
import { isWithin, typeOf } from './finish-form.ts';
import type { Json } from './json.ts';
import type { Comparer, Comparison, Forms } from './schema-difference.ts';
import type { Form } from './schema-form.ts';
import { spokenValue } from './spoken-value.ts';

/**
 * Values that are named, where all is text: `1` and `'1'` are sent alike, whatever their type. Returns whether that was
 * all there is to compare.
 */
export function compareSpelledValues(comparer: Comparer, forms: Forms, found: Comparison): boolean {
  const { base, revision, pair } = forms;
  if (!isText(comparer.carriage) || (base.values === undefined && revision.values === undefined)) return false;
  if (haveSameTypes(forms)) return false;
  if (!isSpelledIn(base, revision) || !isSpelledIn(revision, base)) return false;
  compareNull(forms, base.types.has('null'), revision.types.has('null'), found);
  compareValues({ base: spelled(base), revision: spelled(revision), pair }, new Set(['string']), found);
  return true;
}

/** Whether the other side, too, only names values, or lets all of these through. */
function isSpelledIn({ values }: Form, other: Form): boolean {
  if (values === undefined) return true;
  const isPlain = values.list.every((value) => typeof value !== 'object' || value === null);
  return isPlain && (other.values !== undefined || values.list.every((value) => value === null || holds(other, value)));
}

function holds(form: Form, value: Json): boolean {
  const text = spokenValue(value);
  if (isFreeText(form)) return true;
  if (/^(true|false)$/.test(text)) return form.types.has('boolean');
  const number = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
  return number !== undefined && form.types.has(typeOf(number)) && isWithin(form, number);
}

function spelled(form: Form): Form {
  const { values } = form;
  const plain: Form = { ...form, types: new Set(['string']), bounds: new Map(), multiples: new Map() };
  if (values === undefined) return plain;
  const list = values.list.filter((value) => value !== null).map(spokenValue);
  return { ...plain, values: { ...values, list } };
}
