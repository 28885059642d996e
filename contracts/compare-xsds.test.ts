import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compareXsds } from './compare-xsds.ts';
import { severityOf, type FileDifference, type FileDirection } from './file-difference.ts';
import { folderWith } from './fixtures/folder-with.ts';

let root: string;
beforeAll(async () => {
  root = await folderWith({});
});
afterAll(async () => {
  await rm(root, { recursive: true });
});

const XSD = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="urn:s" targetNamespace="urn:s">
  <xs:element name="settlement" type="Settlement"/>
  <xs:complexType name="Settlement">
    <xs:sequence>
      <xs:element name="partner" type="xs:token"/>
      <xs:element name="note" type="xs:string" minOccurs="0"/>
      <xs:element name="line" type="Line" maxOccurs="unbounded"/>
      <xs:choice minOccurs="0"><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice>
    </xs:sequence>
    <xs:attribute name="number" type="xs:string" use="required"/>
    <xs:attribute name="comment" type="xs:string"/>
  </xs:complexType>
  <xs:complexType name="Line">
    <xs:sequence>
      <xs:element name="grams" type="Grams"/>
      <xs:element name="charge" type="xs:decimal"/>
      <xs:element name="parent" type="Line" minOccurs="0"/>
    </xs:sequence>
    <xs:attribute name="currency" type="Currency"/>
  </xs:complexType>
  <xs:simpleType name="Grams">
    <xs:restriction base="xs:integer"><xs:minInclusive value="1"/><xs:maxInclusive value="31500"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Currency">
    <xs:restriction base="xs:token"><xs:enumeration value="EUR"/><xs:enumeration value="SEK"/></xs:restriction>
  </xs:simpleType>
