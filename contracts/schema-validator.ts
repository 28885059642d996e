import type { Json } from './json.ts';
import type { Contract } from './model.ts';

/** One way in which a value departs from a schema of a contract. */
export interface SchemaProblem {
  /** RFC 6901, into the value. */
  readonly instancePointer: string;
  /** Of the keyword that is broken, into `contract.document`: hand it to `locate`. */
  readonly schemaPointer: string;
  readonly keyword: string;
  /** `must have required property 'weightGrams'`. */
  readonly message: string;
  readonly expected: Json;
  readonly actual: Json;
}

export type SchemaValidator = (value: Json) => readonly SchemaProblem[];

/**
 * Compiles the schema at `pointer` in `contract.document` once; later calls get the same validator. OpenAPI 2.0 and 3.0
 * schemas are read as those versions mean them (`nullable`, boolean `exclusiveMinimum`), `readOnly` properties are not
 * required in a request nor `writeOnly` ones in a response.
 *
 * @throws TallyError SCHEMA_INVALID, with the place; a schema that failed to compile once is not compiled again
 */
export function schemaValidator(_contract: Contract, _pointer: string, _direction: 'request' | 'response'): SchemaValidator {
  throw new Error('not built yet');
}
