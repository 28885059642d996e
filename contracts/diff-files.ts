import type { Change } from './change.ts';
import type { DiffSide } from './diff-side.ts';

/** What changed between two contracts of files. */
export function diffFiles(_base: DiffSide, _revision: DiffSide): readonly Change[] {
  return [];
}
