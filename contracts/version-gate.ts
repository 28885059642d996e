import type { Change } from './change.ts';
import { compareVersions, isSemver } from './compare-versions.ts';
import type { DiffSide } from './diff-side.ts';
import { withSeverity } from './diff-revisions.ts';
import type { Finding, Severity } from './finding.ts';
import { lifecycleFindings } from './lifecycle-findings.ts';
import { locate } from './locate.ts';
import type { Contract } from './model.ts';
import { readReleases, releaseOf, type Release } from './releases.ts';
import { runCheck, type RunContext } from './run-context.ts';

/** What changed between two versions of a contract: `diffContracts`, or what it said of the same bytes before. */
export type Differ = (
  base: DiffSide,
  revision: DiffSide,
  today: string,
) => readonly Change[] | Promise<readonly Change[]>;

/**
 * Holds the versions of each contract of a workspace against each other: a break needs a new major version, any other
 * change a new minor one, what was released does not change, what is deprecated says until when it works. Emits one result
 * `versions` of the suite `check` for each contract. `today` is a day in UTC, `2026-12-31`.
 */
export async function checkVersions(
  context: RunContext,
  diff: Differ,
  today = new Date().toISOString().slice(0, 10),
): Promise<void> {
  const { workspace } = context;
  // A bare document has no catalogue that could hold it to anything.
  if (workspace.configSource === undefined) return;
  let releases: readonly Release[] | undefined;
  for (const [subject, versions] of byName(workspace.contracts.map(({ contract }) => contract))) {
    if (context.signal.aborted) return;
    await runCheck(context, { id: 'versions', suite: 'check', subject }, async () => {
      releases ??= await readReleases(workspace.root);
      const { severities = {} } = workspace.config.gates;
      const gate: Gate = { root: workspace.root, diff, today, severities, releases };
      return { findings: await versionFindings(gate, versions) };
    });
  }
}

interface Gate {
  readonly root: string;
  readonly diff: Differ;
  readonly today: string;
  /** By code: see `Config.gates`. */
  readonly severities: Readonly<Record<string, Severity>>;
  readonly releases: readonly Release[];
}

/** The workspace's contracts are sorted by kind, name and SemVer. A pact is no version of anything. */
function byName(contracts: readonly Contract[]): ReadonlyMap<string, readonly Contract[]> {
  const named = new Map<string, Contract[]>();
  for (const contract of contracts) {
    if (contract.kind === 'pact') continue;
    const subject = contract.kind === 'openapi' ? contract.name : `${contract.name} · ${contract.kind}`;
    const versions = named.get(subject) ?? [];
    versions.push(contract);
    named.set(subject, versions);
  }
  return named;
}

async function versionFindings(gate: Gate, versions: readonly Contract[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [index, contract] of versions.entries()) {
    const earlier = versions.slice(0, index);
    findings.push(...orderFindings(gate, contract, earlier.at(-1)));
    findings.push(...releaseFindings(gate, contract));
    findings.push(...lifecycleFindings(contract, gate.root, gate.today));
    findings.push(...(await bumpFindings(gate, contract, earlier)));
  }
  return findings;
}

function versionPointer({ kind }: Contract): string {
  return kind === 'file' ? '/version' : '/info/version';
}

function orderFindings({ root }: Gate, contract: Contract, before: Contract | undefined): readonly Finding[] {
  const where = locate(root, contract, versionPointer(contract));
  const { version } = contract;
  if (!isSemver(version))
    return [
      {
        code: 'version-not-semver',
        severity: 'error',
        message: `the version ${version} is no semantic version, so nobody can tell what comes after it`,
        fix: `number it MAJOR.MINOR.PATCH: ${suggestedVersion(version)}`,
        actual: version,
        where,
      },
    ];
  if (before === undefined || !isSemver(before.version) || compareVersions(before.version, version) !== 0) return [];
  return [
    {
      code: 'version-repeated',
      severity: 'error',
      message: `the versions ${before.version} and ${version} have the same rank: what follows a "+" does not order them`,
      fix: 'give one of them a higher number',
      actual: version,
      where,
    },
  ];
}

/** `v2` and `2.1` mean 2.0.0 and 2.1.0. */
function suggestedVersion(version: string): string {
  const [, major, minor = '0', patch = '0'] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?$/i.exec(version.trim()) ?? [];
  return major === undefined ? '1.0.0' : [major, minor, patch].map(Number).join('.');
}

