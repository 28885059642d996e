import { documentedResponse, type Operation } from '../contracts/index.ts';
import {
  NO_ANSWER,
  SAMPLE_WIDTH,
  type Batch,
  type Ended,
  type GeneratorVitals,
  type KeptAnswer,
} from './generator-messages.ts';
import type { IntervalWriter } from './hdr-log.ts';
import { LatencyHistogram } from './latency-histogram.ts';

/** What was measured of one operation, or of all. */
export interface Tally {
  /** Every request that ended, errors at the time that they took. */
  readonly latency: LatencyHistogram;
  errors: number;
  bytes: number;
  /** By what went wrong: `503`, `200 undocumented`, `timeout`, `connection`, `unfinished`. */
  readonly errorKinds: Map<string, number>;
  /** By status: how often it came although the contract does not know it. */
  readonly undocumented: Map<number, number>;
  /** Requests that ended, by second since measuring began. */
  readonly perSecond: number[];
}

export interface Second {
  /** 1 is the first. */
  readonly second: number;
  readonly requests: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
}

/** A request that waits this long, and twice as long as any before it, when the run ends counts as an error. */
const LATE_MS = 1000;

const NO_VITALS: GeneratorVitals = { loopDelayP99Ms: 0, loopDelayMaxMs: 0, cpuShare: 0 };

/** Collects the generator's samples: whole, by operation and by second. The warm-up is only counted. */
export class Recorder {
  readonly all: Tally = newTally();
  readonly byOperation: readonly Tally[];
  readonly seconds: Second[] = [];
  readonly kept: KeptAnswer[] = [];
  readonly connectionErrors = new Map<string, number>();
  vitals: GeneratorVitals = NO_VITALS;
  warmupRequests = 0;
  unfinished = 0;
  elapsedMs = 0;
  measuringFrom = new Date();
  readonly #operations: readonly Operation[];
  readonly #warmupMs: number;
  readonly #write: IntervalWriter;
  readonly #interval: readonly { readonly all: LatencyHistogram; readonly errors: LatencyHistogram }[];
  readonly #intervalAll = new LatencyHistogram();
  #second = 0;

  constructor(operations: readonly Operation[], warmupMs: number, write: IntervalWriter) {
    this.#operations = operations;
    this.#warmupMs = warmupMs;
    this.#write = write;
    this.byOperation = operations.map(newTally);
    this.#interval = operations.map(() => ({ all: new LatencyHistogram(), errors: new LatencyHistogram() }));
  }

  add(batch: Batch): void {
    const { samples } = batch;
    this.measuringFrom = new Date(Date.now() - batch.nowMs + this.#warmupMs);
    for (let at = 0; at + SAMPLE_WIDTH <= samples.length; at += SAMPLE_WIDTH) {
      const [operation = 0, outcome = 0, startMs = 0, latencyMs = 0, bytes = 0] = samples.subarray(
        at,
        at + SAMPLE_WIDTH,
      );
      this.#addSample(operation, outcome, startMs, latencyMs, bytes);
    }
    this.kept.push(...batch.kept);
    for (const [code, count] of Object.entries(batch.connectionErrors)) addTo(this.connectionErrors, code, count);
    this.vitals = batch.vitals;
    this.elapsedMs = Math.max(0, batch.nowMs - this.#warmupMs);
  }

  /** Ends the last second. A second that is not over is part of every figure, but of no series. */
  finish(ended: Ended | undefined): void {
    if (ended !== undefined) this.elapsedMs = Math.max(0, ended.nowMs - this.#warmupMs);
    for (const { operation, startMs } of ended?.unfinished ?? []) {
      const waitedMs = (ended?.nowMs ?? 0) - startMs;
      const slowestMs = this.byOperation[operation]?.latency.maxMs ?? 0;
      const isLate = slowestMs > 0 && waitedMs > Math.max(LATE_MS, 2 * slowestMs);
      if (isLate) this.#addSample(operation, NO_ANSWER.unfinished, startMs, waitedMs, 0);
      else this.unfinished += 1;
    }
    this.#advanceTo(Math.floor(this.elapsedMs / 1000));
    if (this.elapsedMs % 1000 > 0) this.#writeInterval((this.elapsedMs % 1000) / 1000);
  }

  #addSample(index: number, outcome: number, startMs: number, latencyMs: number, bytes: number): void {
    if (startMs < this.#warmupMs) {
      this.warmupRequests += 1;
      return;
    }
    const operation = this.#operations[index];
    const tally = this.byOperation[index];
    if (operation === undefined || tally === undefined) return;
    const second = Math.floor((startMs + latencyMs - this.#warmupMs) / 1000);
    this.#advanceTo(second);
    const error = errorOf(operation, outcome);
    for (const into of [tally, this.all]) count(into, second, latencyMs, bytes, error);
    if (error?.documented === false) addTo(tally.undocumented, outcome, 1);
    this.#intervalAll.record(latencyMs);
    this.#interval[index]?.all.record(latencyMs);
    if (error !== undefined) this.#interval[index]?.errors.record(latencyMs);
  }

  #advanceTo(second: number): void {
    while (this.#second < second) {
      const latency = this.#intervalAll;
      this.seconds.push({
        second: this.#second + 1,
        requests: latency.n,
        p50Ms: latency.percentileMs(50),
        p95Ms: latency.percentileMs(95),
        p99Ms: latency.percentileMs(99),
      });
      this.#writeInterval(1);
      this.#second += 1;
    }
  }

  #writeInterval(lengthS: number): void {
    for (const [index, { all, errors }] of this.#interval.entries()) {
      const id = this.#operations[index]?.id ?? '';
      if (all.n > 0) this.#write(id, this.#second, lengthS, all.histogram);
      if (errors.n > 0) this.#write(`${id}:errors`, this.#second, lengthS, errors.histogram);
      all.reset();
      errors.reset();
    }
    this.#intervalAll.reset();
  }
}

function newTally(): Tally {
  return {
    latency: new LatencyHistogram(),
    errors: 0,
    bytes: 0,
    errorKinds: new Map(),
    undocumented: new Map(),
    perSecond: [],
  };
}

interface RequestError {
  readonly kind: string;
  /** Set for an answer. */
  readonly documented?: boolean;
}

/** Only a documented 2xx or 3xx is no error: a load that mostly meets its own 404 measures nothing. */
function errorOf(operation: Operation, outcome: number): RequestError | undefined {
  if (outcome === NO_ANSWER.timeout) return { kind: 'timeout' };
  if (outcome === NO_ANSWER.connection) return { kind: 'connection' };
  if (outcome === NO_ANSWER.unfinished) return { kind: 'unfinished' };
  const documented = documentedResponse(operation, outcome) !== undefined;
  if (!documented) return { kind: `${outcome} undocumented`, documented };
  return outcome >= 200 && outcome < 400 ? undefined : { kind: String(outcome), documented };
}

function count(tally: Tally, second: number, latencyMs: number, bytes: number, error: RequestError | undefined): void {
  tally.latency.record(latencyMs);
  tally.bytes += bytes;
  tally.perSecond[second] = (tally.perSecond[second] ?? 0) + 1;
  if (error === undefined) return;
  tally.errors += 1;
  addTo(tally.errorKinds, error.kind, 1);
}

function addTo<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
