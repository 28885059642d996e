import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { diffFiles } from './diff-files.ts';
import { fileCodes } from './file-codes.ts';
import type { DiffSide } from './diff-side.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { file } from './kinds/file.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const FIELDS = [
  { name: 'id', type: 'string', constraints: { required: true, unique: true, pattern: '^P' } },
  { name: 'status', type: 'string', constraints: { enum: ['created', 'delivered'] } },
  { name: 'grams', type: 'integer', constraints: { minimum: 1, maximum: 31500 } },
  { name: 'day', type: 'date', format: '%Y-%m-%d' },
  { name: 'note', type: 'string', constraints: { minLength: 1, maxLength: 60 } },
];
const TRAILER = { match: '^TRAILER,', rowCountField: 2, sums: [{ field: 3, column: 'grams' }] };
const EXCHANGE = {
  naming: 'manifest-{date}.csv',
  maxBytes: 1000,
  trailer: TRAILER,
  completion: 'rename',
  lineEnding: 'lf',
};
const RESOURCE = {
  name: 'manifest',
  format: 'csv',
  schema: { fields: FIELDS, primaryKey: ['id'], fieldsMatch: 'exact', missingValues: ['', '-'] },
  'x-exchange': EXCHANGE,
};

type Parts = Readonly<Record<string, unknown>>;

/** The resource with some members of it, of its schema and of its exchange replaced; undefined takes one out. */
function resource({ schema = {}, exchange = {}, ...own }: { schema?: Parts; exchange?: Parts } & Parts = {}): Parts {
  return { ...RESOURCE, ...own, schema: { ...RESOURCE.schema, ...schema }, 'x-exchange': { ...EXCHANGE, ...exchange } };
}

/** The schema with one field replaced. */
function field(index: number, change: Parts): { schema: Parts } {
  return { schema: { fields: FIELDS.map((each, at) => (at === index ? { ...each, ...change } : each)) } };
}

const constraints = (index: number, change: Parts) =>
  field(index, { constraints: { ...FIELDS[index]?.constraints, ...change } });

async function side(files: Parts): Promise<DiffSide> {
  const root = await folderWith(files);
  folders.push(root);
  return { contract: (await file.parse('datapackage.json', { root })).contract, root };
}

const packageOf = async (...resources: readonly Parts[]): Promise<DiffSide> =>
  side({ 'datapackage.json': { name: 'manifest', version: '1.0.0', resources } });

async function diff(base: Parts, revision: Parts): Promise<readonly Change[]> {
  return diffFiles(await packageOf(base), await packageOf(revision));
}

const said = (changes: readonly Change[]) => changes.map(({ code, message }) => `${code}: ${message}`);
const severities = (changes: readonly Change[]) => changes.map(({ severity }) => severity);

const incoming = (each: Parts): Parts => ({
  ...each,
  'x-exchange': { ...EXCHANGE, ...(each['x-exchange'] as Parts), direction: 'incoming' },
});

