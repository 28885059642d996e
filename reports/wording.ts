import type { Measure, Where } from '../contracts/index.ts';
import type { Report, Summary, Verdict } from './report.ts';

/** The verdict as a sentence that a person can repeat. */
export function verdictSentence(report: Report): string {
  return SENTENCES[report.verdict](report);
}

/** `3 failed · 1 warned · 36 passed`, without the zeros. */
export function countsLine(summary: Summary): string {
  const parts = STATUSES.filter((status) => summary[status] > 0).map((status) => `${summary[status]} ${status}`);
  return parts.length === 0 ? 'no check ran' : parts.join(' · ');
}

/** `contracts/apis/parcels/2.0.0/openapi.yaml:120:9`. */
export function placeOf(where: Where): string {
  return `${where.source}:${where.line}:${where.column}`;
}

/** `850 ms`, `3.2 s`, `4 min 05 s`. A dash for what is no number. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–';
  if (ms < 1000) return `${ms < 10 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `1 check`, `2 checks`. */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** A figure for people: four significant digits, thousands apart. A dash for what is no number. */
export function figure(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}

/** A figure with its unit; a ratio as per cent. */
export function quantity(value: number | null, unit: string): string {
  if (unit === 'ratio' && value !== null) return `${figure(value * 100)} %`;
  return unit === 'count' ? figure(value) : `${figure(value)} ${unit}`;
}

/** `p(99) < 250: 41.2 ms`, or with the gate behind where the figure has a name of its own. */
export function measured({ name, value, unit, threshold, n }: Measure): string {
  const gate = threshold === undefined || threshold === name ? '' : `, gate ${threshold}`;
  return `${name}: ${quantity(value, unit)}${gate}${n === undefined ? '' : `, n ${figure(n)}`}`;
}

/** Any plain value as readable text; numbers that JSON cannot say by their names. */
export function plain(value: unknown, indent = 0): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  const text: string | undefined = JSON.stringify(value, nonFiniteByName, indent);
  return text ?? 'undefined';
}

/** Cuts a long text and says how much is missing. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  // Never half of a surrogate pair.
  const end = /[\uD800-\uDBFF]/.test(text.charAt(maxChars - 1)) ? maxChars - 1 : maxChars;
  return `${text.slice(0, end)}… (${(text.length - end).toLocaleString('en-US')} more characters)`;
}

const STATUSES = ['failed', 'errored', 'inconclusive', 'warned', 'skipped', 'passed'] as const;

const SENTENCES: Record<Verdict, (report: Report) => string> = {
  kept: ({ summary }) => `Every contract was kept in ${count(ran(summary), 'check')}.`,
  broken: (report) => brokenSentence(report),
  inconclusive: ({ summary }) =>
    ran(summary) === 0
      ? 'No check ran, so nothing is proven.'
      : `${count(summary.inconclusive + summary.errored, 'check')} of ${summary.total} proved nothing.`,
  invalid: ({ summary }) => `${count(summary.errored, 'check')} could not run: configuration or contract is invalid.`,
  unreached: ({ summary }) => `The target was not reached: ${count(summary.errored, 'check')} could not run.`,
  interrupted: ({ summary }) => `The run was interrupted after ${count(summary.total, 'check')}.`,
};

function brokenSentence({ summary, failOn }: Report): string {
  if (summary.failed > 0) return `${count(summary.failed, 'check')} of ${summary.total} failed.`;
  const findings = failOn === 'info' ? summary.findings.warning + summary.findings.info : summary.findings.warning;
  return `${count(findings, 'finding')} at or above “${failOn}”.`;
}

function ran(summary: Summary): number {
  return summary.total - summary.skipped;
}

function nonFiniteByName(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
