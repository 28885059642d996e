import { markdownCode, markdownFence } from '../markdown-code.ts';
import { count, cut } from '../wording.ts';
import {
  byOperation,
  sidesOf,
  toldBefore,
  usageOf,
  type DiffedChange,
  type DiffedContracts,
  type DiffReport,
  type OperationChanges,
} from './diff-report.ts';
import { diffSentence } from './diff-summary.ts';

/**
 * For the comment on a pull request: what breaks is open, what does not is folded away. Text from contracts stands in code,
 * so that it can neither mark up the page nor mention anybody; the whole fits a GitHub comment and says what it left out.
 */
export function diffMarkdown(report: DiffReport): string {
  const head = `## ${VERDICTS[report.verdict]} ${diffSentence(report)}\n`;
  const foot = `\n<sub>${report.tool.name} ${report.tool.version}</sub>\n`;
  const blocks = report.comparisons.filter(({ changes }) => changes.length > 0).flatMap(comparisonBlocks);
  const kept: string[] = [];
  let room = MAX_CHARS - head.length - foot.length;
  for (const { text } of blocks) {
    room -= text.length + 1;
    if (room < 0) break;
    kept.push(text);
  }
  const hidden = blocks.slice(kept.length).reduce((sum, { changes }) => sum + changes, 0);
  if (hidden > 0) kept.push(`_… and ${count(hidden, 'more change')}: see --format json._\n`);
  return `${[head, ...kept].join('\n')}${foot}`;
}

const MAX_CHARS = 59_000;
const MAX_MESSAGE_CHARS = 1500;
const MAX_LINE_CHARS = 160;
const VERDICTS = { breaking: '❌', warning: '⚠️', compatible: '✅' } as const;
const MARKS = { error: '❌ **breaks**', warning: '⚠️ **may break**', info: 'ℹ️' } as const;

interface Block {
  readonly text: string;
  /** How many changes it tells. */
  readonly changes: number;
}

function comparisonBlocks(comparison: DiffedContracts): readonly Block[] {
  const { base, revision, changes } = comparison;
  const { unknown } = usageOf(comparison);
  const told = toldBefore(changes);
  const important = changes.filter(({ severity }) => severity !== 'info');
  const rest = changes.filter(({ severity }) => severity === 'info');
  return [
    { text: `### ${markdownCode(base)} → ${markdownCode(revision)}\n`, changes: 0 },
    ...byOperation(important).flatMap((group) => operationBlocks(group, unknown === undefined, told)),
    ...(unknown === undefined ? [] : [{ text: `${markdownCode(unknown)}\n`, changes: 0 }]),
    ...(rest.length === 0 ? [] : [{ text: folded(rest, told), changes: rest.length }]),
  ];
}

function operationBlocks(
  { name, changes }: OperationChanges,
  withUsage: boolean,
  told: ReadonlyMap<DiffedChange, string>,
): readonly Block[] {
  const title = `#### ${name === '' ? 'The document' : markdownCode(name)}\n`;
  const fresh = changes.filter((change) => !told.has(change));
  const again = changes.filter((change) => told.has(change));
  return [
    { text: title, changes: 0 },
    ...fresh.map((change) => ({ text: changeBlock(change, withUsage), changes: 1 })),
    ...(again.length === 0 ? [] : [{ text: againBlock(again, told, withUsage), changes: again.length }]),
  ];
}

/** What several operations share is shown with the first of them. */
function againBlock(
  changes: readonly DiffedChange[],
  told: ReadonlyMap<DiffedChange, string>,
  withUsage: boolean,
): string {
  const rows = changes.map(
    (change) =>
      `- ${MARKS[change.severity]} ${markdownCode(cut(change.message, 300))}, as in ${markdownCode(told.get(change) ?? '')}${withUsage && change.usage !== undefined ? `: ${markdownCode(change.usage)}` : ''}`,
  );
  return [...rows, ''].join('\n');
}

function changeBlock(change: DiffedChange, withUsage: boolean): string {
  const sides = sidesOf(change);
  const diff = sides.map(
    ({ mark, where, line }) => `${mark} ${where.source}:${where.line}  ${cut(line, MAX_LINE_CHARS)}`,
  );
  return [
    `${MARKS[change.severity]} ${markdownCode(cut(change.message, MAX_MESSAGE_CHARS))} · ${markdownCode(change.code)}`,
    '',
    ...(diff.length === 0 ? [] : [...markdownFence(diff.join('\n'), 'diff'), '']),
    ...(change.usage === undefined || !withUsage ? [] : [`Who: ${markdownCode(change.usage)}`, '']),
    ...(change.fix === undefined ? [] : [`Fix: ${markdownCode(change.fix)}`, '']),
  ].join('\n');
}

const MAX_FOLDED = 200;

/** By what changed, not by where: one part that ten operations share is one line. */
function folded(changes: readonly DiffedChange[], told: ReadonlyMap<DiffedChange, string>): string {
  const fresh = changes.filter((change) => !told.has(change));
  const rows = fresh.slice(0, MAX_FOLDED).map(({ operation, message, code }) => {
    const place = operation === undefined ? '' : `${markdownCode(operation)}: `;
    return `- ${place}${markdownCode(cut(message, 300))} · ${markdownCode(code)}`;
  });
  const rest = fresh.length - rows.length;
  const again = changes.length - fresh.length;
  const more = [
    ...(rest > 0 ? [`- … and ${rest} more`] : []),
    ...(again > 0 ? [`- … and ${again} of the same in operations that share them`] : []),
  ];
  const summary = `<details><summary>${count(changes.length, 'change')} that cannot break a client</summary>`;
  return [summary, '', ...rows, ...more, '', '</details>', ''].join('\n');
}