describe('a table', () => {
  test.each([
    ['itself', {}],
    ['defaults that are written out', { encoding: 'UTF-8', dialect: { delimiter: ',', quoteChar: '"', header: true } }],
    ['other titles and examples', field(1, { title: 'Status', description: 'How far', example: 'created' })],
    ['another order of values and keys', { schema: { missingValues: ['-', ''], primaryKey: 'id' } }],
  ])('is the same as %s', async (_, parts) => {
    expect(await diff(resource(), resource(parts))).toEqual([]);
  });

  /** Each with the severity where the partner reads the file and where it writes it, and both for the way back. */
  test.each<[string, Parts, string, string, string]>([
    [
      'a column type',
      field(2, { type: 'number' }),
      'file-column-type-changed: column grams: the type changed from integer to number',
      'error info',
      'info error',
    ],
    [
      'a column type to text',
      field(3, { type: 'string', format: undefined }),
      'file-column-type-changed: column day: the type changed from date to string',
      'error info',
      'info error',
    ],
    [
      'an unrelated type',
      field(3, { type: 'boolean', format: undefined }),
      'file-column-type-changed: column day: the type changed from date to boolean',
      'error error',
      'error error',
    ],
    [
      'a format',
      field(3, { format: '%d.%m.%Y' }),
      'file-column-format-changed: column day: the format changed from "%Y-%m-%d" to "%d.%m.%Y"',
      'error error',
      'error error',
    ],
    [
      'the decimal character',
      field(2, { decimalChar: ',' }),
      'file-column-format-changed: column grams: the decimal character changed from . to ","',
      'error error',
      'error error',
    ],
    [
      'a value',
      constraints(1, { enum: ['created', 'delivered', 'lost'] }),
      'file-column-constraint-changed: column status: the value lost was added',
      'error info',
      'info error',
    ],
    [
      'an enum',
      constraints(1, { enum: undefined }),
      'file-column-constraint-changed: column status: any value may stand where only created, delivered could',
      'error info',
      'info error',
    ],
    [
      'a requirement',
      constraints(1, { required: true }),
      'file-column-constraint-changed: column status: required changed from false to true',
      'info error',
      'error info',
    ],
    [
      'uniqueness',
      constraints(0, { unique: false }),
      'file-column-constraint-changed: column id: unique changed from true to false',
      'error info',
      'info error',
    ],
    [
      'a pattern',
      constraints(0, { pattern: '^Q' }),
      'file-column-constraint-changed: column id: the pattern changed from "^P" to "^Q"',
      'warning warning',
      'warning warning',
    ],
    [
      'a pattern, dropped',
      constraints(0, { pattern: undefined }),
      'file-column-constraint-changed: column id: the pattern was "^P", and nothing is said any more',
      'error info',
      'info error',
    ],
    [
      'a minimum',
      constraints(2, { minimum: 0 }),
      'file-column-constraint-changed: column grams: the least value changed from 1 to 0',
      'error info',
      'info error',
    ],
    [
      'an exclusive minimum',
      constraints(2, { minimum: undefined, exclusiveMinimum: 1 }),
      'file-column-constraint-changed: column grams: the least value changed from 1 to 1 (itself not)',
      'info error',
      'error info',
    ],
    [
      'a maximum, dropped',
      constraints(2, { maximum: undefined }),
      'file-column-constraint-changed: column grams: the greatest value changed from 31500 to none',
      'error info',
      'info error',
    ],
    [
      'a greatest length',
      constraints(4, { maxLength: 40 }),
      'file-column-constraint-changed: column note: the greatest length changed from 60 to 40',
      'info error',
      'error info',
    ],
    [
      'a least length',
      constraints(4, { minLength: 0 }),
      'file-column-constraint-changed: column note: the least length changed from 1 to 0',
      'error info',
      'info error',
    ],
    [
      'the primary key',
      { schema: { primaryKey: undefined } },
      'file-key-changed: the primary key id was removed',
      'error info',
      'info error',
    ],
    [
      'a foreign key',
      { schema: { foreignKeys: [{ fields: ['id'], reference: { resource: 'parcels', fields: ['id'] } }] } },
      'file-key-changed: the foreign key id to parcels id was added',
      'info error',
      'error info',
    ],
    [
      'a missing value',
      { schema: { missingValues: [''] } },
      'file-missing-values-changed: the cell "-" that means no value was removed',
      'info error',
      'error info',
    ],
    [
      'how columns match',
      { schema: { fieldsMatch: 'subset' } },
      'file-columns-match-changed: how the columns must match the fields changed from exact to subset',
      'error info',
      'info error',
    ],
    [
      'the delimiter',
      { dialect: { delimiter: ';' } },
      'file-dialect-changed: the delimiter changed from "," to ";"',
      'error error',
      'error error',
    ],
    [
      'the header',
      { dialect: { header: false } },
      'file-header-changed: the file has no header any more',
      'error error',
      'error error',
    ],
    [
      'comments',
      { dialect: { commentChar: '#' } },
      'file-dialect-changed: the comment character was set to "#"',
      'error info',
      'info error',
    ],
    [
      'the end of a line',
      { dialect: { lineTerminator: '\n' } },
      'file-dialect-changed: the end of a line was set to "\\n"',
      'warning warning',
      'warning warning',
    ],
    [
      'rows of comments',
      { dialect: { commentRows: [1] } },
      'file-dialect-changed: which rows are comments was set to [1]',
      'error error',
      'error error',
    ],
    [
      'the categories of a column',
      field(1, { categories: [{ value: 'created', label: 'Created' }, 'delivered'] }),
      'file-column-constraint-changed: column status: only the values created, delivered are left',
      'info error',
      'error info',
    ],
    [
      'the encoding',
      { encoding: 'iso-8859-1' },
      'file-encoding-changed: the encoding changed from utf-8 to iso-8859-1',
      'error error',
      'error error',
    ],
    [
      'a narrower encoding',
      { encoding: 'ascii' },
      'file-encoding-changed: the encoding changed from utf-8 to ascii',
      'info error',
      'error info',
    ],
    [
      'the name',
      { exchange: { naming: 'm-{date}.csv' } },
      'file-naming-changed: the name of the file changed from manifest-{date}.csv to m-{date}.csv',
      'error error',
      'error error',
    ],
    [
      'the greatest size',
      { exchange: { maxBytes: 2000 } },
      'file-limit-changed: the greatest size in bytes changed from 1000 to 2000',
      'error info',
      'info error',
    ],
    [
      'a limit of rows',
      { exchange: { maxRows: 10 } },
      'file-limit-changed: the greatest number of rows was set to 10',
      'info error',
      'error info',
    ],
    [
      'the line ending',
      { exchange: { lineEnding: 'crlf' } },
      'file-line-ending-changed: the line ending changed from lf to crlf',
      'error error',
      'error error',
    ],
    [
      'any line ending',
      { exchange: { lineEnding: undefined } },
      'file-line-ending-changed: the line ending changed from lf to any',
      'error info',
      'info error',
    ],
    [
      'the byte order mark',
      { exchange: { bom: 'forbid' } },
      'file-bom-changed: the byte order mark changed from allow to forbid',
      'info error',
      'error info',
    ],
    [
      'the completion',
      { exchange: { completion: 'marker' } },
      'file-completion-changed: what says that the file is whole changed from rename to marker',
      'error error',
      'error error',
    ],
    [
      'no trailer',
      { exchange: { trailer: undefined } },
      'file-trailer-changed: the file has no trailer any more',
      'error error',
      'error error',
    ],
    [
      'the look of the trailer',
      { exchange: { trailer: { ...TRAILER, match: '^END' } } },
      'file-trailer-changed: what the trailer looks like changed from "^TRAILER," to "^END"',
      'error error',
      'error error',
    ],
    [
      'a control sum',
      { exchange: { trailer: { ...TRAILER, sums: [] } } },
      'file-trailer-changed: the control sum of grams left the trailer',
      'error info',
      'info error',
    ],
    [
      'the place of a control sum',
      { exchange: { trailer: { ...TRAILER, sums: [{ field: 4, column: 'grams' }] } } },
      'file-trailer-changed: the control sum of grams changed',
      'error error',
      'error error',
    ],
    [
      'a manifest',
      { exchange: { manifest: { path: 'sums.txt' } } },
      'file-manifest-changed: the manifest was set to sums.txt',
      'info error',
      'error info',
    ],
    [
      'a rule',
      { exchange: { crossRow: ['sum(grams) > 0'] } },
      'file-rule-changed: the rule sum(grams) > 0 was added',
      'info error',
      'error info',
    ],
    [
      'what is a duplicate',
      { exchange: { duplicateBy: ['name'] } },
      'file-duplicates-changed: what makes a file the same as one before was set to ["name"]',
      'warning warning',
      'warning warning',
    ],
  ])('is judged by who reads and who writes: %s', async (_, parts, sentence, there, back) => {
    const [before, after] = [resource(), resource(parts)];
    const changes = await diff(before, after);
    expect(said(changes)).toEqual([sentence]);
    expect([...severities(changes), ...severities(await diff(incoming(before), incoming(after)))].join(' ')).toBe(
      there,
    );
    expect(
      [...severities(await diff(after, before)), ...severities(await diff(incoming(after), incoming(before)))].join(
        ' ',
      ),
    ).toBe(back);
  });

  test('says of a change on which lines it is, in both documents', async () => {
    const changes = await diff(resource(), resource(constraints(1, { enum: ['created'] })));
    const where = { source: 'datapackage.json', pointer: '/resources/0/schema/fields/1/constraints/enum/1' };
    expect(changes).toEqual([
      {
        code: 'file-column-constraint-changed',
        severity: 'info',
        message: 'column status: the value delivered was removed',
        expected: 'delivered',
        direction: 'response',
        operation: 'manifest.csv',
        where: { ...where, line: 25, column: 17 },
        base: { ...where, line: 25, column: 17 },
      },
    ]);
  });

  test('has its lines in the schema’s own file where it has one', async () => {
    const at = async (fields: readonly object[]) =>
      side({
        'datapackage.json': { name: 'm', version: '1.0.0', resources: [{ ...RESOURCE, schema: 'table.json' }] },
        'table.json': { fields },
      });
    const place = { source: 'table.json', pointer: '/fields/4', line: 35, column: 5 };
    expect(diffFiles(await at(FIELDS), await at(FIELDS.slice(0, 4)))).toEqual([
      {
        code: 'file-column-removed',
        severity: 'error',
        message: 'the column note was removed',
        fix: 'keep the column, or make this a new major version',
        direction: 'response',
        operation: 'manifest.csv',
        where: place,
        base: place,
      },
    ]);
  });
});

