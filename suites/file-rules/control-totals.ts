import { isObject, type JsonObject } from '../../contracts/index.ts';
import {
  cellOf,
  isMissing,
  listOf,
  objectOf,
  type Field,
  type FileDeparture,
  type FileRule,
  type TableSubject,
} from '../file-rule.ts';
import { decimalText, readCell, readDecimal, unitsAt } from '../read-cell.ts';

/** V18. Sums are exact decimals: 0.1 + 0.2 is 0.30 to whoever pays by it. */
export const controlTotals: FileRule<TableSubject> = {
  id: 'V18',
  summary: "The trailer's row count and control totals are those of the rows",
  stops: false,
  run(subject) {
    const trailer = objectOf(subject.exchange['trailer']);
    const [row] = subject.table.trailers;
    if (!row) return [];
    const sums = listOf(trailer['sums']).filter(isObject);
    return [...countOf(subject, trailer, row), ...sums.flatMap((sum, index) => sumOf(subject, sum, index, row))];
  },
};

type TrailerRow = TableSubject['table']['trailers'][number];

/** Fields of a trailer are counted from 1. */
function countOf(subject: TableSubject, trailer: JsonObject, row: TrailerRow): readonly FileDeparture[] {
  const position = trailer['rowCountField'];
  if (typeof position !== 'number') return [];
  const actual = row.cells[position - 1] ?? '';
  const expected = String(subject.table.rows.length);
  if (actual === expected) return [];
  const pointer = `${subject.file.pointer}/x-exchange/trailer/rowCountField`;
  return [
    {
      code: 'v18-row-count',
      message: `the trailer counts ${actual || 'no'} rows; there are ${expected}`,
      expected,
      actual,
      line: row.line,
      pointer,
    },
  ];
}

function sumOf(subject: TableSubject, sum: JsonObject, index: number, row: TrailerRow): readonly FileDeparture[] {
  const field = subject.fields.find(({ name }) => name === sum['column']);
  const scale = typeof sum['scale'] === 'number' ? sum['scale'] : 0;
  const units = field && totalOf(subject, field);
  // A column with a value that is no number, or a row that is not whole, has no sum: those have findings of their own.
  if (!field || units === undefined) return [];
  const actual = row.cells[Number(sum['field']) - 1] ?? '';
  const told = readDecimal(actual);
  const expected = decimalText(unitsAt(units, Math.max(scale, units.scale)), Math.max(scale, units.scale));
  if (told && told.scale === scale && decimalText(told.units, told.scale) === expected) return [];
  const pointer = `${subject.file.pointer}/x-exchange/trailer/sums/${index}`;
  const message = `the trailer's sum of ${field.name} is ${actual || 'missing'}; the rows add up to ${expected}`;
  return [{ code: 'v18-control-total', message, expected, actual, line: row.line, column: field.name, pointer }];
}

function totalOf(subject: TableSubject, field: Field): { readonly units: bigint; readonly scale: number } | undefined {
  if (subject.wholeRows.length !== subject.table.rows.length) return undefined;
  let total = { units: 0n, scale: 0 };
  for (const row of subject.wholeRows) {
    const cell = cellOf(row, field) ?? '';
    if (isMissing(subject, cell)) continue;
    const value = readCell(cell, field);
    if (typeof value !== 'object') return undefined;
    const scale = Math.max(total.scale, value.scale);
    total = { units: unitsAt(total, scale) + unitsAt(value, scale), scale };
  }
  return total;
}
