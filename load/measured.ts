import type { Contract, RunContext } from '../contracts/index.ts';
import type { GeneratorEnd } from './generator.ts';
import type { PlannedOperation } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { Slo } from './slo.ts';

/** A load that is over, and what was seen of it. */
export interface Measured {
  readonly context: RunContext;
  readonly contract: Contract;
  readonly slo: Slo;
  /** How results name it. */
  readonly title: string;
  readonly origin: string;
  /** In the recorder's order. */
  readonly operations: readonly PlannedOperation[];
  readonly recorder: Recorder;
  readonly end: GeneratorEnd;
}

/** Why nothing that was measured is a verdict; undefined for a run that ended as planned. */
export function cutShort({ end, recorder, slo }: Measured): string | undefined {
  const after = `after ${(recorder.elapsedMs / 1000).toFixed(1)} of ${slo.profile.durationS} s`;
  if (end.type === 'aborted') return `interrupted ${after}`;
  if (end.type === 'crashed') return `the load generator ended ${after}`;
  return end.reason === 'target-lost' ? `the target stopped answering ${after}` : undefined;
}