describe('the columns of a table', () => {
  const more = { schema: { fields: [...FIELDS, { name: 'extra', type: 'string' }] } };
  const less = { schema: { fields: FIELDS.slice(0, 4) } };

  test.each<[string, string, { schema: Parts }, string, string]>([
    ['one more', 'exact', more, 'file-column-added', 'error error'],
    ['one more', 'equal', more, 'file-column-added', 'error error'],
    ['one more', 'subset', more, 'file-column-added', 'info error'],
    ['one more', 'superset', more, 'file-column-added', 'error info'],
    ['one more', 'partial', more, 'file-column-added', 'info info'],
    ['one less', 'exact', less, 'file-column-removed', 'error error'],
    ['one less', 'subset', less, 'file-column-removed', 'error info'],
    ['one less', 'superset', less, 'file-column-removed', 'warning error'],
    ['one less', 'partial', less, 'file-column-removed', 'warning info'],
    ['another order', 'exact', { schema: { fields: FIELDS.toReversed() } }, 'file-column-order-changed', 'error error'],
    ['another name', 'equal', field(4, { name: 'remark' }), 'file-column-renamed', 'error error'],
  ])('%s, when they match as "%s"', async (_, fieldsMatch, { schema }, code, expected) => {
    const [before, after] = [resource({ schema: { fieldsMatch } }), resource({ schema: { ...schema, fieldsMatch } })];
    const changes = await diff(before, after);
    expect(changes.map((each) => each.code)).toEqual([code]);
    expect([...severities(changes), ...severities(await diff(incoming(before), incoming(after)))].join(' ')).toBe(
      expected,
    );
  });

  test('may be in another order where their names tell them', async () => {
    const schema = { fieldsMatch: 'equal' };
    const changes = await diff(resource({ schema }), resource({ schema: { ...schema, fields: FIELDS.toReversed() } }));
    expect(severities(changes)).toEqual(['error']);
    const turned = await diff(
      incoming(resource({ schema })),
      incoming(resource({ schema: { ...schema, fields: FIELDS.toReversed() } })),
    );
    expect(severities(turned)).toEqual(['info']);
  });

  test('an optional column that a writer may leave out, and a required one that it may not', async () => {
    const schema = { fieldsMatch: 'superset' };
    const required = { name: 'extra', type: 'string', constraints: { required: true } };
    const changes = await diff(
      incoming(resource({ schema })),
      incoming(resource({ schema: { ...schema, fields: [...FIELDS, required] } })),
    );
    expect(severities(changes)).toEqual(['error']);
  });

  test('have no names where there is no header', async () => {
    const dialect = { header: false };
    const changes = await diff(resource({ dialect }), resource({ dialect, ...field(4, { name: 'remark' }) }));
    expect(changes).toMatchObject([
      { code: 'file-column-renamed', severity: 'info', expected: 'note', actual: 'remark' },
    ]);
  });
});

