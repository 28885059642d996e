import type { CarriedAs } from './carried-as.ts';
import type { Direction, SchemaChange } from './change.ts';
import type { Severity } from './finding.ts';
import type { Contract, Operation } from './model.ts';

/** One kind of change that a rule can find. */
export interface RuleCode {
  /** Stable, kebab-case: what `tally.yaml` and waivers name. */
  readonly code: string;
  readonly severity: Severity;
  readonly summary: string;
}

/** A family of changes between two OpenAPI documents. One file each; the list is `rules/index.ts`. */
export interface Rule {
  readonly id: string;
  readonly summary: string;
  readonly codes: readonly RuleCode[];
  judge(documents: Documents): readonly Difference[];
}

/** Who sends it. A narrowing of what the client sends breaks it, a widening of what it receives does. */
export type Side = Exclude<Direction, 'both'>;

/** Two documents side by side: every operation with its counterpart, callbacks and webhooks included. */
export interface Documents {
  readonly base: Contract;
  readonly revision: Contract;
  readonly matched: readonly MatchedOperation[];
  readonly removed: readonly LoneOperation[];
  readonly added: readonly LoneOperation[];
  /** `2026-12-31`, what sunset dates are held against. */
  readonly today: string;
  /** Pointers of the two schemas in their documents. A schema that is not there accepts everything. */
  compareSchemas(base: string, revision: string, direction: Side, carriedAs?: CarriedAs): readonly SchemaChange[];
}

/** Where an operation is declared; the API calls callbacks and webhooks, and a client answers them. */
export type OperationPlace = 'path' | 'callback' | 'webhook';

export interface MatchedOperation {
  /** As a person names it: `GET /parcels/{parcelId}`, `webhook parcelCreated`. */
  readonly name: string;
  readonly place: OperationPlace;
  readonly base: Operation;
  readonly revision: Operation;
  /** Seen from the client: of an operation in `paths` it sends the request; of a callback or webhook it receives it. */
  readonly request: Side;
  readonly response: Side;
}

/** An operation that only one of the documents has. */
export interface LoneOperation {
  readonly name: string;
  readonly place: OperationPlace;
  readonly operation: Operation;
  readonly request: Side;
}

/** What a rule returns: pointers, not lines, and the severity of its code. */
export interface Difference {
  readonly code: string;
  /** Only where it is not the code's own, as for changes of schemas. */
  readonly severity?: Severity;
  /** Where in the operation, as it follows "in": `the request body`. Goes before the message. */
  readonly place?: string;
  readonly message: string;
  readonly fix?: string;
  readonly expected?: SchemaChange['expected'];
  readonly actual?: SchemaChange['actual'];
  readonly direction: Direction;
  /** Absent for the document as a whole. */
  readonly operation?: MatchedOperation | LoneOperation;
  /** Pointer into the base document; absent for what was added. */
  readonly base?: string;
  /** Pointer into the revision; absent for what was removed. */
  readonly revision?: string;
}
