import type { Change, DiffVerdict, Where } from '../../contracts/index.ts';

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
  /** The lines of either document, without their indentation. */
  readonly lines: { readonly base?: string; readonly revision?: string };
  /** Whom it hurts: `breaks checkout (2 interactions), nobody else uses it`. */
  readonly usage?: string;
}

/** The changes of one operation; the document's own come first, without a name. */
export interface OperationChanges {
  readonly name: string;
  readonly changes: readonly DiffedChange[];
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
    ...(base === undefined ? [] : [{ mark: '-' as const, where: base, line: lines.base ?? '' }]),
    ...(revision === undefined ? [] : [{ mark: '+' as const, where: revision, line: lines.revision ?? '' }]),
  ];
}

export interface Side {
  readonly mark: '-' | '+';
  readonly where: Where;
  readonly line: string;
}
