import { EXIT, isAtLeast, type Contract, type ExitCode, type Result, type Severity } from '../contracts/index.ts';

/** What a run amounts to, in one word. Each has its exit code: see `exitCodeOf`. */
export type Verdict = 'kept' | 'broken' | 'inconclusive' | 'invalid' | 'unreached' | 'interrupted';

/**
 * The one native result of a run. Plain and serialisable: `report.json` is this, and every other format is derived from
 * it. Published as `reports/schemas/report.schema.json`.
 */
export interface Report {
  readonly $schema: string;
  readonly schemaVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly runId: string;
  /** The workspace's name. */
  readonly name: string;
  /** What was run, without `tally`: `run`, `check openapi.yaml`. */
  readonly command: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. */
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly environment: Environment;
  /** By name: every number that a random choice of this run derives from. */
  readonly seeds: Readonly<Record<string, number>>;
  readonly contracts: readonly ReportedContract[];
  readonly results: readonly Result[];
  readonly summary: Summary;
  readonly verdict: Verdict;
  readonly exitCode: ExitCode;
  /** The lowest severity that breaks. */
  readonly failOn: Severity;
  /** How many values were kept out of this report. */
  readonly redactions: number;
  /** Evidence that this run does not have: each check that was skipped, could not run or proved nothing, and why. */
  readonly missing: readonly string[];
  /** Lines of the contracts around each finding, by `source:line`. */
  readonly snippets?: Readonly<Record<string, Snippet>>;
}

export interface Environment {
  readonly os: string;
  readonly arch: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  /** The version of Node.js, `v20.19.0`. */
  readonly node: string;
}

export type ReportedContract = Pick<Contract, 'kind' | 'name' | 'version' | 'source' | 'digest' | 'specification'>;

export interface Summary {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly inconclusive: number;
  readonly skipped: number;
  readonly errored: number;
  readonly findings: Readonly<Record<Severity, number>>;
}

export interface Snippet {
  /** The number of the first line, from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/** What a command knows when its run ends. Time, ids and the machine are handed in, so that a report can be repeated. */
export interface ReportInput extends Pick<
  Report,
  | 'tool'
  | 'runId'
  | 'name'
  | 'command'
  | 'startedAt'
  | 'finishedAt'
  | 'environment'
  | 'seeds'
  | 'results'
  | 'failOn'
  | 'redactions'
> {
  /** A parsed contract may be handed over whole; only what names it is kept. */
  readonly contracts: readonly ReportedContract[];
  /** Ctrl-C ended the run before its end. */
  readonly interrupted?: boolean;
}

const REPORT_SCHEMA_ID = 'urn:tallystick:schema:report:1';

const VERDICTS: Record<ExitCode, Verdict> = {
  [EXIT.kept]: 'kept',
  [EXIT.broken]: 'broken',
  [EXIT.usage]: 'invalid',
  [EXIT.inconclusive]: 'inconclusive',
  [EXIT.unreached]: 'unreached',
  [EXIT.interrupted]: 'interrupted',
};

/** The report of one run. Evidence that is missing is named, so that no reader takes its absence for a pass. */
export function buildReport(input: ReportInput): Report {
  const { results, failOn, interrupted = false } = input;
  const exitCode = exitCodeOf(results, failOn, interrupted);
  return {
    $schema: REPORT_SCHEMA_ID,
    schemaVersion: 1,
    tool: input.tool,
    runId: input.runId,
    name: input.name,
    command: input.command,
    verdict: VERDICTS[exitCode],
    exitCode,
    failOn,
    summary: summaryOf(results),
    missing: missingOf(results, interrupted),
    startedAt: input.startedAt,
    finishedAt: input.finishedAt,
    durationMs: Date.parse(input.finishedAt) - Date.parse(input.startedAt),
    environment: input.environment,
    seeds: input.seeds,
    contracts: input.contracts.map(reportedContract),
    redactions: input.redactions,
    results,
  };
}

/**
 * The exit code of a run. Where several apply, the one that has to be dealt with first wins:
 *
 * 1. 130, interrupted: the run was stopped, so nothing it lacks means anything.
 * 2. 4, a check could not reach its target: what was not reached was not checked, and no later code would say so.
 * 3. 2, a check stopped at usage, configuration or a contract that cannot be read: the same, and it is ours to repair.
 * 4. 1, a check failed, or a finding is at or above `failOn`: proven, whatever else stayed open.
 * 5. 3, a check could not run or proved nothing, or no check ran at all: never a pass.
 * 6. 0, every check that ran was kept.
 */
export function exitCodeOf(results: readonly Result[], failOn: Severity, interrupted = false): ExitCode {
  if (interrupted || stoppedWith(results, EXIT.interrupted)) return EXIT.interrupted;
  if (stoppedWith(results, EXIT.unreached)) return EXIT.unreached;
  if (stoppedWith(results, EXIT.usage)) return EXIT.usage;
  if (results.some((result) => isBroken(result, failOn))) return EXIT.broken;
  if (results.some(isOpen) || noneRan(results)) return EXIT.inconclusive;
  return EXIT.kept;
}

/** How many results have each status, and how many findings each severity. */
export function summaryOf(results: readonly Result[]): Summary {
  const summary = { total: results.length, passed: 0, failed: 0, warned: 0, inconclusive: 0, skipped: 0, errored: 0 };
  const findings = { error: 0, warning: 0, info: 0 };
  for (const result of results) {
    summary[result.status] += 1;
    for (const finding of result.findings) findings[finding.severity] += 1;
  }
  return { ...summary, findings };
}

/** Whether a result alone breaks the run: it failed (a gate missed), or a finding is at or above `failOn`. */
export function isBroken(result: Result, failOn: Severity): boolean {
  return result.status === 'failed' || result.findings.some((finding) => isAtLeast(finding.severity, failOn));
}

/** Whether green results would mislead: nothing ran, or the run was stopped before everything had. */
export function isPartial(report: Pick<Report, 'verdict' | 'results'>): boolean {
  return report.verdict === 'interrupted' || noneRan(report.results);
}

function noneRan(results: readonly Result[]): boolean {
  return results.every((result) => result.status === 'skipped');
}

function stoppedWith(results: readonly Result[], exitCode: ExitCode): boolean {
  return results.some((result) => result.status === 'errored' && result.error?.exitCode === exitCode);
}

function isOpen(result: Result): boolean {
  return result.status === 'errored' || result.status === 'inconclusive';
}

function missingOf(results: readonly Result[], interrupted: boolean): string[] {
  const missing = results
    .filter((result) => isOpen(result) || result.status === 'skipped')
    .map(
      (result) =>
        `${result.suite} · ${result.subject} · ${result.id}: ${result.status}, ${result.reason ?? 'no reason given'}`,
    );
  if (interrupted) missing.push('the run was interrupted: checks that had not started are not in this report');
  if (noneRan(results)) missing.push('no check ran');
  return missing;
}

function reportedContract(contract: ReportedContract): ReportedContract {
  const { kind, name, version, source, digest, specification } = contract;
  return { kind, name, version, source, digest, specification };
}
