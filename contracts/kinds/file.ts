import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Finding } from '../finding.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { kebabCase } from '../kebab-case.ts';
import { relativeTo } from '../load-document.ts';
import { locateIn } from '../locate.ts';
import type { Contract, FileDescription, Kind, ParsedContract, ParseOptions } from '../model.ts';
import { nearMiss } from '../near-miss.ts';
import { digestOf, readDocument } from '../read-document.ts';
import { embeddedSchema } from './file-embedded-schema.ts';
import { packageMistakes, tableMistakes, trailerMistakes } from './file-mistakes.ts';

/** File exchanges: Data Packages of CSV, JSON and XML files, or a bare JSON Schema or XSD. */
export const file: Kind = {
  id: 'file',
  summary: 'Data Packages (v2) of CSV, JSON and XML files, JSON Schemas and XSDs',
  recognises: (document, name) =>
    name.endsWith('.xsd') || (isObject(document) && (isPackage(document) || isJsonSchema(document, name))),
  parse,
};

function isPackage(document: JsonObject): boolean {
  return (
    Object.hasOwn(document, 'resources') ||
    Object.hasOwn(document, 'x-exchange') ||
    /datapackage/.test(textOf(document['$schema']) ?? '')
  );
}

function isJsonSchema(document: JsonObject, name: string): boolean {
  return /json-schema\.org/.test(textOf(document['$schema']) ?? '') || /\.schema\.(json|ya?ml)$/.test(name);
}

async function parse(name: string, options: ParseOptions): Promise<ParsedContract> {
  const reading = await open(path.resolve(options.root, name), options.root);
  reading.findings.push(...findingsOf(reading, await packageMistakes(reading.document)));
  const files: FileDescription[] = [];
  for (const resource of resourcesOf(reading)) files.push(...(await describe(reading, resource)));
  const title =
    textOf(reading.document['title']) ?? textOf(reading.document['name']) ?? path.basename(name).replace(/\..*$/, '');
  const contract: Contract = {
    kind: 'file',
    name: options.name ?? (kebabCase(textOf(reading.document['name']) ?? title) || 'files'),
    version: textOf(reading.document['version']) ?? '0.0.0',
    title,
    source: reading.source,
    digest: digestOf(reading.bytes),
    specification: reading.specification,
    operations: [],
    messages: [],
    interactions: [],
    files,
    securitySchemes: {},
    document: reading.document,
  };
  return { contract, findings: reading.findings };
}

interface Reading {
  readonly root: string;
  /** Absolute folder of the document. */
  readonly folder: string;
  readonly source: string;
  readonly specification: string;
  /** Schemas that sit in files of their own are put into it. */
  readonly document: Record<string, Json>;
  /** Of the document and of every schema. */
  readonly bytes: Uint8Array[];
  readonly findings: Finding[];
}

async function open(absolute: string, root: string): Promise<Reading> {
  const common = { root, folder: path.dirname(absolute), source: relativeTo(root, absolute), findings: [], bytes: [] };
  if (absolute.endsWith('.xsd')) return { ...common, specification: 'xsd 1.0', document: standIn(absolute, 'xml', {}) };
  const { document } = await readDocument(absolute, root);
  if (!isPackage(document) && isJsonSchema(document, absolute)) {
    return { ...common, specification: 'json-schema 2020-12', document: standIn(absolute, 'json', document) };
  }
  return { ...common, bytes: [await readFile(absolute)], specification: 'datapackage 2.0', document: { ...document } };
}

/** The Data Package that a bare schema would be part of. */
function standIn(absolute: string, format: 'json' | 'xml', schema: JsonObject): Record<string, Json> {
  const name = path.basename(absolute).replace(/(?:\.schema)?\.\w+$/, '');
  const title = textOf(schema['title']) ?? name;
  return {
    name,
    title,
    version: textOf(schema['version']) ?? '0.0.0',
    resources: [{ name, format, schema: path.basename(absolute) }],
  };
}

interface Resource {
  readonly value: Record<string, Json>;
  readonly pointer: string;
}

