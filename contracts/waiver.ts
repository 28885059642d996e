import type { Where } from './finding.ts';

/** Leave to depart from a contract for a while, granted by someone who answers for it. */
export interface Waiver {
  /** Of the finding: `response-required-property-removed`. */
  readonly code: string;
  /**
   * A source, a pointer, `source#pointer` or an operation, exact or a glob: `*` is anything but a slash, `**` anything.
   */
  readonly place: string;
  readonly owner: string;
  readonly reason: string;
  /** The last day on which it holds, in UTC: `2026-12-31`. */
  readonly expires: string;
  /** The suite whose findings it is about; absent: any. See `Result.suite`; `diff` is `tally diff`. */
  readonly suite?: string;
  /** The file that `place` names, where there is none of that name in the workspace. */
  readonly missingFile?: string;
  /** Of the waiver itself. */
  readonly where: Where;
}
