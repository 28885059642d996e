import type { Finding, Json, Result, Status } from '../../contracts/index.ts';
import type { Format, RenderOptions } from '../format.ts';
import { groupBySuite, needsAttention } from '../group-results.ts';
import type { Report, Verdict } from '../report.ts';
import { count, countsLine, cut, duration, figure, placeOf, plain, verdictSentence } from '../wording.ts';

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
  const reason = result.reason === undefined ? '' : `: ${safe(cut(result.reason, MAX_MESSAGE_CHARS))}`;
  const status = result.status === 'passed' ? '' : `  ${result.status}${reason}`;
  return [
    `  ${paint(...MARKS[result.status])} ${safe(result.subject)}  ${paint('dim', safe(result.id))}${status}`,
    ...errorLines(result, paint),
    ...measureLines(result, paint),
    ...result.findings.flatMap((finding) => findingLines(finding, paint)),
  ];
}

function errorLines({ error }: Result, paint: Paint): string[] {
  if (error === undefined) return [];
  return [`      ${paint('red', safe(error.code))}`, `      fix       ${safe(cut(error.fix, MAX_MESSAGE_CHARS))}`];
}

function measureLines(result: Result, paint: Paint): string[] {
  if (result.status !== 'failed' && result.status !== 'inconclusive') return [];
  return (result.measures ?? [])
    .filter((measure) => measure.threshold !== undefined)
    .map((measure) => {
      const n = measure.n === undefined ? '' : paint('dim', `  n ${figure(measure.n)}`);
      return `      ${safe(measure.name)}  ${figure(measure.value)} ${safe(measure.unit)}  gate ${safe(measure.threshold ?? '')}${n}`;
    });
}

function findingLines(finding: Finding, paint: Paint): string[] {
  const body = finding.instancePointer === undefined ? '' : `  at ${safe(finding.instancePointer)}`;
  return [
    `    ${safe(placeOf(finding.where))}`,
    `      ${paint(SEVERITY_STYLE[finding.severity], finding.severity)}  ${paint('bold', safe(finding.code))}${body}`,
    `      ${safe(cut(finding.message, MAX_MESSAGE_CHARS))}`,
    ...valueLine('expected', finding.expected),
    ...valueLine('actual', finding.actual),
    ...(finding.fix === undefined ? [] : [`      fix       ${safe(cut(finding.fix, MAX_MESSAGE_CHARS))}`]),
  ];
}

function valueLine(label: string, value: Json | undefined): string[] {
  return value === undefined ? [] : [`      ${label.padEnd(10)}${safe(cut(plain(value), MAX_VALUE_CHARS))}`];
}

function closing(report: Report, options: RenderOptions, paint: Paint): string[] {
  const next = options.next ?? nextCommand(report);
  const verdict = paint(VERDICT_STYLE[report.verdict], report.verdict.toUpperCase());
  return [
    ...(next === undefined ? [] : [`${paint('dim', 'next')}  ${safe(next)}`]),
    `${verdict}  ${verdictSentence(report)} ${paint('dim', `${countsLine(report.summary)} in ${duration(report.durationMs)}`)}`,
  ];
}

/** The whole job after a single verb that went well; the same again after one that did not. */
function nextCommand({ command, verdict }: Report): string | undefined {
  if (verdict !== 'kept') return `tally ${command}`;
  return command.startsWith('run') ? undefined : 'tally run';
}

/**
 * Text from a contract or a server, made harmless for a terminal: control characters (escape sequences) and the ones
 * that turn the direction of writing are shown by their code.
 */
function safe(value: string): string {
  return value
    .replaceAll(/\r?\n/g, ' ⏎ ')
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, (char) => {
      return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
    });
}
