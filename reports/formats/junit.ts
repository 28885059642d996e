import type { Finding, Result } from '../../contracts/index.ts';
import type { Format } from '../format.ts';
import { groupBySuite } from '../group-results.ts';
import { isBroken, isPartial, type Report } from '../report.ts';
import { count, cut, measured, placeOf, plain, verdictSentence } from '../wording.ts';

/**
 * JUnit XML in the Jenkins (xunit) dialect. A check that proved nothing is an `error`, so that no dashboard counts it as
 * a pass; a warning passes with its text in `system-out`, unless `--fail-on` makes it break the run.
 */
export const junit: Format = {
  id: 'junit',
  summary: 'JUnit XML, for the test tab of a CI server',
  extension: 'xml',
  render(report) {
    const suites = [...groupBySuite(report.results), ...partialSuite(report)];
    const cases = suites.map(([suite, results]) => suiteXml(suite, results, report));
    const all = suites.flatMap(([, results]) => results);
    return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes({ name: report.name, ...tally(all, report) })}>\n${cases.join('')}</testsuites>\n`;
  },
};

type Outcome = 'failure' | 'error' | 'skipped' | 'passed';

const MAX_ATTRIBUTE_CHARS = 500;

/** A run that was stopped, or ran nothing, gets a test of its own that says so: green would be wrong. */
function partialSuite(report: Report): [string, Result[]][] {
  if (!isPartial(report)) return [];
  const result = { id: 'complete', suite: 'run', subject: `tally ${report.command}`, durationMs: 0, findings: [] };
  return [['run', [{ ...result, status: 'inconclusive', reason: verdictSentence(report) }]]];
}

function suiteXml(suite: string, results: readonly Result[], report: Report): string {
  const head = { name: suite, ...tally(results, report), timestamp: report.startedAt.replace(/(\.\d+)?Z$/, '') };
  return `  <testsuite${attributes(head)}>\n${results.map((result) => caseXml(result, report)).join('')}  </testsuite>\n`;
}

function caseXml(result: Result, report: Report): string {
  const head = attributes({
    name: result.subject,
    classname: `${result.suite}.${result.id}`,
    time: seconds(result.durationMs),
  });
  const inside = [verdictXml(result, outcomeOf(result, report)), outputXml(result, outcomeOf(result, report))].join('');
  return inside === '' ? `    <testcase${head}/>\n` : `    <testcase${head}>\n${inside}    </testcase>\n`;
}

function verdictXml(result: Result, outcome: Outcome): string {
  if (outcome === 'passed') return '';
  const message = cut(summaryLine(result), MAX_ATTRIBUTE_CHARS);
  if (outcome === 'skipped') return `      <skipped${attributes({ message })}/>\n`;
  const type = result.findings[0]?.code ?? result.error?.code ?? result.status;
  return `      <${outcome}${attributes({ message, type })}>${escape(detail(result))}</${outcome}>\n`;
}

/** What did not make it into a verdict: warnings of a pass, and figures. */
function outputXml(result: Result, outcome: Outcome): string {
  const text = outcome === 'failure' || outcome === 'error' ? '' : detail(result, false);
  return text === '' ? '' : `      <system-out>${escape(text)}</system-out>\n`;
}

function outcomeOf(result: Result, report: Report): Outcome {
  if (result.status === 'errored' || result.status === 'inconclusive') return 'error';
  if (isBroken(result, report.failOn)) return 'failure';
  return result.status === 'skipped' ? 'skipped' : 'passed';
}

function summaryLine({ reason, findings, status }: Result): string {
  const [first, ...rest] = findings;
  if (reason !== undefined) return reason;
  if (first === undefined) return status;
  return rest.length === 0 ? first.message : `${first.message} (and ${count(rest.length, 'more finding')})`;
}

function detail(result: Result, withReason = true): string {
  const reason = withReason && result.reason !== undefined ? [result.reason] : [];
  const fix = withReason && result.error !== undefined ? [`${result.error.code}\nfix: ${result.error.fix}`] : [];
  return [...reason, ...fix, ...result.findings.map(findingText), ...(result.measures ?? []).map(measured)].join('\n');
}

function findingText(finding: Finding): string {
  const operation = finding.operationId === undefined ? '' : ` (${finding.operationId})`;
  return [
    `${placeOf(finding.where)}: ${finding.severity} ${finding.code}${operation}`,
    `  ${finding.message}`,
    `  contract: ${finding.where.source}#${finding.where.pointer}`,
    ...(finding.instancePointer === undefined ? [] : [`  at: ${finding.instancePointer}`]),
    ...(finding.expected === undefined ? [] : [`  expected: ${plain(finding.expected)}`]),
    ...(finding.actual === undefined ? [] : [`  actual: ${plain(finding.actual)}`]),
    ...(finding.fix === undefined ? [] : [`  fix: ${finding.fix}`]),
    ...(finding.related ?? []).map((where) => `  see: ${placeOf(where)}`),
  ].join('\n');
}

function tally(results: readonly Result[], report: Report): Record<string, string> {
  const outcomes = results.map((result) => outcomeOf(result, report));
  const number = (outcome: Outcome): string => String(outcomes.filter((one) => one === outcome).length);
  const timeMs = results.reduce((sum, result) => sum + (Number.isFinite(result.durationMs) ? result.durationMs : 0), 0);
  return {
    tests: String(results.length),
    failures: number('failure'),
    errors: number('error'),
    skipped: number('skipped'),
    time: seconds(timeMs),
  };
}

function seconds(ms: number): string {
  return Number.isFinite(ms) ? (ms / 1000).toFixed(3) : '0.000';
}

function attributes(values: Readonly<Record<string, string>>): string {
  // A line feed in an attribute is read as a space unless it is a reference (XML 1.0 §3.3.3).
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(value).replaceAll('\n', '&#10;').replaceAll('\t', '&#9;')}"`)
    .join('');
}

function escape(text: string): string {
  return text
    .replaceAll(ILLEGAL, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;');
}

/** Everything outside the Char production of XML 1.0 §2.2; no reference can stand for it either. */
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
