import { cellOf, shownValue, type FileRule, type TableSubject } from '../file-rule.ts';

/** V23. A spreadsheet runs such a cell as a formula (OWASP, CSV injection). A negative number is none: only text is read. */
export const formulaInjection: FileRule<TableSubject> = {
  id: 'V23',
  summary: 'No text begins as a formula would in a spreadsheet',
  stops: false,
  run(subject) {
    const texts = subject.fields.filter(({ type }) => type === 'string' || type === 'any');
    return texts.flatMap((field) =>
      subject.wholeRows.flatMap((row) => {
        const cell = cellOf(row, field);
        if (cell === undefined || !/^[=+\-@\t\r]/.test(cell)) return [];
        const message = 'a spreadsheet would run it as a formula';
        const fix = 'put an apostrophe before it, or leave the character out';
        return [
          {
            code: 'v23-formula',
            severity: 'warning' as const,
            message,
            fix,
            actual: shownValue(cell),
            line: row.line,
            column: field.name,
            pointer: field.pointer,
          },
        ];
      }),
    );
  },
};
