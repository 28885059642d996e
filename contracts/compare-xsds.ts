import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compareXsdElements, type XsdSides } from './compare-xsd-elements.ts';
import type { FileDifference, FileDirection } from './file-difference.ts';
import { canonicalXml, partsOf, readXsd, referredElements, type Xsd } from './read-xsd.ts';
import { readXml, type XmlElement } from './read-xml.ts';
import { placeOf } from './xsd-difference.ts';

/** An XSD on the disk. */
export interface XsdSource {
  /** Absolute. */
  readonly root: string;
  /** Relative to it. */
  readonly source: string;
}

/**
 * What changed between two XML Schemas, judged by the documents that they let pass. Of XSD 1.0 it understands elements,
 * attributes, their order and number, and restricted simple types; a change of anything else is left to a person.
 */
export function compareXsds(base: XsdSource, revision: XsdSource, direction: FileDirection): readonly FileDifference[] {
  const [was, is] = [treeOf(base), treeOf(revision)];
  if (was === undefined || is === undefined) return textDifferences(base, revision);
  const sides: XsdSides = { base: readXsd(was), revision: readXsd(is), direction, seen: new Set() };
  return [
    ...headDifferences(sides),
    ...rootDifferences(sides),
    ...otherDifferences(sides),
    ...includedDifferences(sides.base, base, revision),
  ];
}

function textOf({ root, source }: XsdSource): string | undefined {
  try {
    return readFileSync(path.resolve(root, source), 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n');
  } catch {
    // One that is missing is a finding of the contract itself.
    return undefined;
  }
}

function treeOf(source: XsdSource): XmlElement | undefined {
  const text = textOf(source);
  const tree = text === undefined ? undefined : readXml(text);
  return tree === undefined || 'why' in tree ? undefined : tree;
}

/** Of what cannot be read only the same text is the same. */
function textDifferences(base: XsdSource, revision: XsdSource): readonly FileDifference[] {
  if (textOf(base) === textOf(revision)) return [];
  return [byHand('the XML Schema cannot be read', TOP, TOP)];
}

const TOP = { pointer: '', line: 1, column: 1 };

function byHand(what: string, base: FileDifference['base'], revision: FileDifference['revision']): FileDifference {
  return {
    code: 'file-xsd-unclear',
    shift: 'unclear',
    message: `${what} and changed: judge it by hand`,
    ...(base === undefined ? {} : { base }),
    ...(revision === undefined ? {} : { revision }),
  };
}

const HEAD: readonly (readonly [name: string, label: string, standard: string])[] = [
  ['targetNamespace', 'the namespace', ''],
  ['elementFormDefault', 'whether local elements are in the namespace', 'unqualified'],
  ['attributeFormDefault', 'whether local attributes are in the namespace', 'unqualified'],
];

function headDifferences({ base, revision }: XsdSides): readonly FileDifference[] {
  return HEAD.flatMap(([name, label, standard]): readonly FileDifference[] => {
    const [was, is] = [base, revision].map(({ root }) => root.attributes[name] ?? standard);
    if (was === is || was === undefined || is === undefined) return [];
    return [
      {
        code: 'file-xsd-namespace-changed',
        shift: 'other',
        message: `${label} changed from ${was === '' ? 'none' : was} to ${is === '' ? 'none' : is}`,
        fix: 'keep it, or make this a new major version',
        expected: was,
        actual: is,
        base: placeOf(base.root, ''),
        revision: placeOf(revision.root, ''),
      },
    ];
  });
}

/** Each global element that no other one refers to is a document's root. */
function rootDifferences(sides: XsdSides): readonly FileDifference[] {
  const [before, after] = [rootsOf(sides.base), rootsOf(sides.revision)];
  const gone = [...before].flatMap(([name, element]) => {
    const partner = after.get(name) ?? sides.revision.globals.get(`element ${name}`);
    return partner === undefined
      ? [rootRemoved(name, element)]
      : compareXsdElements(sides, element, partner, `/${name}`);
  });
  const come = [...after].filter(([name]) => !sides.base.globals.has(`element ${name}`));
  return [...gone, ...come.map(([name, element]) => rootAdded(sides, name, element))];
}

function rootsOf({ root }: Xsd): ReadonlyMap<string, XmlElement> {
  const referred = referredElements(root);
  const elements = partsOf(root).filter(({ name }) => name === 'element');
  const named = elements.map((element) => [element.attributes['name'] ?? '', element] as const);
  const roots = named.filter(([name]) => !referred.has(name));
  // Where each refers to another, each may be the root.
  return new Map(roots.length === 0 ? named : roots);
}

function rootRemoved(name: string, element: XmlElement): FileDifference {
  return {
    code: 'file-xsd-element-removed',
    shift: 'other',
    message: `documents with the root ${name} are gone`,
    fix: 'keep the element, or make this a new major version',
    base: placeOf(element, `/${name}`),
  };
}

/** It may be there only to be referred to from elsewhere. */
function rootAdded({ direction }: XsdSides, name: string, element: XmlElement): FileDifference {
  return {
    code: 'file-xsd-element-added',
    shift: direction === 'outgoing' ? 'unclear' : 'wider',
    message: `documents may have the root ${name} now`,
    revision: placeOf(element, `/${name}`),
  };
}

/** Imports, redefinitions and notations are not looked into. */
function otherDifferences({ base, revision }: XsdSides): readonly FileDifference[] {
  const others = ({ root }: Xsd): string =>
    JSON.stringify(
      partsOf(root)
        .filter(({ attributes }) => attributes['name'] === undefined)
        .map((each) => canonicalXml(each)),
    );
  if (others(base) === others(revision)) return [];
  return [
    byHand(
      'what the XML Schema includes or imports is not looked into,',
      placeOf(base.root, ''),
      placeOf(revision.root, ''),
    ),
  ];
}

/** The text of files that it includes by a relative path. */
function includedDifferences({ root }: Xsd, base: XsdSource, revision: XsdSource): readonly FileDifference[] {
  return partsOf(root).flatMap((part): readonly FileDifference[] => {
    const location = part.attributes['schemaLocation'];
    if (location === undefined || /^[a-z][a-z\d+.-]*:|^[/\\]|\.\./i.test(location)) return [];
    const beside = ({ root: folder, source }: XsdSource): string | undefined =>
      textOf({ root: folder, source: path.posix.join(path.posix.dirname(source), location) });
    if (beside(base) === beside(revision)) return [];
    return [byHand(`the included ${location} is not looked into`, placeOf(part, ''), placeOf(part, ''))];
  });
}
