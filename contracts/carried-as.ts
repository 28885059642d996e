import type { Form } from './schema-form.ts';

/**
 * How a value travels. As `text` (a parameter, a header, a text body) a number is text as well, and so is all that it is
 * made of. Of a `form` the fields are text, but a field that is an object is JSON (OpenAPI 3.1 §4.8.15). As `query` it is text
 * as well, and one value is written like a list of one: `id=1` (style `form`, exploded or not).
 */
export type CarriedAs = 'json' | 'text' | 'form' | 'query';

/** The same of a place within such a value. */
export type Carriage = CarriedAs | 'within-text' | 'field' | 'field-item';

export function isText(carriage: Carriage): boolean {
  return carriage !== 'json' && carriage !== 'form';
}

/** Of the items and properties of a value that travels so, and which may be of these forms. */
export function carriageWithin(carriage: Carriage, forms: readonly Form[]): Carriage {
  if (carriage === 'text' || carriage === 'query' || carriage === 'within-text') return 'within-text';
  if (carriage === 'form') return 'field';
  const isList = forms.every((form) => !form.types.has('object'));
  return carriage === 'field' && isList ? 'field-item' : 'json';
}
