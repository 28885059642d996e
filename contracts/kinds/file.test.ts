import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { valueAt } from '../json-pointer.ts';
import { locate } from '../locate.ts';
import type { ParsedContract } from '../model.ts';
import { file } from './file.ts';

const root = fileURLToPath(new URL('fixtures/file/', import.meta.url));
const read = (name: string): Promise<ParsedContract> => file.parse(name, { root });
const at = (source: string, pointer: string, line: number, column: number): object => ({
  source,
  pointer,
  line,
  column,
});

describe('a Data Package', () => {
  test('is read: its files in their formats', async () => {
    const { contract, findings } = await read('good/datapackage.json');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      kind: 'file',
      name: 'exchange',
      version: '1.2.0',
      title: 'Daily Exchange',
      specification: 'datapackage 2.0',
      source: 'good/datapackage.json',
    });
    expect(
      contract.files.map(({ id, format, schemaSource, examples, pointer, where }) => [
        id,
        format,
        schemaSource,
        examples,
        pointer,
        where.line,
      ]),
    ).toEqual([
      ['manifest', 'csv', undefined, ['good/manifest.csv'], '/resources/0', 7],
      ['tabs', 'csv', 'good/schemas/tabs.json', [], '/resources/1', 14],
      ['tariff', 'json', 'good/schemas/tariff.schema.json', [], '/resources/2', 15],
      ['inline', 'ndjson', undefined, [], '/resources/3', 16],
      ['settlement', 'xml', 'good/schemas/settlement.xsd', [], '/resources/4', 17],
    ]);
  });

  test('is read with what describes each file', async () => {
    const { contract } = await read('good/datapackage.json');
    const [manifest, tabs, tariff, inline, settlement] = contract.files.map((each) => each.description);
    expect(manifest).toMatchObject({ schema: { primaryKey: 'id' }, 'x-exchange': { completion: 'rename' } });
    expect(tabs).toMatchObject({
      schema: { fields: [{ name: 'a', type: 'date' }] },
      dialect: { delimiter: '\t', header: false },
    });
    expect(tariff).toMatchObject({ schema: { title: 'Tariff' }, 'x-exchange': { bom: 'forbid' } });
    expect(inline).toEqual({ schema: { type: 'object' } });
    expect(settlement).toEqual({});
  });

  test('holds its JSON Schemas, so that every reference leads into it and to its line', async () => {
    const { contract } = await read('good/datapackage.json');
    expect(valueAt(contract.document, '/resources/2/schema')).toEqual({
      $ref: '#/x-tally-files/schemas~1tariff.schema.json',
    });
    const properties = '/x-tally-files/schemas~1tariff.schema.json/properties';
    expect(valueAt(contract.document, `${properties}/zone/$ref`)).toBe(
      '#/x-tally-files/schemas~1tariff.schema.json/$defs/zone',
    );
    expect(valueAt(contract.document, `${properties}/price/$ref`)).toBe('#/x-tally-files/schemas~1price.schema.json');
    expect(valueAt(contract.document, '/x-tally-files/schemas~1price.schema.json')).toEqual({
      type: 'number',
      minimum: 0,
    });
    expect(locate(root, contract, '/x-tally-files/schemas~1price.schema.json/minimum')).toEqual(
      at('good/schemas/price.schema.json', '/minimum', 1, 21),
    );
  });

  test('has another digest when a schema changes', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tally-file-'));
    await writeFile(
      path.join(folder, 'datapackage.json'),
      '{"name":"a","version":"1.0.0","resources":[{"name":"a","format":"xml","schema":"a.xsd"}]}',
    );
    const digests = [];
    for (const content of ['<a/>', '<b/>', '<a/>']) {
      await writeFile(path.join(folder, 'a.xsd'), content);
      digests.push((await file.parse('datapackage.json', { root: folder })).contract.digest);
    }
    await rm(folder, { recursive: true });
    expect(digests[0]).toBe(digests[2]);
    expect(digests[0]).not.toBe(digests[1]);
  });

  test('may be one file without a list', async () => {
    const { contract, findings } = await read('good/file.yaml');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({ name: 'single', files: [{ id: 'single', format: 'csv', pointer: '' }] });
  });
});

