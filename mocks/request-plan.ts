import type { IHttpRequest } from '@stoplight/prism-http';
import { validateInput, validateSecurity } from '@stoplight/prism-http/dist/validator/index.js';
import type { PrismOperation } from './prism-operations.ts';
import type { Diagnostic } from './violation.ts';

/** What judges the requests of one operation. */
export interface RequestPlan {
  /**
   * What Prism has against a request, in Prism's order and words: security first, then body, headers, query, path.
   * Empty when it is certainly valid; undefined when only Prism itself can tell.
   */
  judge(request: IHttpRequest): readonly Diagnostic[] | undefined;
}

/** Compiles everything about the requests of an operation that does not depend on the request. */
export function compileRequestPlan(operation: PrismOperation): RequestPlan {
  return {
    judge: (element) => {
      const security = validateSecurity({ resource: operation, element });
      const input = validateInput({ resource: operation, element });
      return [...('left' in security ? security.left : []), ...('left' in input ? input.left : [])];
    },
  };
}
