import type { XmlElement } from './read-xml.ts';
import { canonicalXml, partsOf, resolveName, type Xsd } from './read-xsd.ts';

/** What a text may be: a built-in type, and what narrows it. */
export interface XsdSimpleType {
  /** Without its prefix: `decimal`. */
  readonly builtin: string;
  /** The nearest of each, by name. */
  readonly facets: ReadonlyMap<string, XmlElement>;
  readonly enumeration?: readonly XmlElement[];
  /** Of each restriction on the way, what its patterns allow together. */
  readonly patterns: readonly string[];
  /** Lists, unions, and what leads out of the document: only the same text is the same. */
  readonly opaque?: string;
}

/** The simple type that `type`, or a `simpleType` inside, gives a declaration; any text where neither does. */
export function simpleTypeOf(xsd: Xsd, declaration: XmlElement): XsdSimpleType {
  const inner = partsOf(declaration).find(({ name }) => name === 'simpleType');
  if (inner !== undefined) return restrictionOf(xsd, inner, 0);
  const { type } = declaration.attributes;
  return type === undefined ? plain('anySimpleType') : simpleTypeNamed(xsd, declaration, type, 0);
}

/** The simple type that a name in an attribute of `at` leads to. */
export function simpleTypeNamed(xsd: Xsd, at: XmlElement, name: string, depth: number): XsdSimpleType {
  const found = resolveName(xsd, at, 'type', name);
  if ('builtin' in found) return plain(found.builtin);
  if ('elsewhere' in found) return opaque(found.elsewhere);
  return found.declared.name === 'simpleType' ? restrictionOf(xsd, found.declared, depth + 1) : opaque(name);
}

/** What a restriction adds to the type that it restricts. */
export function restricted(base: XsdSimpleType, restriction: XmlElement): XsdSimpleType {
  const facets = partsOf(restriction).filter(({ name }) => FACETS.has(name));
  const enumeration = facets.filter(({ name }) => name === 'enumeration');
  const patterns = facets.filter(({ name }) => name === 'pattern').map((facet) => valueOf(facet));
  const single = facets.filter(({ name }) => name !== 'enumeration' && name !== 'pattern');
  return {
    ...base,
    facets: new Map([...base.facets, ...single.map((facet) => [facet.name, facet] as const)]),
    ...(enumeration.length > 0 ? { enumeration } : {}),
    patterns: patterns.length > 0 ? [...base.patterns, patterns.toSorted().join('|')] : base.patterns,
  };
}

const FACETS: ReadonlySet<string> = new Set([
  'enumeration',
  'fractionDigits',
  'length',
  'maxExclusive',
  'maxInclusive',
  'maxLength',
  'minExclusive',
  'minInclusive',
  'minLength',
  'pattern',
  'totalDigits',
  'whiteSpace',
]);

/** The `value` of a facet. */
export function valueOf(facet: XmlElement): string {
  return facet.attributes['value'] ?? '';
}

/** A type that restricts itself is one that nobody can read. */
const MAX_DEPTH = 50;

function restrictionOf(xsd: Xsd, simpleType: XmlElement, depth: number): XsdSimpleType {
  const restriction = partsOf(simpleType).find(({ name }) => name === 'restriction');
  if (restriction === undefined || depth > MAX_DEPTH) return opaque(canonicalXml(simpleType));
  const inner = partsOf(restriction).find(({ name }) => name === 'simpleType');
  const { base } = restriction.attributes;
  if (inner !== undefined) return restricted(restrictionOf(xsd, inner, depth + 1), restriction);
  return restricted(simpleTypeNamed(xsd, restriction, base ?? '', depth), restriction);
}

function plain(builtin: string): XsdSimpleType {
  return { builtin, facets: new Map(), patterns: [] };
}

function opaque(text: string): XsdSimpleType {
  return { ...plain('anySimpleType'), opaque: text };
}
