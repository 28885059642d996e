import type { Change } from './change.ts';
import type { DiffSide } from './diff-side.ts';

/** What changed between two AsyncAPI documents. */
export function diffEvents(_base: DiffSide, _revision: DiffSide): readonly Change[] {
  return [];
}
