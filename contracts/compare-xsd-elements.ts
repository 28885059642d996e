import { compareXsdTexts } from './compare-xsd-texts.ts';
import { atLeast, atMost, replaced } from './compare-settings.ts';
import type { FileDifference, FileDirection, Shift } from './file-difference.ts';
import { joinPointer } from './json-pointer.ts';
import type { Json } from './json.ts';
import { canonicalXml, partsOf, resolveName, type Xsd } from './read-xsd.ts';
import type { XmlElement } from './read-xml.ts';
import { complexTypeOf, isTrue, occursOf, type XsdComplexType } from './xsd-complex-type.ts';
import { placeOf, xsdChanged, xsdDifference, type XsdPair } from './xsd-difference.ts';
import { simpleTypeOf } from './xsd-simple-type.ts';

/** Two XML Schemas that are compared. */
export interface XsdSides {
  readonly base: Xsd;
  readonly revision: Xsd;
  readonly direction: FileDirection;
  /** Pairs of types that were compared: each is told once, and circles end. */
  readonly seen: Set<string>;
}

/** What changed in what one element may hold. `at` is its path in a document. */
export function compareXsdElements(
  sides: XsdSides,
  base: XmlElement,
  revision: XmlElement,
  at: string,
): readonly FileDifference[] {
  const pair: XsdPair = { base, revision, at };
  const [was, is] = [typeOf(sides.base, base), typeOf(sides.revision, revision)];
  return [
    ...valueDifferences(pair),
    ...xsdChanged(
      pair,
      'file-xsd-type-changed',
      'nillable',
      isTrue(base.attributes['nillable']),
      isTrue(revision.attributes['nillable']),
      (_, now) => (now === true ? 'wider' : 'narrower'),
    ),
    ...unclearDifferences(pair, restOf(base), restOf(revision)),
    ...(was === undefined && is === undefined
      ? compareXsdTexts(pair, simpleTypeOf(sides.base, base), simpleTypeOf(sides.revision, revision))
      : typeDifferences(sides, pair, was, is)),
  ];
}

/** The complex type of an element; undefined where it holds only text. */
function typeOf(xsd: Xsd, element: XmlElement): XmlElement | undefined {
  const inner = partsOf(element).find(({ name }) => name === 'complexType');
  const { type } = element.attributes;
  if (inner !== undefined || type === undefined) return inner;
  const found = resolveName(xsd, element, 'type', type);
  return 'declared' in found && found.declared.name === 'complexType' ? found.declared : undefined;
}

/** Keys, uniqueness, substitution and abstraction: only the same text is the same. */
function restOf(element: XmlElement): string {
  const attributes = ['abstract', 'block', 'final', 'substitutionGroup'].map((name) => element.attributes[name] ?? '');
  const parts = partsOf(element).filter(({ name }) => name !== 'complexType' && name !== 'simpleType');
  return JSON.stringify([attributes, parts.map((part) => canonicalXml(part)).toSorted()]);
}

function unclearDifferences(pair: XsdPair, base: string, revision: string): readonly FileDifference[] {
  if (base === revision) return [];
  return [
    xsdDifference(pair, 'file-xsd-unclear', 'unclear', 'what we do not understand of it changed: judge it by hand'),
  ];
}

function valueDifferences(pair: XsdPair): readonly FileDifference[] {
  return (['fixed', 'default'] as const).flatMap((name) => {
    const [was, is] = [pair.base.attributes[name], pair.revision.attributes[name]];
    return xsdChanged(pair, 'file-xsd-value-changed', `the ${name} value`, was ?? null, is ?? null, () => {
      if (name === 'default' || (was !== undefined && is !== undefined))
        return name === 'default' ? 'unclear' : 'other';
      return was === undefined ? 'narrower' : 'wider';
    });
  });
}

