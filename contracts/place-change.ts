import type { Change, Direction, SchemaChange } from './change.ts';
import type { DiffSide } from './diff-side.ts';
import { locate } from './locate.ts';

/** Two versions of one contract. */
export interface DiffSides {
  readonly base: DiffSide;
  readonly revision: DiffSide;
}

/** Into the documents of the two sides. */
export interface DiffPointers {
  readonly base?: string;
  readonly revision?: string;
}

/** A change with its lines. */
export function placeChange(
  sides: DiffSides,
  pointers: DiffPointers,
  change: Omit<Change, 'where' | 'base' | 'revision'>,
): Change {
  const at = (side: keyof DiffSides) => {
    const pointer = pointers[side];
    return pointer === undefined ? undefined : locate(sides[side].root, sides[side].contract, pointer);
  };
  const [base, revision] = [at('base'), at('revision')];
  const where = revision ?? base ?? locate(sides.revision.root, sides.revision.contract, '');
  return {
    ...change,
    where,
    ...(base === undefined ? {} : { base }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** A change of a schema as a change of the contract: in which operation, and in which direction. */
export function placeSchemaChange(
  sides: DiffSides,
  change: SchemaChange,
  context: { readonly direction: Direction; readonly operation: string },
): Change {
  const { path, basePointer, revisionPointer, expected, actual, ...rest } = change;
  const pointers = {
    ...(basePointer === undefined ? {} : { base: basePointer }),
    ...(revisionPointer === undefined ? {} : { revision: revisionPointer }),
  };
  return placeChange(sides, pointers, {
    ...rest,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
    ...(path === '' ? {} : { instancePointer: path }),
    ...context,
  });
}
