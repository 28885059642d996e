import type { Result } from '../contracts/index.ts';

/** Results by suite, suites in the order in which they first reported. */
export function groupBySuite(results: readonly Result[]): Map<string, Result[]> {
  const suites = new Map<string, Result[]>();
  for (const result of results) {
    const group = suites.get(result.suite);
    if (group) group.push(result);
    else suites.set(result.suite, [result]);
  }
  return suites;
}

/** Whether a reader has to look at it: everything but a pass without findings. */
export function needsAttention(result: Result): boolean {
  return result.status !== 'passed' || result.findings.length > 0;
}
