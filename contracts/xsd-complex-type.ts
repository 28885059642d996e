import type { XmlElement } from './read-xml.ts';
import { canonicalXml, partsOf, resolveName, type Xsd } from './read-xsd.ts';
import { restricted, simpleTypeNamed, type XsdSimpleType } from './xsd-simple-type.ts';

/** What an element may hold: elements in some arrangement, or text, and attributes. */
export interface XsdComplexType {
  readonly arrangement: 'empty' | 'sequence' | 'choice' | 'all' | 'text';
  /** Where the arrangement is declared. */
  readonly at: XmlElement;
  /** How often the arrangement as a whole stands: `1 1`. */
  readonly occurs: string;
  readonly elements: readonly XmlElement[];
  readonly attributes: readonly XmlElement[];
  readonly isMixed: boolean;
  /** Of `text`. */
  readonly text?: XsdSimpleType;
  /** What we do not understand: only the same text is the same. */
  readonly opaque: readonly string[];
}

/** Reads a complex type with everything that it extends and refers to. */
export function complexTypeOf(xsd: Xsd, type: XmlElement, depth = 0): XsdComplexType {
  const empty: XsdComplexType = {
    arrangement: 'empty',
    at: type,
    occurs: '1 1',
    elements: [],
    attributes: [],
    isMixed: isTrue(type.attributes['mixed']),
    opaque: [],
  };
  // A type that extends itself is one that nobody can read.
  if (depth > MAX_DEPTH) return { ...empty, opaque: [canonicalXml(type)] };
  return partsOf(type).reduce((read, part) => withPart(xsd, read, part, depth), empty);
}

const MAX_DEPTH = 50;

export function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1';
}

function withPart(xsd: Xsd, type: XsdComplexType, part: XmlElement, depth: number): XsdComplexType {
  switch (part.name) {
    case 'sequence':
    case 'choice':
    case 'all':
      return withArrangement(xsd, type, part);
    case 'group':
      return withGroup(xsd, type, part, depth);
    case 'attribute':
      return { ...type, attributes: [...type.attributes, referred(xsd, part, 'attribute')] };
    case 'attributeGroup':
      return withAttributeGroup(xsd, type, part, depth);
    case 'simpleContent':
    case 'complexContent':
      return partsOf(part).reduce((read, derivation) => derived(xsd, read, derivation, depth), {
        ...type,
        isMixed: type.isMixed || isTrue(part.attributes['mixed']),
      });
    default:
      return { ...type, opaque: [...type.opaque, canonicalXml(part)] };
  }
}

function withGroup(xsd: Xsd, type: XsdComplexType, part: XmlElement, depth: number): XsdComplexType {
  const found = resolveName(xsd, part, 'group', part.attributes['ref'] ?? '');
  if (!('declared' in found) || occursOf(part) !== '1 1' || depth > MAX_DEPTH)
    return { ...type, opaque: [...type.opaque, canonicalXml(part)] };
  return partsOf(found.declared).reduce((read, each) => withPart(xsd, read, each, depth + 1), type);
}

function withAttributeGroup(xsd: Xsd, type: XsdComplexType, part: XmlElement, depth: number): XsdComplexType {
  const found = resolveName(xsd, part, 'attributeGroup', part.attributes['ref'] ?? '');
  if (!('declared' in found) || depth > MAX_DEPTH) return { ...type, opaque: [...type.opaque, canonicalXml(part)] };
  return partsOf(found.declared).reduce((read, each) => withPart(xsd, read, each, depth + 1), type);
}

/** A sequence after a sequence is one longer sequence: that is how types are extended. */
function withArrangement(xsd: Xsd, type: XsdComplexType, part: XmlElement): XsdComplexType {
  const read = arrangementOf(xsd, part);
  const occurs = occursOf(part);
  if (type.arrangement === 'empty')
    return { ...type, ...read, at: part, occurs, opaque: [...type.opaque, ...read.opaque] };
  if (type.arrangement === 'sequence' && read.arrangement === 'sequence' && type.occurs === '1 1' && occurs === '1 1')
    return { ...type, elements: [...type.elements, ...read.elements], opaque: [...type.opaque, ...read.opaque] };
  return { ...type, opaque: [...type.opaque, canonicalXml(part)] };
}

