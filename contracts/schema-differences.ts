import type { CarriedAs } from './carried-as.ts';
import type { SchemaChange } from './change.ts';
import { splitPointer } from './json-pointer.ts';
import type { Difference, Documents, MatchedOperation, Side } from './rule.ts';

/** A schema of an operation on both sides. */
export interface SchemaPlace {
  readonly operation: MatchedOperation;
  /** As it follows "in": `the request body`, `the query parameter 'limit'`. */
  readonly name: string;
  readonly direction: Side;
  readonly carriedAs: CarriedAs;
  readonly base: string;
  readonly revision: string;
  /** What a rule judges itself. */
  leaveOut?(change: SchemaChange): boolean;
}

/** What changed of a schema at one place of an operation, in that place's words. */
export function schemaDifferences(documents: Documents, place: SchemaPlace): readonly Difference[] {
  const { operation, direction, carriedAs } = place;
  return documents
    .compareSchemas(place.base, place.revision, direction, carriedAs)
    .filter((change) => place.leaveOut?.(change) !== true)
    .map(({ basePointer, revisionPointer, path, ...change }) => ({
      ...change,
      place: `${holderOf(path)}${place.name}`,
      direction,
      operation,
      ...(basePointer === undefined ? {} : { base: basePointer }),
      ...(revisionPointer === undefined ? {} : { revision: revisionPointer }),
    }));
}

/** What holds the property that the sentence names: `items of recipient.lines of `, nothing for one of the value itself. */
function holderOf(path: string): string {
  const keys = splitPointer(path);
  const own = keys.findLastIndex((key) => key !== '*' && !/^\d+$/.test(key));
  const parents = keys.slice(0, Math.max(own, 0));
  if (parents.length === 0) return '';
  const isInList = parents.at(-1) === '*';
  const named = (isInList ? parents.slice(0, -1) : parents).join('.');
  if (!isInList) return `${named} of `;
  return named === '' ? 'items of ' : `items of ${named} of `;
}
