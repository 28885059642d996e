import type { Finding, Where } from './finding.ts';

/**
 * Which side of the wire a change is on, seen from the client: `request` is what it sends (parameters, request bodies, the
 * answers to callbacks and webhooks), `response` is what it receives. A narrowing breaks the one, a widening the other.
 */
export type Direction = 'request' | 'response' | 'both';

/** One difference between two versions of a contract. As a finding: error breaks, warning may break, info does not. */
export interface Change extends Finding {
  readonly direction: Direction;
  /** As a person names it: `GET /parcels/{parcelId}`, `receive parcelCreated`, `manifest.csv`. Absent for the document. */
  readonly operation?: string;
  /** In the base document; absent for what was added. */
  readonly base?: Where;
  /** In the revision; absent for what was removed. `where` is this, or `base`. */
  readonly revision?: Where;
}

/** One difference between two schemas, before anyone knows in which operation it stands. */
export interface SchemaChange {
  readonly code: string;
  readonly severity: Finding['severity'];
  /** One sentence: `the property 'weightGrams' became required`. */
  readonly message: string;
  readonly fix?: string;
  readonly expected?: Finding['expected'];
  readonly actual?: Finding['actual'];
  /** Where in the value it is: `/weightGrams`; a key `*` is every item or further property, '' the value itself. */
  readonly path: string;
  /** Of the keyword, into the base document. */
  readonly basePointer?: string;
  /** Of the keyword, into the revised document. */
  readonly revisionPointer?: string;
}
