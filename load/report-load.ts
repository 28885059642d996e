import { locateIn, runCheck, type Finding, type Measure, type Result, type Where } from '../contracts/index.ts';
import { chartsOf } from './charts.ts';
import { HEALTHY_LOOP_DELAY_MS, judgeGate, type Verdict } from './judge-gate.ts';
import { cutShort, type Measured } from './measured.ts';
import { operationFindings } from './operation-findings.ts';
import type { Recorder, Tally } from './recorder.ts';
import type { SloGate } from './slo.ts';

type Outcome = Pick<Result, 'findings'> & Partial<Pick<Result, 'status' | 'reason' | 'measures' | 'charts'>>;

/** The whole run: all operations together, by second. */
export function runOutcome(measured: Measured): Outcome {
  const { recorder, end } = measured;
  const shown = { measures: runMeasures(recorder), charts: chartsOf(recorder) };
  const reason = cutShort(measured);
  if (end.type === 'ended' && end.reason === 'target-lost') return { ...shown, findings: [lostFinding(measured)] };
  if (reason !== undefined) return { ...shown, findings: [], status: 'inconclusive', reason };
  if (recorder.all.latency.n > 0) return { ...shown, findings: [] };
  return { ...shown, findings: [], status: 'inconclusive', reason: 'no request ended within the measured time' };
}

function lostFinding(measured: Measured): Finding {
  const codes = [...measured.recorder.connectionErrors].map(([code, count]) => `${code} ${count} times`);
  return {
    code: 'load-target-lost',
    severity: 'error',
    message: [cutShort(measured), ...codes].join(', '),
    fix: 'look into the target’s own log for why it ended, or lower the connections',
    where: { source: measured.contract.source, pointer: '', line: 1, column: 1 },
  };
}

function runMeasures(recorder: Recorder): readonly Measure[] {
  const seconds = Math.max(0.001, recorder.elapsedMs / 1000);
  return [
    ...tallyMeasures(recorder.all, recorder.elapsedMs),
    { name: 'received', value: recorder.all.bytes / seconds, unit: 'bytes/s' },
    { name: 'measured for', value: recorder.elapsedMs, unit: 'ms' },
    { name: 'warm-up requests', value: recorder.warmupRequests, unit: 'count' },
    { name: 'unfinished requests', value: recorder.unfinished, unit: 'count' },
  ];
}

function tallyMeasures(tally: Tally, elapsedMs: number): readonly Measure[] {
  const { latency } = tally;
  const { n } = latency;
  const rate = elapsedMs === 0 ? 0 : n / (elapsedMs / 1000);
  const latencies: readonly (readonly [string, number])[] = [
    ['p50', latency.percentileMs(50)],
    ['p95', latency.percentileMs(95)],
    ['p99', latency.percentileMs(99)],
    ['max', latency.maxMs],
    ['mean', latency.meanMs],
  ];
  return [
    { name: 'requests', value: n, unit: 'count' },
    { name: 'throughput', value: rate, unit: 'requests/s', n },
    ...latencies.map(([name, value]) => ({ name, value, unit: 'ms', n })),
    { name: 'errors', value: tally.errors, unit: 'count', n },
    ...[...tally.errorKinds].map(([kind, value]) => ({ name: `errors: ${kind}`, value, unit: 'count', n })),
  ];
}

/** One result an operation: its figures, and what its answers depart from. */
export async function reportOperations(measured: Measured): Promise<void> {
  const { context, recorder, operations, title } = measured;
  for (const [index, { operation }] of operations.entries()) {
    const tally = recorder.byOperation[index];
    if (tally === undefined) continue;
    const check = { id: 'load-operation', suite: 'load', subject: `${title} · ${operation.id}` };
    await runCheck(context, check, () => operationOutcome(measured, index, tally));
  }
}

function operationOutcome(measured: Measured, index: number, tally: Tally): Outcome {
  const { recorder } = measured;
  const { findings, checked } = operationFindings(measured, index, tally);
  const measures: readonly Measure[] = [
    ...tallyMeasures(tally, recorder.elapsedMs),
    { name: 'received', value: tally.bytes, unit: 'bytes' },
    { name: 'answers checked', value: checked, unit: 'count' },
  ];
  if (tally.latency.n > 0) return { findings, measures };
  return { findings, measures, status: 'inconclusive', reason: 'no request of it ended within the measured time' };
}

