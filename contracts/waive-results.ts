import type { Finding } from './finding.ts';
import { withFindings, type Result } from './result.ts';
import { openWaivers, readWaivers } from './waivers.ts';

/** The waivers of a workspace, applied to the results of one run as they come. */
export interface ResultWaivers {
  /** Whether there are any. */
  readonly isEmpty: boolean;
  /** The result with its waived findings as information, and the status that the others amount to. */
  waive(result: Result): Result;
  /**
   * `waiver-expired`, and, where the run looked at the whole workspace, `waiver-unused` for the suites that ran. One whose
   * suite could not run to its end is not called unused.
   */
  problems(isWhole: boolean): readonly Finding[];
}

/**
 * Reads the waivers of a workspace for a run on a day in UTC, `2026-12-31`.
 *
 * @throws TallyError WAIVERS_UNREADABLE, WAIVERS_INVALID
 */
export async function openResultWaivers(root: string, today: string): Promise<ResultWaivers> {
  const waivers = await readWaivers(root);
  const ledger = openWaivers(waivers, today);
  const ran = new Set<string>();
  const stopped = new Set<string>();
  return {
    isEmpty: waivers.length === 0,
    waive: (result) => {
      ran.add(result.suite);
      if (['errored', 'inconclusive'].includes(result.status)) stopped.add(result.suite);
      const findings = ledger.apply(result.findings, result.suite);
      return withFindings(result, findings);
    },
    problems: (isWhole) => ledger.problems(isWhole ? [...ran].filter((suite) => !stopped.has(suite)) : []),
  };
}
