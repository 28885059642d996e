import type { Measure } from '../contracts/index.ts';
import type { Comparison, Gate } from './gate.ts';
import type { GeneratorVitals } from './generator-messages.ts';
import { meanInterval, percentileRanks, wilson, type Interval } from './interval.ts';
import type { Tally } from './recorder.ts';

/** Above this event-loop delay the generator's own latency may be taken for the target's. */
export const HEALTHY_LOOP_DELAY_MS = 10;
/** Above this share of a core the generator may be what limits the throughput. */
const HEALTHY_CPU_SHARE = 0.9;
/** Standard errors of a mean need a sample. */
const MEAN_NEEDS = 30;
const SECONDS_NEED = 3;

export interface Observed {
  readonly tally: Tally;
  readonly elapsedMs: number;
  readonly vitals: GeneratorVitals;
  /** Set when the run did not end as planned: nothing it shows is a verdict. */
  readonly cutShort?: string;
}

export interface Verdict {
  readonly status: 'passed' | 'failed' | 'inconclusive';
  readonly measure: Measure;
  /** Always set when inconclusive. */
  readonly reason?: string;
  /** It would have failed, had the generator been well. */
  readonly spoiltByGenerator: boolean;
}

/** What a gate looks at, as observed: the value, and the interval that the truth lies in with 95 % confidence. */
interface Evidence {
  readonly value: number;
  readonly unit: string;
  readonly n: number;
  readonly interval: Interval;
  /** The interval once what the generator may have added or held back is allowed for. */
  readonly allowing: Interval;
  /** Why it proves nothing. */
  readonly lack?: string;
}

/**
 * Judges a gate by the 95 % interval: wholly within the limit passes, wholly beyond fails, anything else proves nothing.
 * A generator that was not well only ever makes the target look slower, so it takes a failure back and never a pass.
 */
export function judgeGate(gate: Gate, observed: Observed): Verdict {
  const evidence = evidenceOf(gate, observed);
  const { value, unit, n, interval, allowing, lack } = evidence;
  const measure: Measure = { name: nameOf(gate), value, unit, n, threshold: gate.text, ...finite(interval) };
  const inconclusive = (reason: string, spoiltByGenerator = false): Verdict => ({
    status: 'inconclusive',
    measure,
    reason,
    spoiltByGenerator,
  });
  if (observed.cutShort !== undefined) return inconclusive(observed.cutShort);
  if (lack !== undefined) return inconclusive(lack);
  const status = compare(gate, interval);
  if (status === 'failed' && compare(gate, allowing) !== 'failed')
    return inconclusive(spoiltReason(gate, observed), true);
  if (status !== undefined) return { status, measure, spoiltByGenerator: false };
  return inconclusive(
    `the limit ${gate.limit} lies within the 95 % interval ${format(interval, unit)}: more requests narrow it`,
  );
}

/** `p(99)` of `p(99) < 250`. */
function nameOf({ text }: Gate): string {
  return text.slice(0, text.search(/[<>]/)).trim();
}

function evidenceOf(gate: Gate, observed: Observed): Evidence {
  const { metric } = gate;
  switch (metric.kind) {
    case 'percentile':
      return percentileEvidence(metric.percent, observed);
    case 'avg':
      return meanEvidence(observed);
    case 'min':
    case 'max':
      return extremeEvidence(metric.kind, observed);
    case 'errorRate':
      return errorRateEvidence(observed);
    case 'requestRate':
      return requestRateEvidence(observed);
    default:
      return countEvidence(metric.of, observed);
  }
}

/** Needs ten values beyond the percentile, n ≥ 10/(1−q): p95 200, p99 1,000, p99.9 10,000; as many on the other side. */
function percentileEvidence(percent: number, observed: Observed): Evidence {
  const { latency } = observed.tally;
  const share = percent / 100;
  const needed = Math.ceil(10 / Math.min(share, 1 - share) - 1e-6);
  const [low, high] = percentileRanks(latency.n, share);
  const interval: Interval = [
    latency.atRankMs(low),
    high > latency.n ? Number.POSITIVE_INFINITY : latency.atRankMs(high),
  ];
  const lack = latency.n < needed ? `p(${percent}) needs ${needed} requests, measured were ${latency.n}` : undefined;
  return latencyEvidence(latency.percentileMs(percent), interval, observed, lack);
}

function meanEvidence(observed: Observed): Evidence {
  const { latency } = observed.tally;
  if (latency.n < MEAN_NEEDS) {
    return latencyEvidence(
      latency.meanMs,
      [0, 0],
      observed,
      `avg needs ${MEAN_NEEDS} requests, measured were ${latency.n}`,
    );
  }
  return latencyEvidence(latency.meanMs, meanInterval(latency.meanMs, latency.deviationMs, latency.n), observed);
}

