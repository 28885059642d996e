import { createHash } from 'node:crypto';
import { splitPointer, type Finding, type Result, type Severity, type Where } from '../../contracts/index.ts';
import type { Format, RenderOptions } from '../format.ts';
import { bySeverity } from '../group-results.ts';
import type { Report } from '../report.ts';
import { isAbsolute, pathInRepository, uriOf } from '../source-uri.ts';
import { visibleText } from '../visible-text.ts';
import { cut, placeOf, verdictSentence } from '../wording.ts';

/**
 * SARIF 2.1.0, for code scanning. Every finding is a result; a check that proved nothing is a notification of the run, so
 * that its absence from the results is no pass. Fingerprints hold no line numbers: a finding stays the same one while its
 * file grows above it.
 */
export const sarif: Format = {
  id: 'sarif',
  summary: 'SARIF 2.1.0, for code scanning',
  extension: 'sarif',
  render: (report, options) => `${JSON.stringify(logOf(report, options), null, 2)}\n`,
};

/** What GitHub takes of one run: 25,000 results, and 25,000 rules. */
const MAX_RESULTS = 25_000;
const MAX_MESSAGE_CHARS = 4000;

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = { error: 'error', warning: 'warning', info: 'note' };

function logOf(report: Report, options: RenderOptions) {
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [runOf(report, options)],
  };
}

interface Placed {
  readonly result: Result;
  readonly finding: Finding;
}

function runOf(report: Report, options: RenderOptions) {
  const all = report.results.flatMap((result) => bySeverity(result.findings).map((finding) => ({ result, finding })));
  const order = ['error', 'warning', 'info'];
  const kept = all
    .toSorted((a, b) => order.indexOf(a.finding.severity) - order.indexOf(b.finding.severity))
    .slice(0, MAX_RESULTS);
  const rules = [...new Map(kept.map((each) => [each.finding.code, each])).values()].toSorted(byCode);
  const ids = rules.map(({ finding }) => finding.code);
  const fingerprint = fingerprints();
  return {
    tool: { driver: driverOf(report, rules) },
    // GitHub tells analyses of one tool apart by it: two verbs in one workflow do not overwrite each other.
    automationDetails: { id: `${plain(report.name)}/${plain(report.command)}/` },
    originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
    columnKind: 'utf16CodeUnits',
    invocations: [invocationOf(report, all.length - kept.length)],
    results: kept.map((each) => resultOf(each, ids.indexOf(each.finding.code), fingerprint(each), options)),
    properties: { name: plain(report.name), verdict: report.verdict, failOn: report.failOn, summary: report.summary },
  };
}

function byCode(a: Placed, b: Placed): number {
  return a.finding.code < b.finding.code ? -1 : 1;
}

function driverOf({ tool }: Report, rules: readonly Placed[]) {
  return {
    name: tool.name,
    version: tool.version,
    semanticVersion: tool.version,
    rules: rules.map(({ finding, result }) => ({
      id: finding.code,
      name: finding.code,
      shortDescription: { text: sentenceOf(finding.code) },
      defaultConfiguration: { level: LEVELS[finding.severity] },
      properties: { tags: [plain(result.suite), plain(result.id)] },
    })),
  };
}

/** `pact-response-property-unknown` is `Pact response property unknown`. */
function sentenceOf(code: string): string {
  const text = plain(code).replaceAll('-', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function invocationOf(report: Report, hidden: number) {
  const notes = report.results.flatMap(notificationsOf);
  const more = hidden === 0 ? [] : [notification('note', `${hidden} more findings are in the other reports`)];
  return {
    executionSuccessful: report.verdict === 'kept' || report.verdict === 'broken',
    exitCode: report.exitCode,
    exitCodeDescription: plain(verdictSentence(report)),
    startTimeUtc: plain(report.startedAt),
    endTimeUtc: plain(report.finishedAt),
    toolExecutionNotifications: [...notes, ...more],
  };
}

/** What was skipped, broke off or proved nothing, and why. */
function notificationsOf({ id, suite, subject, status, reason, error }: Result) {
  if (reason === undefined) return [];
  const level = status === 'errored' ? 'error' : status === 'inconclusive' ? 'warning' : 'note';
  const fix = error === undefined ? '' : `\n${error.code}: ${error.fix}`;
  return [notification(level, `${suite} · ${subject} · ${id}: ${status}, ${reason}${fix}`)];
}

function notification(level: 'error' | 'warning' | 'note', text: string) {
  return { level, message: { text: messageText(text) } };
}

function resultOf({ finding, result }: Placed, ruleIndex: number, fingerprint: string, options: RenderOptions) {
  const related = (finding.related ?? []).map((where, at) => ({
    id: at + 1,
    ...locationOf(where, options),
    message: { text: messageText(placeOf(where)) },
  }));
  return {
    ruleId: finding.code,
    ruleIndex,
    level: LEVELS[finding.severity],
    message: { text: messageText([finding.message, ...(finding.fix === undefined ? [] : [finding.fix])].join('\n')) },
    locations: [{ ...locationOf(finding.where, options), logicalLocations: logicalLocations(finding) }],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    partialFingerprints: { 'tallystick/v1': fingerprint },
    properties: {
      suite: plain(result.suite),
      check: plain(result.id),
      subject: plain(result.subject),
      ...(finding.expected === undefined ? {} : { expected: finding.expected }),
      ...(finding.actual === undefined ? {} : { actual: finding.actual }),
    },
  };
}

function locationOf(where: Where, { folder }: RenderOptions) {
  const uri = uriOf(pathInRepository(where.source, folder));
  const base = isAbsolute(where.source) ? {} : { uriBaseId: '%SRCROOT%' };
  return {
    physicalLocation: {
      artifactLocation: { uri, ...base },
      region: { startLine: Math.max(1, where.line), startColumn: Math.max(1, where.column) },
    },
  };
}

function logicalLocations({ where, operationId }: Finding) {
  const operation = operationId === undefined ? [] : [{ name: plain(operationId), kind: 'function' }];
  return [{ fullyQualifiedName: plain(`${where.source}#${where.pointer}`), kind: 'member' }, ...operation];
}

/** Same finding, same text, in every run: without lines, and without the places that items take in a list. */
function fingerprints(): (each: Placed) => string {
  const counts = new Map<string, number>();
  return ({ finding, result }) => {
    const { code, where, operationId = '', instancePointer = '' } = finding;
    const pointer = splitPointer(where.pointer).map((key) => (/^\d+$/.test(key) ? '*' : key));
    const parts = [result.suite, result.id, result.subject, code, where.source, pointer, operationId, instancePointer];
    const hash = createHash('sha256')
      .update(JSON.stringify([...parts, finding.message]))
      .digest('hex')
      .slice(0, 32);
    const times = (counts.get(hash) ?? 0) + 1;
    counts.set(hash, times);
    return `${hash}:${times}`;
  };
}

/** Plain text in which `[text](1)` would be a link (SARIF 2.1.0 §3.11.6). */
function messageText(text: string): string {
  return cut(visibleText(text), MAX_MESSAGE_CHARS).replaceAll(/\[(?=[^\]]*\]\()/g, '\\[');
}

function plain(text: string): string {
  return visibleText(text);
}
