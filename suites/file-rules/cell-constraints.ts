import type { Json } from '../../contracts/index.ts';
import {
  cellOf,
  isMissing,
  shownValue,
  type Field,
  type FileDeparture,
  type FileRule,
  type TableSubject,
} from '../file-rule.ts';
import { compareDecimals, readCell, readDecimal, type CellValue } from '../read-cell.ts';

interface Cell {
  readonly text: string;
  readonly value: CellValue;
  readonly line: number;
}

/** V14. Constraints of Table Schema v2, on values that are of their type. */
export const cellConstraints: FileRule<TableSubject> = {
  id: 'V14',
  summary: 'Every value keeps to the enum, pattern, minimum, maximum and length of its field',
  stops: false,
  async run(subject) {
    const departures: FileDeparture[] = [];
    for (const field of subject.fields) {
      const cells = cellsOf(subject, field);
      departures.push(...boundsOf(field, cells), ...(await patternOf(subject, field, cells)));
    }
    return departures;
  },
};

function cellsOf(subject: TableSubject, field: Field): readonly Cell[] {
  return subject.wholeRows.flatMap((row) => {
    const text = cellOf(row, field);
    const value = text === undefined || isMissing(subject, text) ? undefined : readCell(text, field);
    return text === undefined || value === undefined ? [] : [{ text, value, line: row.line }];
  });
}

const BOUNDS: Readonly<Record<string, (cell: Cell, bound: Json) => boolean>> = {
  enum: ({ text }, bound) => Array.isArray(bound) && bound.map(String).includes(text),
  minLength: ({ text }, bound) => lengthOf(text) >= Number(bound),
  maxLength: ({ text }, bound) => lengthOf(text) <= Number(bound),
  minimum: (cell, bound) => compare(cell, bound) >= 0,
  maximum: (cell, bound) => compare(cell, bound) <= 0,
  exclusiveMinimum: (cell, bound) => compare(cell, bound) > 0,
  exclusiveMaximum: (cell, bound) => compare(cell, bound) < 0,
};

function boundsOf(field: Field, cells: readonly Cell[]): readonly FileDeparture[] {
  const bounds = Object.entries(field.constraints).flatMap(([keyword, bound]) => {
    const keeps = BOUNDS[keyword];
    return keeps ? [{ keyword, bound, keeps }] : [];
  });
  return cells.flatMap((cell) =>
    bounds
      .filter(({ keeps, bound }) => !keeps(cell, bound))
      .map(({ keyword, bound }) => departure(field, cell, keyword, bound)),
  );
}

/** In Unicode characters, as Table Schema counts. */
function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** Numbers by value; dates and times, written from the largest unit to the smallest, as text. */
function compare({ text, value }: Cell, bound: Json): number {
  const written = typeof bound === 'string' ? bound : JSON.stringify(bound);
  const limit = readDecimal(written);
  if (typeof value === 'object' && limit) return compareDecimals(value, limit);
  return text < written ? -1 : Number(text > written);
}

async function patternOf(
  subject: TableSubject,
  field: Field,
  cells: readonly Cell[],
): Promise<readonly FileDeparture[]> {
  const { pattern } = field.constraints;
  if (typeof pattern !== 'string') return [];
  const fits = await subject.matches(
    `^(?:${pattern})$`,
    cells.map(({ text }) => text),
  );
  return cells.filter((_, index) => !fits[index]).map((cell) => departure(field, cell, 'pattern', pattern));
}

function departure(field: Field, cell: Cell, keyword: string, bound: Json): FileDeparture {
  return {
    code: `v14-cell-${keyword.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    message: `it does not keep to ${keyword} ${JSON.stringify(bound)}`,
    expected: bound,
    actual: shownValue(cell.text),
    line: cell.line,
    column: field.name,
    pointer: `${field.pointer}/constraints/${keyword}`,
  };
}
