import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createRedactor, findContract, openWorkspace, type RunContext, type Workspace } from '../contracts/index.ts';
import { verifyFile, type FileVerdict } from './verify-file.ts';

/** The reference integration's own file contracts: a real CSV with trailer, an XML document with XSD, a JSON document. */
const ROOT = fileURLToPath(new URL('..', import.meta.url));
let context: Pick<RunContext, 'workspace' | 'redactor'>;

beforeAll(async () => {
  const workspace: Workspace = await openWorkspace([ROOT], ROOT);
  context = { workspace, redactor: createRedactor('test') };
});

async function verify(
  name: string,
  file: string,
  change: (good: Buffer) => Buffer | string,
  as = file,
): Promise<FileVerdict> {
  const contract = findContract(context.workspace, 'file', name);
  const [described] = contract.files;
  const example = described?.examples.find((one) => one.endsWith(file));
  if (!described || example === undefined) throw new Error(`no example ${file}`);
  const bytes = Buffer.from(change(await readFile(`${ROOT}/${example}`)));
  return await verifyFile(context, { contract, file: described, name: as, bytes });
}

const MANIFEST = 'manifest-20260302.csv';
type Edit = (text: string) => Buffer | string;
const manifest = (edit: Edit, as?: string) => verify('manifest', MANIFEST, (good) => edit(good.toString('utf8')), as);
const replace = (from: string | RegExp, to: string) => (text: string) => text.replace(from, to);
const everyLine = (edit: (cells: string[]) => string[]) => (text: string) =>
  text
    .split('\n')
    .map((line) => (line === '' || line.startsWith('TRAILER') ? line : edit(line.split(',')).join(',')))
    .join('\n');

