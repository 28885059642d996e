import { isDeepStrictEqual } from 'node:util';
import { compareField } from './compare-field.ts';
import { hasHeader } from './compare-exchange.ts';
import { compareLists, listOf } from './compare-lists.ts';
import { compareSettings, memberOf, oneOf } from './compare-settings.ts';
import type { FileDifference, FileDirection, Shift } from './file-difference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { spokenValue } from './spoken-value.ts';

/** What changed in the columns of a table and in its keys: Table Schema v2. The arguments are resources. */
export function compareColumns(
  base: JsonObject,
  revision: JsonObject,
  direction: FileDirection,
): readonly FileDifference[] {
  const sides: Tables = { base: tableOf(base), revision: tableOf(revision) };
  return [
    ...matchDifferences(sides),
    ...columnDifferences(sides, direction),
    ...keyDifferences(sides),
    ...missingValueDifferences(sides),
  ];
}

interface Table {
  readonly schema: JsonObject;
  readonly columns: readonly Column[];
  /** See `MATCHES`. */
  readonly match: string;
  readonly hasHeader: boolean;
  /** Whether a column is known by its place, not by its name. */
  readonly isByPlace: boolean;
}

interface Tables {
  readonly base: Table;
  readonly revision: Table;
}

interface Column {
  readonly name: string;
  readonly index: number;
  readonly field: JsonObject;
}

function tableOf(resource: JsonObject): Table {
  const schema = memberOf(resource, 'schema');
  const columns = listOf(schema['fields']).flatMap((field, index): readonly Column[] => {
    const name = isObject(field) ? field['name'] : undefined;
    return isObject(field) && typeof name === 'string' ? [{ name, index, field }] : [];
  });
  const match = typeof schema['fieldsMatch'] === 'string' ? schema['fieldsMatch'] : 'exact';
  const headed = hasHeader(resource);
  return { schema, columns, match, hasHeader: headed, isByPlace: match === 'exact' || !headed };
}

/** Table Schema v2, `fieldsMatch`: what else than the fields in their order a file may have. */
const MATCHES: Readonly<Record<string, readonly string[]>> = {
  exact: [],
  equal: ['order'],
  subset: ['order', 'more'],
  superset: ['order', 'fewer'],
  partial: ['order', 'more', 'fewer'],
};

function may({ match }: Table, what: 'more' | 'fewer'): boolean {
  return MATCHES[match]?.includes(what) === true;
}

function matchDifferences({ base, revision }: Tables): readonly FileDifference[] {
  const side = ({ schema }: Table) => ({ value: schema, keys: ['schema'] });
  const setting = {
    name: 'fieldsMatch',
    label: 'how the columns must match the fields',
    code: 'file-columns-match-changed',
    standard: 'exact',
    shift: oneOf(MATCHES),
  };
  return compareSettings({ base: side(base), revision: side(revision) }, [setting]);
}

function columnDifferences(sides: Tables, direction: FileDirection): readonly FileDifference[] {
  const { base, revision } = sides;
  const partners = matchColumns(sides);
  const matched = new Set(partners.values());
  return [
    ...base.columns.flatMap((column) => {
      const partner = partners.get(column);
      if (partner === undefined) return [removed(sides, column, direction)];
      return [...renamed(sides, column, partner), ...fieldDifferences(column, partner)];
    }),
    ...revision.columns.filter((column) => !matched.has(column)).map((column) => added(sides, column, direction)),
    ...orderDifferences(sides, partners),
  ];
}

/** By name; one that is missing and one that is new in the same place, described alike, are one that was renamed. */
function matchColumns({ base, revision }: Tables): ReadonlyMap<Column, Column> {
  const named = new Map(revision.columns.map((column) => [column.name, column]));
  const names = new Set(base.columns.map(({ name }) => name));
  return new Map(
    base.columns.flatMap((column) => {
      const partner = named.get(column.name) ?? revision.columns[column.index];
      if (partner === undefined) return [];
      const isSame = partner.name === column.name || (!names.has(partner.name) && isAlike(column, partner));
      return isSame ? [[column, partner]] : [];
    }),
  );
}

function isAlike({ field: a }: Column, { field: b }: Column): boolean {
  return ['type', 'format', 'constraints'].every((key) => isDeepStrictEqual(a[key], b[key]));
}

const placeOf = ({ index }: Column) => ({ keys: ['schema', 'fields', index] });

/** A reader misses it, unless it could be missing before; a writer still has it, which only some tables allow. */
function removed({ base, revision }: Tables, column: Column, direction: FileDirection): FileDifference {
  const ofReader: Shift = may(base, 'fewer') ? 'unclear' : 'other';
  const ofWriter: Shift = may(revision, 'more') ? 'wider' : 'narrower';
  return {
    code: 'file-column-removed',
    shift: direction === 'outgoing' ? ofReader : ofWriter,
    message: `the column ${column.name} was removed`,
    fix: 'keep the column, or make this a new major version',
    base: placeOf(column),
  };
}

