import { cellOf, isMissing, type FileRule, type TableSubject } from '../file-rule.ts';

/** V13. Asked before the value is read: a missing value is none of the field's type. */
export const cellRequired: FileRule<TableSubject> = {
  id: 'V13',
  summary: 'A required value is not missing',
  stops: false,
  run(subject) {
    const required = subject.fields.filter(({ constraints }) => constraints['required'] === true);
    return required.flatMap((field) =>
      subject.wholeRows.flatMap((row) => {
        const cell = cellOf(row, field);
        if (cell === undefined || !isMissing(subject, cell)) return [];
        const pointer = `${field.pointer}/constraints/required`;
        return [
          {
            code: 'v13-value-missing',
            message: 'it is required and missing',
            expected: 'a value',
            actual: cell,
            line: row.line,
            column: field.name,
            pointer,
          },
        ];
      }),
    );
  },
};
