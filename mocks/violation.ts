import type { validateInput } from '@stoplight/prism-http/dist/validator/index.js';

/** A departure from the contract as Prism's components report it: what answers and the violations header are made of. */
export type Diagnostic = Extract<ReturnType<typeof validateInput>, { readonly _tag: 'Left' }>['left'][number];

/** One way in which a request, or Prism's own answer, departs from the contract. */
export interface Violation {
  /** `header`, `query`, `path`, `body` and what lies below: `['body', 'recipient', 'name']`. Empty for security. */
  readonly path: readonly string[];
  /** AJV's keyword, `401`, `415` … */
  readonly code: string;
  readonly message: string;
  readonly severity: 'error' | 'warning';
}

/** How Prism names its severities, by number. */
export const SEVERITIES = ['Error', 'Warning', 'Information', 'Hint'];

export function violationOf(diagnostic: Diagnostic): Violation {
  return {
    path: diagnostic.path ?? [],
    code: String(diagnostic.code ?? ''),
    message: diagnostic.message,
    severity: SEVERITIES[diagnostic.severity] === 'Error' ? 'error' : 'warning',
  };
}
