import path from 'node:path';
import { EXIT, locateIn, runCheck, TallyError, type Contract, type Finding, type Measure, type RunContext, type Where } from '../contracts/index.ts';
import { generate, type GeneratorEnd } from './generator.ts';
import type { Batch } from './generator-messages.ts';
import { openHdrLog } from './hdr-log.ts';
import { HEALTHY_LOOP_DELAY_MS, judgeGate, type Verdict } from './judge-gate.ts';
import { operationFindings } from './operation-findings.ts';
import { planLoad, type Plan, type PlannedOperation } from './plan.ts';
import { probe } from './probe.ts';
import { progressLine, type LoadProgress } from './progress.ts';
import { Recorder, type Tally } from './recorder.ts';
import { chartsOf } from './charts.ts';
import { scheduleOf } from './schedule.ts';
import type { Slo, SloGate } from './slo.ts';
import { readTarget, type Target } from './target.ts';

export interface LoadOptions {
  readonly contract: Contract;
  /** The target's base URL, with the path that the contract's paths are under. */
  readonly url: string;
  readonly slo: Slo;
  /** Hosts other than this machine whose owner agreed to the load. */
  readonly allowHosts?: readonly string[];
  /** Headers that authorise a request now; asked again every second while the run lasts. */
  readonly authorize?: () => Promise<Readonly<Record<string, string>>>;
  /** Folder for the run's HdrHistogram log; none is written without. */
  readonly outDir?: string;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Everything that stays the same while a load runs. */
interface Load {
  readonly context: RunContext;
  readonly options: LoadOptions;
  readonly target: Target;
  readonly authorization: Readonly<Record<string, string>>;
  /** How results name it: `parcels 2.0.0`, with the SLO file's name where that says more. */
  readonly title: string;
}

/**
 * Sends a contract's operations under load and emits what was measured, by operation, and what the gates say of it. Only
 * after one request of each was answered well.
 *
 * @throws TallyError TARGET_UNREACHED, LOAD_HOST_NOT_ALLOWED, LOAD_URL_INVALID, LOAD_OPERATION_UNKNOWN,
 *   LOAD_OPERATION_NOT_SENDABLE, LOAD_NOTHING_TO_SEND
 */
export async function runLoad(context: RunContext, options: LoadOptions): Promise<void> {
  const { contract, slo } = options;
  const target = readTarget(options.url, options.allowHosts ?? []);
  const plan = planLoad(context.workspace.root, contract, slo, target);
  const authorization = (await options.authorize?.()) ?? {};
  const load: Load = { context, options, target, authorization, title: titleOf(contract, slo) };
  const ready = await probeAll(load, plan);
  if (ready.some(({ failed, planned }) => failed && planned.named) || context.signal.aborted) return;
  const operations = ready.filter(({ failed }) => !failed).map(({ planned }) => planned);
  if (operations.length > 0) await measure(load, operations);
}

function titleOf(contract: Contract, slo: Slo): string {
  const name = slo.source === undefined ? contract.name : path.basename(slo.source).replace(/\.ya?ml$/, '');
  const title = `${contract.name} ${contract.version}`;
  return name === contract.name ? title : `${title} · ${name}`;
}

interface Probed {
  readonly planned: PlannedOperation;
  readonly failed: boolean;
}

/** One request of each operation; a result for each that is not fit for the load, and one for what was left out. */
async function probeAll(load: Load, plan: Plan): Promise<readonly Probed[]> {
  const { context, options, target, authorization } = load;
  const probed: Probed[] = [];
  for (const planned of plan.operations) {
    if (context.signal.aborted) break;
    const { timeoutMs } = options.slo.profile;
    const finding = await probe(options.contract, planned, { origin: target.origin, authorization, timeoutMs, signal: context.signal });
    probed.push({ planned, failed: finding !== undefined });
    if (finding === undefined) continue;
    const subject = `${load.title} · ${planned.operation.id}`;
    const redacted = finding.exchange === undefined ? finding : { ...finding, exchange: context.redactor.exchange(finding.exchange) };
    await runCheck(context, { id: 'load-probe', suite: 'load', subject }, () => ({ findings: [redacted] }));
  }
  return probed.length === 0 ? probed : await reportLeftOut(load, plan, probed);
}

async function reportLeftOut(load: Load, plan: Plan, probed: readonly Probed[]): Promise<readonly Probed[]> {
  if (plan.leftOut.length === 0) return probed;
  const shown = plan.leftOut.slice(0, 5).map(({ id, why }) => `${id} (${why})`);
  const more = plan.leftOut.length > shown.length ? ` and ${plan.leftOut.length - shown.length} more` : '';
  const finding: Finding = {
    code: 'load-operations-left-out',
    severity: 'info',
    message: `not sent: ${shown.join(', ')}${more}`,
    fix: 'add examples to the contract',
    where: load.options.contract.operations[0]?.where ?? { source: load.options.contract.source, pointer: '', line: 1, column: 1 },
  };
  await runCheck(load.context, { id: 'load-mix', suite: 'load', subject: load.title }, () => ({ findings: [finding] }));
  return probed;
}

async function measure(load: Load, operations: readonly PlannedOperation[]): Promise<void> {
  const { context, options, title } = load;
  const { profile } = options.slo;
  const measuringFrom = new Date(Date.now() + profile.warmupS * 1000);
  const log = openHdrLog(measuringFrom, `${title}, closed model, ${profile.connections} connections`);
  const recorder = new Recorder(
    operations.map(({ operation }) => operation),
    profile.warmupS * 1000,
    log.write,
  );
  let end: GeneratorEnd = { type: 'aborted' };
  const subject = `${title} · closed model, ${profile.connections} connections, ${profile.durationS} s`;
  await runCheck({ emit: context.emit, signal: NEVER }, { id: 'load-run', suite: 'load', subject }, async () => {
    end = await send(load, operations, recorder);
    context.log.progress('');
    recorder.finish(end.type === 'ended' ? end : undefined);
    if (options.outDir !== undefined) await log.save(path.join(options.outDir, `${fileName(title)}.hlog`));
    if (end.type === 'crashed') throw crashed(context.redactor.text(end.why));
    return { ...outcomeOf(load, recorder, end), measures: runMeasures(recorder), charts: chartsOf(recorder) };
  });
  await reportOperations(load, operations, recorder);
  await reportHealth(load, recorder, await reportGates(load, operations, recorder, cutShort(end, recorder, profile.durationS)));
}

/** The result of a run that was interrupted carries what was measured until then. */
const NEVER = new AbortController().signal;

async function send(load: Load, operations: readonly PlannedOperation[], recorder: Recorder): Promise<GeneratorEnd> {
  const { context, options, target, authorization } = load;
  const { profile } = options.slo;
  let shownSeconds = 0;
  const onBatch = (batch: Batch): void => {
    recorder.add(batch);
    const seconds = recorder.seconds.length;
    if (seconds === shownSeconds && batch.nowMs > profile.warmupS * 1000) return;
    shownSeconds = seconds;
    const progress = progressOf(recorder, batch.nowMs, profile);
    context.log.progress(progressLine(load.title, progress));
    options.onProgress?.(progress);
  };
  const plan = {
    origin: target.origin,
    operations: operations.map(({ wire }) => wire),
    schedule: scheduleOf(operations.map(({ weight }) => weight)),
    authorization,
    // A connection without a share of the requests would send without end.
    connections: Math.min(profile.connections, profile.maxRequests),
    warmupMs: profile.warmupS * 1000,
    durationMs: profile.durationS * 1000,
    timeoutMs: profile.timeoutMs,
    maxRequests: profile.maxRequests,
  };
  const listener = { onBatch, ...(options.authorize === undefined ? {} : { authorize: options.authorize }) };
  return await generate(plan, listener, context.signal);
}

function progressOf(recorder: Recorder, nowMs: number, profile: Slo['profile']): LoadProgress {
  const last = recorder.seconds.at(-1);
  return {
    elapsedS: nowMs / 1000,
    totalS: profile.warmupS + profile.durationS,
    warmingUp: nowMs < profile.warmupS * 1000,
    requestsPerSecond: last?.requests ?? 0,
    p99Ms: last?.p99Ms ?? 0,
    errors: recorder.all.errors,
  };
}

function fileName(title: string): string {
  return `load-${title.replaceAll(/[^\w.-]+/g, '-')}`;
}

function crashed(why: string): TallyError {
  return new TallyError({
    code: 'LOAD_GENERATOR_ENDED',
    where: 'the process that makes the load',
    why: `it ended before its time: ${why}`,
    fix: 'look for a limit on memory or processes, then run again',
    exitCode: EXIT.inconclusive,
  });
}

/** Why nothing that was measured is a verdict; undefined for a run that ended as planned. */
function cutShort(end: GeneratorEnd, recorder: Recorder, durationS: number): string | undefined {
  const after = `after ${(recorder.elapsedMs / 1000).toFixed(1)} of ${durationS} s`;
  if (end.type === 'aborted') return `interrupted ${after}`;
  if (end.type === 'crashed') return `the load generator ended ${after}`;
  return end.reason === 'target-lost' ? `the target stopped answering ${after}` : undefined;
}

function outcomeOf(load: Load, recorder: Recorder, end: GeneratorEnd) {
  const reason = cutShort(end, recorder, load.options.slo.profile.durationS);
  if (end.type === 'ended' && end.reason === 'target-lost') return { findings: [lostFinding(load, recorder, String(reason))] };
  if (reason !== undefined) return { status: 'inconclusive', reason } as const;
  if (recorder.all.latency.n === 0) return { status: 'inconclusive', reason: 'no request ended within the measured time' } as const;
  return {};
}

function lostFinding(load: Load, recorder: Recorder, message: string): Finding {
  const { contract } = load.options;
  const codes = [...recorder.connectionErrors].map(([code, count]) => `${code} ${count} times`);
  return {
    code: 'load-target-lost',
    severity: 'error',
    message: `${message}${codes.length === 0 ? '' : `: ${codes.join(', ')}`}`,
    fix: 'look into the target’s own log for why it ended, or lower the connections',
    where: { source: contract.source, pointer: '', line: 1, column: 1 },
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

async function reportOperations(load: Load, operations: readonly PlannedOperation[], recorder: Recorder): Promise<void> {
  for (const [index, planned] of operations.entries()) {
    const tally = recorder.byOperation[index];
    if (tally === undefined) continue;
    const { id } = planned.operation;
    await runCheck({ emit: load.context.emit, signal: NEVER }, { id: 'load-operation', suite: 'load', subject: `${load.title} · ${id}` }, () => {
      const answers = recorder.kept.filter((answer) => answer.operation === index);
      const { findings, checked } = operationFindings(load.context, load.options.contract, load.target.origin, planned, tally, answers);
      const measures = [...tallyMeasures(tally, recorder.elapsedMs), { name: 'answers checked', value: checked, unit: 'count' }, { name: 'received', value: tally.bytes, unit: 'bytes' }];
      if (tally.latency.n > 0) return { findings, measures };
      return { findings, measures, status: 'inconclusive', reason: 'no request of it ended within the measured time' };
    });
  }
}

async function reportGates(
  load: Load,
  operations: readonly PlannedOperation[],
  recorder: Recorder,
  cut: string | undefined,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const gate of load.options.slo.gates) {
    const index = operations.findIndex(({ operation }) => operation.id === gate.operationId);
    const tally = gate.operationId === undefined ? recorder.all : recorder.byOperation[index];
    const subject = `${load.title} · ${gate.operationId ?? 'all operations'} · ${gate.text}`;
    await runCheck({ emit: load.context.emit, signal: NEVER }, { id: 'load-gate', suite: 'load', subject }, () => {
      if (tally === undefined) return { status: 'inconclusive', reason: `${gate.operationId} was not sent` };
      const observed = { tally, elapsedMs: recorder.elapsedMs, vitals: recorder.vitals };
      const verdict = judgeGate(gate, cut === undefined ? observed : { ...observed, cutShort: cut });
      verdicts.push(verdict);
      return {
        status: verdict.status,
        measures: [verdict.measure],
        findings: verdict.status === 'failed' ? [missedFinding(load, gate, verdict)] : [],
        ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      };
    });
  }
  return verdicts;
}

function missedFinding(load: Load, gate: SloGate, { measure }: Verdict): Finding {
  const { options, context } = load;
  const value = Number(measure.value.toPrecision(4));
  const unit = measure.unit === 'ratio' ? '' : ` ${measure.unit}`;
  return {
    code: 'load-gate-missed',
    severity: 'error',
    message: `${gate.operationId ?? 'all operations'}: ${gate.text} was missed, observed ${value}${unit} in ${measure.n} requests`,
    expected: gate.text,
    actual: value,
    where: whereOfGate(context.workspace.root, options, gate),
    ...(gate.operationId === undefined ? {} : { operationId: gate.operationId }),
  };
}

function whereOfGate(root: string, { slo, contract }: LoadOptions, gate: SloGate): Where {
  if (slo.source === undefined) return { source: contract.source, pointer: '', line: 1, column: 1 };
  return locateIn(root, slo.source, gate.pointer);
}

/** Also measures how well the generator was: a sick one that cost no verdict is a remark, no more. */
async function reportHealth(load: Load, recorder: Recorder, verdicts: readonly Verdict[]): Promise<void> {
  const { vitals } = recorder;
  const subject = `${load.title} · generator (closed model)`;
  await runCheck({ emit: load.context.emit, signal: NEVER }, { id: 'load-health', suite: 'load', subject }, () => {
    const measures: readonly Measure[] = [
      { name: 'event-loop delay p99', value: vitals.loopDelayP99Ms, unit: 'ms', threshold: `<= ${HEALTHY_LOOP_DELAY_MS}` },
      { name: 'event-loop delay max', value: vitals.loopDelayMaxMs, unit: 'ms' },
      { name: 'cpu', value: vitals.cpuShare, unit: 'ratio' },
    ];
    const spoilt = verdicts.filter((verdict) => verdict.spoiltByGenerator).map(({ measure }) => measure.name);
    if (spoilt.length === 0) return { measures };
    return { measures, status: 'inconclusive', reason: `the generator was too busy (closed model) to say whether the target missed ${spoilt.join(', ')}` };
  });
}
