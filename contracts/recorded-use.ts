import type { Interaction } from './model.ts';
import type { NamedContract } from './named-contract.ts';

/** One request, or one message, that is on record: promised in a pact, or seen on the wire. */
export interface RecordedUse extends Pick<Interaction, 'description' | 'request' | 'response' | 'contents'> {
  readonly from: 'pact' | 'traffic';
  /** The pact's consumer; of traffic, what the client calls itself in User-Agent. */
  readonly consumer: string;
  /** The contract that a pact is for; absent for traffic, which is for whatever it fits. */
  readonly named?: NamedContract;
}