function arrangementOf(xsd: Xsd, part: XmlElement): Pick<XsdComplexType, 'arrangement' | 'elements' | 'opaque'> {
  const elements: XmlElement[] = [];
  const opaque: string[] = [];
  for (const item of partsOf(part)) {
    if (item.name === 'element') elements.push(referred(xsd, item, 'element'));
    else if (item.name === part.name && occursOf(item) === '1 1') {
      const inner = arrangementOf(xsd, item);
      elements.push(...inner.elements);
      opaque.push(...inner.opaque);
    } else opaque.push(canonicalXml(item));
  }
  const arrangement = part.name === 'choice' || part.name === 'all' ? part.name : 'sequence';
  return { arrangement, elements, opaque };
}

/** `minOccurs maxOccurs`, each 1 unless told. */
export function occursOf({ attributes }: XmlElement): string {
  return `${attributes['minOccurs'] ?? '1'} ${attributes['maxOccurs'] ?? '1'}`;
}

/** The declaration that a `ref` leads to, with what stands beside the `ref`. */
function referred(xsd: Xsd, item: XmlElement, kind: 'element' | 'attribute'): XmlElement {
  const { ref, ...beside } = item.attributes;
  if (ref === undefined) return item;
  const found = resolveName(xsd, item, kind, ref);
  if (!('declared' in found)) return { ...item, attributes: { ...item.attributes, name: ref } };
  const { line, column } = item;
  return { ...found.declared, attributes: { ...found.declared.attributes, ...beside }, line, column };
}

/** An extension has all that its base has; a restriction says anew what it holds, and inherits the attributes. */
function derived(xsd: Xsd, type: XsdComplexType, derivation: XmlElement, depth: number): XsdComplexType {
  const name = derivation.attributes['base'] ?? '';
  const found = resolveName(xsd, derivation, 'type', name);
  const isRestriction = derivation.name === 'restriction';
  if ('declared' in found && found.declared.name === 'complexType') {
    const base = complexTypeOf(xsd, found.declared, depth + 1);
    return isRestriction
      ? restrictedType(xsd, type, base, derivation, depth)
      : ownParts(xsd, merged(type, base), derivation, depth);
  }
  if ('builtin' in found && found.builtin === 'anyType') return ownParts(xsd, type, derivation, depth);
  const text = simpleTypeNamed(xsd, derivation, name, depth);
  return ownParts(
    xsd,
    { ...type, arrangement: 'text', text: isRestriction ? restricted(text, derivation) : text },
    derivation,
    depth,
  );
}

function merged(type: XsdComplexType, base: XsdComplexType): XsdComplexType {
  return { ...base, isMixed: type.isMixed || base.isMixed };
}

function restrictedType(
  xsd: Xsd,
  type: XsdComplexType,
  base: XsdComplexType,
  restriction: XmlElement,
  depth: number,
): XsdComplexType {
  const own = ownParts(xsd, type, restriction, depth);
  const names = new Set(own.attributes.map(({ attributes }) => attributes['name']));
  const inherited = base.attributes.filter(({ attributes }) => !names.has(attributes['name']));
  const text =
    base.text === undefined ? {} : ({ arrangement: 'text', text: restricted(base.text, restriction) } as const);
  return { ...own, ...text, attributes: [...inherited, ...own.attributes] };
}

/** Facets of a restriction were read with its type. */
function ownParts(xsd: Xsd, type: XsdComplexType, derivation: XmlElement, depth: number): XsdComplexType {
  return partsOf(derivation)
    .filter((part) => type.arrangement !== 'text' || /^(?:any)?[aA]ttribute/.test(part.name))
    .filter((part) => part.attributes['value'] === undefined)
    .reduce((read, part) => withPart(xsd, read, part, depth), type);
}