/** An extreme is a statement about this sample, and exact. */
function extremeEvidence(kind: 'min' | 'max', observed: Observed): Evidence {
  const { latency } = observed.tally;
  const value = kind === 'min' ? latency.minMs : latency.maxMs;
  return latencyEvidence(value, [value, value], observed, latency.n === 0 ? 'no request was measured' : undefined);
}

function latencyEvidence(value: number, interval: Interval, observed: Observed, lack?: string): Evidence {
  const delayMs = observed.vitals.loopDelayP99Ms > HEALTHY_LOOP_DELAY_MS ? observed.vitals.loopDelayMaxMs : 0;
  const allowing: Interval = [Math.max(0, interval[0] - delayMs), interval[1]];
  return {
    value,
    unit: 'ms',
    n: observed.tally.latency.n,
    interval,
    allowing,
    ...(lack === undefined ? {} : { lack }),
  };
}

function errorRateEvidence({ tally }: Observed): Evidence {
  const { n } = tally.latency;
  const interval = wilson(tally.errors, n);
  const evidence = { value: n === 0 ? 0 : tally.errors / n, unit: 'ratio', n, interval, allowing: interval };
  return n === 0 ? { ...evidence, lack: 'no request was measured' } : evidence;
}

/** The seconds are the sample: their mean, by Student's t. Requests within a second depend on each other. */
function requestRateEvidence({ tally, elapsedMs, vitals }: Observed): Evidence {
  const { n } = tally.latency;
  const value = elapsedMs === 0 ? 0 : n / (elapsedMs / 1000);
  const counts = Array.from({ length: Math.floor(elapsedMs / 1000) }, (_, second) => tally.perSecond[second] ?? 0);
  const mean = counts.reduce((sum, count) => sum + count, 0) / Math.max(1, counts.length);
  const squares = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0);
  const unit = 'requests/s';
  if (counts.length < SECONDS_NEED) {
    const lack = `rate(requests) needs ${SECONDS_NEED} whole seconds, measured were ${counts.length}`;
    return { value, unit, n, interval: [value, value], allowing: [value, value], lack };
  }
  const [low, high] = meanInterval(mean, Math.sqrt(squares / (counts.length - 1)), counts.length);
  const interval: Interval = [Math.max(0, low), high];
  return {
    value,
    unit,
    n,
    interval,
    allowing: isLimiting(vitals) ? [interval[0], Number.POSITIVE_INFINITY] : interval,
  };
}

function isLimiting(vitals: GeneratorVitals): boolean {
  return vitals.loopDelayP99Ms > HEALTHY_LOOP_DELAY_MS || vitals.cpuShare > HEALTHY_CPU_SHARE;
}

function countEvidence(of: 'requests' | 'errors', { tally, vitals }: Observed): Evidence {
  const { n } = tally.latency;
  const value = of === 'errors' ? tally.errors : n;
  const allowing: Interval =
    of === 'requests' && isLimiting(vitals) ? [value, Number.POSITIVE_INFINITY] : [value, value];
  return { value, unit: 'count', n, interval: [value, value], allowing };
}

function compare(gate: Gate, [low, high]: Interval): 'passed' | 'failed' | undefined {
  if (holds(gate.comparison, low, gate.limit) && holds(gate.comparison, high, gate.limit)) return 'passed';
  const isBroken = !holds(gate.comparison, low, gate.limit) && !holds(gate.comparison, high, gate.limit);
  return isBroken ? 'failed' : undefined;
}

function holds(comparison: Comparison, value: number, limit: number): boolean {
  if (comparison === '<') return value < limit;
  if (comparison === '<=') return value <= limit;
  return comparison === '>' ? value > limit : value >= limit;
}

function spoiltReason(gate: Gate, { vitals }: Observed): string {
  const delay = `event-loop delay p99 ${vitals.loopDelayP99Ms.toFixed(1)} ms, at most ${vitals.loopDelayMaxMs.toFixed(1)} ms`;
  const cpu = `${Math.round(vitals.cpuShare * 100)} % of a core`;
  return `${gate.text} was missed, but the generator itself may be the reason (closed model; ${delay}; ${cpu}): give it a quieter machine or fewer connections`;
}

function finite([low, high]: Interval): Pick<Measure, 'interval'> {
  return Number.isFinite(low) && Number.isFinite(high) ? { interval: [low, high] } : {};
}

function format([low, high]: Interval, unit: string): string {
  const show = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(4))) : '∞');
  return `${show(low)} to ${show(high)} ${unit}`;
}
