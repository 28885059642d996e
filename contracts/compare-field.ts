import { compareLists, listOf, type ListSides } from './compare-lists.ts';
import {
  atLeast,
  atMost,
  compareSettings,
  demanded,
  memberOf,
  released,
  replaced,
  type Setting,
} from './compare-settings.ts';
import type { FileDifference, Shift } from './file-difference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { spokenValue } from './spoken-value.ts';

/** A field with the keys that lead to it from the resource. */
export interface FieldSide {
  readonly value: JsonObject;
  readonly keys: readonly (string | number)[];
}

/** What changed in what the cells of one column may hold: type, format and constraints of Table Schema v2. */
export function compareField(base: FieldSide, revision: FieldSide, name: string): readonly FileDifference[] {
  const sides = { base, revision };
  const of = `column ${name}: `;
  const type = compareSettings(sides, [TYPE], of);
  // Formats and bounds of another type say something else.
  const isOther = type.length > 0 && !(isNumeric(base) && isNumeric(revision));
  const constraints = { base: constraintsOf(base), revision: constraintsOf(revision) };
  return [
    ...type,
    ...compareSettings(constraints, ANY_TYPE, of),
    ...(isOther ? [] : compareSettings(sides, type.length > 0 ? [] : SPELLINGS, of)),
    ...(isOther ? [] : compareSettings(constraints, BOUNDS, of)),
    ...(isOther ? [] : limitDifferences(constraints.base, constraints.revision, of)),
    ...(isOther ? [] : valueDifferences(base, revision, of)),
  ];
}

function isNumeric({ value }: FieldSide): boolean {
  return value['type'] === 'integer' || value['type'] === 'number';
}

function constraintsOf({ value, keys }: FieldSide): FieldSide {
  return { value: memberOf(value, 'constraints'), keys: [...keys, 'constraints'] };
}

const TYPE: Setting = {
  name: 'type',
  label: 'the type',
  code: 'file-column-type-changed',
  standard: 'any',
  shift: (base, revision) => {
    if (includes(revision, base)) return 'wider';
    return includes(base, revision) ? 'narrower' : 'other';
  },
};

/** By what can stand in a cell: every cell is text. */
function includes(wide: Json | undefined, narrow: Json | undefined): boolean {
  if (wide === 'any') return true;
  if (wide === 'string') return narrow !== 'any';
  return (
    (wide === 'number' && (narrow === 'integer' || narrow === 'year')) || (wide === 'integer' && narrow === 'year')
  );
}

const ANY_TYPE: readonly Setting[] = [
  constraint('required', 'required', demanded, false),
  constraint('unique', 'unique', demanded, false),
];

const BOUNDS: readonly Setting[] = [
  constraint('minLength', 'the least length', atLeast),
  constraint('maxLength', 'the greatest length', atMost),
  constraint('pattern', 'the pattern', comparable),
  constraint('jsonSchema', 'the JSON Schema', comparable),
];

function constraint(name: string, label: string, shift: Setting['shift'], standard?: Json): Setting {
  const setting = { name, label, code: 'file-column-constraint-changed', shift };
  return standard === undefined ? setting : { ...setting, standard };
}

/** Which of two patterns matches more, no program can tell in general. */
function comparable(base: Json | undefined, revision: Json | undefined): Shift {
  if (base === undefined) return 'narrower';
  return revision === undefined ? 'wider' : 'unclear';
}

const SPELLINGS: readonly Setting[] = [
  { name: 'format', label: 'the format', code: 'file-column-format-changed', standard: 'default', shift: formatShift },
  spelling('decimalChar', 'the decimal character', replaced, '.'),
  spelling('groupChar', 'the character between groups of digits', released),
  spelling('bareNumber', 'whether numbers stand bare', demanded, true),
  spelling('delimiter', 'the delimiter of the list', replaced, ','),
  spelling('itemType', 'the type of the items', replaced),
];

function spelling(name: string, label: string, shift: Setting['shift'], standard?: Json): Setting {
  const setting = { name, label, code: 'file-column-format-changed', shift };
  return standard === undefined ? setting : { ...setting, standard };
}

/** `any` of dates takes any spelling; the formats of strings (email, uri …) are narrower than none. */
function formatShift(base: Json | undefined, revision: Json | undefined): Shift {
  const isOfString = (value: Json | undefined): boolean =>
    ['email', 'uri', 'binary', 'uuid'].includes(spokenValue(value));
  if (revision === 'any' || (revision === 'default' && isOfString(base))) return 'wider';
  return base === 'any' || (base === 'default' && isOfString(revision)) ? 'narrower' : 'other';
}

