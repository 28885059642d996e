import { cellOf, isMissing, shownValue, type Field, type FileRule, type TableSubject } from '../file-rule.ts';
import { readCell } from '../read-cell.ts';

/** V12. The type of the field, and its format: 2026-02-30 is no date, `9,40` no number where the point is the mark. */
export const cellType: FileRule<TableSubject> = {
  id: 'V12',
  summary: 'Every value is of the type and in the format of its field',
  stops: false,
  run(subject) {
    return subject.fields.flatMap((field) =>
      subject.wholeRows.flatMap((row) => {
        const cell = cellOf(row, field);
        if (cell === undefined || isMissing(subject, cell) || readCell(cell, field) !== undefined) return [];
        const expected = wanted(field);
        const actual = shownValue(cell);
        return [
          {
            code: 'v12-cell-type',
            message: `it is no ${expected}`,
            expected,
            actual,
            line: row.line,
            column: field.name,
            pointer: `${field.pointer}/type`,
          },
        ];
      }),
    );
  },
};

function wanted({ type, format }: Field): string {
  return format === 'default' ? type : `${type} (${format})`;
}
