import {
  cellOf,
  isMissing,
  listOf,
  objectOf,
  shownValue,
  type Field,
  type FileDeparture,
  type FileRule,
  type TableSubject,
} from '../file-rule.ts';

interface Key {
  readonly name: string;
  readonly fields: readonly Field[];
  readonly pointer: string;
}

/** V15. `unique` of a field, and the primary key of the schema; a field that is both is one finding. */
export const uniqueValues: FileRule<TableSubject> = {
  id: 'V15',
  summary: 'Unique values and primary keys come once',
  stops: false,
  run(subject) {
    return keysOf(subject).flatMap((key) => repeated(subject, key));
  },
};

function keysOf({ file, fields }: TableSubject): readonly Key[] {
  const declared = objectOf(file.description['schema'])['primaryKey'];
  const names = typeof declared === 'string' ? [declared] : listOf(declared).filter((name) => typeof name === 'string');
  const primary = names.flatMap((name) => fields.filter((field) => field.name === name));
  const unique = fields
    .filter(({ name, constraints }) => constraints['unique'] === true && !(names.length === 1 && names[0] === name))
    .map((field) => ({ name: field.name, fields: [field], pointer: `${field.pointer}/constraints/unique` }));
  if (primary.length === 0) return unique;
  return [...unique, { name: names.join(' + '), fields: primary, pointer: `${file.pointer}/schema/primaryKey` }];
}

function repeated(subject: TableSubject, key: Key): readonly FileDeparture[] {
  const seen = new Map<string, number>();
  return subject.wholeRows.flatMap((row) => {
    const values = key.fields.map((field) => cellOf(row, field) ?? '');
    if (values.every((value) => isMissing(subject, value))) return [];
    const id = JSON.stringify(values);
    const first = seen.get(id);
    if (first === undefined) seen.set(id, row.line);
    if (first === undefined) return [];
    const message = `it repeats the value of line ${first}`;
    return [
      {
        code: 'v15-value-repeated',
        message,
        expected: 'a value that comes once',
        actual: shownValue(values.join(' + ')),
        line: row.line,
        column: key.name,
        pointer: key.pointer,
      },
    ];
  });
}
