import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { isObject, locateIn, type Finding, type Json, type JsonObject } from '../contracts/index.ts';
import { interactionKey } from './merge-pacts.ts';

const FIX = 'run `tally verify --update-pacts` and commit the pact, so that the provider is held to it';

/**
 * Holds what the tests wrote to the committed pact. What counts is which interactions there are and what they say;
 * order, layout and metadata do not.
 *
 * @param source the committed pact, relative to `root`; the finding says so when there is none
 */
export function comparePacts(root: string, source: string, merged: JsonObject): readonly Finding[] {
  const committed = readPact(join(root, source));
  const where = { source, pointer: '', line: 1, column: 1 };
  const outdated = { code: 'pact-outdated', severity: 'warning', fix: FIX } as const;
  if (committed === undefined) {
    return [{ ...outdated, message: 'the pact that the consumer tests wrote is not committed', where }];
  }
  const difference = differenceOf(interactionsOf(committed), interactionsOf(merged));
  if (difference === undefined) return [];
  const pointer = difference.index === undefined ? '/interactions' : `/interactions/${difference.index}`;
  const message = `the committed pact is not what the consumer tests say: ${difference.summary}`;
  return [{ ...outdated, message, where: locateIn(root, source, pointer) }];
}

/** A pact file as data; undefined where there is none or it is not JSON. */
function readPact(path: string): JsonObject | undefined {
  try {
    const pact: Json = JSON.parse(readFileSync(path, 'utf8'));
    return isObject(pact) ? pact : undefined;
  } catch {
    return undefined;
  }
}

function interactionsOf(pact: JsonObject): readonly JsonObject[] {
  return Array.isArray(pact['interactions']) ? pact['interactions'].filter(isObject) : [];
}

/** Which interactions differ, and the first of them that stands in the committed pact. */
function differenceOf(
  committed: readonly JsonObject[],
  merged: readonly JsonObject[],
): { readonly summary: string; readonly index?: number } | undefined {
  const wanted = new Map(merged.map((each) => [interactionKey(each), each]));
  const present = new Set(committed.map(interactionKey));
  const added = merged.filter((each) => !present.has(interactionKey(each)));
  const removed = committed.filter((each) => !wanted.has(interactionKey(each)));
  const changed = committed.filter((each) => {
    const other = wanted.get(interactionKey(each));
    return other !== undefined && !isDeepStrictEqual(other, each);
  });
  if (added.length + removed.length + changed.length === 0) return undefined;
  const parts = [listed('changed', changed), listed('new', added), listed('gone', removed)].filter(
    (part) => part !== '',
  );
  const index = committed.findIndex((each) => changed.includes(each) || removed.includes(each));
  return { summary: parts.join('; '), ...(index !== -1 && { index }) };
}

function listed(word: string, interactions: readonly JsonObject[]): string {
  const names = interactions.map(({ description }) => JSON.stringify(description));
  if (names.length === 0) return '';
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${word} ${shown} and ${names.length - 3} more` : `${word} ${shown}`;
}
