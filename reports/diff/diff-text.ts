import { visibleText } from '../visible-text.ts';
import { count, cut } from '../wording.ts';
import {
  byOperation,
  mainSource,
  sidesOf,
  toldBefore,
  usageOf,
  type DiffedChange,
  type DiffedContracts,
  type DiffReport,
  type OperationChanges,
  type Side,
} from './diff-report.ts';
import { diffSentence } from './diff-summary.ts';

/** For the terminal: by operation, both sides of a change below each other with their lines, the summary last. */
export function diffText(report: DiffReport, options: DiffTextOptions = {}): string {
  const paint = options.colour === true ? colourful : colourless;
  const { columns = Infinity } = options;
  const shown = report.comparisons.filter(({ changes }) => changes.length > 0);
  const verdict = paint(VERDICT_STYLE[report.verdict], report.verdict.toUpperCase());
  const lines = [
    ...shown.flatMap((each) => [...comparisonLines(each, paint, columns), '']),
    `${verdict}  ${diffSentence(report)}`,
  ];
  return `${lines.join('\n')}\n`;
}

interface DiffTextOptions {
  readonly colour?: boolean;
  /** Width of the terminal, in characters; absent where lines may be of any length. */
  readonly columns?: number;
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
const MAX_LINE_CHARS = 90;

function comparisonLines(comparison: DiffedContracts, paint: Paint, columns: number): readonly string[] {
  const { base, revision, changes } = comparison;
  const { unknown } = usageOf(comparison);
  const shown = limited(changes);
  const rest = changes.length - shown.length;
  const sources: Sources = { '-': mainSource(shown, 'base'), '+': mainSource(shown, 'revision') };
  const view: View = { paint, columns, sources, told: toldBefore(shown), withUsage: unknown === undefined };
  return [
    `${paint('bold', safe(base))} ${paint('dim', '→')} ${paint('bold', safe(revision))}`,
    ...(['-', '+'] as const).flatMap((mark) => {
      const source = sources[mark];
      // Two versions of one number are called by their files already.
      return source === undefined || source === (mark === '-' ? base : revision)
        ? []
        : [paint('dim', `${mark} ${safe(source)}`)];
    }),
    ...byOperation(shown).flatMap((group) => ['', ...groupLines(group, view)]),
    ...(unknown === undefined ? [] : ['', safe(unknown)]),
    ...(rest === 0 ? [] : ['', `… and ${count(rest, 'more change')}: --format json has them all`]),
  ];
}

type Sources = Readonly<Record<Side['mark'], string | undefined>>;

interface View {
  readonly paint: Paint;
  readonly columns: number;
  /** Named once above: lines there go by their number alone. */
  readonly sources: Sources;
  readonly told: ReadonlyMap<DiffedChange, string>;
  readonly withUsage: boolean;
}

function limited(changes: readonly DiffedChange[]): readonly DiffedChange[] {
  const important = changes.filter(({ severity }) => severity !== 'info').slice(0, MAX_DETAILED);
  const kept = new Set([...important, ...changes.filter(({ severity }) => severity === 'info').slice(0, MAX_INFO)]);
  return changes.filter((change) => kept.has(change));
}

function groupLines({ name, changes }: OperationChanges, view: View): readonly string[] {
  const { paint } = view;
  const id = changes.find(({ operationId }) => operationId !== undefined)?.operationId;
  const title = name === '' ? 'the document' : safe(name);
  const head = `${paint('bold', title)}${id === undefined ? '' : `  ${paint('dim', safe(id))}`}`;
  const fresh = changes.filter((change) => change.severity !== 'info' || !view.told.has(change));
  const again = changes.length - fresh.length;
  return [
    head,
    ...fresh.flatMap((change, at) => changeLines(change, fresh[at + 1], view)),
    ...(again === 0 ? [] : [`  ${paint('blue', '·')} ${again} more as above, in what it shares with others`]),
  ];
}

/** Evidence of what breaks nobody is not needed, and of what was told before it is there. */
function changeLines(change: DiffedChange, next: DiffedChange | undefined, view: View): readonly string[] {
  const { told, withUsage } = view;
  const before = told.get(change);
  const head = headLines(change, before, view);
  const who = change.usage === undefined || !withUsage ? [] : [`      who  ${safe(change.usage)}`];
  if (change.severity === 'info') return head;
  if (before !== undefined) return [...head, ...who];
  const isSaidNext = next?.severity !== 'info' && next?.fix === change.fix && next !== undefined && !told.has(next);
  return [
    ...head,
    ...sideLines(change, view),
    ...who,
    // One remedy for several changes in a row stands below the last of them.
    ...(change.fix === undefined || isSaidNext ? [] : [`      fix  ${safe(change.fix)}`]),
  ];
}

/** The code goes to a line of its own where the terminal would break the line. */
function headLines(change: DiffedChange, before: string | undefined, { paint, columns }: View): readonly string[] {
  const [style, mark] = MARKS[change.severity];
  const message = safe(change.message);
  const more = `${change.code}${before === undefined ? '' : `  as in ${safe(before)}`}`;
  const fits = mark.length + message.length + more.length + 6 <= columns;
  const said = `  ${paint(style, mark)}  ${message}`;
  return fits ? [`${said}  ${paint('dim', more)}`] : [said, `      ${paint('dim', more)}`];
}

function sideLines(change: DiffedChange, { paint, sources }: View): readonly string[] {
  const sides = sidesOf(change).map(({ mark, where, line }) => ({
    mark,
    place: `${where.source === sources[mark] ? '' : `${safe(where.source)}:`}${where.line}`,
    line: safe(cut(line, MAX_LINE_CHARS)),
  }));
  const width = Math.max(0, ...sides.map(({ place }) => place.length));
  return sides.map(({ mark, place, line }) => {
    const text = paint(mark === '-' ? 'red' : 'green', `${mark} ${line}`);
    return `      ${paint('dim', place.padStart(width))}  ${text}`.trimEnd();
  });
}

/** One line, harmless for a terminal. */
function safe(value: string): string {
  return visibleText(value).replaceAll(/[\n\t]+/g, ' ');
}
