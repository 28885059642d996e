import { randomUUID } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import autocannon from 'autocannon';
import {
  isToGenerator,
  type Ended,
  NO_ANSWER,
  type FromGenerator,
  type GeneratorVitals,
  type KeptAnswer,
  type WireOperation,
  type WirePlan,
} from './generator-messages.ts';

// The closed-model generator: autocannon in a process of its own, so that it shares an event loop neither with the mocks
// nor with the histograms. It measures and hands over raw samples; everything that thinks sits in the parent.

const BATCH_MS = 200;
/** monitorEventLoopDelay reports the time between two ticks of its timer, which includes this. */
const TICK_MS = 5;
/** Nobody has answered for this long and connections keep failing: the target is gone. */
const LOST_AFTER_MS = 1000;
/** A longer body is not handed over: a hundred of them would fill the parent's memory. */
const LONGEST_BODY = 1_000_000;

/** What one connection waits for. Autocannon's own bookkeeping slips by one request after every lost connection. */
interface Slot {
  turn: number;
  operation: number;
  startMs: number;
  waiting: boolean;
  /** The last answer said that the server closes the connection. */
  closing: boolean;
  /** Autocannon sent it behind such an answer all the same (RFC 9112 §9.6): that it is lost is no fault of the server. */
  doomed: boolean;
}

/** Everything that changes while a run lasts. */
interface Run {
  readonly plan: WirePlan;
  readonly bornAt: number;
  readonly slots: Slot[];
  writers: readonly (() => Buffer)[];
  samples: number[];
  kept: KeptAnswer[];
  connectionErrors: Record<string, number>;
  readonly keptCounts: number[];
  readonly answerCounts: number[];
  readonly seenStatuses: Set<string>;
  sent: number;
  lastAnswerMs: number;
  failuresInARow: number;
  reason: Ended['reason'];
  stop: () => void;
}

let refresh: (headers: Readonly<Record<string, string>>) => void = () => {};

process.on('message', (message: unknown) => {
  if (!isToGenerator(message)) return;
  if (message.type === 'authorization') refresh(message.headers);
  else startRun(message.plan);
});
// The parent is gone: nobody would stop us or read what we send.
process.on('disconnect', () => process.exit());
say({ type: 'ready' });

function startRun(plan: WirePlan): void {
  const run = newRun(plan);
  refresh = (headers) => {
    run.writers = writersOf(plan, headers);
  };
  const vitals = watchVitals(run);
  const timer = setInterval(() => flush(run, vitals()), BATCH_MS);
  const instance = autocannon(optionsFor(run), (refused: unknown) => {
    if (refused instanceof Error) throw refused;
    clearInterval(timer);
    flush(run, vitals());
    const waiting = run.slots.filter((slot) => slot.waiting && !slot.doomed);
    const unfinished = waiting.map(({ operation, startMs }) => ({ operation, startMs }));
    // Disconnecting ends the process, so not before everything is on its way.
    say({ type: 'ended', reason: run.reason, nowMs: now(run), unfinished }, () => process.disconnect());
  });
  run.stop = () => instance.stop();
}

function newRun(plan: WirePlan): Run {
  return {
    plan,
    bornAt: performance.now(),
    slots: [],
    writers: writersOf(plan, plan.authorization),
    samples: [],
    kept: [],
    connectionErrors: {},
    keptCounts: plan.operations.map(() => 0),
    answerCounts: plan.operations.map(() => 0),
    seenStatuses: new Set(),
    sent: 0,
    lastAnswerMs: 0,
    failuresInARow: 0,
    reason: 'duration',
    stop: () => {},
  };
}

function optionsFor(run: Run): autocannon.Options {
  const { plan } = run;
  return {
    url: plan.origin,
    connections: plan.connections,
    pipelining: 1,
    // Autocannon looks whether the time is up once a sample interval: a second would be too coarse.
    sampleInt: 50,
    duration: (plan.warmupMs + plan.durationMs) / 1000,
    timeout: plan.timeoutMs / 1000,
    // Shared out by autocannon; a connection whose share is 0 would send without limit, so the plan has no more
    // connections than requests.
    maxOverallRequests: plan.maxRequests,
    skipAggregateResult: true,
    setupClient: (client) => connect(run, client),
  };
}

