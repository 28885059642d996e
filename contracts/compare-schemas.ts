import type { Direction, SchemaChange } from './change.ts';
import { compareAlternatives } from './compare-alternatives.ts';
import { compareArrays } from './compare-arrays.ts';
import { compareBounds } from './compare-bounds.ts';
import { compareConditions } from './compare-conditions.ts';
import { compareNotes } from './compare-notes.ts';
import { compareObjects } from './compare-objects.ts';
import { compareTypes } from './compare-types.ts';
import { compareValues } from './compare-values.ts';
import { difference } from './difference.ts';
import type { Severity } from './finding.ts';
import { escapePointer, splitPointer } from './json-pointer.ts';
import type { JsonObject } from './json.ts';
import type { Contract } from './model.ts';
import { formOf, type SchemaDocument } from './read-schema.ts';
import { samenessOf, type Sameness } from './same-schema.ts';
import { acceptsNothing, pointerOf, schemaAt } from './schema-form.ts';
import type { Comparer, Comparison, Difference, Effect, Forms, Pair, Relation, Step } from './schema-difference.ts';

/** A schema in its document. */
export interface SchemaSide {
  readonly contract: Pick<Contract, 'document' | 'specification'>;
  /** Of the schema, into `contract.document`. */
  readonly pointer: string;
}

/**
 * What changed between two schemas, judged by what they accept and not by how they are spelled: a reference inlined, an
 * `allOf` taken apart, `nullable` written as a type, members in another order are no change. In a request less may not be
 * accepted than before, in a response no more may come.
 *
 * Each change is told once, at the innermost place. Its `path` has `*` for every item and every further property.
 * `carriedAs` is `text` for parameters, headers and form fields: there a number is a text as well, and a default decides
 * what an operation does. Both documents are read as they are at the first call.
 */
export function compareSchemas(
  base: SchemaSide,
  revision: SchemaSide,
  direction: Exclude<Direction, 'both'>,
  carriedAs: 'json' | 'text' = 'json',
): readonly SchemaChange[] {
  const engine = engineFor(base.contract, revision.contract, direction, carriedAs);
  const pair: Pair = { base: [schemaAt(base.pointer)], revision: [schemaAt(revision.pointer)] };
  const changes = new Map<string, SchemaChange>();
  for (const { difference, path, about } of walk(engine, pair)) {
    const change = judged(difference, path, about, direction);
    const key = `${change.code}\n${change.basePointer}\n${change.revisionPointer}\n${difference.property ?? ''}`;
    if (!changes.has(key)) changes.set(key, change);
  }
  return [...changes.values()];
}

/** Two documents in comparison, with what is known of their schemas so far. */
interface Engine {
  readonly comparer: Comparer;
  readonly sameness: Sameness;
  readonly compared: Map<string, Comparison>;
  /** Pairs from which no difference is reached. */
  readonly clean: Set<string>;
  readonly relations: Map<string, Relation>;
  /** Pairs that are being compared: taken for the same, what differs in them is told where they stand. */
  readonly open: Set<string>;
  /** How often an open pair was taken for the same: what was found meanwhile holds only as long as that pair is open. */
  assumptions: number;
  readonly provisional: Map<string, Comparison | Relation>;
}

/** Goes when the documents go. */
const engines = new WeakMap<JsonObject, WeakMap<JsonObject, Map<string, Engine>>>();
const documents = new WeakMap<JsonObject, SchemaDocument>();

function engineFor(
  base: SchemaSide['contract'],
  revision: SchemaSide['contract'],
  direction: Comparer['direction'],
  carriedAs: 'json' | 'text',
): Engine {
  const byRevision = engines.get(base.document) ?? new WeakMap<JsonObject, Map<string, Engine>>();
  engines.set(base.document, byRevision);
  const byUse = byRevision.get(revision.document) ?? new Map<string, Engine>();
  byRevision.set(revision.document, byUse);
  const use = `${direction} ${carriedAs}`;
  const engine = byUse.get(use) ?? createEngine(documentOf(base), documentOf(revision), direction, carriedAs);
  byUse.set(use, engine);
  return engine;
}

function documentOf({ document, specification }: SchemaSide['contract']): SchemaDocument {
  const known = documents.get(document);
  if (known !== undefined) return known;
  const created = { document, isOld: /^(2\.0|3\.0)/.test(specification), forms: new Map() };
  documents.set(document, created);
  return created;
}

function createEngine(
  base: SchemaDocument,
  revision: SchemaDocument,
  direction: Comparer['direction'],
  carriedAs: 'json' | 'text',
): Engine {
  const comparer: Comparer = {
    base,
    revision,
    direction,
    isText: carriedAs === 'text',
    relate: (pair) => relate(engine, pair),
  };
  const engine: Engine = {
    comparer,
    sameness: samenessOf(base, revision),
    compared: new Map(),
    clean: new Set(),
    relations: new Map(),
    open: new Set(),
    assumptions: 0,
    provisional: new Map(),
  };
  return engine;
}

interface Found {
  readonly difference: Difference;
  readonly path: string;
  readonly about: string | undefined;
}

/** Every difference that is reached, breadth first: each pair once, by its shortest path. */
function* walk(engine: Engine, start: Pair): Generator<Found, void> {
  const seen = new Set<string>();
  const waiting: Step[] = [{ ...start, path: '' }];
  let count = 0;
  const assumptions = engine.assumptions;
  for (let at = 0; at < waiting.length; at++) {
    const step = waiting[at];
    if (step === undefined) break;
    const key = keyOf(step);
    if (seen.has(key) || engine.clean.has(key)) continue;
    seen.add(key);
    if (engine.open.has(key)) {
      engine.assumptions += 1;
      continue;
    }
    if (isUnchanged(engine, step)) continue;
    const { differences, steps } = compareOnce(engine, step, key);
    count += differences.length;
    for (const difference of differences) yield { difference, path: step.path, about: step.about };
    for (const next of steps) {
      const about = next.about ?? (next.path === '' ? step.about : undefined);
      waiting.push({ ...next, path: step.path + next.path, ...(about === undefined ? {} : { about }) });
    }
  }
  if (count === 0 && engine.assumptions === assumptions) for (const key of seen) engine.clean.add(key);
}

