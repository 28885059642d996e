import type { XmlElement } from './read-xml.ts';

/** The parts of an XML Schema (XSD 1.0) that say what a document may hold. */
export interface Xsd {
  readonly root: XmlElement;
  /** Global declarations by kind and name: `element settlement`, `type Money`. */
  readonly globals: ReadonlyMap<string, XmlElement>;
}

/** The namespace of XML Schema. */
const XS = 'http://www.w3.org/2001/XMLSchema';

/** Types share one symbol space, whether simple or complex (XSD 1.0 part 1 §2.5). */
export function readXsd(root: XmlElement): Xsd {
  const globals = root.children.flatMap((child) => {
    const kind = KINDS[child.name];
    const { name } = child.attributes;
    return kind === undefined || name === undefined ? [] : [[`${kind} ${name}`, child] as const];
  });
  return { root, globals: new Map(globals) };
}

const KINDS: Readonly<Record<string, string>> = {
  element: 'element',
  attribute: 'attribute',
  simpleType: 'type',
  complexType: 'type',
  group: 'group',
  attributeGroup: 'attributeGroup',
};

/** What a name in an attribute leads to: a type of XML Schema itself, a declaration here, or one that is elsewhere. */
export type XsdReference =
  | { readonly builtin: string }
  | { readonly declared: XmlElement }
  | { readonly elsewhere: string };

/** Follows a qualified name that stands in an attribute of `at`. */
export function resolveName(xsd: Xsd, at: XmlElement, kind: string, name: string): XsdReference {
  const [first = '', second] = name.split(':');
  const namespace = at.prefixes[second === undefined ? '' : first] ?? '';
  const local = second ?? first;
  if (namespace === XS) return { builtin: local };
  const declared = xsd.globals.get(`${kind} ${local}`);
  const isOwn = namespace === (xsd.root.attributes['targetNamespace'] ?? '') || namespace === '';
  return declared !== undefined && isOwn ? { declared } : { elsewhere: `{${namespace}}${local}` };
}

/** Children that say something: everything but documentation. */
export function partsOf(element: XmlElement): readonly XmlElement[] {
  return element.children.filter(({ name }) => name !== 'annotation');
}

/** The same text for two declarations that say the same, however they are laid out and whatever the prefixes. */
export function canonicalXml(element: XmlElement): string {
  const attributes = Object.entries(element.attributes)
    .filter(([name]) => name !== 'id')
    .map(([name, value]) => [name, NAMES.has(name) ? qualified(element, value) : value])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return JSON.stringify([element.name, attributes, partsOf(element).map((child) => canonicalXml(child))]);
}

/** Attributes whose values are qualified names. */
const NAMES: ReadonlySet<string> = new Set([
  'base',
  'itemType',
  'memberTypes',
  'ref',
  'refer',
  'substitutionGroup',
  'type',
]);

function qualified({ prefixes }: XmlElement, value: string): string {
  const names = value.split(/\s+/).map((name) => {
    const [first = '', second] = name.split(':');
    return `{${prefixes[second === undefined ? '' : first] ?? ''}}${second ?? first}`;
  });
  return names.join(' ');
}

/** Local names of the global elements that something refers to. */
export function referredElements(element: XmlElement): ReadonlySet<string> {
  const { ref } = element.attributes;
  const own = element.name === 'element' && ref !== undefined ? [ref.slice(ref.indexOf(':') + 1)] : [];
  return new Set([...own, ...element.children.flatMap((child) => [...referredElements(child)])]);
}
