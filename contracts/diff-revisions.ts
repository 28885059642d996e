import type { Change } from './change.ts';
import { compareVersions } from './compare-versions.ts';
import { diffContracts } from './diff-contracts.ts';
import type { DiffSide } from './diff-side.ts';
import type { Finding, Severity, Where } from './finding.ts';
import type { Contract, ParsedContract } from './model.ts';
import type { Revision } from './read-revision.ts';

/** Two versions of one contract, and what changed between them. */
export interface Comparison {
  /** Absent for a contract that only the revision has. */
  readonly base?: DiffSide;
  /** Absent for a contract that is gone. */
  readonly revision?: DiffSide;
  readonly changes: readonly Change[];
}

/** How changes are judged beside the rules: what `tally.yaml` says, and which day it is (`2026-12-31`). */
export interface DiffOptions {
  readonly severities: Readonly<Record<string, Severity>>;
  readonly today: string;
}

/** The parts of a revision that are compared. */
export type Compared = Pick<Revision, 'root' | 'prefix' | 'contracts'>;

/**
 * Compares each contract with its counterpart: one with one whatever they are called, of several those of the same kind
 * and name, the newest version of each.
 */
export function diffRevisions(base: Compared, revision: Compared, options: DiffOptions): readonly Comparison[] {
  const [before, after] = [newestOf(base), newestOf(revision)];
  const single = before.length === 1 && after.length === 1;
  const partnerOf = ({ contract }: ParsedContract, list: readonly ParsedContract[]): ParsedContract | undefined =>
    single ? list[0] : list.find((each) => sameName(each.contract, contract));
  const kept = after.map((each) => [partnerOf(each, before), each] as const);
  const gone = before.filter((each) => partnerOf(each, after) === undefined).map((each) => [each, undefined] as const);
  return [...kept, ...gone].map(([left, right]) => compare({ base, left, revision, right }, options));
}

/** Compares each version of each contract of a workspace with the one before it. */
export function diffVersions(workspace: Compared, options: DiffOptions): readonly Comparison[] {
  const sorted = workspace.contracts
    .filter(({ contract }) => contract.kind !== 'pact')
    .toSorted(({ contract: a }, { contract: b }) => compareVersions(a.version, b.version));
  return sorted.flatMap((right, at) => {
    const left = sorted.slice(0, at).findLast(({ contract }) => sameName(contract, right.contract));
    return left === undefined ? [] : [compare({ base: workspace, left, revision: workspace, right }, options)];
  });
}

function newestOf({ contracts }: Compared): readonly ParsedContract[] {
  return contracts.filter(
    ({ contract }) =>
      !contracts.some(
        ({ contract: other }) => sameName(contract, other) && compareVersions(other.version, contract.version) > 0,
      ),
  );
}

function sameName(a: Contract, b: Contract): boolean {
  return a.kind === b.kind && a.name === b.name;
}

interface Sides {
  readonly base: Compared;
  readonly left: ParsedContract | undefined;
  readonly revision: Compared;
  readonly right: ParsedContract | undefined;
}

function compare({ base, left, revision, right }: Sides, options: DiffOptions): Comparison {
  const from = left === undefined ? undefined : { contract: left.contract, root: base.root };
  const to = right === undefined ? undefined : { contract: right.contract, root: revision.root };
  const sides = { ...(from === undefined ? {} : { base: from }), ...(to === undefined ? {} : { revision: to }) };
  const changes =
    from !== undefined && to !== undefined
      ? [...brokenDocument(left?.findings ?? [], right?.findings ?? []), ...diffContracts(from, to, options.today)]
      : [loneContract(from, to)];
  const finished = changes.map((change) => inRevision(withSeverity(change, options), base.prefix, revision.prefix));
  return { ...sides, changes: finished };
}

/** What the revision says that makes no sense was left out of the comparison, so it counts as a change of its own. */
function brokenDocument(before: readonly Finding[], after: readonly Finding[]): readonly Change[] {
  const known = new Set(before.map(({ code, message }) => `${code} ${message}`));
  return after
    .filter(({ severity, code, message }) => severity === 'error' && !known.has(`${code} ${message}`))
    .map((finding) => ({ ...finding, direction: 'both', revision: finding.where }));
}

function loneContract(base: DiffSide | undefined, revision: DiffSide | undefined): Change {
  const side = revision ?? base;
  if (side === undefined) throw new Error('a comparison of nothing with nothing');
  const { kind, name, version, source } = side.contract;
  const where: Where = { source, pointer: '', line: 1, column: 1 };
  const common = { where, direction: 'both' } as const;
  return revision === undefined
    ? {
        ...common,
        code: 'contract-removed',
        severity: 'error',
        message: `the ${kind} contract ${name} ${version} is gone`,
        fix: 'keep it as long as somebody uses it',
        base: where,
      }
    : {
        ...common,
        code: 'contract-added',
        severity: 'info',
        message: `the ${kind} contract ${name} ${version} is new`,
        revision: where,
      };
}

/** Judged as `tally.yaml` says. */
export function withSeverity<T extends Finding>(finding: T, { severities }: Pick<DiffOptions, 'severities'>): T {
  const severity = Object.hasOwn(severities, finding.code) ? severities[finding.code] : undefined;
  return severity === undefined ? finding : { ...finding, severity };
}

/** A line of an older revision is no line of the file in the working tree: its source names the revision. */
function inRevision(change: Change, before: string, after: string): Change {
  if (before === '' && after === '') return change;
  const base = change.base === undefined ? undefined : named(change.base, before);
  const revision = change.revision === undefined ? undefined : named(change.revision, after);
  return {
    ...change,
    where: revision ?? base ?? named(change.where, after),
    ...(base === undefined ? {} : { base }),
    ...(revision === undefined ? {} : { revision }),
  };
}

function named(where: Where, prefix: string): Where {
  return { ...where, source: `${prefix}${where.source}` };
}
