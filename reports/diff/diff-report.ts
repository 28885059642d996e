import type { Change, DiffVerdict, Where } from '../../contracts/index.ts';
import type { Snippet } from '../report.ts';

/** What `tally diff` found, ready to be written down. */
export interface DiffReport {
  readonly verdict: DiffVerdict;
  readonly comparisons: readonly DiffedContracts[];
  readonly tool: { readonly name: string; readonly version: string };
}

export interface DiffedContracts {
  /** `parcels 1.4.0`, or the file where both are called the same. */
  readonly base: string;
  readonly revision: string;
  readonly changes: readonly DiffedChange[];
}

/** A change with what its readers want to see beside it. */
export interface DiffedChange extends Change {
  /** The lines of either document around it. */
  readonly lines: { readonly base?: Snippet; readonly revision?: Snippet };
  /** Whom it hurts: `breaks checkout (2 interactions), nobody else uses it`. */
  readonly usage?: string;
}

/** The changes of one operation; the document's own come first, without a name. */
export interface OperationChanges {
  readonly name: string;
  readonly changes: readonly DiffedChange[];
}

/**
 * Changes of schemas and parts that several operations share, with the operation that they are first told of: what stands
 * there need not be read again.
 */
export function toldBefore(changes: readonly DiffedChange[]): ReadonlyMap<DiffedChange, string> {
  const first = new Map<string, DiffedChange>();
  const told = new Map<DiffedChange, string>();
  for (const change of changes) {
    const { code, severity, base, revision, operation = '' } = change;
    const places = [base, revision].map((where) => (where === undefined ? '' : `${where.source}#${where.pointer}`));
    const key = [severity, code, ...places].join(' ');
    const before = first.get(key);
    if (before === undefined) first.set(key, change);
    else if (before.operation !== undefined && before.operation !== operation) told.set(change, before.operation);
  }
  return told;
}

/** The document that most changes of one side are in, so that its name is said once. */
export function mainSource(changes: readonly DiffedChange[], side: 'base' | 'revision'): string | undefined {
  const counts = new Map<string, number>();
  for (const change of changes) {
    const source = change[side]?.source;
    if (source !== undefined) counts.set(source, (counts.get(source) ?? 0) + 1);
  }
  return [...counts].toSorted(([, a], [, b]) => b - a)[0]?.[0];
}

/** In the order of the changes. */
export function byOperation(changes: readonly DiffedChange[]): readonly OperationChanges[] {
  const groups = new Map<string, DiffedChange[]>();
  for (const change of changes) {
    const group = groups.get(change.operation ?? '');
    if (group === undefined) groups.set(change.operation ?? '', [change]);
    else group.push(change);
  }
  return [...groups].map(([name, list]) => ({ name, changes: list }));
}

/** Either side of a change, `-` what was and `+` what is. */
export function sidesOf({ base, revision, lines }: DiffedChange): readonly Side[] {
  return [
    ...(base === undefined ? [] : [sideOf('-', base, lines.base)]),
    ...(revision === undefined ? [] : [sideOf('+', revision, lines.revision)]),
  ];
}

export interface Side {
  readonly mark: '-' | '+';
  readonly where: Where;
  /** Without its indentation, a long one from shortly before its column; '' where it could not be read. */
  readonly line: string;
  readonly snippet?: Snippet;
}

function sideOf(mark: '-' | '+', where: Where, snippet: Snippet | undefined): Side {
  if (snippet === undefined) return { mark, where, line: '' };
  const line = snippet.lines[where.line - snippet.firstLine] ?? '';
  return { mark, where, line: fromColumn(line, where.column).trim(), snippet };
}

/** Of a long line the part that is meant: a document may be written on a few lines. */
function fromColumn(line: string, column: number): string {
  const indent = line.length - line.trimStart().length;
  return column - indent < 60 ? line : `…${line.slice(column - 30)}`;
}

/**
 * Whom the changes hurt, where the record says so for each; where it says nothing of any, that is one sentence for all.
 */
export function usageOf({ changes }: DiffedContracts): { readonly unknown?: string } {
  const texts = new Set(changes.flatMap(({ usage }) => (usage === undefined ? [] : [usage])));
  const [only] = texts;
  return texts.size === 1 && only?.startsWith('who uses it is unknown') === true ? { unknown: only } : {};
}
