import type { Json } from './json.ts';
import { TYPE_NAMES, type Bound, type BoundName, type Form, type TypeName } from './schema-form.ts';

/**
 * Takes what is said twice out of a form: types follow from values, values from bounds, and bounds that exclude nothing
 * go. `isSplit` is a form for some types only: what speaks of others goes too.
 */
export function finishForm(form: Form, isSplit: boolean): Form {
  if (form.values !== undefined) settleValues(form, form.values.list);
  dropWholeMultiples(form);
  for (const [name, bound] of form.bounds) settleBound(form, name, bound);
  if (isSplit) dropForeign(form);
  return form;
}

function settleValues(form: Form, list: readonly Json[]): void {
  const left = list.filter((value) => form.types.has(typeOf(value)) && isWithin(form, value));
  const types = new Set(left.map(typeOf));
  const isEveryBoolean = types.size === 1 && types.has('boolean') && left.includes(true) && left.includes(false);
  if (isEveryBoolean || (left.length === 1 && left[0] === null)) delete form.values;
  else if (form.values !== undefined) form.values = { ...form.values, list: left };
  form.types = types;
  // The values say it all now.
  form.bounds.clear();
  form.multiples.clear();
}

/** The type of a value, integers apart from other numbers. */
export function typeOf(value: Json): TypeName {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'fraction';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'object';
}

/** Whether a value keeps the bounds of numbers and lengths of a form. */
export function isWithin(form: Form, value: Json): boolean {
  for (const [name, bound] of form.bounds) {
    const size = sizeFor(name, value);
    if (size !== undefined && !keeps(name, bound, size)) return false;
  }
  if (typeof value !== 'number') return true;
  return [...form.multiples.keys()].every((multiple) => isMultiple(value, multiple));
}

function sizeFor(name: BoundName, value: Json): number | undefined {
  if (name === 'minimum' || name === 'maximum') return typeof value === 'number' ? value : undefined;
  if (name === 'minLength' || name === 'maxLength')
    return typeof value === 'string' ? Array.from(value).length : undefined;
  if (name === 'minItems' || name === 'maxItems') return Array.isArray(value) ? value.length : undefined;
  return typeOf(value) === 'object' ? Object.keys(value ?? {}).length : undefined;
}

function keeps(name: BoundName, { limit, exclusive }: Bound, size: number): boolean {
  if (size === limit) return !exclusive;
  return name.startsWith('min') ? size > limit : size < limit;
}

/** 0.3 is a multiple of 0.1, whatever floating point says. */
export function isMultiple(value: number, multiple: number): boolean {
  const quotient = value / multiple;
  return Math.abs(quotient - Math.round(quotient)) < 1e-9 * Math.max(1, Math.abs(quotient));
}

/** `multipleOf: 1` makes a number an integer. */
function dropWholeMultiples(form: Form): void {
  if ([...form.multiples.keys()].some(Number.isInteger)) form.types.delete('fraction');
  const isWhole = form.types.has('integer') && !form.types.has('fraction');
  if (isWhole) form.multiples.delete(1);
}

const COUNTS: ReadonlySet<BoundName> = new Set<BoundName>(['minLength', 'minItems', 'minProperties']);

function settleBound(form: Form, name: BoundName, bound: Bound): void {
  if (COUNTS.has(name) && bound.limit <= 0) form.bounds.delete(name);
  if (name !== 'minimum' && name !== 'maximum') return;
  if (form.types.has('fraction') || !form.types.has('integer')) return;
  // Of whole numbers, above 0 is from 1.
  const limit = name === 'minimum' ? Math.ceil(bound.limit) : Math.floor(bound.limit);
  const step = name === 'minimum' ? 1 : -1;
  const isOnEdge = bound.exclusive && limit === bound.limit;
  form.bounds.set(name, { ...bound, limit: isOnEdge ? limit + step : limit, exclusive: false });
}

function dropForeign(form: Form): void {
  for (const name of form.bounds.keys())
    if (!typesOf(name).some((type) => form.types.has(type))) form.bounds.delete(name);
  const isNumber = form.types.has('integer') || form.types.has('fraction');
  if (!isNumber) form.multiples.clear();
  if (!form.types.has('string')) form.patterns.clear();
  if (!form.types.has('string') && !isNumber) form.formats.clear();
  if (!form.types.has('array')) dropArrays(form);
  if (!form.types.has('object')) dropObjects(form);
}

function dropArrays(form: Form): void {
  form.arrays.length = 0;
  form.contains.length = 0;
  form.unevaluatedItems.length = 0;
  delete form.uniqueItems;
}

function dropObjects(form: Form): void {
  form.objects.length = 0;
  form.required.clear();
  form.propertyNames.length = 0;
  form.dependentRequired.clear();
  form.dependentSchemas.clear();
  form.unevaluatedProperties.length = 0;
}

/** The types that a bound speaks about. */
export function typesOf(name: BoundName): readonly TypeName[] {
  if (name === 'minimum' || name === 'maximum') return ['integer', 'fraction'];
  if (name.endsWith('Length')) return ['string'];
  return name.endsWith('Items') ? ['array'] : TYPE_NAMES.slice(-1);
}
