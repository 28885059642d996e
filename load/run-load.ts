import path from 'node:path';
import { EXIT, runCheck, TallyError, type Contract, type Finding, type RunContext } from '../contracts/index.ts';
import { generate, type GeneratorEnd } from './generator.ts';
import type { Batch, WirePlan } from './generator-messages.ts';
import { openHdrLog } from './hdr-log.ts';
import type { Measured } from './measured.ts';
import { planLoad, type Plan, type PlannedOperation } from './plan.ts';
import { probe } from './probe.ts';
import { progressLine, type LoadProgress } from './progress.ts';
import { Recorder } from './recorder.ts';
import { reportGates, reportHealth, reportOperations, runOutcome } from './report-load.ts';
import { scheduleOf } from './schedule.ts';
import type { Slo } from './slo.ts';
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
 * @throws TallyError TARGET_UNREACHED, LOAD_HOST_NOT_ALLOWED, URL_INVALID, LOAD_OPERATION_UNKNOWN,
 *   LOAD_OPERATION_NOT_SENDABLE, LOAD_NOTHING_TO_SEND
 */
export async function runLoad(context: RunContext, options: LoadOptions): Promise<void> {
  const { contract, slo } = options;
  const target = readTarget(options.url, options.allowHosts ?? []);
  const plan = planLoad(context.workspace.root, contract, slo, target);
  const authorization = (await options.authorize?.()) ?? {};
  const load: Load = { context, options, target, authorization, title: titleOf(contract, slo) };
  await reportLeftOut(load, plan);
  const operations = await probeAll(load, plan);
  if (operations.length > 0 && !context.signal.aborted) await measure(load, operations);
}

function titleOf(contract: Contract, slo: Slo): string {
  const name = slo.source === undefined ? contract.name : path.basename(slo.source).replace(/\.ya?ml$/, '');
  const title = `${contract.name} ${contract.version}`;
  return name === contract.name ? title : `${title} · ${name}`;
}

async function reportLeftOut({ context, options, title }: Load, plan: Plan): Promise<void> {
  if (plan.leftOut.length === 0) return;
  const shown = plan.leftOut.slice(0, 5).map(({ id, why }) => `${id} (${why})`);
  const more = plan.leftOut.length > shown.length ? ` and ${plan.leftOut.length - shown.length} more` : '';
  const finding: Finding = {
    code: 'load-operations-left-out',
    severity: 'info',
    message: `not sent: ${shown.join(', ')}${more}`,
    fix: 'add examples to the contract',
    where: { source: options.contract.source, pointer: '', line: 1, column: 1 },
  };
  await runCheck(context, { id: 'load-mix', suite: 'load', subject: title }, () => ({ findings: [finding] }));
}

/**
 * Asks for each operation once and emits a result for each that is not fit for the load.
 *
 * @returns what is fit; nothing when an operation that somebody named is not: the rest would be another load
 */
async function probeAll(load: Load, plan: Plan): Promise<readonly PlannedOperation[]> {
  const { context, options, target, authorization, title } = load;
  const fit: PlannedOperation[] = [];
  let refused = false;
  let reached = false;
  for (const planned of plan.operations) {
    if (context.signal.aborted) return [];
    const { timeoutMs } = options.slo.profile;
    const finding = await probe(options.contract, planned, {
      origin: target.origin,
      authorization,
      timeoutMs,
      signal: context.signal,
      reached,
    });
    reached = true;
    if (finding === undefined) {
      fit.push(planned);
      continue;
    }
    refused ||= planned.named;
    const exchange = finding.exchange === undefined ? {} : { exchange: context.redactor.exchange(finding.exchange) };
    const check = { id: 'load-probe', suite: 'load', subject: `${title} · ${planned.operation.id}` };
    await runCheck(context, check, () => ({ findings: [{ ...finding, ...exchange }] }));
  }
  if (fit.length === 0 && !refused) await reportNothingFit(load);
  return refused ? [] : fit;
}

/** Nothing was measured, and nothing must look as if it had been. */
async function reportNothingFit({ context, title }: Load): Promise<void> {
  const reason = 'no operation answered its example request well enough to be put under load';
  const check = { id: 'load-run', suite: 'load', subject: `${title} · closed model` };
  await runCheck(context, check, () => ({ status: 'inconclusive', reason }));
}

/** The result of a run that was interrupted carries what was measured until then. */
const NEVER = new AbortController().signal;

async function measure(load: Load, operations: readonly PlannedOperation[]): Promise<void> {
  const { context, options, title, target } = load;
  const { profile } = options.slo;
  const log = openHdrLog(`${title}, closed model, ${profile.connections} connections`);
  const described = operations.map(({ operation }) => operation);
  const recorder = new Recorder(described, profile.warmupS * 1000, log.write);
  const emitting = { emit: context.emit, signal: NEVER };
  let measured: Measured | undefined;
  const subject = `${title} · closed model, ${profile.connections} connections, ${profile.durationS} s`;
  await runCheck(emitting, { id: 'load-run', suite: 'load', subject }, async () => {
    const end = await send(load, operations, recorder);
    context.log.progress('');
    recorder.finish(end.type === 'ended' ? end : undefined);
    measured = {
      context: { ...context, signal: NEVER },
      contract: options.contract,
      slo: options.slo,
      title,
      origin: target.origin,
      operations,
      recorder,
      end,
    };
    if (options.outDir !== undefined)
      await log.save(path.join(options.outDir, `${fileName(title)}.hlog`), recorder.measuringFrom);
    if (end.type === 'crashed') throw generatorEnded(context.redactor.text(end.why));
    return runOutcome(measured);
  });
  if (measured === undefined) return;
  await reportOperations(measured);
  await reportHealth(measured, await reportGates(measured));
}

async function send(load: Load, operations: readonly PlannedOperation[], recorder: Recorder): Promise<GeneratorEnd> {
  const { context, options } = load;
  const { profile } = options.slo;
  let shownAt = -1;
  const onBatch = (batch: Batch): void => {
    recorder.add(batch);
    const second = Math.floor(batch.nowMs / 1000);
    if (second === shownAt) return;
    shownAt = second;
    const progress = progressOf(recorder, batch.nowMs, profile);
    context.log.progress(progressLine(load.title, progress));
    options.onProgress?.(progress);
  };
  const listener = { onBatch, ...(options.authorize === undefined ? {} : { authorize: options.authorize }) };
  return await generate(wirePlanOf(load, operations), listener, context.signal);
}

function wirePlanOf({ options, target, authorization }: Load, operations: readonly PlannedOperation[]): WirePlan {
  const { profile } = options.slo;
  return {
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
}

function progressOf(recorder: Recorder, nowMs: number, profile: Slo['profile']): LoadProgress {
  const last = recorder.seconds.at(-1);
  return {
    elapsedS: nowMs / 1000,
    totalS: profile.warmupS + profile.durationS,
    ...(last === undefined ? {} : { last }),
    errors: recorder.all.errors,
  };
}

function fileName(title: string): string {
  return `load-${title.replaceAll(/[^\w.-]+/g, '-')}`;
}

function generatorEnded(why: string): TallyError {
  return new TallyError({
    code: 'LOAD_GENERATOR_ENDED',
    where: 'the process that makes the load',
    why: `it ended before its time: ${why}`,
    fix: 'look for a limit on memory or processes, then run again',
    exitCode: EXIT.inconclusive,
  });
}
