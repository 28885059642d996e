import type { OptionValues } from './fault.ts';

/** A fault and when it fires. Plain data: read from a text, a file or the control interface by `parse-fault.ts`. */
export interface FaultRule extends FaultSelection {
  /** Its id. */
  readonly fault: string;
  /** With defaults filled in. */
  readonly options: OptionValues;
}

/** All that is given must hold. */
export interface FaultSelection {
  /** Name of an API. */
  readonly service?: string;
  /** Ids of operations; any, unless told. */
  readonly operation?: readonly string[];
  /** Name of a credential's owner, or the beginning of its digest: `sha256:1f3a…`. */
  readonly consumer?: string;
  /** Which of the requests that the rule is about, counted from 1. */
  readonly attempt?: readonly number[];
  /** Every k-th of them. */
  readonly every?: number;
  /** Only so long after the first of them. */
  readonly windowMs?: number;
  /** How likely it fires, from 0 to 1. */
  readonly toxicity?: number;
  /** How often it fires at most. */
  readonly count?: number;
  /** Of all that is left to chance. */
  readonly seed: string;
}