describe('a bare schema stands for its file', () => {
  test('as an XSD', async () => {
    const { contract, findings } = await read('good/schemas/settlement.xsd');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      name: 'settlement',
      specification: 'xsd 1.0',
      files: [{ id: 'settlement', format: 'xml', schemaSource: 'good/schemas/settlement.xsd' }],
    });
  });

  test('as a JSON Schema', async () => {
    const { contract, findings } = await read('good/schemas/tariff.schema.json');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      name: 'tariff',
      title: 'Tariff',
      specification: 'json-schema 2020-12',
      files: [{ id: 'tariff', format: 'json', description: { schema: { type: 'object' } } }],
    });
  });
});

describe('a Data Package that is wrong', () => {
  test('says everything that is wrong, with its line', async () => {
    const { contract, findings } = await read('wrong/datapackage.yaml');
    expect(findings.map(({ code, where, message }) => [code, where.line, message])).toEqual([
      ['file-description-invalid', 1, 'the document needs "version"'],
      ['file-key-unknown', 16, '"x-exchange" has no key "maxByte"'],
      ['file-description-invalid', 18, '"match" must match format "regex"'],
      ['file-description-invalid', 17, '"completion" must be one of rename, marker, manifest'],
      ['file-resource-repeated', 32, 'the name "escape" stands twice'],
      ['file-format-unknown', 4, 'the format "cvs" is not known'],
      ['file-example-missing', 8, 'the file "missing.csv" does not exist'],
      ['file-description-invalid', 11, 'item 1 of "fields" needs "type"'],
      [
        'file-description-invalid',
        12,
        '"type" must be one of any, array, boolean, date, datetime, duration, geojson, geopoint, integer, list, number, object, string, time, year, yearmonth',
      ],
      ['file-key-unknown', 13, '"constraints" has no key "minLenght"'],
      ['file-field-repeated', 12, 'the name "id" stands twice'],
      ['file-pattern-invalid', 13, 'the pattern ( is no regular expression'],
      ['file-field-unknown', 14, 'there is no field "ids"'],
      ['file-field-unknown', 18, 'there is no field "gram"'],
      ['file-schema-missing', 19, 'the resource "no-schema" has no schema'],
      ['file-schema-missing', 21, 'the resource "no-xsd" has no schema'],
      ['file-schema-missing', 25, 'the file "nowhere.schema.json" does not exist'],
      ['file-path-unsafe', 28, '"../good/schemas/settlement.xsd" leads out of the contract\'s folder'],
      ['file-path-unsafe', 31, '"https://host.example/schema.json" leads out of the contract\'s folder'],
      ['file-path-unsafe', 34, '"/etc/passwd" leads out of the contract\'s folder'],
    ]);
    expect(findings[1]).toEqual({
      code: 'file-key-unknown',
      severity: 'error',
      message: '"x-exchange" has no key "maxByte"',
      fix: 'did you mean "maxBytes"?',
      where: at('wrong/datapackage.yaml', '/resources/1/x-exchange/maxByte', 16, 7),
    });
    expect(contract.files.map((each) => each.id)).toEqual([
      'bad-table',
      'no-schema',
      'no-xsd',
      'missing-schema',
      'escape',
      'remote',
      'escape',
    ]);
  });

  test('reads no file behind a link that leads out of its folder', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tally-file-'));
    await symlink('/etc/hostname', path.join(folder, 'a.xsd'));
    await writeFile(
      path.join(folder, 'datapackage.json'),
      '{"name":"a","version":"1.0.0","resources":[{"name":"a","format":"xml","schema":"a.xsd"}]}',
    );
    const { findings } = await file.parse('datapackage.json', { root: folder });
    await rm(folder, { recursive: true });
    expect(findings).toMatchObject([{ code: 'file-schema-missing' }]);
  });

  test('has another digest when a file changes that its JSON Schema refers to', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'tally-file-'));
    const write = (name: string, content: object): Promise<void> =>
      writeFile(path.join(folder, name), JSON.stringify(content));
    const resources = [{ name: 'a', format: 'json', schema: 'a.schema.json' }];
    await write('datapackage.json', { name: 'a', version: '1.0.0', resources });
    await write('a.schema.json', { $ref: 'b.json' });
    const digests: string[] = [];
    for (const type of ['string', 'number', 'string']) {
      await write('b.json', { type });
      digests.push((await file.parse('datapackage.json', { root: folder })).contract.digest);
    }
    await rm(folder, { recursive: true });
    expect(digests[0]).toBe(digests[2]);
    expect(digests[0]).not.toBe(digests[1]);
  });
});
