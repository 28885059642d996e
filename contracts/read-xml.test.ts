import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { XmlDocument, XmlElement as LibraryElement } from 'libxml2-wasm';
import { readXml, type XmlElement } from './read-xml.ts';

/** What both readers say of an element; a tag over several lines is on its first for us, on its last for the library. */
type Shape = readonly [name: string, namespace: string, attributes: object, children: readonly Shape[]];

function shape({ name, namespace, attributes, children }: XmlElement): Shape {
  return [name, namespace, attributes, children.map((child) => shape(child))];
}

function libraryShape(element: LibraryElement): Shape {
  const children: Shape[] = [];
  for (let node = element.firstChild; node !== null; node = node.next)
    if (node instanceof LibraryElement) children.push(libraryShape(node));
  const attributes = element.attrs.map((attribute) => [
    attribute.prefix === '' ? attribute.name : `${attribute.prefix}:${attribute.name}`,
    attribute.value,
  ]);
  return [element.name, element.namespaceUri, Object.fromEntries(attributes), children];
}

const SETTLEMENT = readFileSync(new URL('files/settlement/1.0.0/settlement.xsd', import.meta.url), 'utf8');

const AWKWARD = `<?xml version="1.0"?>
<!-- <no/> -->
<a:r xmlns:a="urn:a" xmlns="urn:d" x = '1 &lt; 2 &#x41;' a:y="&quot;">
  t<b><![CDATA[<c/>]]></b><d xmlns=""
  z="&amp;"/>
</a:r>
`;

describe('reading XML', () => {
  test.each([
    ['the reference XSD', SETTLEMENT],
    ['comments, CDATA, entities and namespaces', AWKWARD],
  ])('sees in %s what libxml2 sees', (_, text) => {
    const read = readXml(text);
    using document = XmlDocument.fromString(text);
    expect('why' in read ? read : shape(read)).toEqual(libraryShape(document.root));
  });

  test('takes the text directly in an element', () => {
    expect(readXml('<a>x &amp; <b>not</b><![CDATA[<y>]]></a>')).toMatchObject({ text: 'x & <y>', column: 1 });
  });

  test.each([
    [
      'a DOCTYPE',
      '<!DOCTYPE a [<!ENTITY b "c">]>\n<a>&b;</a>',
      { why: 'it has a DOCTYPE, which is refused unread', line: 1, column: 1 },
    ],
    ['an element that is not closed', '<a>\n  <b>\n</a>', { why: '</a> closes nothing', line: 3, column: 1 }],
    ['a document that ends early', '<a>\n  <b>', { why: '<a> is not closed', line: 1, column: 1 }],
    ['what closes too much', '<a></a></a>', { why: '</a> closes nothing', line: 1, column: 8 }],
    ['two roots', '<a/><b/>', { why: 'it has not exactly one root element', line: 1, column: 1 }],
    ['nothing', '', { why: 'it has not exactly one root element', line: 1, column: 1 }],
    ['what is no tag', '<a>\n 1 < 2</a>', { why: 'this is no tag', line: 2, column: 4 }],
    ['deep nesting', '<a>'.repeat(200), { why: 'it is nested deeper than 100 levels', line: 1, column: 298 }],
  ])('says where it cannot: %s', (_, text, problem) => {
    expect(readXml(text)).toEqual(problem);
  });

  test('takes no time over a text that makes careless patterns run for ever', () => {
    for (const text of [`<a ${'b="'.repeat(50_000)}`, `<a${' '.repeat(20_000)}b`, '<!--'.repeat(50_000)])
      expect(readXml(text)).toHaveProperty('why');
  });
});
