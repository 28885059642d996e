import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import type { Change } from './change.ts';
import { diffOf } from './fixtures/diff-of.ts';
import { inlined, reworded } from './fixtures/same-document.ts';
import { joinPointer, splitPointer } from './json-pointer.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/** A few real documents of each version of OpenAPI, with how often each is changed at random. */
const DOCUMENTS = [
  ['contracts/apis/parcels/1.4.0/openapi.json', 2],
  ['contracts/apis/parcels/2.0.0/openapi.yaml', 2],
  ['node_modules/@readme/oas-examples/2.0/json/petstore.json', 4],
  ['node_modules/@readme/oas-examples/3.0/json/petstore.json', 4],
  ['node_modules/@readme/oas-examples/3.0/json/callbacks.json', 4],
  ['node_modules/@readme/oas-examples/3.1/json/webhooks.json', 4],
] as const;

const root = fileURLToPath(new URL('../', import.meta.url));
const documents = DOCUMENTS.map(([name, times]) => {
  const value: JsonObject = parse(readFileSync(root + name, 'utf8'), { maxAliasCount: -1 });
  return [name.replace(/^.*apis\/|^node_modules\//, ''), value, { numRuns: times }] as const;
});

/** What a person may do to a member of a document, wherever it stands. */
type Edit = (member: Json, key: string, parent: string) => Json | undefined;

const EDITS: readonly Edit[] = [
  (_member, key, parent) =>
    parent === 'properties' || parent === 'paths' || /^[24]\d\d$/.test(key) ? undefined : KEEP,
  (member, key) => (key === 'type' && member === 'string' ? 'integer' : KEEP),
  (member, key) => (key === 'type' && member === 'integer' ? 'number' : KEEP),
  (member, key) => (key === 'type' && member === 'number' ? 'string' : KEEP),
  (member, key) => (key === 'required' && typeof member === 'boolean' ? !member : KEEP),
  (member, key) => (key === 'required' && Array.isArray(member) ? member.slice(1) : KEEP),
  (member, key) => (key === 'enum' && Array.isArray(member) && member.length > 1 ? member.slice(1) : KEEP),
  (member, key) => (/^(max|min)/.test(key) && typeof member === 'number' ? member + 1 : KEEP),
  (member, key) => (key === 'parameters' && Array.isArray(member) ? member.slice(1) : KEEP),
  (member, key) => (/^(get|post|put|delete|patch)$/.test(key) && isObject(member) ? undefined : KEEP),
  (member, key) => (key === 'nullable' && typeof member === 'boolean' ? !member : KEEP),
  (member, key) =>
    /^(one|any|all)Of$/.test(key) && Array.isArray(member) && member.length > 1 ? member.slice(1) : KEEP,
];
/** Stands for the member as it is. */
const KEEP: Json = '\u0000keep';

/** Pointers of the members that an edit would change. */
function placesFor(edit: Edit, value: Json, pointer = '', parent = ''): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]: [string, Json]) => {
    if (/^(example|examples|default|mapping)$/.test(key) || key.startsWith('x-')) return [];
    const at = joinPointer(pointer, key);
    const own = !Array.isArray(value) && edit(child, key, parent) !== KEEP ? [at] : [];
    return [...own, ...placesFor(edit, child, at, key)];
  });
}

/** The document after one edit; as it was where the edit has no place in it. */
function edited(document: JsonObject, edit: Edit, choice: number): JsonObject {
  const places = placesFor(edit, document);
  const place = places[choice % Math.max(places.length, 1)];
  const copy = structuredClone(document);
  if (place === undefined) return copy;
  const keys = splitPointer(place);
  let holder: Record<string, Json> = copy;
  for (const key of keys.slice(0, -1)) holder = holder[key] as Record<string, Json>;
  const last = keys.at(-1) ?? '';
  const next = edit(holder[last] ?? null, last, keys.at(-2) ?? '');
  if (next === undefined) delete holder[last];
  else holder[last] = next;
  return copy;
}

const edits = fc.array(fc.tuple(fc.constantFrom(...EDITS), fc.nat(100_000)), { minLength: 1, maxLength: 3 });

function editedBy(document: JsonObject, list: readonly (readonly [Edit, number])[]): JsonObject {
  return list.reduce((current, [edit, choice]) => edited(current, edit, choice), document);
}

/** What is said, without places: these move with every member. */
function said(changes: readonly Change[]): string[] {
  return changes.map(({ severity, code, operation = '' }) => `${severity} ${code} ${operation}`).toSorted();
}

function breaking(changes: readonly Change[]): string[] {
  return said(changes).filter((each) => each.startsWith('error'));
}

const OPPOSITES: readonly (readonly [string, string])[] = [
  ['became-required', 'became-optional'],
  ['became-not-nullable', 'became-nullable'],
  ['became-forbidden', 'became-allowed'],
  ['became-exclusive', 'became-inclusive'],
  ['-narrowed', '-widened'],
  ['-increased', '-decreased'],
  ['-forbidden', '-allowed'],
  ['-added', '-removed'],
];

/** What a change of a schema is called the other way round: `request-enum-value-removed`, `request-enum-value-added`. */
function oppositeOf(code: string): string {
  for (const [one, other] of OPPOSITES) {
    if (code.endsWith(one)) return code.slice(0, -one.length) + other;
    if (code.endsWith(other)) return code.slice(0, -other.length) + one;
  }
  return code;
}

const isOfSchema = ({ code, message }: Change): boolean =>
  /^(request|response)-/.test(code) && message.startsWith('in ');

describe.each(documents)('%s, changed at random', (_name, document, runs) => {
  test('is itself', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const after = editedBy(document, list);
        expect(await diffOf(after, after)).toEqual([]);
      }),
      runs,
    );
  });

  test('is the same with its keys in another order, in other words and as YAML', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const after = editedBy(document, list);
        const other = stringify(reworded(after), { aliasDuplicateObjects: false });
        expect(await diffOf(after, other)).toEqual([]);
        expect(said(await diffOf(document, other))).toEqual(said(await diffOf(document, after)));
      }),
      runs,
    );
  });

  test('breaks nobody with its references inlined', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const after = editedBy(document, list);
        const other = inlined(after, 1);
        expect([breaking(await diffOf(after, other)), breaking(await diffOf(other, after))]).toEqual([[], []]);
      }),
      runs,
    );
  });

  test('is told of the opposite the other way round', async () => {
    await fc.assert(
      fc.asyncProperty(edits, async (list) => {
        const after = editedBy(document, list);
        const [there, back] = [await diffOf(document, after), await diffOf(after, document)];
        const known = new Set(back.map(({ code, operation = '' }) => `${code} ${operation}`));
        const touched = new Set(back.map(({ operation = '' }) => operation));
        const missing = there.filter((change) => {
          const { severity, code, operation = '' } = change;
          if (severity !== 'error') return false;
          return isOfSchema(change) ? !known.has(`${oppositeOf(code)} ${operation}`) : !touched.has(operation);
        });
        expect(missing).toEqual([]);
      }),
      runs,
    );
  });
});
