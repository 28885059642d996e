import type { SchemaChange } from './change.ts';
import type { Difference, Documents, MatchedOperation, Side } from './rule.ts';

/** A schema of an operation on both sides. */
export interface SchemaPlace {
  readonly operation: MatchedOperation;
  /** As it follows "in": `the request body`, `the query parameter 'limit'`. */
  readonly name: string;
  readonly direction: Side;
  readonly base: string;
  readonly revision: string;
  /** What a rule judges itself. */
  leaveOut?(change: SchemaChange): boolean;
}

/** What changed of a schema at one place of an operation, in that place's words. */
export function schemaDifferences(documents: Documents, place: SchemaPlace): readonly Difference[] {
  const { operation, direction } = place;
  return documents
    .compareSchemas(place.base, place.revision, direction)
    .filter((change) => place.leaveOut?.(change) !== true)
    .map(({ basePointer, revisionPointer, path: _path, ...change }) => ({
      ...change,
      place: place.name,
      direction,
      operation,
      ...(basePointer === undefined ? {} : { base: basePointer }),
      ...(revisionPointer === undefined ? {} : { revision: revisionPointer }),
    }));
}
