import type { Contract } from './model.ts';

/** One of two versions of a contract that are compared. */
export interface DiffSide {
  readonly contract: Contract;
  /** Absolute folder that the contract's sources are relative to; the two sides may lie in different ones. */
  readonly root: string;
}
