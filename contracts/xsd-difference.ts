import type { FileDifference, FilePlace, Shift } from './file-difference.ts';
import type { Json } from './json.ts';
import type { XmlElement } from './read-xml.ts';
import { spokenValue } from './spoken-value.ts';

/** Two declarations of the same thing, and its path in a document. */
export interface XsdPair {
  readonly base: XmlElement;
  readonly revision: XmlElement;
  readonly at: string;
}

/** The line of a declaration; the pointer is the path of the element or attribute in a document. */
export function placeOf({ line, column }: XmlElement, pointer: string): FilePlace {
  return { pointer, line, column };
}

/** A difference between two declarations, on the lines of both. */
export function xsdDifference(
  { base, revision, at }: XsdPair,
  code: string,
  shift: Shift,
  message: string,
  values: { readonly expected?: Json; readonly actual?: Json } = {},
): FileDifference {
  return {
    code,
    shift,
    message: `${at}: ${message}`,
    ...values,
    base: placeOf(base, at),
    revision: placeOf(revision, at),
  };
}

/** The same for one value of theirs, none where it is the same; null is nothing. */
export function xsdChanged(
  pair: XsdPair,
  code: string,
  label: string,
  was: Json,
  is: Json,
  shift: (was: Json | undefined, is: Json | undefined) => Shift,
): readonly FileDifference[] {
  if (was === is) return [];
  const text = (value: Json): string => (value === null ? 'none' : spokenValue(value));
  const values = { expected: was, actual: is };
  const message = `${label} changed from ${text(was)} to ${text(is)}`;
  return [xsdDifference(pair, code, shift(was ?? undefined, is ?? undefined), message, values)];
}