function keyOf({ base, revision }: Pair): string {
  return `${base.join('\n')}\r${revision.join('\n')}`;
}

function isUnchanged({ sameness }: Engine, { base, revision }: Pair): boolean {
  if (base.length !== revision.length) return false;
  return base.every((part, at) => {
    const other = revision[at] ?? '';
    const areSchemas = part.startsWith('#') && other.startsWith('#');
    return areSchemas ? sameness(part.slice(1), other.slice(1)) : part === other;
  });
}

function compareOnce(engine: Engine, pair: Pair, key: string): Comparison {
  const known = engine.compared.get(key) ?? engine.provisional.get(key);
  if (known !== undefined && 'steps' in known) return known;
  const assumptions = engine.assumptions;
  engine.open.add(key);
  const found = compare(engine.comparer, pair);
  engine.open.delete(key);
  if (engine.open.size === 0) engine.provisional.clear();
  const holds = engine.open.size === 0 || engine.assumptions === assumptions;
  (holds ? engine.compared : engine.provisional).set(key, found);
  return found;
}

function compare(comparer: Comparer, pair: Pair): Comparison {
  const found: Comparison = { differences: [], steps: [] };
  const base = formOf(comparer.base, pair.base);
  const revision = formOf(comparer.revision, pair.revision);
  const forms: Forms = { base, revision, pair };
  if (acceptsNothing(base) || acceptsNothing(revision)) return compareNothing(forms, found);
  compareNotes(comparer, forms, found);
  if (compareAlternatives(comparer, forms, found)) return found;
  const shared = compareTypes(comparer, forms, found);
  if (shared.size === 0) return found;
  const isSameType = base.types.size === shared.size && revision.types.size === shared.size;
  compareValues(forms, shared, found);
  compareBounds(forms, shared, found);
  if (isSameType || shared.has('object')) compareObjects(comparer, forms, found);
  if (isSameType || shared.has('array')) compareArrays(comparer, forms, found);
  compareConditions(comparer, forms, found);
  return found;
}

/** `false`, or a schema that contradicts itself. */
function compareNothing({ base, revision, pair }: Forms, found: Comparison): Comparison {
  if (acceptsNothing(base) === acceptsNothing(revision)) return found;
  const isForbidden = acceptsNothing(revision);
  found.differences.push(
    difference(
      isForbidden ? 'became-forbidden' : 'became-allowed',
      isForbidden ? 'narrows' : 'widens',
      (subject) => `${subject} ${isForbidden ? 'is no longer allowed at all' : 'was not allowed at all and now is'}`,
      {
        basePointer: base.typesPointer ?? pointerOf(pair.base),
        revisionPointer: revision.typesPointer ?? pointerOf(pair.revision),
      },
    ),
  );
  return found;
}

/** By all differences that are reached; those without an effect do not count. */
function relate(engine: Engine, pair: Pair): Relation {
  const key = keyOf(pair);
  const known = engine.relations.get(key) ?? engine.provisional.get(`relation ${key}`);
  if (known !== undefined && 'narrows' in known) return known;
  const assumptions = engine.assumptions;
  let [narrows, widens] = [false, false];
  for (const { difference } of walk(engine, pair)) {
    narrows ||= difference.effect === 'narrows' || difference.effect === 'changes';
    widens ||= difference.effect === 'widens' || difference.effect === 'changes';
    if (narrows && widens) break;
  }
  const relation = { narrows, widens };
  if (engine.assumptions === assumptions) engine.relations.set(key, relation);
  else engine.provisional.set(`relation ${key}`, relation);
  return relation;
}

const SEVERITIES: Record<Comparer['direction'], Record<Effect, Severity>> = {
  request: { narrows: 'error', widens: 'info', changes: 'error', nothing: 'info' },
  response: { narrows: 'info', widens: 'error', changes: 'error', nothing: 'info' },
};

function judged(
  difference: Difference,
  parent: string,
  about: string | undefined,
  direction: Comparer['direction'],
): SchemaChange {
  const { code, effect, message, fix, expected, actual, basePointer, revisionPointer, property } = difference;
  const path = property === undefined ? parent : `${parent}/${escapePointer(property)}`;
  const severity = difference[direction] ?? SEVERITIES[direction][effect];
  return {
    code: `${direction}-${code}`,
    severity,
    message: message(subjectOf(path, property === undefined ? about : undefined)),
    // What breaks nobody needs no remedy.
    ...(fix === undefined || severity === 'info' ? {} : { fix }),
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    path,
    ...(basePointer === undefined ? {} : { basePointer }),
    ...(revisionPointer === undefined ? {} : { revisionPointer }),
  };
}

function subjectOf(path: string, about: string | undefined): string {
  const keys = splitPointer(path);
  const last = keys.at(-1);
  const own = keys.findLast((key) => key !== '*' && !/^\d+$/.test(key));
  const holder = own === undefined ? 'the value' : `the property '${own}'`;
  if (about !== undefined) return `${about} (${holder})`;
  if (last === undefined || last === own) return holder;
  return last === '*' ? `each item of ${holder}` : `item ${last} of ${holder}`;
}