interface Limit {
  readonly value: Json;
  readonly isExclusive: boolean;
  readonly key: string;
}

/** `minimum` and `exclusiveMinimum` are two spellings of one bound. */
function limitDifferences(base: FieldSide, revision: FieldSide, of: string): readonly FileDifference[] {
  return (['Minimum', 'Maximum'] as const).flatMap((end): readonly FileDifference[] => {
    const [before, after] = [base, revision].map(({ value }) => limitOf(value, end));
    const shift = limitShift(before, after, end);
    if (shift === undefined) return [];
    const label = end === 'Minimum' ? 'the least value' : 'the greatest value';
    return [
      {
        code: 'file-column-constraint-changed',
        shift,
        message: `${of}${label} changed from ${limitText(before)} to ${limitText(after)}`,
        ...(before === undefined ? {} : { expected: before.value, base: { keys: [...base.keys, before.key] } }),
        ...(after === undefined ? {} : { actual: after.value, revision: { keys: [...revision.keys, after.key] } }),
      },
    ];
  });
}

function limitOf(constraints: JsonObject, end: 'Minimum' | 'Maximum'): Limit | undefined {
  for (const [key, isExclusive] of [
    [`exclusive${end}`, true],
    [end.toLowerCase(), false],
  ] as const) {
    const value = constraints[key];
    if (value !== undefined) return { value, isExclusive, key };
  }
  return undefined;
}

function limitShift(
  before: Limit | undefined,
  after: Limit | undefined,
  end: 'Minimum' | 'Maximum',
): Shift | undefined {
  if (spokenValue(before?.value) === spokenValue(after?.value)) {
    if (before?.isExclusive === after?.isExclusive) return undefined;
    return after?.isExclusive === true ? 'narrower' : 'wider';
  }
  return (end === 'Minimum' ? atLeast : atMost)(before?.value, after?.value);
}

function limitText(limit: Limit | undefined): string {
  if (limit === undefined) return 'none';
  return `${spokenValue(limit.value)}${limit.isExclusive ? ' (itself not)' : ''}`;
}

/** Values by name: the enum, and what stands for true, false and no value. Cells are text, so `1` and `"1"` are one. */
function valueDifferences(base: FieldSide, revision: FieldSide, of: string): readonly FileDifference[] {
  return VALUES.flatMap(({ path, standard, label }) => {
    const [before, after] = [base, revision].map((side) => valuesAt(side, path, standard));
    if (before === undefined && after === undefined) return [];
    if (before === undefined || after === undefined) return [enumDifference(before, after, of)];
    const sides: ListSides = { base: before, revision: after };
    const code =
      path[0] === 'constraints' || path[0] === 'categories'
        ? 'file-column-constraint-changed'
        : 'file-column-format-changed';
    return compareLists(sides, { code, added: 'wider', label: (value) => `${of}${label} ${spokenValue(value)}` });
  });
}

const VALUES: readonly {
  readonly path: readonly string[];
  readonly standard?: readonly string[];
  readonly label: string;
}[] = [
  { path: ['constraints', 'enum'], label: 'the value' },
  { path: ['categories'], label: 'the category' },
  { path: ['trueValues'], standard: ['true', 'True', 'TRUE', '1'], label: 'for true, the value' },
  { path: ['falseValues'], standard: ['false', 'False', 'FALSE', '0'], label: 'for false, the value' },
  { path: ['missingValues'], standard: [], label: 'for nothing, the value' },
];

type Items = ListSides['base'];

function valuesAt(side: FieldSide, path: readonly string[], standard?: readonly string[]): Items | undefined {
  let value: Json | undefined = side.value;
  for (const key of path) value = isObject(value) ? value[key] : undefined;
  if (!Array.isArray(value)) return standard === undefined ? undefined : { items: standard, keys: side.keys };
  // A category may have a label for people beside its value.
  const items = listOf(value).map((item) => spokenValue(isObject(item) ? (item['value'] ?? item) : item));
  return { items, keys: [...side.keys, ...path] };
}

function enumDifference(before: Items | undefined, after: Items | undefined, of: string): FileDifference {
  const list = (items: Items | undefined): string => (items?.items ?? []).map((item) => spokenValue(item)).join(', ');
  return {
    code: 'file-column-constraint-changed',
    shift: before === undefined ? 'narrower' : 'wider',
    message:
      before === undefined
        ? `${of}only the values ${list(after)} are left`
        : `${of}any value may stand where only ${list(before)} could`,
    ...(before === undefined ? {} : { expected: before.items, base: { keys: before.keys } }),
    ...(after === undefined ? {} : { actual: after.items, revision: { keys: after.keys } }),
  };
}
