import type { Plan, Run } from './generate-plan.ts';

/** Deeper than anything is nested that does not contain itself. */
const DEEP = 16;

/**
 * Makes what is inside a container: in full, or as small as possible where a schema has been filled within itself often
 * enough, or so much has been made already that the answer would get too large.
 */
export function within<T>(run: Run, plan: Plan, refDepthMax: number, make: () => T): T {
  const { isSmall } = run;
  const open = (run.open.get(plan) ?? 0) + 1;
  run.open.set(plan, open);
  run.depth += 1;
  run.isSmall = isSmall || open > refDepthMax || run.depth > DEEP || run.left <= 0;
  const made = make();
  run.isSmall = isSmall;
  run.depth -= 1;
  run.open.set(plan, open - 1);
  return made;
}