/** A reader does not know it, which only some tables allow; a writer does not have it. */
function added({ base, revision }: Tables, column: Column, direction: FileDirection): FileDifference {
  const { required } = memberOf(column.field, 'constraints');
  const ofReader: Shift = may(base, 'more') ? 'narrower' : 'wider';
  const ofWriter: Shift = may(revision, 'fewer') && required !== true ? 'wider' : 'narrower';
  return {
    code: 'file-column-added',
    shift: direction === 'outgoing' ? ofReader : ofWriter,
    message: `the column ${column.name} was added`,
    fix:
      direction === 'outgoing'
        ? 'add columns in a new major version, or let readers expect them there with "fieldsMatch": "subset"'
        : 'add columns in a new major version, or let writers leave them out with "fieldsMatch": "superset"',
    revision: placeOf(column),
  };
}

function renamed({ base, revision }: Tables, column: Column, partner: Column): readonly FileDifference[] {
  if (column.name === partner.name) return [];
  return [
    {
      code: 'file-column-renamed',
      // Without a header nobody sees the name.
      shift: base.hasHeader || revision.hasHeader ? 'other' : 'same',
      message: `the column ${column.name} is called ${partner.name} now`,
      fix: 'keep the name; say more of the column in its "title"',
      expected: column.name,
      actual: partner.name,
      base: { keys: [...placeOf(column).keys, 'name'] },
      revision: { keys: [...placeOf(partner).keys, 'name'] },
    },
  ];
}

function fieldDifferences(column: Column, partner: Column): readonly FileDifference[] {
  return compareField(
    { value: column.field, keys: placeOf(column).keys },
    { value: partner.field, keys: placeOf(partner).keys },
    column.name,
  );
}

/** Only columns that both have: one that is inserted moves the others, and is told as added. */
function orderDifferences(
  { base, revision }: Tables,
  partners: ReadonlyMap<Column, Column>,
): readonly FileDifference[] {
  const order = base.columns.flatMap((column) => partners.get(column)?.index ?? []);
  if (order.every((index, at) => at === 0 || index > (order[at - 1] ?? 0))) return [];
  return [
    {
      code: 'file-column-order-changed',
      shift: base.isByPlace || revision.isByPlace ? 'other' : 'wider',
      message: 'the columns are in another order',
      fix: 'keep the order, or let columns be known by their names with "fieldsMatch": "equal" in a new major version',
      expected: base.columns.map(({ name }) => name),
      actual: revision.columns.map(({ name }) => name),
      base: { keys: ['schema', 'fields'] },
      revision: { keys: ['schema', 'fields'] },
    },
  ];
}

function keyDifferences({ base, revision }: Tables): readonly FileDifference[] {
  const side = ({ schema }: Table, name: string) => ({
    items: name === 'primaryKey' ? primaryKeys(schema) : listOf(schema[name]),
    keys: ['schema', ...(name === 'primaryKey' ? [] : [name])],
  });
  return [
    ['primaryKey', 'the primary key'],
    ['uniqueKeys', 'the unique key'],
    ['foreignKeys', 'the foreign key'],
  ].flatMap(([name = '', label = '']) =>
    compareLists(
      { base: side(base, name), revision: side(revision, name) },
      { code: 'file-key-changed', added: 'narrower', label: (key) => `${label} ${keyText(key)}` },
    ).map((difference) => (name === 'primaryKey' ? atPrimaryKey(difference) : difference)),
  );
}

/** One key, whatever the spelling and the order of its columns. */
function primaryKeys({ primaryKey }: JsonObject): readonly Json[] {
  const names = typeof primaryKey === 'string' ? [primaryKey] : listOf(primaryKey);
  return names.length === 0 ? [] : [names.filter((name) => typeof name === 'string').toSorted()];
}

function atPrimaryKey(difference: FileDifference): FileDifference {
  const place = { keys: ['schema', 'primaryKey'] };
  return difference.base === undefined ? { ...difference, revision: place } : { ...difference, base: place };
}

function keyText(key: Json): string {
  if (!isObject(key)) return namesOf(key);
  const reference = memberOf(key, 'reference');
  const target = [reference['resource'], reference['fields']]
    .map((each) => namesOf(each ?? ''))
    .filter((each) => each !== '');
  return `${namesOf(key['fields'] ?? '')}${target.length === 0 ? '' : ` to ${target.join(' ')}`}`;
}

/** One name or several. */
function namesOf(names: Json): string {
  return Array.isArray(names) ? names.map((name: Json) => spokenValue(name)).join(', ') : spokenValue(names);
}

function missingValueDifferences({ base, revision }: Tables): readonly FileDifference[] {
  const side = ({ schema }: Table) => ({
    items: Array.isArray(schema['missingValues']) ? listOf(schema['missingValues']) : [''],
    keys: ['schema', 'missingValues'],
  });
  return compareLists(
    { base: side(base), revision: side(revision) },
    {
      code: 'file-missing-values-changed',
      added: 'wider',
      label: (value) => `the cell ${JSON.stringify(value)} that means no value`,
    },
  );
}
