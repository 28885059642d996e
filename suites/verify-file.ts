import {
  isObject,
  locate,
  locateIn,
  type Finding,
  type JsonObject,
  type Measure,
  type RunContext,
} from '../contracts/index.ts';
import {
  listOf,
  objectOf,
  textOf,
  type Field,
  type FileDeparture,
  type FileRule,
  type FileSubject,
  type PlacedDeparture,
  type ReceivedFile,
  type TableSubject,
} from './file-rule.ts';
import { byteRules, tableRules } from './file-rules/index.ts';
import { matchPattern } from './match-pattern.ts';
import { readTable, type Table } from './read-table.ts';
import { verifyJsonText } from './verify-json-text.ts';
import { verifyXmlText } from './verify-xml-text.ts';

/** What became of a file: its findings, at most 1,000, and how many there were. */
export interface FileVerdict {
  readonly findings: readonly Finding[];
  readonly measures: readonly Measure[];
}

/** A file of a million bad rows is told by its first thousand and their number. */
const MAX_FINDINGS = 1000;

/**
 * Holds a file against its contract: name, size and bytes first; then, where these can be read at all, the rows of a CSV,
 * the values of a JSON or NDJSON document, the tree of an XML document.
 */
export async function verifyFile(
  context: Pick<RunContext, 'workspace' | 'redactor'>,
  received: ReceivedFile,
): Promise<FileVerdict> {
  const { departures, rows } = await departuresOf(context.workspace.root, received);
  const findings = departures.slice(0, MAX_FINDINGS).map((departure) => findingOf(context, received, departure));
  const count = { name: 'findings', value: departures.length, unit: 'count' };
  const size = { name: 'file-size', value: received.bytes.length, unit: 'bytes' };
  return {
    findings,
    measures: [size, ...(rows === undefined ? [] : [{ name: 'rows', value: rows, unit: 'count' }]), count],
  };
}

interface Departures {
  readonly departures: readonly PlacedDeparture[];
  readonly rows?: number;
}

async function departuresOf(root: string, received: ReceivedFile): Promise<Departures> {
  const subject: FileSubject = { ...received, exchange: objectOf(received.file.description['x-exchange']) };
  const bytes = await runRules(byteRules, subject);
  if (bytes.stopped) return bytes;
  const text = new TextDecoder().decode(received.bytes);
  const inner = await contentOf(root, subject, text);
  return { ...inner, departures: [...bytes.departures, ...inner.departures] };
}

async function contentOf(root: string, subject: FileSubject, text: string): Promise<Departures> {
  switch (subject.file.format) {
    case 'csv':
      return await verifyTable(subject, text);
    case 'xml':
      return { departures: await verifyXmlText(root, subject, text) };
    default:
      return { departures: verifyJsonText(subject, text) };
  }
}

async function runRules<Subject>(
  rules: readonly FileRule<Subject>[],
  subject: Subject,
): Promise<Departures & { readonly stopped: boolean }> {
  const departures: FileDeparture[] = [];
  for (const rule of rules) {
    const found = await rule.run(subject);
    departures.push(...found);
    if (rule.stops && found.length > 0) return { departures, stopped: true };
  }
  return { departures, stopped: false };
}

async function verifyTable(subject: FileSubject, text: string): Promise<Departures> {
  const table = await readTable(text, subject.file, matchPattern);
  const pointer = `${subject.file.pointer}/dialect`;
  if ('why' in table) {
    return {
      departures: [{ code: 'v09-quote', message: `its quotes do not close: ${table.why}`, line: table.line, pointer }],
    };
  }
  const other = otherDelimiter(subject, table);
  if (other !== undefined) {
    const message = `its cells are separated by ${JSON.stringify(other)}, not by ${JSON.stringify(table.delimiter)}`;
    return {
      departures: [{ code: 'v09-delimiter', message, expected: table.delimiter, actual: other, line: 1, pointer }],
    };
  }
  const { departures } = await runRules(tableRules, tableSubject(subject, table));
  return { departures, rows: table.rows.length };
}

/** A header that is one cell, of which another delimiter makes several. */
function otherDelimiter({ file }: FileSubject, { header, delimiter }: Table): string | undefined {
  const fields = listOf(objectOf(file.description['schema'])['fields']);
  const [only, second] = header?.cells ?? [];
  if (only === undefined || second !== undefined || fields.length < 2) return undefined;
  return [',', ';', '\t', '|'].find((candidate) => candidate !== delimiter && only.includes(candidate));
}

function tableSubject(subject: FileSubject, table: Table): TableSubject {
  const listed = listOf(objectOf(subject.file.description['schema'])['fields']).filter(isObject);
  const fields = listed.map((description, index) => fieldOf(subject, table, description, index));
  const width = table.header?.cells.length ?? fields.length;
  const wholeRows = table.rows.filter(({ cells }) => cells.length === width);
  return { ...subject, table, fields, wholeRows, matches: matchPattern };
}

function fieldOf({ file }: FileSubject, { header }: Table, description: JsonObject, index: number): Field {
  const name = textOf(description['name']) ?? '';
  return {
    name,
    type: textOf(description['type']) ?? 'any',
    format: textOf(description['format']) ?? 'default',
    constraints: objectOf(description['constraints']),
    description,
    pointer: `${file.pointer}/schema/fields/${index}`,
    column: header ? header.cells.indexOf(name) : index,
  };
}

function findingOf(
  context: Pick<RunContext, 'workspace' | 'redactor'>,
  received: ReceivedFile,
  departure: PlacedDeparture,
): Finding {
  const { line, column, pointer, source, message, ...rest } = departure;
  const place = [received.name, line, column].filter((part) => part !== undefined).join(':');
  const { root } = context.workspace;
  return context.redactor.json({
    severity: 'error' as const,
    ...rest,
    message: `${place}: ${message}`,
    ...(line === undefined || rest.instancePointer !== undefined
      ? {}
      : { instancePointer: `/${line}${column === undefined ? '' : `/${column}`}` }),
    where: source === undefined ? locate(root, received.contract, pointer) : locateIn(root, source, pointer),
  });
}
