import { types } from 'node:util';

/** One operation as the generator sends it. `target` and headers were checked: the generator writes them as they are. */
export interface WireOperation {
  readonly method: string;
  /** Path and query, with the base path. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers that get a fresh UUID in every request. */
  readonly uniqueHeaders: readonly string[];
  /** Whether the credential's headers go with it. */
  readonly authorised: boolean;
  readonly body?: string;
  /** How many of its answers are handed over whole, spread over the run. */
  readonly keepAtMost: number;
  /** Share of its answers, 0 to 1, that may be handed over. */
  readonly keepShare: number;
}

/** What the generator is told once, over the process channel: secrets never stand in its arguments or environment. */
export interface WirePlan {
  /** `http://127.0.0.1:4010`. */
  readonly origin: string;
  readonly operations: readonly WireOperation[];
  /** Indices into `operations`, in the order one connection sends them. */
  readonly schedule: readonly number[];
  readonly authorization: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly warmupMs: number;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly maxRequests: number;
}

export type ToGenerator =
  | { readonly type: 'start'; readonly plan: WirePlan }
  | { readonly type: 'authorization'; readonly headers: Readonly<Record<string, string>> };

/** What became of a request that got no answer; an answer is its status. All are below 100. */
export const NO_ANSWER = { timeout: 1, connection: 2, unfinished: 3 } as const;

/** Numbers a sample takes in a batch: operation index, outcome, start and latency in ms, bytes. */
export const SAMPLE_WIDTH = 5;

/** A whole answer, to be held against the contract. */
export interface KeptAnswer {
  readonly operation: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Since the epoch. */
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** The generator's own state since the run's warm-up ended. */
export interface GeneratorVitals {
  readonly loopDelayP99Ms: number;
  readonly loopDelayMaxMs: number;
  /** Of one core: 1 is a core fully used. */
  readonly cpuShare: number;
}

export interface Batch {
  readonly type: 'batch';
  readonly nowMs: number;
  /** Flat, `SAMPLE_WIDTH` numbers a sample. */
  readonly samples: Float64Array;
  readonly kept: readonly KeptAnswer[];
  /** How often each socket error came: `ECONNREFUSED`. */
  readonly connectionErrors: Readonly<Record<string, number>>;
  readonly vitals: GeneratorVitals;
}

/** Why the generator stopped: the time was up, the requests were spent, or nobody answered any more. */
type StopReason = 'duration' | 'max-requests' | 'target-lost';

export interface Ended {
  readonly type: 'ended';
  readonly reason: StopReason;
  readonly nowMs: number;
  /** Requests still waiting for their answer: operation index and waiting time. */
  readonly unfinished: readonly { readonly operation: number; readonly startMs: number }[];
}

export type FromGenerator = { readonly type: 'ready' } | Batch | Ended;

// The generator starts quicker without the contracts room, so nothing of it is imported here.

/** Whether a message is one of the generator's: it comes from a process of our own, so only its outline is checked. */
export function isFromGenerator(message: unknown): message is FromGenerator {
  const type = memberOf(message, 'type');
  if (type === 'batch') return types.isFloat64Array(memberOf(message, 'samples'));
  return type === 'ready' || type === 'ended';
}

export function isToGenerator(message: unknown): message is ToGenerator {
  const type = memberOf(message, 'type');
  return type === 'start' || type === 'authorization';
}

function memberOf(message: unknown, name: string): unknown {
  return typeof message === 'object' && message !== null ? Reflect.get(message, name) : undefined;
}
