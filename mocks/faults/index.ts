import type { Fault } from '../fault.ts';

/** Every fault, sorted by id: one file each. None is built yet, and `tally list` says so. */
export const faults: readonly Fault[] = [];
