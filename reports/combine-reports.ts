import { isAtLeast, TallyError, type Severity } from '../contracts/index.ts';
import { buildReport, type Report } from './report.ts';

/**
 * Several runs as one report: every result is kept, the counts and the verdict are worked out anew at the strictest
 * `failOn` among them. The machine is the first run's; a seed that differs between runs carries its run's id.
 *
 * @throws TallyError REPORTS_NONE
 */
export function combineReports(reports: readonly Report[]): Report {
  const [first, ...others] = reports;
  if (first === undefined) throw reportsNone();
  if (others.length === 0) return first;
  const whole = buildReport({
    tool: first.tool,
    runId: joined(reports, ({ runId }) => runId, '+'),
    name: joined(reports, ({ name }) => name, ' + '),
    command: joined(reports, ({ command }) => command, ' + '),
    startedAt: earliest(reports.map(({ startedAt }) => startedAt)),
    finishedAt: latest(reports.map(({ finishedAt }) => finishedAt)),
    environment: first.environment,
    seeds: seedsOf(reports),
    contracts: distinct(reports.flatMap(({ contracts }) => contracts)),
    results: reports.flatMap(({ results }) => results),
    failOn: reports.map(({ failOn }) => failOn).reduce(stricter),
    redactions: reports.reduce((sum, { redactions }) => sum + redactions, 0),
    interrupted: reports.some(({ verdict }) => verdict === 'interrupted'),
  });
  return { ...whole, snippets: Object.assign({}, ...reports.map(({ snippets }) => snippets)) };
}

function joined(reports: readonly Report[], part: (report: Report) => string, separator: string): string {
  return [...new Set(reports.map(part))].join(separator);
}

function earliest(times: readonly string[]): string {
  return times.reduce((best, time) => (Date.parse(time) < Date.parse(best) ? time : best));
}

function latest(times: readonly string[]): string {
  return times.reduce((best, time) => (Date.parse(time) > Date.parse(best) ? time : best));
}

function stricter(a: Severity, b: Severity): Severity {
  return isAtLeast(a, b) ? b : a;
}

function seedsOf(reports: readonly Report[]): Record<string, number> {
  const seeds: Record<string, number> = {};
  for (const report of reports) {
    for (const [name, seed] of Object.entries(report.seeds)) {
      seeds[name in seeds && seeds[name] !== seed ? `${name} of ${report.runId}` : name] = seed;
    }
  }
  return seeds;
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function reportsNone(): TallyError {
  return new TallyError({
    code: 'REPORTS_NONE',
    where: 'tally report',
    why: 'there is no report to combine',
    fix: 'name at least one report.json',
  });
}
