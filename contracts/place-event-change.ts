import type { Change, Direction, SchemaChange } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import { eventCodes } from './event-codes.ts';
import type { Severity } from './finding.ts';
import type { Json } from './json.ts';
import type { Message } from './model.ts';
import { placeChange, placeSchemaChange, type DiffPointers, type DiffSides } from './place-change.ts';

/** Seen from the partner: what the application sends, it receives. */
export const DIRECTIONS: Record<Message['action'], Exclude<Direction, 'both'>> = {
  send: 'response',
  receive: 'request',
};

export const VERBS: Record<Message['action'], string> = { send: 'sends', receive: 'receives' };

type Said = Pick<Change, 'message' | 'fix' | 'expected' | 'actual' | 'direction' | 'operation'> & {
  /** Only where it is not the code's own. */
  readonly severity?: Severity;
  readonly pointers: DiffPointers;
};

/** A change of an AsyncAPI document with its lines and the severity of its code. */
export function eventChange(sides: DiffSides, code: string, { pointers, ...said }: Said): Change {
  const severity = eventCodes.find((each) => each.code === code)?.severity ?? 'error';
  return placeChange(sides, pointers, { code, severity, ...said });
}

/** Of whom a change of a schema is told. */
export interface SchemaSubject {
  readonly direction: Exclude<Direction, 'both'>;
  readonly operation: string;
}

/** What changed in a schema that stands in both documents, or in one of them. */
export function eventSchemaChanges(
  sides: DiffSides,
  subject: SchemaSubject,
  pointers: Required<DiffPointers>,
): readonly Change[] {
  return compare(sides, subject, pointers).map((change) => placeSchemaChange(sides, change, subject));
}

/** Two schemas that stand in no document as they are, as they were put together from traits. */
export interface MergedSchemas {
  readonly base: Json;
  readonly revision: Json;
  /** Where their changes are placed. */
  readonly places: Required<DiffPointers>;
}

/** The same for merged schemas; their references lead into the documents. */
export function mergedSchemaChanges(
  { base, revision }: DiffSides,
  subject: SchemaSubject,
  merged: MergedSchemas,
): readonly Change[] {
  const { places } = merged;
  const sides = { base: withSchema(base, merged.base), revision: withSchema(revision, merged.revision) };
  return compare(sides, subject, { base: MERGED, revision: MERGED }).map((change) =>
    placeSchemaChange(sides, moved(change, places), subject),
  );
}

const MERGED = '/x-tally-merged';

function withSchema(side: DiffSides['base'], schema: Json): DiffSides['base'] {
  const document = { ...side.contract.document, [MERGED.slice(1)]: schema };
  return { ...side, contract: { ...side.contract, document } };
}

function compare(
  { base, revision }: DiffSides,
  { direction }: SchemaSubject,
  pointers: Required<DiffPointers>,
): readonly SchemaChange[] {
  return compareSchemas(
    { contract: base.contract, pointer: pointers.base },
    { contract: revision.contract, pointer: pointers.revision },
    direction,
  );
}

function moved({ basePointer, revisionPointer, ...rest }: SchemaChange, places: Required<DiffPointers>): SchemaChange {
  return {
    ...rest,
    ...(basePointer === undefined ? {} : { basePointer: move(basePointer, places.base) }),
    ...(revisionPointer === undefined ? {} : { revisionPointer: move(revisionPointer, places.revision) }),
  };
}

function move(pointer: string, to: string): string {
  return pointer === MERGED || pointer.startsWith(`${MERGED}/`) ? to + pointer.slice(MERGED.length) : pointer;
}
