import {
  locate,
  type Contract,
  type Exchange,
  type Finding,
  type Json,
  type MediaType,
  type Operation,
  type Response,
} from '../contracts/index.ts';
import type { Answer, SendLimits } from './send-request.ts';

/** One operation's answer beside what the contract says of it: all that a check looks at. */
export interface Observation {
  /** The workspace's folder. */
  readonly root: string;
  readonly contract: Contract;
  readonly operation: Operation;
  /** Redacted. */
  readonly exchange: Exchange;
  /** What the answer was allowed to take; 10 s and 5 MB where it is not told. */
  readonly limits?: SendLimits;
  /** Absent when none came. */
  readonly answer?: Answer;
  /** The response that the contract documents for this status: exact, `4XX` or `default`. */
  readonly response?: Response;
  /** Of `response`, the one that the answer's Content-Type names. */
  readonly mediaType?: MediaType;
}

/** One thing that is looked at in every answer. */
export interface Check {
  readonly id: string;
  readonly summary: string;
  /** Whether there is anything to look at; a check that does not apply leaves no result. */
  appliesTo(observation: Observation): boolean;
  run(observation: Observation): readonly Finding[];
}

/** What a check says of a departure; the rest of the finding follows from the observation. */
export interface Departure {
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  readonly expected?: Json;
  readonly actual?: Json;
  /** Into the contract's document: the line that is broken. */
  readonly pointer: string;
  readonly instancePointer?: string;
}

/** The finding for a departure of an operation's answer. */
export function findingOf(observation: Observation, departure: Departure): Finding {
  const { pointer, ...rest } = departure;
  return {
    severity: 'error',
    ...rest,
    where: locate(observation.root, observation.contract, pointer),
    operationId: observation.operation.id,
    exchange: observation.exchange,
  };
}