/** The resources, each as a copy that may be completed; a document without a list is one itself. */
function resourcesOf(reading: Reading): readonly Resource[] {
  const listed = reading.document['resources'];
  if (listed === undefined && 'format' in reading.document) return [{ value: reading.document, pointer: '' }];
  if (!Array.isArray(listed)) return [];
  const copies: readonly Json[] = listed.map((item: Json) => (isObject(item) ? { ...item } : item));
  reading.document['resources'] = copies;
  return copies.flatMap((value, index) =>
    isObject(value) ? [{ value, pointer: joinPointer('', 'resources', index) }] : [],
  );
}

const FORMATS: Readonly<Record<string, FileDescription['format']>> = {
  csv: 'csv',
  tsv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xml: 'xml',
};

async function describe(reading: Reading, resource: Resource): Promise<readonly FileDescription[]> {
  const given = formatGiven(resource.value);
  const format = FORMATS[given.toLowerCase()];
  if (format === undefined) {
    noteUnknownFormat(reading, resource, given);
    return [];
  }
  if (given.toLowerCase() === 'tsv')
    resource.value['dialect'] = {
      delimiter: '\t',
      ...(isObject(resource.value['dialect']) ? resource.value['dialect'] : {}),
    };
  const examples = await examplesOf(reading, resource);
  const common = {
    id: textOf(resource.value['name']) ?? '',
    format,
    examples,
    pointer: resource.pointer,
    where: locateIn(reading.root, reading.source, resource.pointer),
  };
  return [format === 'csv' ? await table(reading, resource, common) : await tree(reading, resource, common)];
}

/** `format`, else what the media type or an example's extension says. */
function formatGiven(resource: JsonObject): string {
  const { format, mediatype, path: paths } = resource;
  const first = Array.isArray(paths) ? textOf(paths[0]) : textOf(paths);
  return (
    textOf(format) ?? /\b(csv|json|xml)\b/.exec(textOf(mediatype) ?? '')?.[0] ?? path.extname(first ?? '').slice(1)
  );
}

function noteUnknownFormat(reading: Reading, resource: Resource, given: string): void {
  const known = Object.keys(FORMATS);
  const near = nearMiss(given, known);
  note(reading, joinPointer(resource.pointer, 'format'), {
    code: 'file-format-unknown',
    message: given === '' ? 'the resource does not say its format' : `the format "${given}" is not known`,
    fix: near === undefined ? `use one of ${known.join(', ')}` : `did you mean "${near}"?`,
    expected: known,
    actual: given,
  });
}

type Common = Omit<FileDescription, 'description'>;

/** CSV: Table Schema and dialect, put in place where they sit in files of their own. */
async function table(reading: Reading, resource: Resource, common: Common): Promise<FileDescription> {
  const sources: string[] = [];
  for (const name of ['schema', 'dialect']) {
    const reference = textOf(resource.value[name]);
    const read = reference === undefined ? undefined : await referredDocument(reading, resource, name, reference);
    if (read === undefined) continue;
    resource.value[name] = read.document;
    if (name === 'schema') sources.push(read.source);
  }
  const { schema } = resource.value;
  const where = sources[0] ?? reading.source;
  const base = sources.length > 0 ? '' : joinPointer(resource.pointer, 'schema');
  if (schema === undefined)
    note(reading, resource.pointer, {
      code: 'file-schema-missing',
      message: `the resource "${common.id}" has no schema`,
      fix: 'add "schema" with its fields',
    });
  else if (isObject(schema)) {
    reading.findings.push(...findingsOf({ ...reading, source: where }, await tableMistakes(schema), base));
    reading.findings.push(...findingsOf(reading, trailerMistakes(resource.value, schema), resource.pointer));
  }
  return { ...common, description: resource.value, ...(sources[0] === undefined ? {} : { schemaSource: sources[0] }) };
}