/** Gives one connection its requests and listens to what becomes of them. */
function connect(run: Run, client: autocannon.Client): void {
  const slot: Slot = {
    turn: run.slots.length,
    operation: 0,
    startMs: 0,
    waiting: false,
    closing: false,
    doomed: false,
  };
  run.slots.push(slot);
  const keep: NonNullable<autocannon.Request['onResponse']> = (status, body, _context, headers) =>
    keepAnswer(run, slot, status, body, headers ?? {});
  const request: autocannon.Request = {};
  client.setRequests([request]);
  // Its declared events lack two of these, and give `headers` another shape than it has.
  const events: EventEmitter = client;
  events.on('request', () => {
    if (slot.waiting) recordLost(run, slot, client);
    takeTurn(run, slot);
  });
  events.on('headers', (head: unknown) => {
    slot.closing = memberOf(head, 'shouldKeepAlive') === false;
    // Autocannon prepares headers and body for whoever listens: a quarter of the time that a request takes.
    if (isKept(run, slot, Number(memberOf(head, 'statusCode')))) request.onResponse = keep;
    else delete request.onResponse;
  });
  events.on('connError', (error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message;
    run.connectionErrors[code] = (run.connectionErrors[code] ?? 0) + 1;
    recordLost(run, slot, client);
  });
  client.on('response', (status, bytes) => recordAnswer(run, slot, status, bytes));
  writeOurOwn(client, () => run.writers[slot.operation]?.() ?? Buffer.alloc(0));
}

/**
 * Autocannon asks its client for the bytes of each request. Its own way to change a request each time builds all of them
 * anew, at a third of the time that a request takes. Not part of its public interface: without it nothing is sent.
 */
function writeOurOwn(client: autocannon.Client, bytes: () => Buffer): void {
  if (typeof Reflect.get(client, 'getRequestBuffer') !== 'function')
    throw new Error('this version of autocannon is not known');
  Object.assign(client, { getRequestBuffer: bytes });
}

/** The next operation of the schedule; the same one again where the last was never the server's to answer. */
function takeTurn(run: Run, slot: Slot): void {
  const { schedule } = run.plan;
  if (!slot.doomed) slot.turn += 1;
  slot.operation = schedule[slot.turn % schedule.length] ?? 0;
  slot.doomed = slot.closing;
  slot.closing = false;
  slot.waiting = true;
  slot.startMs = now(run);
  run.sent += 1;
}

/** For each operation what gives its bytes: the same ones each time, unless a header has to differ. */
function writersOf(plan: WirePlan, authorization: Readonly<Record<string, string>>): readonly (() => Buffer)[] {
  return plan.operations.map((operation) => {
    if (operation.uniqueHeaders.length > 0) return () => serialise(plan, operation, authorization);
    const bytes = serialise(plan, operation, authorization);
    return () => bytes;
  });
}