describe('the files of an exchange', () => {
  const tariff = { name: 'tariff', format: 'json', schema: { type: 'object' }, 'x-exchange': { naming: 't.json' } };

  test('a removed one breaks, an added one does not', async () => {
    const [one, two] = [await packageOf(RESOURCE), await packageOf(RESOURCE, tariff)];
    const place = { source: 'datapackage.json', pointer: '/resources/1', line: 77, column: 5 };
    expect(diffFiles(two, one)).toEqual([
      {
        code: 'file-removed',
        severity: 'error',
        message: 'the file tariff was removed',
        fix: 'keep it, or make this a new major version',
        direction: 'response',
        operation: 'tariff.json',
        where: place,
        base: place,
      },
    ]);
    expect(diffFiles(one, two)).toEqual([
      {
        code: 'file-added',
        severity: 'info',
        message: 'the file tariff was added',
        direction: 'response',
        operation: 'tariff.json',
        where: place,
        revision: place,
      },
    ]);
  });

  test('one that partners may have to write is a warning', async () => {
    const written = { ...tariff, 'x-exchange': { direction: 'incoming' } };
    expect(diffFiles(await packageOf(RESOURCE), await packageOf(RESOURCE, written))).toMatchObject([
      {
        code: 'file-added',
        severity: 'warning',
        message: 'the file tariff was added; partners may have to write it',
        direction: 'request',
      },
    ]);
  });

  test('one is known by the name of its files when the document calls it otherwise', async () => {
    expect(await diff(resource(), resource({ name: 'daily' }))).toEqual([]);
  });

  test('one that the other side writes breaks', async () => {
    expect(await diff(resource(), incoming(resource()))).toMatchObject([
      {
        code: 'file-direction-changed',
        severity: 'error',
        direction: 'both',
        expected: 'outgoing',
        actual: 'incoming',
      },
    ]);
  });

  test('one in another format breaks', async () => {
    const json = { name: 'manifest', format: 'json', schema: { type: 'object' } };
    expect(await diff({ ...json, 'x-exchange': {} }, { ...json, format: 'ndjson', 'x-exchange': {} })).toMatchObject([
      { code: 'file-format-changed', severity: 'error', message: 'the format changed from json to ndjson' },
    ]);
  });

  test('of JSON are compared by their schemas', async () => {
    const of = async (properties: object) =>
      side({
        'datapackage.json': {
          name: 't',
          version: '1.0.0',
          resources: [{ name: 'tariff', format: 'json', schema: 't.schema.json' }],
        },
        't.schema.json': { type: 'object', required: Object.keys(properties), properties },
      });
    const [two, one] = [
      await of({ a: { type: 'string' }, b: { type: 'string' } }),
      await of({ a: { type: 'string' } }),
    ];
    expect(diffFiles(two, two)).toEqual([]);
    const changes = diffFiles(two, one);
    expect(severities(changes)).toContain('error');
    expect(changes.every(({ direction, operation }) => direction === 'response' && operation === 'tariff.json')).toBe(
      true,
    );
    expect(changes[0]?.base?.source ?? changes[0]?.where.source).toBe('t.schema.json');
  });
});

test('every code says what it stands for', () => {
  const codes = fileCodes.map(({ code }) => code);
  expect(codes).toEqual(codes.toSorted());
  for (const { summary } of fileCodes) expect(summary).toMatch(/^[A-Z].*[^.]$/);
});
