import type { Finding } from './finding.ts';
import type { TallyErrorData } from './error.ts';

/**
 * `errored` is "could not run", never "passed"; `inconclusive` is "ran, but proves nothing either way"; `skipped`
 * carries its reason.
 */
export type Status = 'passed' | 'failed' | 'warned' | 'inconclusive' | 'skipped' | 'errored';

/** A figure that a check observed, and the bar it was held to. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  /** `ms`, `requests/s`, `count`, `ratio`, `bytes` … */
  readonly unit: string;
  /** Sample size. */
  readonly n?: number;
  /** The gate as written, for example `p(99) < 250`. */
  readonly threshold?: string;
  /** 95 % interval, in `unit`. */
  readonly interval?: readonly [low: number, high: number];
}

/** Data for one line chart; every series shares both axes. */
export interface Chart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

/** One check on one subject. */
export interface Result {
  /** The check's id, for example `response-conforms`. */
  readonly id: string;
  /** The suite it ran in: `check`, `connectivity`, `consumer`, `provider`, `conformance`, `failure-modes`, `files`, `webhooks`, `mock`, `load`. */
  readonly suite: string;
  /** What was checked, as a reader would name it: `parcels 2.0.0 · createParcel`. Unique with `suite` and `id`. */
  readonly subject: string;
  readonly status: Status;
  readonly findings: readonly Finding[];
  readonly durationMs: number;
  readonly measures?: readonly Measure[];
  readonly charts?: readonly Chart[];
  /** Why it was skipped, errored or inconclusive. Always set for those three. */
  readonly reason?: string;
  /** Set when `status` is `errored` by a TallyError. */
  readonly error?: TallyErrorData;
}

/** The status that a list of findings amounts to: errors fail, warnings warn, information passes. */
export function statusOf(findings: readonly Finding[]): 'passed' | 'warned' | 'failed' {
  if (findings.some((finding) => finding.severity === 'error')) return 'failed';
  return findings.some((finding) => finding.severity === 'warning') ? 'warned' : 'passed';
}

/** The result with other findings, and the status that these amount to; one that a check decided for another reason stays. */
export function withFindings(result: Result, findings: readonly Finding[]): Result {
  const status = result.status === statusOf(result.findings) ? statusOf(findings) : result.status;
  return { ...result, findings, status };
}