</xs:schema>
`;

async function compare(
  base: string,
  revision: string,
  direction: FileDirection = 'outgoing',
): Promise<readonly FileDifference[]> {
  await writeFile(path.join(root, 'base.xsd'), base);
  await writeFile(path.join(root, 'revision.xsd'), revision);
  return compareXsds({ root, source: 'base.xsd' }, { root, source: 'revision.xsd' }, direction);
}

async function severities(base: string, revision: string): Promise<string> {
  const judged: string[] = [];
  for (const direction of ['outgoing', 'incoming'] as const)
    judged.push(...(await compare(base, revision, direction)).map(({ shift }) => severityOf(shift, direction)));
  return judged.join(' ');
}

const said = (differences: readonly FileDifference[]) => differences.map(({ code, message }) => `${code}: ${message}`);

describe('an XML Schema', () => {
  test.each([
    ['itself', XSD],
    [
      'other documentation, spaces, comments and version',
      XSD.replace('<xs:sequence>', '<!-- x -->\n<xs:sequence  id="s">')
        .replace('targetNamespace', 'version="2" targetNamespace')
        .replace(
          ' use="required"/>',
          ' use="required"><xs:annotation><xs:documentation>No</xs:documentation></xs:annotation></xs:attribute>',
        ),
    ],
    ['another prefix', XSD.replaceAll('xs:', 'x:').replace('xmlns:xs', 'xmlns:x').replace('xmlns:x:', 'xmlns:x')],
    [
      'a named type written in place',
      XSD.replace(
        ' type="Currency"/>',
        '><xs:simpleType><xs:restriction base="xs:token"><xs:enumeration value="SEK"/><xs:enumeration value="EUR"/></xs:restriction></xs:simpleType></xs:attribute>',
      ),
    ],
    ['another name of a type', XSD.replaceAll('"Line"', '"Row"')],
    ['attributes in another order', XSD.replace(/( +<xs:attribute name="number".*\n)(.*\n)/, '$2$1')],
    [
      'a group that says the same',
      XSD.replace(
        '<xs:element name="partner" type="xs:token"/>',
        '<xs:sequence><xs:element name="partner" type="xs:token"/></xs:sequence>',
      ),
    ],
  ])('is the same as %s', async (_, revision) => {
    expect(said(await compare(XSD, revision))).toEqual([]);
    expect(said(await compare(revision, XSD, 'incoming'))).toEqual([]);
  });

  /** Each with the severity where the partner reads the document and where it writes it. */
  test.each([
    [
      'a required element less',
      XSD.replace(/ +<xs:element name="charge".*\n/, ''),
      'file-xsd-element-removed: /settlement/line/charge was removed',
      'error error',
      'error error',
    ],
    [
      'an optional element less',
      XSD.replace(/ +<xs:element name="note".*\n/, ''),
      'file-xsd-element-removed: /settlement/note was removed',
      'warning error',
      'error info',
    ],
    [
      'a required attribute less',
      XSD.replace(/ +<xs:attribute name="number".*\n/, ''),
      'file-xsd-attribute-removed: /settlement/@number was removed',
      'error error',
      'error error',
    ],
    [
      'an optional attribute less',
      XSD.replace(/ +<xs:attribute name="comment".*\n/, ''),
      'file-xsd-attribute-removed: /settlement/@comment was removed',
      'warning error',
      'error info',
    ],
    [
      'an element that may be missing',
      XSD.replace('name="charge" type="xs:decimal"', 'name="charge" type="xs:decimal" minOccurs="0"'),
      'file-xsd-occurrence-changed: /settlement/line/charge: how often it stands, at least, changed from 1 to 0',
      'error info',
      'info error',
    ],
    [
      'fewer of them',
      XSD.replace('maxOccurs="unbounded"', 'maxOccurs="5"'),
      'file-xsd-occurrence-changed: /settlement/line: how often it stands, at most, changed from unbounded to 5',
      'info error',
      'error info',
    ],
    [
      'an attribute that is required',
      XSD.replace('name="comment"', 'name="comment" use="required"'),
      'file-xsd-occurrence-changed: /settlement/@comment: required changed from false to true',
      'info error',
      'error info',
    ],
    [
      'a wider type',
      XSD.replace('type="xs:token"', 'type="xs:string"'),
      'file-xsd-type-changed: /settlement/partner: the type changed from token to string',
      'error info',
      'info error',
    ],
    [
      'another type',
      XSD.replace('type="xs:decimal"', 'type="xs:date"'),
      'file-xsd-type-changed: /settlement/line/charge: the type changed from decimal to date',
      'error error',
      'error error',
    ],
    [
      'a lower maximum',
      XSD.replace('31500', '20000'),
      'file-xsd-facet-changed: /settlement/line/grams: the greatest value changed from 31500 to 20000',
      'info error',
      'error info',
    ],
    [
      'no minimum',
      XSD.replace('<xs:minInclusive value="1"/>', ''),
      'file-xsd-facet-changed: /settlement/line/grams: the least value changed from 1 to none',
      'error info',
      'info error',
    ],
    [
      'a pattern',
      XSD.replace('<xs:minInclusive value="1"/>', '<xs:minInclusive value="1"/><xs:pattern value="\\d+"/>'),
      'file-xsd-facet-changed: /settlement/line/grams: the pattern changed from none to \\d+',
      'info error',
      'error info',
    ],
    [
      'a value more',
      XSD.replace('<xs:enumeration value="SEK"/>', '<xs:enumeration value="SEK"/><xs:enumeration value="DKK"/>'),
      'file-xsd-enum-changed: /settlement/line/@currency: the value DKK was added',
      'error info',
      'info error',
    ],
    [
      'no values',
      XSD.replace(/<xs:enumeration value="EUR".*value="SEK"\/>/, ''),
      'file-xsd-enum-changed: /settlement/line/@currency: any value may stand where only EUR, SEK could',
      'error info',
      'info error',
    ],
    [
      'another order',
      XSD.replace(/( +<xs:element name="partner".*\n)(.*\n)/, '$2$1'),
      'file-xsd-order-changed: /settlement: its elements are in another order',
      'error error',
      'error error',
    ],
    [
      'another namespace',
      XSD.replaceAll('urn:s', 'urn:t'),
      'file-xsd-namespace-changed: the namespace changed from urn:s to urn:t',
      'error error',
      'error error',
    ],
    [
      'qualified elements',
      XSD.replace('targetNamespace', 'elementFormDefault="qualified" targetNamespace'),
      'file-xsd-namespace-changed: whether local elements are in the namespace changed from unqualified to qualified',
      'error error',
      'error error',
    ],
    [
      'a fixed value',
      XSD.replace('name="comment"', 'name="comment" fixed="x"'),
      'file-xsd-value-changed: /settlement/@comment: the fixed value changed from none to x',
      'info error',
      'error info',
    ],
    [
      'text between the elements',
      XSD.replace('name="Line">', 'name="Line" mixed="true">'),
      'file-xsd-type-changed: /settlement/line: mixed changed from false to true',
      'error info',
      'info error',
    ],
    [
      'an alternative inside, which is not understood',
      XSD.replace('name="b"', 'name="c"'),
      'file-xsd-unclear: /settlement: what we do not understand of it changed: judge it by hand',
      'warning warning',
      'warning warning',
    ],
    [
      'a key, which is not understood',
      XSD.replace(
        'type="Settlement"/>',
        'type="Settlement"><xs:unique name="u"><xs:selector xpath="line"/><xs:field xpath="@currency"/></xs:unique></xs:element>',
      ),
      'file-xsd-unclear: /settlement: what we do not understand of it changed: judge it by hand',
      'warning warning',
      'warning warning',
    ],
  ])('is judged by who reads and who writes: %s', async (_, revision, sentence, there, back) => {
    expect(said(await compare(XSD, revision))).toEqual([sentence]);
    expect(await severities(XSD, revision)).toBe(there);
    expect(await severities(revision, XSD)).toBe(back);
  });

  test('has the lines of both declarations', async () => {
    expect(await compare(XSD, `\n${XSD.replace('31500', '20000')}`)).toEqual([
      {
        code: 'file-xsd-facet-changed',
        shift: 'narrower',
        message: '/settlement/line/grams: the greatest value changed from 31500 to 20000',
        expected: '31500',
        actual: '20000',
        base: { pointer: '/settlement/line/grams', line: 22, column: 67 },
        revision: { pointer: '/settlement/line/grams', line: 23, column: 67 },
      },
    ]);
  });

  test('with another root breaks', async () => {
    expect(said(await compare(XSD, XSD.replace('name="settlement"', 'name="bill"')))).toEqual([
      'file-xsd-element-removed: documents with the root settlement are gone',
      'file-xsd-element-added: documents may have the root bill now',
    ]);
  });

  test('that extends a type is compared with all that it extends', async () => {
    const extended = XSD.replace(
      '<xs:complexType name="Line">',
      '<xs:complexType name="Base"><xs:sequence><xs:element name="grams" type="Grams"/></xs:sequence></xs:complexType>\n<xs:complexType name="Line"><xs:complexContent><xs:extension base="Base">',
    )
      .replace(/ +<xs:element name="grams" type="Grams"\/>\n( +<xs:element name="charge")/, '$1')
      .replace(/(name="currency".*\n) +<\/xs:complexType>/, '$1</xs:extension></xs:complexContent></xs:complexType>');
    expect(said(await compare(XSD, extended))).toEqual([]);
    expect(said(await compare(extended, extended.replace('31500', '9')))).toEqual([
      'file-xsd-facet-changed: /settlement/line/grams: the greatest value changed from 31500 to 9',
    ]);
  });

  test('that gives a text attributes is told by the attribute', async () => {
    const priced = XSD.replace(
      'name="charge" type="xs:decimal"/>',
      'name="charge"><xs:complexType><xs:simpleContent><xs:extension base="xs:decimal"><xs:attribute name="vat" type="xs:decimal"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>',
    );
    expect(said(await compare(XSD, priced))).toEqual([
      'file-xsd-attribute-added: /settlement/line/charge/@vat was added',
    ]);
    expect(await severities(XSD, priced)).toBe('error info');
  });

  test('that includes another looks at that one’s text only', async () => {
    const including = XSD.replace(
      '<xs:element name="settlement"',
      '<xs:include schemaLocation="types.xsd"/>\n<xs:element name="settlement"',
    );
    const other = await folderWith({ 'base.xsd': including, 'types.xsd': '<a/>' });
    await writeFile(path.join(root, 'base.xsd'), including);
    await writeFile(path.join(root, 'types.xsd'), '<b/>');
    const found = compareXsds({ root, source: 'base.xsd' }, { root: other, source: 'base.xsd' }, 'outgoing');
    await rm(other, { recursive: true });
    expect(said(found)).toEqual([
      'file-xsd-unclear: the included types.xsd is not looked into and changed: judge it by hand',
    ]);
  });

  test.each(['<!DOCTYPE a><a/>', 'no XML', ''])('that cannot be read is left to a person: %s', async (text) => {
    expect(said(await compare(XSD, text))).toEqual([
      'file-xsd-unclear: the XML Schema cannot be read and changed: judge it by hand',
    ]);
    expect(await compare(text, text)).toEqual([]);
  });

  test('whose types go in circles ends', async () => {
    const circle = XSD.replace('<xs:restriction base="xs:integer">', '<xs:restriction base="Grams">').replace(
      '<xs:complexType name="Line">',
      '<xs:complexType name="Line"><xs:complexContent><xs:extension base="Line"/></xs:complexContent></xs:complexType><xs:complexType name="Old">',
    );
    expect(said(await compare(circle, circle))).toEqual([]);
    expect((await compare(XSD, circle)).length).toBeGreaterThan(0);
  });
});
