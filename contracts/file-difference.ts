import type { Severity } from './finding.ts';
import type { Json } from './json.ts';

/**
 * What a change does to the set of files that keep to the contract: more of them do, fewer, others, the same. `unclear` is
 * what no program can tell.
 */
export type Shift = 'wider' | 'narrower' | 'other' | 'same' | 'unclear';

/** One difference between two descriptions of a file. */
export interface FileDifference {
  readonly code: string;
  readonly shift: Shift;
  readonly message: string;
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** Keys from the resource; absent for what was added. */
  readonly base?: FilePlace;
  /** Keys from the resource; absent for what was removed. */
  readonly revision?: FilePlace;
}

/** Keys from the resource, or a line of the XSD. */
export type FilePlace =
  | { readonly keys: readonly (string | number)[] }
  | { readonly pointer: string; readonly line: number; readonly column: number };

/** Who is hurt: the partner reads what is outgoing, and writes what is incoming. */
export type FileDirection = 'outgoing' | 'incoming';

/**
 * Whoever reads is hurt by files that were none before, whoever writes by files that are none any more; both by files that
 * are others. One value more breaks here, though answers of an API may get one: receivers of files validate them, and refuse
 * the whole file or the row.
 */
export function severityOf(shift: Shift, direction: FileDirection): Severity {
  if (shift === 'other') return 'error';
  if (shift === 'unclear') return 'warning';
  if (shift === 'same') return 'info';
  return (shift === 'wider') === (direction === 'outgoing') ? 'error' : 'info';
}
