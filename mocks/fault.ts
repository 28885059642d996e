import type { IncomingHttpHeaders } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { FaultAnswer } from './fault-answer.ts';
import type { Member } from './fault-members.ts';
import type { FaultWire } from './fault-wire.ts';
import type { Random } from './seeded-random.ts';

/** What a mock can do to a client on purpose. Ids and names of options follow Toxiproxy where it has the fault. */
export interface Fault {
  readonly id: string;
  /** Its number in the catalogue. */
  readonly number: string;
  readonly summary: string;
  readonly options: FaultOptions;
  /** How often it fires at most where the rule does not say. */
  readonly count?: number;
  /**
   * What the fault does, with its options as the rule gives them. Called once for a rule and again when its counters are
   * reset: what it remembers lives as long as a scenario.
   */
  apply(options: OptionValues): FaultAction;
}

export type FaultOptions = Readonly<Record<string, FaultOption>>;
export type FaultOption = NumberOption | ChoiceOption | TextOption;

interface NumberOption {
  readonly type: 'number';
  /** In words, for people: `milliseconds`, `bytes`, `KiB per second`. */
  readonly unit: string;
  readonly min: number;
  readonly max: number;
  /** Whole numbers only, unless it is set. */
  readonly isFraction?: boolean;
  readonly default?: number;
  readonly summary: string;
}

interface ChoiceOption {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
  readonly summary: string;
}

interface TextOption {
  readonly type: 'text';
  readonly default?: string;
  readonly summary: string;
}

export type OptionValues = Readonly<Record<string, string | number | undefined>>;

/** The longest that anything is held back, in milliseconds. */
export const MAX_MS = 120_000;

/** Where a fault acts, and how. */
export type FaultAction =
  | RequestAction
  | AnswerAction
  | SocketAction
  | StreamAction
  | ConnectionAction
  | ListenerAction
  | DeliveryAction;

/**
 * Whether a request is one that the fault is about, beside what the rule selects; only those are counted. Asked once for
 * each request that the rule selects, in their order.
 */
interface Selective {
  /** @param clockMs of the clock that never jumps */
  readonly isFor?: (request: FaultRequest, clockMs: number) => boolean;
}

/** The request is answered without its operation: nothing is applied. */
interface RequestAction extends Selective {
  readonly on: 'request';
  answer(firing: Firing): FaultAnswer | Promise<FaultAnswer>;
  /** What it has made of the world: the answers to these later requests are changed by it. */
  readonly afterwards?: {
    readonly isFor: (request: FaultRequest) => boolean;
    readonly change: (answer: FaultAnswer, request: FaultRequest) => FaultAnswer;
  };
}

/** The operation is applied, and its finished answer changed or held back. */
interface AnswerAction extends Selective {
  readonly on: 'answer';
  change(answer: FaultAnswer, firing: Firing): FaultAnswer | Promise<FaultAnswer>;
}

/** Bytes are written, or not, on the connection itself, which ends with it. HTTP/1.1 only. */
export interface SocketAction extends Selective {
  readonly on: 'socket';
  send(wire: FaultWire, firing: Firing): Promise<void>;
}

/** HTTP/2 only. */
export interface StreamAction extends Selective {
  readonly on: 'stream';
  /** @param answer applies the operation */
  send(stream: ServerHttp2Stream, answer: () => Promise<FaultAnswer>, firing: Firing): Promise<void>;
}

/** A connection before anything was said on it: nobody knows yet whose it is. */
export interface ConnectionAction {
  readonly on: 'connection';
  readonly needsTls?: boolean;
  take(connection: NewConnection): void | Promise<void>;
}

export interface NewConnection {
  readonly socket: Socket;
  /** Speaks HTTP on it, once it is as the fault wants it. */
  readonly serve: (socket: Socket) => void;
}

/** Nobody listens on the port for a while. */
interface ListenerAction {
  readonly on: 'listener';
  readonly windowMs: number;
}

/** Webhook deliveries on their way out. */
interface DeliveryAction {
  readonly on: 'delivery';
  /** @returns what is to be sent now; it may keep some for later */
  plan(deliveries: readonly Delivery[], random: Random): readonly Delivery[];
  /** What it has kept, when nothing more comes. */
  readonly rest?: (random: Random) => readonly Delivery[];
}

/** One attempt to tell somebody of an event. */
export interface Delivery {
  /** The same on every attempt of one event. */
  readonly eventId: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Whose endpoint it is, for rules that name a consumer. */
  readonly consumer?: string;
  /** How long to wait before it is sent, from now. */
  readonly delayMs: number;
}

/** What a fault may know of a request. */
export interface FaultRequest {
  readonly method: string;
  /** Path and query within its service. */
  readonly target: string;
  /** As sent: what a redirect has to name. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly operationId: string | undefined;
  /** Digest of the credential that was sent; none where none was. */
  readonly credential: string | undefined;
  /** The same for all requests of one connection. */
  readonly connection: object;
  readonly isTls: boolean;
  readonly isHttp2: boolean;
  /** What the contract says of the answer with this status. */
  readonly membersOf: (status: number) => readonly Member[];
}

/** One time that a fault fires. */
export interface Firing {
  readonly request: FaultRequest;
  /** By the rule's seed. */
  readonly random: Random;
  /** Since 1970. */
  readonly nowMs: () => number;
  /** Of the clock that never jumps. */
  readonly clockMs: () => number;
  /** Ends early, with an error, when the client is gone or the mock is closed: then there is nothing left to do. */
  readonly wait: (durationMs: number) => Promise<void>;
}

type ValueOf<O> = O extends { readonly type: 'number' }
  ? O extends { readonly default: number }
    ? number
    : number | undefined
  : O extends { readonly type: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : O extends { readonly default: string }
      ? string
      : string | undefined;

/** A fault whose options are typed where it is written. */
export function defineFault<const O extends FaultOptions>(
  fault: Omit<Fault, 'options' | 'apply'> & {
    readonly options: O;
    readonly apply: (options: { readonly [K in keyof O]: ValueOf<O[K]> }) => FaultAction;
  },
): Fault {
  // Values come from parse-fault.ts only, which holds them against these very options.
  return fault;
}
