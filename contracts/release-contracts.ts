import { TallyError } from './error.ts';
import { isAtLeast, type Severity } from './finding.ts';
import { recordReleases, RELEASES_FILE } from './releases.ts';
import type { Result } from './result.ts';
import { runCheck, type RunContext } from './run-context.ts';

/**
 * Releases every contract of the workspace that was not released before, if nothing that ran so far speaks against it:
 * from then on its document does not change any more. Emits the result `released` of the suite `check`.
 *
 * @param emitted what ran so far, after waivers
 * @param today a day in UTC: `2026-03-02`
 */
export async function releaseContracts(
  context: RunContext,
  emitted: readonly Result[],
  failOn: Severity,
  today = new Date().toISOString().slice(0, 10),
): Promise<void> {
  const { workspace, log, signal } = context;
  const against = emitted.filter((result) => speaksAgainst(result, failOn));
  await runCheck(context, { id: 'released', suite: 'check', subject: RELEASES_FILE }, async () => {
    if (workspace.configSource === undefined) throw withoutWorkspace(workspace.root);
    if (signal.aborted) return { status: 'inconclusive', reason: 'interrupted before it ended' };
    const [first] = against;
    if (first !== undefined) return { status: 'skipped', reason: refusal(against.length, first) };
    const contracts = workspace.contracts.map(({ contract }) => contract);
    const added = await recordReleases(workspace.root, contracts, today);
    for (const { name, kind, version } of added)
      log.info(`released ${name} ${version}${kind === 'openapi' ? '' : ` · ${kind}`}`);
    return {};
  });
}

function speaksAgainst({ status, findings }: Result, failOn: Severity): boolean {
  if (status === 'failed' || status === 'errored' || status === 'inconclusive') return true;
  return findings.some(({ severity }) => isAtLeast(severity, failOn));
}

function refusal(count: number, first: Result): string {
  const others = count === 1 ? '' : ` and ${count - 1} more`;
  return `nothing was released: ${first.id} of ${first.subject}${others} did not pass`;
}

function withoutWorkspace(root: string): TallyError {
  return new TallyError({
    code: 'RELEASE_WITHOUT_WORKSPACE',
    where: 'tally check --release',
    why: `there is no workspace at ${root} that could keep a record`,
    fix: 'run it in a folder with tally.yaml, without naming documents',
  });
}