function typeDifferences(
  sides: XsdSides,
  pair: XsdPair,
  was: XmlElement | undefined,
  is: XmlElement | undefined,
): readonly FileDifference[] {
  if (was === undefined || is === undefined) {
    const [before, after] = [asComplex(sides.base, pair.base, was), asComplex(sides.revision, pair.revision, is)];
    return complexDifferences(sides, pair, before, after);
  }
  const key = `${was.line}:${was.column} ${is.line}:${is.column}`;
  if (sides.seen.has(key)) return [];
  sides.seen.add(key);
  return complexDifferences(sides, pair, complexTypeOf(sides.base, was), complexTypeOf(sides.revision, is));
}

/** An element that holds only text, beside one that has attributes. */
function asComplex(xsd: Xsd, element: XmlElement, type: XmlElement | undefined): XsdComplexType {
  if (type !== undefined) return complexTypeOf(xsd, type);
  const nothing = { occurs: '1 1', elements: [], attributes: [], isMixed: false, opaque: [] };
  return { ...nothing, arrangement: 'text', at: element, text: simpleTypeOf(xsd, element) };
}

function complexDifferences(
  sides: XsdSides,
  pair: XsdPair,
  was: XsdComplexType,
  is: XsdComplexType,
): readonly FileDifference[] {
  const [before, after] = [was, is].map(({ opaque }) => JSON.stringify(opaque));
  return [
    ...unclearDifferences(pair, before ?? '', after ?? ''),
    ...xsdChanged(pair, 'file-xsd-type-changed', 'mixed', was.isMixed, is.isMixed, (_, now) =>
      now === true ? 'wider' : 'narrower',
    ),
    ...arrangementDifferences(pair, was, is),
    ...memberDifferences(sides, pair, was, is, 'elements'),
    ...memberDifferences(sides, pair, was, is, 'attributes'),
    ...(was.text === undefined || is.text === undefined ? [] : compareXsdTexts(pair, was.text, is.text)),
  ];
}

function arrangementDifferences(pair: XsdPair, was: XsdComplexType, is: XsdComplexType): readonly FileDifference[] {
  // An element that comes into an empty one, or the last that leaves it, is told by itself.
  if (was.arrangement === 'empty' || is.arrangement === 'empty') return [];
  const shifts: Readonly<Record<string, Shift>> = { 'sequence all': 'wider', 'all sequence': 'narrower' };
  const isText = was.arrangement === 'text' || is.arrangement === 'text';
  const shift = isText ? 'other' : (shifts[`${was.arrangement} ${is.arrangement}`] ?? 'unclear');
  return [
    ...xsdChanged(pair, 'file-xsd-type-changed', 'the arrangement', was.arrangement, is.arrangement, () => shift),
    ...occurrenceDifferences(
      { ...pair, base: was.at, revision: is.at },
      was.occurs,
      is.occurs,
      'how often the whole stands',
    ),
    ...orderDifferences(pair, was, is),
  ];
}

function orderDifferences(pair: XsdPair, was: XsdComplexType, is: XsdComplexType): readonly FileDifference[] {
  if (was.arrangement !== 'sequence' || is.arrangement !== 'sequence') return [];
  const [before, after] = [was, is].map(({ elements }) => elements.map(nameOf));
  const kept = (before ?? []).filter((name) => after?.includes(name));
  if (kept.join(' ') === (after ?? []).filter((name) => before?.includes(name)).join(' ')) return [];
  const values = { expected: before ?? [], actual: after ?? [] };
  return [xsdDifference(pair, 'file-xsd-order-changed', 'other', 'its elements are in another order', values)];
}

function nameOf({ attributes }: XmlElement): string {
  return attributes['name'] ?? '';
}

