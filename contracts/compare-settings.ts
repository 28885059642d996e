import { isDeepStrictEqual } from 'node:util';
import type { FileDifference, Shift } from './file-difference.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject } from './json.ts';
import { spokenValue } from './spoken-value.ts';

/** How one member of a description is compared. */
export interface Setting {
  readonly name: string;
  /** As a sentence names it: `the delimiter`. */
  readonly label: string;
  readonly code: string;
  /** What holds where the member is absent; undefined: nothing is said. */
  readonly standard?: Json;
  readonly shift: (base: Json | undefined, revision: Json | undefined) => Shift;
}

/** Two objects with the keys that lead to them from the resource. */
export interface SettingSides {
  readonly base: { readonly value: JsonObject; readonly keys: readonly (string | number)[] };
  readonly revision: { readonly value: JsonObject; readonly keys: readonly (string | number)[] };
}

/** Compares two objects member by member; members that no setting names say nothing. `of` goes before the sentences. */
export function compareSettings(sides: SettingSides, settings: readonly Setting[], of = ''): readonly FileDifference[] {
  return settings.flatMap((setting) => settingDifference(sides, setting, of));
}

function settingDifference(sides: SettingSides, setting: Setting, of: string): readonly FileDifference[] {
  const { name, label, code, standard } = setting;
  const { base, revision } = sides;
  const [before, after] = [base.value[name] ?? standard, revision.value[name] ?? standard];
  const shift = isDeepStrictEqual(before, after) ? 'same' : setting.shift(before, after);
  if (shift === 'same') return [];
  return [
    {
      code,
      shift,
      message: `${of}${sentence(label, before, after)}`,
      ...(before === undefined ? {} : { expected: before }),
      ...(after === undefined ? {} : { actual: after }),
      base: placeOf(base, name),
      revision: placeOf(revision, name),
    },
  ];
}

/** Where a member is left to its standard, the object stands for it. */
function placeOf({ value, keys }: SettingSides['base'], name: string) {
  return { keys: Object.hasOwn(value, name) ? [...keys, name] : keys };
}

function sentence(label: string, before: Json | undefined, after: Json | undefined): string {
  if (before === undefined) return `${label} was set to ${spoken(after)}`;
  if (after === undefined) return `${label} was ${spoken(before)}, and nothing is said any more`;
  return `${label} changed from ${spoken(before)} to ${spoken(after)}`;
}

/** White space would not be seen. */
function spoken(value: Json | undefined): string {
  return typeof value === 'string' && !/^[\w{}.*-]+$/.test(value) ? JSON.stringify(value) : spokenValue(value);
}

/** Any other value is another file. */
export const replaced = (): Shift => 'other';

/** No value allows everything, another value is another file. */
export const restricted = (base: Json | undefined, revision: Json | undefined): Shift => {
  if (base === undefined) return 'narrower';
  return revision === undefined ? 'wider' : 'other';
};

/** The reverse: a value lets something into the file. */
export const released = (base: Json | undefined, revision: Json | undefined): Shift => {
  if (base === undefined) return 'wider';
  return revision === undefined ? 'narrower' : 'other';
};

/** A demand that is made or dropped. */
export const demanded = (_base: Json | undefined, revision: Json | undefined): Shift =>
  revision === true ? 'narrower' : 'wider';

/** Something that may be in a file where it may not be before. */
export const permitted = (_base: Json | undefined, revision: Json | undefined): Shift =>
  revision === true ? 'wider' : 'narrower';

/** An upper bound; without one anything goes. */
export const atMost = (base: Json | undefined, revision: Json | undefined): Shift => bound(base, revision, 1);

/** A lower bound; without one anything goes. */
export const atLeast = (base: Json | undefined, revision: Json | undefined): Shift => bound(base, revision, -1);

function bound(base: Json | undefined, revision: Json | undefined, sign: 1 | -1): Shift {
  if (base === undefined) return 'narrower';
  if (revision === undefined) return 'wider';
  const [before, after] = [base, revision].map(orderOf);
  // Dates and times in ISO 8601 are in the order of their characters.
  if (before === undefined || after === undefined || typeof before !== typeof after) return 'unclear';
  return after > before === (sign === 1) ? 'wider' : 'narrower';
}

function orderOf(value: Json): number | string | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value;
}

/** One of some values of which one includes others: `includes` lists what each of them allows. */
export function oneOf(includes: Readonly<Record<string, readonly string[]>>) {
  return (base: Json | undefined, revision: Json | undefined): Shift => {
    const [before, after] = [base, revision].map((value) => includes[typeof value === 'string' ? value : '']);
    if (before === undefined || after === undefined) return 'other';
    const [isWider, isNarrower] = [
      before.every((each) => after.includes(each)),
      after.every((each) => before.includes(each)),
    ];
    if (isWider) return isNarrower ? 'same' : 'wider';
    return isNarrower ? 'narrower' : 'other';
  };
}

/** The object at a member, empty where there is none. */
export function memberOf(value: JsonObject, name: string): JsonObject {
  const member = value[name];
  return isObject(member) ? member : {};
}