describe('the manifest, a CSV with a trailer', () => {
  test('passes as it is', async () => {
    expect(await manifest((text) => text)).toEqual({
      findings: [],
      measures: [
        { name: 'file-size', value: 414, unit: 'bytes' },
        { name: 'rows', value: 5, unit: 'count' },
        { name: 'findings', value: 0, unit: 'count' },
      ],
    });
  });

  const mutations: readonly [what: string, code: string, edit: Edit][] = [
    ['empty', 'v02-file-empty', () => ''],
    ['larger than maxBytes', 'v02-file-too-large', () => Buffer.alloc(10_485_761, 'a')],
    ['Latin-1 bytes', 'v06-not-utf8', (text) => Buffer.from(text.replace('order-1001', 'Bestellung für'), 'latin1')],
    ['a NUL byte', 'v06-not-utf8', replace('order-1001', 'order\0')],
    ['a byte order mark added', 'v07-byte-order-mark', (text) => `\uFEFF${text}`],
    ['mixed line ends', 'v08-line-ending', replace('2026-03-02\n', '2026-03-02\r\n')],
    ['every line with CRLF', 'v08-line-ending', replace(/\n/g, '\r\n')],
    ['another delimiter', 'v09-delimiter', replace(/,/g, ';')],
    ['an unclosed quote', 'v09-quote', replace('order-1002', '"order-1002')],
    ['a column dropped', 'v10-header', everyLine((cells) => cells.toSpliced(1, 1))],
    ['a column renamed', 'v10-header', replace('reference,', 'ref,')],
    ['two columns swapped', 'v10-header', replace('status,service', 'service,status')],
    ['a column duplicated', 'v10-header', everyLine((cells) => [...cells, cells[0] ?? ''])],
    ['a column without a name', 'v10-header', replace('reference,', ',')],
    ['an extra cell', 'v11-cell-count', replace('9.40,2026-03-02', '9.40,2026-03-02,more')],
    ['a missing cell', 'v11-cell-count', replace(',order-1001,created', ',created')],
    ['a word for a number', 'v12-cell-type', replace(',1250,', ',heavy,')],
    ['a decimal comma', 'v12-cell-type', replace(',9.40,', ',"9,40",')],
    ['30 February', 'v12-cell-type', replace('9.40,2026-03-02', '9.40,2026-02-30')],
    ['a fraction for an integer', 'v12-cell-type', replace(',1250,', ',1250.5,')],
    ['a required value left out', 'v13-value-missing', replace('standard,SE', 'standard,')],
    ['an unknown enum value', 'v14-cell-enum', replace('order-1001,created', 'order-1001,lost')],
    ['a value against the pattern', 'v14-cell-pattern', replace('standard,SE', 'standard,Sweden')],
    ['a text that is too long', 'v14-cell-max-length', replace('order-1001', 'x'.repeat(61))],
    ['a repeated key', 'v15-value-repeated', replace('PCL-0000BBBB', 'PCL-0000AAAA')],
    ['a row count one too high', 'v18-row-count', replace('TRAILER,5', 'TRAILER,6')],
    ['a row count one too low', 'v18-row-count', replace('TRAILER,5', 'TRAILER,4')],
    ['a control sum a cent too high', 'v18-control-total', replace('51.70', '51.71')],
    ['a control sum a cent too low', 'v18-control-total', replace('51.70', '51.69')],
    ['a control sum without its second decimal', 'v18-control-total', replace('51.70', '51.7')],
    ['a control sum of another column', 'v18-control-total', replace('11870', '11871')],
    ['the trailer missing', 'v20-trailer-missing', replace(/TRAILER.*\n/, '')],
    ['cut off in the trailer', 'v20-trailer-missing', (text) => text.slice(0, text.indexOf('TRAILER'))],
    ['header only', 'v20-trailer-missing', (text) => text.slice(0, text.indexOf('\n') + 1)],
    ['two trailers', 'v20-trailer-repeated', (text) => text + text.slice(text.indexOf('TRAILER'))],
    ['a formula', 'v23-formula', replace('order-1001', '=HYPERLINK(1)')],
  ];

  test.each(mutations)('with %s breaks the one rule %s', async (_what, code, edit) => {
    const { findings } = await manifest(edit);
    expect(findings.map((finding) => finding.code)).toEqual([code]);
    expect(findings[0]?.where.source).toBe('contracts/files/manifest/1.0.0/datapackage.json');
  });

  test.each([
    ['manifest.csv'],
    ['manifest-20260230.csv'],
    ['manifest-20260302.csv.part'],
    ['../manifest-20260302.csv'],
  ])('under the name %s breaks the rule of names', async (name) => {
    const { findings } = await manifest((text) => text, name);
    expect(findings.map(({ code }) => code)).toEqual(['v01-file-name']);
  });

  test('has a finding with file, line, column, value and the line of the contract', async () => {
    const { findings } = await manifest(replace(',480,', ',31501,').bind(undefined));
    expect(findings).toContainEqual({
      code: 'v14-cell-maximum',
      severity: 'error',
      message: 'manifest-20260302.csv:3:weightGrams: it does not keep to maximum 31500',
      expected: 31500,
      actual: '31501',
      instancePointer: '/3/weightGrams',
      where: {
        source: 'contracts/files/manifest/1.0.0/datapackage.json',
        pointer: '/resources/0/schema/fields/5/constraints/maximum',
        line: expect.any(Number),
        column: expect.any(Number),
      },
    });
  });

  test('keeps an id of twenty digits exact', async () => {
    const { findings } = await manifest(replace(',1250,', ',12345678901234567890,'));
    expect(findings.map(({ code, actual }) => ({ code, actual }))).toEqual([
      { code: 'v14-cell-maximum', actual: '12345678901234567890' },
      { code: 'v18-control-total', actual: '11870' },
    ]);
  });

  test('of many bad rows is told by the first thousand and their number', async () => {
    const rows = Array.from(
      { length: 1200 },
      (_, index) => `PCL-${String(index).padStart(8, '0')},,lost,standard,SE,1,1.00,2026-03-02`,
    );
    const { findings, measures } = await manifest(
      (text) => `${text.split('\n', 1)[0]}\n${rows.join('\n')}\nTRAILER,1200,1200,1200.00\n`,
    );
    expect(findings).toHaveLength(1000);
    expect(measures).toContainEqual({ name: 'findings', value: 1200, unit: 'count' });
  });

  test('shows no secret that a cell holds', async () => {
    const { findings } = await manifest(replace('order-1001', '=whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'));
    expect(findings[0]?.code).toBe('v23-formula');
    expect(JSON.stringify(findings)).not.toContain('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  });
});

describe('the settlement, XML with an XSD', () => {
  const SETTLEMENT = 'settlement-20260331.xml';
  const settlement = (edit: (text: string) => string) =>
    verify('settlement', SETTLEMENT, (good) => edit(good.toString('utf8')));

  test('passes as it is', async () => {
    expect((await settlement((text) => text)).findings).toEqual([]);
  });

  test('with an element that the schema does not know is a finding on its line', async () => {
    const { findings } = await settlement((text) => text.replace(/<\/(\w+)>\s*$/, '<surprise/></$1>\n'));
    expect(findings).toMatchObject([
      {
        code: 'v22-xml-mismatch',
        message: expect.stringContaining('surprise'),
        where: { source: 'contracts/files/settlement/1.0.0/settlement.xsd' },
      },
    ]);
  });

  test('that is cut off is a finding', async () => {
    const { findings } = await settlement((text) => text.slice(0, text.length / 2));
    expect(findings[0]?.code).toBe('v22-xml-malformed');
  });

  test('with a DOCTYPE is refused before it is parsed: no entity is read or expanded', async () => {
    const bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
    const { findings } = await settlement((text) => text.replace(/(<\?xml[^>]*>\s*)?/, (head) => `${head}${bomb}\n`));
    expect(findings.map(({ code }) => code)).toEqual(['v22-doctype']);
  });
});

describe('the tariff, JSON with a JSON Schema', () => {
  const TARIFF = 'tariff-20260101.json';
  const tariff = (edit: (text: string) => string) => verify('tariff', TARIFF, (good) => edit(good.toString('utf8')));

  test('passes as it is', async () => {
    expect((await tariff((text) => text)).findings).toEqual([]);
  });

  test('with a value against its schema is a finding on the line of the schema', async () => {
    const { findings } = await tariff((text) => text.replace('"EUR"', '"SEK"'));
    expect(findings).toMatchObject([
      {
        code: 'v12-value-mismatch',
        expected: 'EUR',
        actual: 'SEK',
        instancePointer: '/currency',
        where: { source: 'contracts/files/tariff/1.0.0/tariff.schema.json', line: 11 },
      },
    ]);
  });

  test('with a key that comes twice is a finding, though JSON.parse takes the last', async () => {
    const { findings } = await tariff((text) =>
      text.replace('"currency": "EUR"', '"currency": "EUR", "currency": "EUR"'),
    );
    expect(findings).toMatchObject([{ code: 'v21-json-duplicate-key', instancePointer: '/currency' }]);
  });

  test('with an integer beyond 2^53 is a finding, though JSON.parse rounds it', async () => {
    const { findings } = await tariff((text) =>
      text.replace(/"expressFactor": [\d.]+/, '"expressFactor": 9007199254740993'),
    );
    expect(findings.map(({ code }) => code)).toEqual(['v21-json-integer-too-large', 'v12-value-mismatch']);
  });

  test.each([
    ['cut off', (text: string) => text.slice(0, -20)],
    ['nested a thousand deep', () => '['.repeat(1000) + ']'.repeat(1000)],
  ])('that is %s is a finding', async (_what, edit) => {
    const { findings } = await tariff(edit);
    expect(findings.map(({ code }) => code)).toEqual(['v21-json-malformed']);
  });
});
