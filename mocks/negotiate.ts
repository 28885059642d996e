import type { PrismHttpComponents } from '@stoplight/prism-http';
import negotiators from '@stoplight/prism-http/dist/mocker/negotiator/NegotiatorHelpers.js';
import type { IHttpNegotiationResult } from '@stoplight/prism-http/dist/mocker/negotiator/types.js';
import { outcomeOf, type Outcome, type Question } from './covered.ts';
import type { PrismOperation } from './prism-operations.ts';

/** Which response, media type, example and schemas an answer is made of. */
export type Negotiated = IHttpNegotiationResult;

/** The statuses that Prism looks for in a contract, in this order, to answer a mistake with. */
const STATUSES: Readonly<Record<Exclude<Outcome, 'valid'>, [number, ...number[]]>> = {
  unauthorised: [401],
  unsupported: [415, 422, 400],
  unprocessable: [422, 400],
};

/**
 * Chooses as Prism's mocker does, by Prism's own negotiators.
 *
 * @returns why there is nothing to choose; `none` where the contract has no answer to the request's mistakes
 */
export function negotiate(
  operation: PrismOperation,
  { preferences, accept, violations = [] }: Question,
  dynamic: boolean,
  logger: PrismHttpComponents['logger'],
): Negotiated | Error | 'none' {
  const outcome = outcomeOf(violations);
  if (outcome === 'valid') {
    const mediaTypes = accept ? { mediaTypes: accept.split(',') } : {};
    const wanted = { ...preferences, dynamic, ...mediaTypes };
    const found = negotiators.default.negotiateOptionsForValidRequest(operation, wanted)(logger);
    return 'left' in found ? found.left : withDeprecation(operation, found.right);
  }
  const statuses = STATUSES[outcome];
  const { code, exampleKey } = preferences;
  const example = code !== undefined && statuses.includes(code) ? exampleKey : undefined;
  const found = negotiators.default.negotiateOptionsForInvalidRequest(operation.responses, statuses, example)(logger);
  if ('right' in found) return withDeprecation(operation, found.right);
  // Only an example that was asked for and is not there is a problem of its own.
  return 'status' in found.left && found.left.status === 404 ? found.left : 'none';
}

function withDeprecation({ deprecated }: PrismOperation, negotiated: Negotiated): Negotiated {
  return deprecated ? { ...negotiated, deprecated: true } : negotiated;
}