/** RFC 9112 §3. Target and headers were checked when the plan was made. */
function serialise(plan: WirePlan, operation: WireOperation, authorization: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(operation.body ?? '');
  const unique = operation.uniqueHeaders.map((name) => [name, randomUUID()]);
  const headers: Record<string, string> = {
    Host: new URL(plan.origin).host,
    ...operation.headers,
    ...(operation.authorised ? authorization : {}),
    ...Object.fromEntries(unique),
    ...(operation.body === undefined ? {} : { 'Content-Length': String(body.length) }),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${operation.method} ${operation.target} HTTP/1.1\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

function recordAnswer(run: Run, slot: Slot, status: number, bytes: number): void {
  const durationMs = now(run) - slot.startMs;
  Object.assign(slot, { waiting: false, doomed: false });
  run.lastAnswerMs = slot.startMs + durationMs;
  run.failuresInARow = 0;
  run.samples.push(slot.operation, status, slot.startMs, durationMs, bytes);
}

function keepAnswer(
  run: Run,
  slot: Slot,
  status: number,
  body: string,
  headers: Readonly<Record<string, unknown>>,
): void {
  if (body.length > LONGEST_BODY) return;
  const { operation } = slot;
  const durationMs = now(run) - slot.startMs;
  const startedAtMs = Date.now() - durationMs;
  run.kept.push({ operation, status, headers: flatHeaders(headers), body, startedAtMs, durationMs });
}

/** A request whose connection went away, or whose time ran out, before its answer came. */
function recordLost(run: Run, slot: Slot, client: autocannon.Client): void {
  forgetLastAnswer(client);
  const wasOurs = slot.doomed || !slot.waiting;
  slot.waiting = false;
  if (wasOurs) return;
  const waitedMs = now(run) - slot.startMs;
  // The timer of autocannon may fire a little early.
  const outcome = waitedMs >= run.plan.timeoutMs * 0.98 ? NO_ANSWER.timeout : NO_ANSWER.connection;
  run.samples.push(slot.operation, outcome, slot.startMs, waitedMs, 0);
  run.failuresInARow += 1;
  if (outcome === NO_ANSWER.connection) stopWhenLost(run);
}

function stopWhenLost(run: Run): void {
  if (run.failuresInARow < 20 * run.plan.connections || now(run) - run.lastAnswerMs < LOST_AFTER_MS) return;
  run.reason = 'target-lost';
  run.stop();
}

/**
 * Autocannon keeps one parser and one queue for all connections of a client: after an answer that was cut off it would
 * read the next one as the rest of the last. Neither is part of its public interface, hence the care.
 */
function forgetLastAnswer(client: autocannon.Client): void {
  callIfThere(Reflect.get(client, 'parser'), 'reinitialize', ['RESPONSE']);
  callIfThere(Reflect.get(client, 'pipelinedRequests'), 'clear', []);
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function callIfThere(on: unknown, method: string, parameters: readonly unknown[]): void {
  const found = memberOf(on, method);
  if (typeof found === 'function') Reflect.apply(found, on, parameters);
}

/** The first answer of each status; else every k-th of an operation, as far as its allowance up to this moment goes. */
function isKept(run: Run, slot: Slot, status: number): boolean {
  const index = slot.operation;
  if (slot.startMs < run.plan.warmupMs) return false;
  const operation = run.plan.operations[index];
  if (operation === undefined || operation.keepShare <= 0) return false;
  const seen = run.answerCounts[index] ?? 0;
  run.answerCounts[index] = seen + 1;
  const kept = run.keptCounts[index] ?? 0;
  const elapsedShare = Math.min(1, (now(run) - run.plan.warmupMs) / run.plan.durationMs);
  const isItsTurn = seen % Math.round(1 / operation.keepShare) === 0;
  const isFirst = !run.seenStatuses.has(`${index} ${status}`);
  if (!isFirst && (!isItsTurn || kept >= Math.ceil(operation.keepAtMost * elapsedShare))) return false;
  run.seenStatuses.add(`${index} ${status}`);
  run.keptCounts[index] = kept + 1;
  return true;
}

function flatHeaders(headers: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  return Object.fromEntries(entries);
}

/** Event-loop delay and CPU share since the warm-up ended. */
function watchVitals(run: Run): () => GeneratorVitals {
  const delays = monitorEventLoopDelay({ resolution: TICK_MS });
  let cpu = process.cpuUsage();
  let since = performance.now();
  delays.enable();
  setTimeout(() => {
    delays.reset();
    cpu = process.cpuUsage();
    since = performance.now();
  }, run.plan.warmupMs).unref();
  return () => {
    const used = process.cpuUsage(cpu);
    const elapsedMs = Math.max(1, performance.now() - since);
    return {
      loopDelayP99Ms: overTick(delays.percentile(99)),
      loopDelayMaxMs: overTick(delays.max),
      cpuShare: (used.user + used.system) / 1000 / elapsedMs,
    };
  };
}

function overTick(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e6 - TICK_MS);
}

function flush(run: Run, vitals: GeneratorVitals): void {
  const { kept, connectionErrors } = run;
  const samples = Float64Array.from(run.samples);
  Object.assign(run, { samples: [], kept: [], connectionErrors: {} });
  if (run.reason === 'duration' && run.sent >= run.plan.maxRequests) run.reason = 'max-requests';
  say({ type: 'batch', nowMs: now(run), samples, kept, connectionErrors, vitals });
}

function now(run: Run): number {
  return performance.now() - run.bornAt;
}

function say(message: FromGenerator, sent: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, sent);
}
