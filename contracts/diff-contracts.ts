import type { Change } from './change.ts';
import { diffEvents } from './diff-events.ts';
import { diffFiles } from './diff-files.ts';
import { diffOperations } from './diff-operations.ts';
import type { DiffSide } from './diff-side.ts';
import { TallyError } from './error.ts';
import type { Finding } from './finding.ts';

/** Whether a revision may take the base's place: it breaks, it may break, or it does neither. */
export type DiffVerdict = 'breaking' | 'warning' | 'compatible';

/**
 * What changed between two versions of a contract, in the order in which a person would read it.
 *
 * @param today `2026-12-31`, what sunset dates are held against
 * @throws TallyError CONTRACTS_INCOMPARABLE for two of different kinds, and for pacts
 */
export function diffContracts(
  base: DiffSide,
  revision: DiffSide,
  today = new Date().toISOString().slice(0, 10),
): readonly Change[] {
  const kind = base.contract.kind;
  if (kind !== revision.contract.kind)
    throw incomparable(base, revision, `it is ${kind}, the other is ${revision.contract.kind}`);
  if (kind === 'openapi') return diffOperations(base, revision, today);
  if (kind === 'asyncapi') return diffEvents(base, revision);
  if (kind === 'file') return diffFiles(base, revision);
  throw incomparable(
    base,
    revision,
    'a pact is an example of use, and is compared with a contract, not with another pact',
  );
}

/** An error breaks, a warning may break, information does neither. */
export function verdictOf(changes: readonly Pick<Finding, 'severity'>[]): DiffVerdict {
  if (changes.some(({ severity }) => severity === 'error')) return 'breaking';
  return changes.some(({ severity }) => severity === 'warning') ? 'warning' : 'compatible';
}

function incomparable(base: DiffSide, revision: DiffSide, why: string): TallyError {
  return new TallyError({
    code: 'CONTRACTS_INCOMPARABLE',
    where: `${base.contract.source} and ${revision.contract.source}`,
    why,
    fix: 'name two versions of one API, event or file contract',
  });
}
