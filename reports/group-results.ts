import type { Finding, Result, Severity } from '../contracts/index.ts';

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

const ORDER: readonly Severity[] = ['error', 'warning', 'info'];

/** The worst first, otherwise as they came. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

/** How often each code occurs: `operation-description ×12, info-contact ×1`, the most frequent first. */
export function codeCounts(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([code, times]) => `${code} ×${times}`).join(', ');
}