/** One result a gate. */
export async function reportGates(measured: Measured): Promise<readonly Verdict[]> {
  const { context, recorder, operations, title } = measured;
  const verdicts: Verdict[] = [];
  for (const gate of measured.slo.gates) {
    const index = operations.findIndex(({ operation }) => operation.id === gate.operationId);
    const tally = gate.operationId === undefined ? recorder.all : recorder.byOperation[index];
    const subject = `${title} · ${gate.operationId ?? 'all operations'} · ${gate.text}`;
    await runCheck(context, { id: 'load-gate', suite: 'load', subject }, (): Outcome => {
      if (tally === undefined)
        return { findings: [], status: 'inconclusive', reason: `${gate.operationId} was not sent` };
      const verdict = judge(measured, gate, tally);
      verdicts.push(verdict);
      return gateOutcome(measured, gate, verdict);
    });
  }
  return verdicts;
}

function judge(measured: Measured, gate: SloGate, tally: Tally): Verdict {
  const { elapsedMs, vitals } = measured.recorder;
  const reason = cutShort(measured);
  return judgeGate(gate, { tally, elapsedMs, vitals, ...(reason === undefined ? {} : { cutShort: reason }) });
}

function gateOutcome(measured: Measured, gate: SloGate, verdict: Verdict): Outcome {
  const findings = verdict.status === 'failed' ? [missedFinding(measured, gate, verdict)] : [];
  const { status, reason } = verdict;
  return { status, findings, measures: [verdict.measure], ...(reason === undefined ? {} : { reason }) };
}

function missedFinding(measured: Measured, gate: SloGate, { measure }: Verdict): Finding {
  const value = Number(measure.value.toPrecision(4));
  const shown = showValue(value, measure.unit);
  return {
    code: 'load-gate-missed',
    severity: 'error',
    message: `${gate.operationId ?? 'all operations'}: ${gate.text} was missed, observed ${shown} in ${measure.n} requests`,
    fix: 'make the target faster or its answers right, or agree on another limit',
    expected: gate.text,
    actual: value,
    where: whereOfGate(measured, gate),
    ...(gate.operationId === undefined ? {} : { operationId: gate.operationId }),
  };
}

function showValue(value: number, unit: string): string {
  if (unit === 'ratio') return `${Number((value * 100).toPrecision(4))} %`;
  return unit === 'count' ? String(value) : `${value} ${unit}`;
}

function whereOfGate({ slo, contract, context }: Measured, gate: SloGate): Where {
  if (slo.source === undefined) return { source: contract.source, pointer: '', line: 1, column: 1 };
  return locateIn(context.workspace.root, slo.source, gate.pointer);
}

/**
 * How well the generator was. A closed run takes all the CPU it gets, so that alone is no fault; and a busy generator
 * only makes the target look slower. So it is inconclusive where it cost a verdict, and a remark otherwise.
 */
export async function reportHealth(
  { context, recorder, title }: Measured,
  verdicts: readonly Verdict[],
): Promise<void> {
  const { loopDelayP99Ms, loopDelayMaxMs, cpuShare } = recorder.vitals;
  const check = { id: 'load-health', suite: 'load', subject: `${title} · generator, closed model` };
  await runCheck(context, check, () => {
    const measures: readonly Measure[] = [
      { name: 'event-loop delay p99', value: loopDelayP99Ms, unit: 'ms', threshold: `<= ${HEALTHY_LOOP_DELAY_MS}` },
      { name: 'event-loop delay max', value: loopDelayMaxMs, unit: 'ms' },
      { name: 'cpu', value: cpuShare, unit: 'ratio' },
    ];
    const spoilt = verdicts
      .filter(({ spoiltByGenerator }) => spoiltByGenerator)
      .map(({ measure }) => measure.threshold);
    if (spoilt.length === 0) return { measures };
    const reason = `too busy, in the closed model, to say whether the target missed ${spoilt.join(', ')}`;
    return { measures, status: 'inconclusive', reason };
  });
}