/** JSON and XML: the schema sits in a file of its own; a JSON Schema may stand in the resource, too. */
async function tree(reading: Reading, resource: Resource, common: Common): Promise<FileDescription> {
  const { schema } = resource.value;
  const exchange = resource.value['x-exchange'] === undefined ? {} : { 'x-exchange': resource.value['x-exchange'] };
  if (common.format !== 'xml' && isObject(schema)) return { ...common, description: { schema, ...exchange } };
  const reference = textOf(schema);
  if (reference === undefined) {
    const wanted = common.format === 'xml' ? 'the path of its XSD' : 'a JSON Schema or its path';
    note(reading, joinPointer(resource.pointer, 'schema'), {
      code: 'file-schema-missing',
      message: `the resource "${common.id}" has no schema`,
      fix: `add "schema" with ${wanted}`,
    });
    return { ...common, description: exchange };
  }
  const source = await referredFile(reading, joinPointer(resource.pointer, 'schema'), 'file-schema-missing', reference);
  if (source === undefined) return { ...common, description: exchange };
  if (common.format === 'xml') return { ...common, schemaSource: source, description: exchange };
  const embedded = await embeddedSchema(reading, resource, reference);
  return { ...common, schemaSource: source, description: { schema: embedded, ...exchange } };
}

async function referredDocument(
  reading: Reading,
  resource: Resource,
  name: string,
  reference: string,
): Promise<{ readonly document: JsonObject; readonly source: string } | undefined> {
  const source = await referredFile(reading, joinPointer(resource.pointer, name), `file-${name}-missing`, reference);
  if (source === undefined) return undefined;
  const { document } = await readDocument(path.resolve(reading.root, source), reading.root);
  return { document, source };
}

/** A file beside the document, relative to the root; undefined, and a finding, where there is none. */
async function referredFile(
  reading: Reading,
  pointer: string,
  code: string,
  reference: string,
): Promise<string | undefined> {
  if (!isSafe(reference)) {
    note(reading, pointer, {
      code: 'file-path-unsafe',
      message: `"${reference}" leads out of the contract's folder`,
      fix: 'give a path below the folder of the document; nothing is fetched, and no parent folder is read (Data Package v2, "path or URL")',
      actual: reference,
    });
    return undefined;
  }
  const absolute = path.resolve(reading.folder, reference);
  const bytes = await readBelow(absolute, reading.folder);
  if (bytes === undefined) {
    note(reading, pointer, {
      code,
      message: `the file "${reference}" does not exist`,
      fix: 'correct the path; it is relative to the document',
      actual: reference,
    });
    return undefined;
  }
  reading.bytes.push(bytes);
  return relativeTo(reading.root, absolute);
}

/** A link may lead out of a folder that the path itself stays in. */
async function readBelow(absolute: string, folder: string): Promise<Buffer | undefined> {
  try {
    const [real, realFolder] = await Promise.all([realpath(absolute), realpath(folder)]);
    return real.startsWith(realFolder + path.sep) ? await readFile(real) : undefined;
  } catch {
    return undefined;
  }
}

function isSafe(reference: string): boolean {
  return (
    reference !== '' && !/^[a-z][a-z\d+.-]*:|^[/\\~]|\0/i.test(reference) && !reference.split(/[/\\]/).includes('..')
  );
}

/** `path` names the files that the package ships: here, examples. */
async function examplesOf(reading: Reading, resource: Resource): Promise<readonly string[]> {
  const { path: paths, examples } = resource.value;
  const named = [
    ...(Array.isArray(paths)
      ? paths.map((each: Json, index) => ({ each, keys: ['path', index] }))
      : [{ each: paths, keys: ['path'] }]),
    ...(Array.isArray(examples) ? examples.map((each: Json, index) => ({ each, keys: ['examples', index] })) : []),
  ];
  const found: string[] = [];
  for (const { each, keys } of named) {
    const reference = textOf(each);
    const source =
      reference === undefined
        ? undefined
        : await referredFile(reading, joinPointer(resource.pointer, ...keys), 'file-example-missing', reference);
    if (source !== undefined) found.push(source);
  }
  return found;
}

function findingsOf(
  reading: Pick<Reading, 'root' | 'source'>,
  mistakes: readonly Mistake[],
  base = '',
): readonly Finding[] {
  return mistakes.map(({ path: keys, why, fix, code }) => ({
    code,
    severity: 'error',
    message: why,
    fix,
    where: locateIn(reading.root, reading.source, joinPointer(base, ...keys)),
  }));
}

type Mistake = Awaited<ReturnType<typeof packageMistakes>>[number];

type Note = Pick<Finding, 'code' | 'message' | 'fix' | 'expected' | 'actual'>;

function note(reading: Reading, pointer: string, finding: Note): void {
  reading.findings.push({ severity: 'error', ...finding, where: locateIn(reading.root, reading.source, pointer) });
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
