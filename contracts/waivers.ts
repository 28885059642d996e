import type { Finding } from './finding.ts';

/** Leave to depart from a contract for a while, granted by someone who answers for it. */
export interface Waiver {
  /** Of the finding: `request-property-required`. */
  readonly code: string;
  /** A source, a pointer or an operation, exact or a glob: `*` is anything but a slash, `**` anything. */
  readonly place: string;
  readonly owner: string;
  readonly reason: string;
  /** `2026-12-31`: the last day on which it holds, UTC. */
  readonly expires: string;
  /** Of the waiver itself. */
  readonly where: Finding['where'];
}

/** Findings after waivers, and what is wrong with the waivers. */
export interface Waived<T extends Finding> {
  readonly findings: readonly T[];
  /** `waiver-expired`, `waiver-unused`, on the waiver's own line. */
  readonly problems: readonly Finding[];
}

/**
 * The waivers of a workspace, none where it has no `contracts/waivers.yaml`.
 *
 * @throws TallyError WAIVERS_UNREADABLE, WAIVERS_INVALID with the line
 */
export async function readWaivers(_root: string): Promise<readonly Waiver[]> {
  return [];
}

/** Turns waived errors and warnings into information that names its waiver. `today` is `2026-12-31`. */
export function applyWaivers<T extends Finding>(
  findings: readonly T[],
  _waivers: readonly Waiver[],
  _today: string,
): Waived<T> {
  return { findings, problems: [] };
}