/** A published version is what partners built on: it stays as it was, byte for byte. */
function releaseFindings({ root, releases }: Gate, contract: Contract): readonly Finding[] {
  const release = releaseOf(contract, releases);
  if (release === undefined || release.digest === contract.digest) return [];
  return [
    {
      code: 'released-version-changed',
      severity: 'error',
      message: `${contract.name} ${contract.version} was released on ${release.date}, and its document or a file that it refers to changed since`,
      fix: `restore what was released, and make the change a new version, such as ${nextVersion(contract.version, 'minor')}`,
      expected: release.digest,
      actual: contract.digest,
      where: locate(root, contract, ''),
    },
  ];
}

type Bump = 'major' | 'minor' | 'patch';

/**
 * Against the last version before that is no pre-release: pre-releases promise nothing (SemVer 2.0.0 §9), so they may
 * change as they like among each other.
 */
async function bumpFindings(
  { root, diff, today, severities }: Gate,
  contract: Contract,
  earlier: readonly Contract[],
): Promise<readonly Finding[]> {
  const before = earlier.findLast(({ version }) => isSemver(version) && !version.includes('-'));
  if (before === undefined || !isSemver(contract.version)) return [];
  const bump = bumpOf(before.version, contract.version);
  if (bump === 'major') return [];
  const found = await diff({ contract: before, root }, { contract, root }, today);
  const changes = found.map((change) => withSeverity(change, { severities }));
  const step = `${contract.version} after ${before.version} promises that nothing does`;
  return [
    ...changes.filter(({ severity }) => severity !== 'info').map((change) => asFinding(change, step, before.version)),
    ...(bump === 'patch' ? smallFindings(root, contract, before, changes) : []),
  ];
}

/** Before 1.0.0 the second number is what the first one is later (SemVer 2.0.0 §4). */
function bumpOf(before: string, after: string): Bump {
  const [from, to] = [before, after].map(numbersOf);
  if (from?.[0] !== to?.[0]) return 'major';
  if (from?.[1] === to?.[1]) return from?.[0] === 0 ? 'minor' : 'patch';
  return from?.[0] === 0 ? 'major' : 'minor';
}

function numbersOf(version: string): readonly number[] {
  return version
    .split(/[-+]/, 1)
    .flatMap((core) => core.split('.'))
    .map(Number);
}

function nextVersion(version: string, bump: 'major' | 'minor'): string {
  const [major = 0, minor = 0] = numbersOf(version);
  if (bump === 'minor' || major === 0) return `${major}.${minor + 1}.0`;
  return `${major + 1}.0.0`;
}

/** Keeps the change's own code, so that one waiver holds in `tally diff`, too. */
function asFinding(change: Change, step: string, before: string): Finding {
  const { base, revision, direction: _direction, ...finding } = change;
  const { operation } = change;
  const place = operation === undefined ? '' : `${operation}: `;
  if (change.severity === 'warning')
    return { ...finding, message: `${place}${change.message} (may break, and ${step})` };
  return {
    ...finding,
    message: `${place}${change.message}: this breaks, and ${step}`,
    fix: [`number it ${nextVersion(before, 'major')}`, ...(change.fix === undefined ? [] : [change.fix])].join('; or '),
    ...(base === undefined || revision === undefined ? {} : { related: [base] }),
  };
}

/** A patch says that nothing changed but words. What breaks has a finding already. */
function smallFindings(
  root: string,
  contract: Contract,
  before: Contract,
  changes: readonly Change[],
): readonly Finding[] {
  const [first] = changes;
  if (first === undefined || changes.some(({ severity }) => severity === 'error')) return [];
  const more = changes.length === 1 ? '' : ` (and ${changes.length - 1} more)`;
  return [
    {
      code: 'version-step-too-small',
      severity: 'error',
      message: `${contract.version} is only a patch after ${before.version}, but the contract changed: ${first.message}${more}`,
      fix: `number it ${nextVersion(before.version, 'minor')}`,
      expected: nextVersion(before.version, 'minor'),
      actual: contract.version,
      where: locate(root, contract, versionPointer(contract)),
    },
  ];
}