function memberDifferences(
  sides: XsdSides,
  { at }: XsdPair,
  was: XsdComplexType,
  is: XsdComplexType,
  kind: 'elements' | 'attributes',
): readonly FileDifference[] {
  const [before, after] = [was, is].map(
    (type) => new Map(type[kind].filter(isAllowed).map((each) => [nameOf(each), each])),
  );
  const isChoice = kind === 'elements' && was.arrangement === 'choice' && is.arrangement === 'choice';
  const path = (name: string): string => joinPointer(at, kind === 'elements' ? name : `@${name}`);
  const lost = [...(before ?? [])].flatMap(([name, member]) => {
    const partner = after?.get(name);
    if (partner === undefined) return [memberRemoved(sides, member, path(name), isChoice)];
    const pair = { base: member, revision: partner, at: path(name) };
    return kind === 'elements' ? elementDifferences(sides, pair) : attributeDifferences(sides, pair);
  });
  const gained = [...(after ?? [])].filter(([name]) => before?.has(name) !== true);
  return [...lost, ...gained.map(([name, member]) => memberAdded(member, path(name), isChoice))];
}

function isAllowed({ attributes }: XmlElement): boolean {
  return attributes['use'] !== 'prohibited';
}

function isRequired(member: XmlElement): boolean {
  if (member.name === 'attribute') return member.attributes['use'] === 'required';
  return !occursOf(member).startsWith('0 ');
}

/** Whoever reads misses what was always there; whoever writes still writes it. */
function memberRemoved({ direction }: XsdSides, member: XmlElement, at: string, isChoice: boolean): FileDifference {
  const ofReader: Shift = isChoice ? 'narrower' : isRequired(member) ? 'other' : 'unclear';
  return {
    code: `file-xsd-${member.name}-removed`,
    shift: direction === 'outgoing' ? ofReader : 'narrower',
    message: `${at} was removed`,
    fix: 'keep it, or make this a new major version',
    base: placeOf(member, at),
  };
}

/** A schema allows only what it names: whoever validates by the old one refuses what is new. */
function memberAdded(member: XmlElement, at: string, isChoice: boolean): FileDifference {
  return {
    code: `file-xsd-${member.name}-added`,
    shift: isRequired(member) && !isChoice ? 'other' : 'wider',
    message: `${at} was added${isChoice ? ' as an alternative' : isRequired(member) ? ', and is required' : ''}`,
    revision: placeOf(member, at),
  };
}

function elementDifferences(sides: XsdSides, pair: XsdPair): readonly FileDifference[] {
  return [
    ...occurrenceDifferences(pair, occursOf(pair.base), occursOf(pair.revision), 'how often it stands'),
    ...compareXsdElements(sides, pair.base, pair.revision, pair.at),
  ];
}

function occurrenceDifferences(pair: XsdPair, was: string, is: string, label: string): readonly FileDifference[] {
  const [before, after] = [was, is].map((text) => text.split(' '));
  return [
    ...xsdChanged(
      pair,
      'file-xsd-occurrence-changed',
      `${label}, at least,`,
      count(before?.[0]),
      count(after?.[0]),
      atLeast,
    ),
    ...xsdChanged(
      pair,
      'file-xsd-occurrence-changed',
      `${label}, at most,`,
      count(before?.[1]),
      count(after?.[1]),
      (from, to) => atMost(from === 'unbounded' ? undefined : from, to === 'unbounded' ? undefined : to),
    ),
  ];
}

function count(text = '1'): Json {
  return text === 'unbounded' ? text : Number(text);
}

function attributeDifferences(sides: XsdSides, pair: XsdPair): readonly FileDifference[] {
  const [was, is] = [pair.base, pair.revision].map(isRequired);
  return [
    ...xsdChanged(pair, 'file-xsd-occurrence-changed', 'required', was ?? false, is ?? false, (_, now) =>
      now === true ? 'narrower' : 'wider',
    ),
    ...valueDifferences(pair),
    ...xsdChanged(
      pair,
      'file-xsd-type-changed',
      'its form',
      pair.base.attributes['form'] ?? null,
      pair.revision.attributes['form'] ?? null,
      replaced,
    ),
    ...compareXsdTexts(pair, simpleTypeOf(sides.base, pair.base), simpleTypeOf(sides.revision, pair.revision)),
  ];
}
