import { objectOf, type FileDeparture, type FileRule, type TableSubject } from '../file-rule.ts';

/** V10. What a header must be to its schema: `fieldsMatch` of Table Schema v2. */
export const header: FileRule<TableSubject> = {
  id: 'V10',
  summary: 'The header has the names of the schema, in its order, none blank and none twice',
  stops: true,
  run({ table, fields, file }) {
    if (objectOf(file.description['dialect'])['header'] === false) return [];
    const pointer = `${file.pointer}/schema/fields`;
    const expected = fields.map(({ name }) => name);
    if (!table.header)
      return [{ code: 'v10-header-missing', message: 'it has no header', expected, actual: null, line: 1, pointer }];
    const { cells, line } = table.header;
    const why = problemOf(cells, expected, objectOf(file.description['schema'])['fieldsMatch'] ?? 'exact');
    if (why === undefined) return [];
    const departure: FileDeparture = {
      code: 'v10-header',
      message: `its header ${why}`,
      expected,
      actual: cells,
      line,
      pointer,
    };
    return [departure];
  },
};

function problemOf(actual: readonly string[], expected: readonly string[], match: unknown): string | undefined {
  const blank = actual.findIndex((name) => name.trim() === '');
  if (blank >= 0) return `has no name for column ${blank + 1}`;
  const twice = actual.find((name, index) => actual.indexOf(name) !== index);
  if (twice !== undefined) return `has ${twice} twice`;
  const missing = expected.filter((name) => !actual.includes(name));
  const extra = actual.filter((name) => !expected.includes(name));
  if (match === 'partial')
    return missing.length === expected.length ? 'has none of the columns of the contract' : undefined;
  if (missing.length > 0 && match !== 'superset') return `has no column ${missing.join(', ')}`;
  if (extra.length > 0 && match !== 'subset')
    return `has a column that the contract does not know: ${extra.join(', ')}`;
  if (match === 'exact' && actual.some((name, index) => name !== expected[index]))
    return 'has its columns in another order';
  return undefined;
}
