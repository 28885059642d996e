import type { Contract, Operation } from './model.ts';

/** A request that the contract's own examples make up. Credentials are not part of it. */
export interface ExampleRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query, percent-encoded, without the base path: `/parcels/PCL-1?expand=events`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Builds a request from examples, defaults, enum values and const, in their serialisation styles; what the contract gives
 * no value for is listed in `missing`, by name, and never made up. Optional parameters are sent when they carry an
 * example.
 */
export function exampleRequest(_contract: Contract, _operation: Operation): ExampleRequest | { readonly missing: readonly string[] } {
  throw new Error('not built yet');
}
