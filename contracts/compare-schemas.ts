import type { Direction, SchemaChange } from './change.ts';
import type { Contract } from './model.ts';

/** A schema in its document. */
export interface SchemaSide {
  readonly contract: Contract;
  /** Of the schema, into `contract.document`. */
  readonly pointer: string;
}

/** What changed between two schemas, judged by what they accept. */
export function compareSchemas(
  _base: SchemaSide,
  _revision: SchemaSide,
  _direction: Exclude<Direction, 'both'>,
): readonly SchemaChange[] {
  return [];
}
