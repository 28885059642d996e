import { atLeast, atMost, replaced, restricted } from './compare-settings.ts';
import type { FileDifference, Shift } from './file-difference.ts';
import type { Json } from './json.ts';
import { placeOf, xsdChanged, xsdDifference, type XsdPair } from './xsd-difference.ts';
import { valueOf, type XsdSimpleType } from './xsd-simple-type.ts';

/** What changed in what a text may be: its built-in type, the values that are listed, and the facets. */
export function compareXsdTexts(pair: XsdPair, was: XsdSimpleType, is: XsdSimpleType): readonly FileDifference[] {
  if (was.opaque !== undefined || is.opaque !== undefined) {
    if (was.opaque === is.opaque) return [];
    return [
      xsdDifference(pair, 'file-xsd-unclear', 'unclear', 'its type changed, which is no restriction: judge it by hand'),
    ];
  }
  const type = xsdChanged(pair, 'file-xsd-type-changed', 'the type', was.builtin, is.builtin, () =>
    typeShift(was.builtin, is.builtin),
  );
  // Facets of another family of types say something else.
  const isOther = type.some(({ shift }) => shift === 'other');
  return [
    ...type,
    ...enumerationDifferences(pair, was, is),
    ...(isOther ? [] : FACETS.flatMap((facet) => facetDifferences(pair, was, is, facet))),
    ...patternDifferences(pair, was, is),
  ];
}

/** XSD 1.0 part 2 §3: each built-in type and the one that it restricts. */
const PARENTS: Readonly<Record<string, string>> = {
  normalizedString: 'string',
  token: 'normalizedString',
  language: 'token',
  NMTOKEN: 'token',
  Name: 'token',
  NCName: 'Name',
  ID: 'NCName',
  IDREF: 'NCName',
  ENTITY: 'NCName',
  // By their text, not by §3: each decimal is a double as well.
  decimal: 'double',
  float: 'double',
  integer: 'decimal',
  nonPositiveInteger: 'integer',
  negativeInteger: 'nonPositiveInteger',
  long: 'integer',
  int: 'long',
  short: 'int',
  byte: 'short',
  nonNegativeInteger: 'integer',
  unsignedLong: 'nonNegativeInteger',
  unsignedInt: 'unsignedLong',
  unsignedShort: 'unsignedInt',
  unsignedByte: 'unsignedShort',
  positiveInteger: 'nonNegativeInteger',
};

function typeShift(was: string, is: string): Shift {
  if (includes(is, was)) return 'wider';
  return includes(was, is) ? 'narrower' : 'other';
}

function includes(wide: string, narrow: string): boolean {
  if (wide === 'anySimpleType' || wide === 'anyType') return true;
  if (wide === 'string') return narrow !== 'anySimpleType' && narrow !== 'anyType';
  for (let type: string | undefined = narrow; type !== undefined; type = PARENTS[type]) if (type === wide) return true;
  return false;
}

interface Facet {
  readonly name: string;
  readonly label: string;
  readonly shift: (was: Json | undefined, is: Json | undefined) => Shift;
}

const FACETS: readonly Facet[] = [
  { name: 'length', label: 'the length', shift: restricted },
  { name: 'minLength', label: 'the least length', shift: atLeast },
  { name: 'maxLength', label: 'the greatest length', shift: atMost },
  { name: 'minInclusive', label: 'the least value', shift: atLeast },
  { name: 'minExclusive', label: 'the value that all are above', shift: atLeast },
  { name: 'maxInclusive', label: 'the greatest value', shift: atMost },
  { name: 'maxExclusive', label: 'the value that all are below', shift: atMost },
  { name: 'totalDigits', label: 'the number of digits', shift: atMost },
  { name: 'fractionDigits', label: 'the number of decimals', shift: atMost },
  { name: 'whiteSpace', label: 'the handling of white space', shift: replaced },
];

function facetDifferences(
  pair: XsdPair,
  was: XsdSimpleType,
  is: XsdSimpleType,
  facet: Facet,
): readonly FileDifference[] {
  const [before, after] = [was, is].map(({ facets }) => facets.get(facet.name));
  const lines: XsdPair = { ...pair, base: before ?? pair.base, revision: after ?? pair.revision };
  const value = (element: typeof before): Json => (element === undefined ? null : valueOf(element));
  return xsdChanged(lines, 'file-xsd-facet-changed', facet.label, value(before), value(after), facet.shift);
}

/** Which of two patterns matches more, no program can tell in general. */
function patternDifferences(pair: XsdPair, was: XsdSimpleType, is: XsdSimpleType): readonly FileDifference[] {
  const [before, after] = [was, is].map(({ patterns }) => (patterns.length === 0 ? null : patterns.join(' and ')));
  return xsdChanged(pair, 'file-xsd-facet-changed', 'the pattern', before ?? null, after ?? null, (from, to) => {
    if (from === undefined) return 'narrower';
    return to === undefined ? 'wider' : 'unclear';
  });
}

function enumerationDifferences(pair: XsdPair, was: XsdSimpleType, is: XsdSimpleType): readonly FileDifference[] {
  const { enumeration: before } = was;
  const { enumeration: after } = is;
  if (before === undefined || after === undefined) {
    const values = (before ?? after ?? []).map((facet) => valueOf(facet)).join(', ');
    if (before === after) return [];
    return before === undefined
      ? [xsdDifference(pair, 'file-xsd-enum-changed', 'narrower', `only the values ${values} are left`)]
      : [xsdDifference(pair, 'file-xsd-enum-changed', 'wider', `any value may stand where only ${values} could`)];
  }
  const [known, left] = [before, after].map((facets) => new Set(facets.map((facet) => valueOf(facet))));
  const lost = before.filter((facet) => left?.has(valueOf(facet)) !== true);
  const gained = after.filter((facet) => known?.has(valueOf(facet)) !== true);
  const said = (facet: (typeof before)[number], verb: string): string =>
    `${pair.at}: the value ${valueOf(facet)} was ${verb}`;
  return [
    ...lost.map((facet): FileDifference => ({
      code: 'file-xsd-enum-changed',
      shift: 'narrower',
      message: said(facet, 'removed'),
      expected: valueOf(facet),
      base: placeOf(facet, pair.at),
    })),
    ...gained.map((facet): FileDifference => ({
      code: 'file-xsd-enum-changed',
      shift: 'wider',
      message: said(facet, 'added'),
      actual: valueOf(facet),
      revision: placeOf(facet, pair.at),
    })),
  ];
}
