import type { CarriedAs } from './carried-as.ts';
import type { Direction, SchemaChange } from './change.ts';
import { escapePointer, splitPointer } from './json-pointer.ts';
import type { JsonObject } from './json.ts';
import type { Contract } from './model.ts';
import { createPairGraph, differencesFrom, type PairGraph } from './pair-graph.ts';
import type { SchemaDocument } from './read-schema.ts';
import { schemaAt } from './schema-form.ts';
import { severityOf, type Comparer, type Difference, type Pair } from './schema-difference.ts';

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
 * `carriedAs` is `text` for parameters and headers: there a number is a text as well. Both documents are read as they are
 * at the first call.
 */
export function compareSchemas(
  base: SchemaSide,
  revision: SchemaSide,
  direction: Exclude<Direction, 'both'>,
  carriedAs: CarriedAs = 'json',
): readonly SchemaChange[] {
  const graph = graphFor(base.contract, revision.contract, direction);
  const pair: Pair = { base: [schemaAt(base.pointer)], revision: [schemaAt(revision.pointer)] };
  const changes = new Map<string, SchemaChange>();
  for (const { difference, path, about } of differencesFrom(graph, pair, carriedAs)) {
    const change = judged(difference, path, about, direction);
    const key = `${change.code}\n${change.basePointer}\n${change.revisionPointer}\n${difference.property ?? ''}`;
    if (!changes.has(key)) changes.set(key, change);
  }
  return [...changes.values()];
}

/** Goes when the documents go. */
const graphs = new WeakMap<JsonObject, WeakMap<JsonObject, Map<string, PairGraph>>>();
const documents = new WeakMap<JsonObject, SchemaDocument>();

function graphFor(
  base: SchemaSide['contract'],
  revision: SchemaSide['contract'],
  direction: Comparer['direction'],
): PairGraph {
  const byRevision = graphs.get(base.document) ?? new WeakMap<JsonObject, Map<string, PairGraph>>();
  graphs.set(base.document, byRevision);
  const byDirection = byRevision.get(revision.document) ?? new Map<string, PairGraph>();
  byRevision.set(revision.document, byDirection);
  const graph = byDirection.get(direction) ?? createPairGraph(documentOf(base), documentOf(revision), direction);
  byDirection.set(direction, graph);
  return graph;
}

function documentOf({ document, specification }: SchemaSide['contract']): SchemaDocument {
  const known = documents.get(document);
  if (known !== undefined) return known;
  const created = { document, isOld: /^(2\.0|3\.0)/.test(specification), forms: new Map() };
  documents.set(document, created);
  return created;
}

function judged(
  difference: Difference,
  parent: string,
  about: string | undefined,
  direction: Comparer['direction'],
): SchemaChange {
  const { code, message, fix, expected, actual, basePointer, revisionPointer, property } = difference;
  const path = property === undefined ? parent : `${parent}/${escapePointer(property)}`;
  const severity = severityOf(difference, direction);
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
