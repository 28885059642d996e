import { CsvError, parse } from 'csv-parse/sync';
import { isObject, type FileDescription, type Json } from '../contracts/index.ts';
import type { PatternMatcher } from './match-pattern.ts';

/** One line of a table; a quoted cell may make it span several lines of the file. */
export interface Row {
  /** 1-based, of the line on which it ends. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface Table {
  readonly delimiter: string;
  /** Absent where the dialect has none. */
  readonly header?: Row;
  readonly rows: readonly Row[];
  readonly trailers: readonly Row[];
  /** The trailer is the last row of the file. */
  readonly trailerIsLast: boolean;
}

/** Why a text is no table of this dialect. */
export interface Malformed {
  readonly why: string;
  readonly line: number;
}

interface Parsed {
  readonly record: readonly string[];
  readonly raw: string;
  readonly info: { readonly lines: number };
}

/** Reads a text by its dialect (Table Dialect v2). The cells stay text: nothing is cast, trimmed or left out. */
export async function readTable(
  text: string,
  file: FileDescription,
  matches: PatternMatcher,
): Promise<Table | Malformed> {
  const dialect = memberOf(file.description['dialect']);
  const delimiter = textOr(dialect['delimiter'], ',');
  const parsed = parseText(text, delimiter, dialect);
  if ('why' in parsed) return parsed;
  const headed = dialect['header'] !== false;
  const rows = parsed.map(({ record, info }) => ({ line: info.lines, cells: record }));
  const marks = await trailerMarks(parsed, file, matches);
  const body = rows.map((row, index) => ({ row, trailer: marks[index] ?? false })).slice(headed ? 1 : 0);
  const [header] = rows;
  return {
    delimiter,
    ...(headed && header ? { header } : {}),
    rows: body.filter(({ trailer }) => !trailer).map(({ row }) => row),
    trailers: body.filter(({ trailer }) => trailer).map(({ row }) => row),
    trailerIsLast: body.at(-1)?.trailer ?? false,
  };
}

function parseText(
  text: string,
  delimiter: string,
  dialect: Readonly<Record<string, Json>>,
): readonly Parsed[] | Malformed {
  const quote = textOr(dialect['quoteChar'], '"');
  try {
    const records: unknown = parse(text, {
      delimiter,
      quote,
      escape: textOr(dialect['escapeChar'], quote),
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
      info: true,
      raw: true,
    });
    return records as readonly Parsed[];
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { why: error.message, line: Number(error['lines'] ?? 1) };
  }
}

/** Which records the contract's `trailer.match` calls the trailer. */
async function trailerMarks(
  parsed: readonly Parsed[],
  file: FileDescription,
  matches: PatternMatcher,
): Promise<readonly boolean[]> {
  const match = memberOf(memberOf(file.description['x-exchange'])['trailer'])['match'];
  if (typeof match !== 'string') return [];
  return await matches(
    match,
    parsed.map(({ raw }) => raw.replace(/[\r\n]+$/, '')),
  );
}

function memberOf(value: Json | undefined): Readonly<Record<string, Json>> {
  return isObject(value) ? value : {};
}

function textOr(value: Json | undefined, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}
