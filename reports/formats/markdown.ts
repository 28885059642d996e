import type { Finding, Result, Status } from '../../contracts/index.ts';
import type { Format } from '../format.ts';
import { bySeverity, groupBySuite, needsAttention } from '../group-results.ts';
import { markdownCode, markdownFence } from '../markdown-code.ts';
import { summaryOf, type Report } from '../report.ts';
import { count, countsLine, cut, duration, measured, placeOf, plain, verdictSentence } from '../wording.ts';

/**
 * For the comment on a pull request. Text from contracts and servers stands in code, so that it can neither mark up the
 * page nor mention anybody; the whole fits a GitHub comment (65,536 characters) and says how much it left out.
 */
export const markdown: Format = {
  id: 'markdown',
  summary: 'for a comment on a pull request',
  extension: 'md',
  render(report, options) {
    const head = [
      `## ${MARKS[report.verdict]} ${verdictSentence(report)}`,
      '',
      subtitle(report),
      '',
      ...suiteTable(report),
      '',
    ].join('\n');
    const foot = [...missing(report), ...contracts(report), footer(report)].join('\n');
    const room = (options.maxChars ?? MAX_CHARS) - head.length - foot.length;
    return `${head}\n${problems(report, room)}${foot}\n`;
  },
};

const MAX_CHARS = 60_000;
const MAX_MESSAGE_CHARS = 1500;
const MAX_VALUE_CHARS = 400;
const MAX_MISSING = 20;

/** In this order; what was skipped stands with the missing evidence. */
const WORST: readonly Status[] = ['failed', 'errored', 'inconclusive', 'warned', 'passed'];

const MARKS: Record<Report['verdict'] | Status, string> = {
  kept: '✅',
  broken: '❌',
  inconclusive: '❔',
  invalid: '🚫',
  unreached: '🔌',
  interrupted: '⏹️',
  passed: '✅',
  failed: '❌',
  warned: '⚠️',
  skipped: '⏭️',
  errored: '🚫',
};

function subtitle(report: Report): string {
  return `${markdownCode(report.name)} · ${markdownCode(`tally ${report.command}`)} · ${countsLine(report.summary)} · ${duration(report.durationMs)} · exit code ${report.exitCode}`;
}

function suiteTable(report: Report): string[] {
  const rows = [...groupBySuite(report.results)].map(([suite, results]) => {
    const { total, passed, findings } = summaryOf(results);
    const open = results.filter((result) => result.status === 'errored' || result.status === 'inconclusive').length;
    return `| ${cell(suite)} | ${passed} / ${total} | ${findings.error} | ${findings.warning} | ${open} |`;
  });
  return ['| suite | passed | errors | warnings | open |', '| :-- | --: | --: | --: | --: |', ...rows];
}

/** As many findings as there is room for, the worst of each check first; what is left out is counted. */
function problems(report: Report, room: number): string {
  const results = WORST.flatMap((status) => report.results.filter((result) => result.status === status));
  const blocks = results.filter(needsAttention).flatMap(resultBlocks);
  const kept: string[] = [];
  let used = 200;
  for (const { text } of blocks) {
    if (used + text.length > room) break;
    kept.push(text);
    used += text.length + 1;
  }
  const hidden = blocks.slice(kept.length).filter(({ isFinding }) => isFinding).length;
  const checks = blocks.slice(kept.length).length - hidden;
  const hiddenText = [
    ...(hidden > 0 ? [count(hidden, 'more finding')] : []),
    ...(checks > 0 ? [count(checks, 'more check')] : []),
  ];
  if (hiddenText.length > 0) kept.push(`_… and ${hiddenText.join(' and ')}: see the HTML or JSON report._\n`);
  return kept.length === 0 ? '' : `${kept.join('\n')}\n`;
}

interface Block {
  readonly text: string;
  readonly isFinding: boolean;
}

function resultBlocks(result: Result): Block[] {
  const reason = result.reason === undefined ? [] : ['', ...markdownFence(cut(result.reason, MAX_MESSAGE_CHARS))];
  const fix =
    result.error === undefined ? [] : ['', ...markdownFence(`${result.error.code}\nfix  ${result.error.fix}`)];
  const title = `### ${MARKS[result.status]} ${markdownCode(result.subject)} · ${markdownCode(result.id)} · ${result.status}`;
  const head = [title, ...reason, ...fix, ...gates(result), ''].join('\n');
  const findings = bySeverity(result.findings).map((finding) => findingBlock(finding).join('\n'));
  return [{ text: head, isFinding: false }, ...findings.map((text) => ({ text: `${text}\n`, isFinding: true }))];
}

function gates(result: Result): string[] {
  const held = (result.measures ?? []).filter((measure) => measure.threshold !== undefined);
  return held.length === 0 ? [] : ['', ...held.map((measure) => `- ${markdownCode(measured(measure))}`)];
}

function findingBlock(finding: Finding): string[] {
  const operation = finding.operationId === undefined ? '' : `, operation ${markdownCode(finding.operationId)}`;
  const lines = [
    cut(finding.message, MAX_MESSAGE_CHARS),
    ...(finding.instancePointer ? [`at        ${finding.instancePointer}`] : []),
    ...(finding.expected === undefined ? [] : [`expected  ${cut(plain(finding.expected), MAX_VALUE_CHARS)}`]),
    ...(finding.actual === undefined ? [] : [`actual    ${cut(plain(finding.actual), MAX_VALUE_CHARS)}`]),
    ...(finding.fix === undefined ? [] : [`fix       ${cut(finding.fix, MAX_MESSAGE_CHARS)}`]),
    ...(finding.related ?? []).map((where) => `see       ${placeOf(where)}`),
  ];
  return [
    `**${finding.severity}** ${markdownCode(finding.code)} at ${markdownCode(placeOf(finding.where))}${operation}`,
    '',
    ...markdownFence(lines.join('\n')),
  ];
}

function missing(report: Report): string[] {
  if (report.missing.length === 0) return [];
  const shown = report.missing.slice(0, MAX_MISSING).map((line) => `- ${markdownCode(cut(line, 300))}`);
  const hidden = report.missing.length - shown.length;
  const rest = hidden > 0 ? [`- … and ${hidden} more`] : [];
  return ['<details><summary>Missing evidence</summary>', '', ...shown, ...rest, '', '</details>', ''];
}

function contracts(report: Report): string[] {
  if (report.contracts.length === 0) return [];
  const rows = report.contracts.slice(0, 100).map((contract) => {
    return `| ${cell(contract.kind)} | ${cell(contract.name)} | ${cell(contract.version)} | ${cell(contract.source)} | ${cell(contract.digest.slice(0, 19))} |`;
  });
  const table = ['| kind | name | version | source | digest |', '| :-- | :-- | :-- | :-- | :-- |', ...rows];
  return ['<details><summary>Contracts</summary>', '', ...table, '', '</details>', ''];
}

function footer(report: Report): string {
  return `<sub>${report.tool.name} ${report.tool.version} · run ${markdownCode(report.runId)} · ${report.startedAt}</sub>`;
}

/** A pipe ends a table's cell even in code (GFM §4.10). */
function cell(text: string): string {
  return markdownCode(text).replaceAll('|', '\\|');
}
