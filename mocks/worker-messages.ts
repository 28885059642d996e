import type { Contract } from '../contracts/index.ts';
import type { Call } from './call.ts';
import type { MockLayout, MockOptions } from './mock-options.ts';
import type { Remarks } from './traffic-log.ts';
import type { Transport } from './web-server.ts';

/** What a process that answers needs to know. Keys and calls pass between our own processes only, over their own pipe. */
export interface WorkerPlan {
  /** Of the workspace. */
  readonly root: string;
  readonly options: MockOptions;
  readonly layout: MockLayout;
  readonly transport: Transport;
  readonly engineLevel: string;
  readonly isRefusalShown: boolean;
  /** How many connections this process may have open at once. */
  readonly connections: number;
  /** One for each port. */
  readonly desks: readonly WorkerDesk[];
}

export interface WorkerDesk {
  /** Of the server. */
  readonly url: string;
  /** `index` is the place in the list of services. */
  readonly contracts: readonly (KnownContract & { readonly index: number })[];
}

type KnownContract = Pick<Contract, 'name' | 'source' | 'kind'>;

export type ToWorker =
  | { readonly type: 'start'; readonly plan: WorkerPlan }
  /** Comes with the socket. */
  | { readonly type: 'connection'; readonly desk: number; readonly id: number }
  /** Reads a contract anew and keeps it ready. */
  | { readonly type: 'load'; readonly index: number; readonly turn: number }
  /** Serves what it keeps ready. */
  | { readonly type: 'swap'; readonly turn: number }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'ready' }
  /** The connection is its own now. */
  | { readonly type: 'taken'; readonly id: number }
  | { readonly type: 'failed'; readonly why: string }
  | { readonly type: 'calls'; readonly noted: readonly NotedCall[] }
  | { readonly type: 'said'; readonly level: 'info' | 'warn'; readonly text: string }
  /** Without a digest where it could not be read. */
  | { readonly type: 'loaded'; readonly turn: number; readonly digest?: string };

export interface NotedCall {
  readonly call: Call;
  readonly remarks: Remarks;
}

/** A worker sends nothing else; a library in it might. */
export function isFromWorker(message: unknown): message is FromWorker {
  return typeof message === 'object' && message !== null && 'type' in message && TYPES.has(String(message.type));
}

const TYPES: ReadonlySet<string> = new Set<FromWorker['type']>(['ready', 'taken', 'failed', 'calls', 'said', 'loaded']);
