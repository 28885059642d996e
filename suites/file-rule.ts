import type { Contract, FileDescription, Json, JsonObject, Severity } from '../contracts/index.ts';
import { isObject } from '../contracts/index.ts';
import type { PatternMatcher } from './match-pattern.ts';
import type { Row, Table } from './read-table.ts';

/** A file as it arrived, beside its contract. */
export interface ReceivedFile {
  readonly contract: Contract;
  readonly file: FileDescription;
  /** Without a folder. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** What a rule about bytes looks at. */
export interface FileSubject extends ReceivedFile {
  /** The contract's `x-exchange`, `{}` where it has none. */
  readonly exchange: JsonObject;
}

/** What a rule about rows looks at. */
export interface TableSubject extends FileSubject {
  readonly table: Table;
  readonly fields: readonly Field[];
  /** Rows with as many cells as the header: only in these it is known which cell is which. */
  readonly wholeRows: readonly Row[];
  readonly matches: PatternMatcher;
}

/** A field of a Table Schema. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly constraints: JsonObject;
  readonly description: JsonObject;
  readonly pointer: string;
  /** Its column in the file, -1 where it has none. */
  readonly column: number;
}

/** One way in which a file departs. */
export interface FileDeparture {
  /** Stable: the rule and what it saw, `v12-cell-type`. */
  readonly code: string;
  readonly message: string;
  readonly severity?: Severity;
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** 1-based line in the file. */
  readonly line?: number;
  readonly column?: string;
  /** Into the contract. */
  readonly pointer: string;
}

/** A departure that already knows its place in another file than the contract's: the JSON Schema, the XSD. */
export interface PlacedDeparture extends FileDeparture {
  /** Relative to the workspace root. */
  readonly source?: string;
  readonly instancePointer?: string;
}

/** One rule of `x-exchange`, of the dialect or of the Table Schema. What a rule that stops finds makes the later ones moot. */
export interface FileRule<Subject> {
  readonly id: string;
  readonly summary: string;
  readonly stops: boolean;
  run(subject: Subject): readonly FileDeparture[] | Promise<readonly FileDeparture[]>;
}

/** The member of a JSON object as text, where it is text. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The cell of a field in a row, undefined where the file has no such column. */
export function cellOf(row: Row, field: Field): string | undefined {
  return field.column < 0 ? undefined : row.cells[field.column];
}

/** Whether a cell says "no value": `missingValues` of the schema, `['']` unless it says otherwise. */
export function isMissing(subject: TableSubject, cell: string): boolean {
  const missing = objectOf(subject.file.description['schema'])['missingValues'];
  return Array.isArray(missing) ? missing.includes(cell) : cell === '';
}

/** Enough of a value to find it in the file. */
export function shownValue(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}…` : value;
}
