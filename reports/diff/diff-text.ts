import { visibleText } from '../visible-text.ts';
import { count, cut } from '../wording.ts';
import {
  byOperation,
  sidesOf,
  usageOf,
  type DiffedChange,
  type DiffedContracts,
  type DiffReport,
  type OperationChanges,
} from './diff-report.ts';
import { diffSentence } from './diff-summary.ts';

/** For the terminal: by operation, both sides of a change below each other with their lines, the summary last. */
export function diffText(report: DiffReport, options: { readonly colour?: boolean } = {}): string {
  const paint = options.colour === true ? colourful : colourless;
  const shown = report.comparisons.filter(({ changes }) => changes.length > 0);
  const verdict = paint(VERDICT_STYLE[report.verdict], report.verdict.toUpperCase());
  const lines = [
    ...shown.flatMap((each) => [...comparisonLines(each, paint), '']),
    `${verdict}  ${diffSentence(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}

type Style = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold';
type Paint = (style: Style, text: string) => string;

const ANSI: Record<Style, string> = { red: '31', green: '32', yellow: '33', blue: '34', dim: '2', bold: '1' };
const colourless: Paint = (_style, value) => value;
const colourful: Paint = (style, value) => `\u001b[${ANSI[style]}m${value}\u001b[0m`;

const VERDICT_STYLE = { breaking: 'red', warning: 'yellow', compatible: 'green' } as const;
const MARKS = {
  error: ['red', '✗ breaks'],
  warning: ['yellow', '! may break'],
  info: ['blue', '· info'],
} as const;

/** A terminal holds so many; the files hold all. */
const MAX_DETAILED = 300;
const MAX_INFO = 100;
const MAX_LINE_CHARS = 100;

function comparisonLines(comparison: DiffedContracts, paint: Paint): readonly string[] {
  const { base, revision, changes } = comparison;
  const { unknown } = usageOf(comparison);
  const shown = limited(changes);
  const rest = changes.length - shown.length;
  return [
    `${paint('bold', safe(base))} ${paint('dim', '→')} ${paint('bold', safe(revision))}`,
    ...byOperation(shown).flatMap((group) => ['', ...groupLines(group, unknown === undefined, paint)]),
    ...(unknown === undefined ? [] : ['', safe(unknown)]),
    ...(rest === 0 ? [] : ['', `… and ${count(rest, 'more change')}: --format json has them all`]),
  ];
}

function limited(changes: readonly DiffedChange[]): readonly DiffedChange[] {
  const important = changes.filter(({ severity }) => severity !== 'info').slice(0, MAX_DETAILED);
  const kept = new Set([...important, ...changes.filter(({ severity }) => severity === 'info').slice(0, MAX_INFO)]);
  return changes.filter((change) => kept.has(change));
}

function groupLines({ name, changes }: OperationChanges, withUsage: boolean, paint: Paint): readonly string[] {
  const id = changes.find(({ operationId }) => operationId !== undefined)?.operationId;
  const title = name === '' ? 'the document' : safe(name);
  const head = `${paint('bold', title)}${id === undefined ? '' : `  ${paint('dim', safe(id))}`}`;
  return [head, ...changes.flatMap((change) => changeLines(change, withUsage, paint))];
}

function changeLines(change: DiffedChange, withUsage: boolean, paint: Paint): readonly string[] {
  const [style, mark] = MARKS[change.severity];
  const head = `  ${paint(style, mark)}  ${safe(change.message)}  ${paint('dim', change.code)}`;
  // What breaks nobody needs no evidence.
  if (change.severity === 'info') return [head];
  return [
    head,
    ...sideLines(change, paint),
    ...(change.fix === undefined ? [] : [`      fix  ${safe(change.fix)}`]),
    ...(change.usage === undefined || !withUsage ? [] : [`      who  ${safe(change.usage)}`]),
  ];
}

function sideLines(change: DiffedChange, paint: Paint): readonly string[] {
  const sides = sidesOf(change).map(({ mark, where, line }) => ({
    mark,
    place: `${safe(where.source)}:${where.line}`,
    line: safe(cut(line, MAX_LINE_CHARS)),
  }));
  const width = Math.max(0, ...sides.map(({ place }) => place.length));
  return sides.map(({ mark, place, line }) => {
    const text = paint(mark === '-' ? 'red' : 'green', `${mark} ${line}`);
    return `      ${paint('dim', place.padEnd(width))}  ${text}`.trimEnd();
  });
}

/** One line, harmless for a terminal. */
function safe(value: string): string {
  return visibleText(value).replaceAll(/[\n\t]+/g, ' ');
}
