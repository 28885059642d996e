import type { FileRule, TableSubject } from '../file-rule.ts';

/** V11. A cell too many or too few moves all that come after it into the wrong column. */
export const cellCount: FileRule<TableSubject> = {
  id: 'V11',
  summary: 'Every row has as many cells as the header',
  stops: false,
  run({ table, fields, file }) {
    const expected = table.header?.cells.length ?? fields.length;
    return table.rows
      .filter(({ cells }) => cells.length !== expected)
      .map(({ line, cells }) => ({
        code: 'v11-cell-count',
        message: `it has ${cells.length} cells; the header has ${expected}`,
        expected,
        actual: cells.length,
        line,
        pointer: `${file.pointer}/schema/fields`,
      }));
  },
};
