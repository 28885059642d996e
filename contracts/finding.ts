import type { Json } from './json.ts';
import type { Exchange } from './exchange.ts';

/** How bad a departure is. `--fail-on` names the lowest one that breaks a build. */
export type Severity = 'error' | 'warning' | 'info';

/** A place in a document. */
export interface Where {
  /** Path relative to the workspace root, with forward slashes; an absolute path or URL outside it. */
  readonly source: string;
  /** RFC 6901 JSON Pointer within `source`; '' is the whole document. */
  readonly pointer: string;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
}

/** The subject departs from its contract. Returned, never thrown: see TallyError for the other case. */
export interface Finding {
  /** Stable kebab-case id, for example `response-body-mismatch`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it, in one sentence. */
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** The line of the contract that is broken. */
  readonly where: Where;
  /** Other lines that have a part in it: of the contract that a pact departs from. */
  readonly related?: readonly Where[];
  readonly operationId?: string;
  /** As a person names it: `GET /parcels/{parcelId}`, `send parcelCreated`, `manifest.csv`. */
  readonly operation?: string;
  /** Where in the observed body the departure is: RFC 6901, for example `/items/0/weightGrams`. */
  readonly instancePointer?: string;
  /** What was seen on the wire, redacted. */
  readonly exchange?: Exchange;
}

const RANK: Record<Severity, number> = { error: 2, warning: 1, info: 0 };

/** Whether a finding is at or above the severity that breaks the build. */
export function isAtLeast(severity: Severity, failOn: Severity): boolean {
  return RANK[severity] >= RANK[failOn];
}
