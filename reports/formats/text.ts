import type { Finding, Json, Result, Status } from '../../contracts/index.ts';
import type { Format, RenderOptions } from '../format.ts';
import { bySeverity, codeCounts, groupBySuite, needsAttention } from '../group-results.ts';
import type { Report, Verdict } from '../report.ts';
import { visibleText } from '../visible-text.ts';
import { count, countsLine, cut, duration, measured, placeOf, plain, verdictSentence } from '../wording.ts';

/** For the terminal: a suite without problems is one line, the verdict is the last. */
export const text: Format = {
  id: 'text',
  summary: 'for the terminal: only problems in detail, the verdict last',
  extension: 'txt',
  render(report, options) {
    const paint = options.colour === true ? colourful : colourless;
    const suites = [...groupBySuite(report.results)].map(([suite, results]) => suiteLines(suite, results, paint));
    const lines = [...suites.flat(), '', ...closing(report, options, paint)];
    return `${lines.join('\n')}\n`;
  },
};

type Paint = (style: Style, text: string) => string;
type Style = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold';

const ANSI: Record<Style, string> = { red: '31', green: '32', yellow: '33', blue: '34', dim: '2', bold: '1' };
const colourless: Paint = (_style, value) => value;
const colourful: Paint = (style, value) => `\u001b[${ANSI[style]}m${value}\u001b[0m`;

const MARKS: Record<Status, readonly [Style, string]> = {
  passed: ['green', '✓'],
  failed: ['red', '✗'],
  warned: ['yellow', '!'],
  inconclusive: ['yellow', '?'],
  skipped: ['dim', '–'],
  errored: ['red', '✗'],
};
const SEVERITY_STYLE = { error: 'red', warning: 'yellow', info: 'blue' } as const;
const VERDICT_STYLE: Record<Verdict, Style> = {
  kept: 'green',
  broken: 'red',
  inconclusive: 'yellow',
  invalid: 'red',
  unreached: 'red',
  interrupted: 'yellow',
};
/** Of one check. */
const MAX_FINDINGS = 20;
const MAX_MESSAGE_CHARS = 2000;
const MAX_VALUE_CHARS = 400;

function suiteLines(suite: string, results: readonly Result[], paint: Paint): string[] {
  const problems = results.filter(needsAttention);
  const passed = results.filter((result) => result.status === 'passed').length;
  const mark = worstMark(results);
  const head = `${paint(...mark)} ${paint('bold', safe(suite))}  ${paint('dim', passed === results.length ? count(passed, 'check') : `${passed} of ${count(results.length, 'check')} passed`)}`;
  return [head, ...problems.flatMap((result) => resultLines(result, paint))];
}

function worstMark(results: readonly Result[]): readonly [Style, string] {
  const order: readonly Status[] = ['failed', 'errored', 'inconclusive', 'warned', 'passed', 'skipped'];
  const worst = order.find((status) => results.some((result) => result.status === status));
  return MARKS[worst ?? 'skipped'];
}

function resultLines(result: Result, paint: Paint): string[] {
  const reason = result.reason === undefined ? '' : `: ${block(result.reason)}`;
  const status = result.status === 'passed' ? '' : `  ${result.status}${reason}`;
  return [
    `  ${paint(...MARKS[result.status])} ${safe(result.subject)}  ${paint('dim', safe(result.id))}${status}`,
    ...errorLines(result, paint),
    ...measureLines(result),
    ...bySeverity(result.findings)
      .slice(0, MAX_FINDINGS)
      .flatMap((finding) => findingLines(finding, paint)),
    ...restLines(result),
  ];
}

/** A terminal holds so many; the files hold all. */
function restLines(result: Result): string[] {
  const rest = bySeverity(result.findings).slice(MAX_FINDINGS);
  return rest.length === 0 ? [] : [`    … and ${count(rest.length, 'more finding')}: ${safe(codeCounts(rest))}`];
}

function errorLines({ error }: Result, paint: Paint): string[] {
  if (error === undefined) return [];
  return [`      ${paint('red', safe(error.code))}`, `      fix       ${block(error.fix)}`];
}

/** Gates, where they say something the finding does not. */
function measureLines(result: Result): string[] {
  if (result.status !== 'failed' && result.status !== 'inconclusive') return [];
  const gates = (result.measures ?? []).filter((measure) => measure.threshold !== undefined);
  return gates.map((measure) => `      ${safe(measured(measure))}`);
}

function findingLines(finding: Finding, paint: Paint): string[] {
  const body = finding.instancePointer ? `  at ${safe(finding.instancePointer)}` : '';
  const operation = finding.operationId === undefined ? '' : `  ${paint('dim', safe(finding.operationId))}`;
  return [
    `    ${safe(placeOf(finding.where))}`,
    `      ${paint(SEVERITY_STYLE[finding.severity], finding.severity)}  ${paint('bold', safe(finding.code))}${operation}${body}`,
    `      ${block(finding.message)}`,
    ...valueLine('expected', finding.expected),
    ...valueLine('actual', finding.actual),
    ...(finding.fix === undefined ? [] : [`      fix       ${block(finding.fix)}`]),
    ...(finding.related ?? []).map((where) => `      see       ${safe(placeOf(where))}`),
  ];
}

function valueLine(label: string, value: Json | undefined): string[] {
  return value === undefined ? [] : [`      ${label.padEnd(10)}${safe(cut(plain(value), MAX_VALUE_CHARS))}`];
}

function closing(report: Report, options: RenderOptions, paint: Paint): string[] {
  const next = report.verdict === 'kept' ? options.next : undefined;
  const verdict = paint(VERDICT_STYLE[report.verdict], report.verdict.toUpperCase());
  return [
    ...(next === undefined ? [] : [`${paint('dim', 'next')}  ${safe(next)}`]),
    `${verdict}  ${verdictSentence(report)} ${paint('dim', `${countsLine(report.summary)} in ${duration(report.durationMs)}`)}`,
  ];
}

/** One line, harmless for a terminal. */
function safe(value: string): string {
  return visibleText(value).replaceAll(/[\n\t]+/g, ' ');
}

/** Several lines, each as deep as the first. */
function block(value: string): string {
  return visibleText(cut(value, MAX_MESSAGE_CHARS)).trimEnd().replaceAll('\n', '\n      ');
}
