import type { ControlAnswer } from './control-section.ts';

/** RFC 9457. */
export function controlProblem(status: number, title: string, detail: string): ControlAnswer {
  return {
    status,
    body: { type: 'about:blank', title, status, detail },
    headers: { 'content-type': 'application/problem+json' },
  };
}
