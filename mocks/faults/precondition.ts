import { createHash } from 'node:crypto';
import { defineFault, type FaultRequest } from '../fault.ts';
import { headerOf, problemAnswer, withHeader } from '../fault-answer.ts';

/** How many resources are remembered. */
const CHANGED = 10_000;

/** F27: somebody else has changed it in the meantime; who reads it again gets a new ETag (RFC 9110 §13.1.1). */
export const precondition = defineFault({
  id: 'precondition',
  number: 'F27',
  summary: 'Answers 412 to If-Match, and a GET then has a new ETag',
  count: 1,
  options: {},
  apply: () => {
    const changed = new Set<string>();
    return {
      on: 'request',
      isFor: ({ headers }) => headers['if-match'] !== undefined,
      answer: ({ request }) => {
        if (changed.size < CHANGED) changed.add(resourceOf(request));
        return problemAnswer(412, 'The resource has changed since it was read.');
      },
      afterwards: {
        isFor: (request) => request.method === 'GET' && changed.has(resourceOf(request)),
        change: (answer) => withHeader(answer, 'ETag', anotherTag(headerOf(answer, 'ETag') ?? '')),
      },
    };
  },
});

/** As one client sees it: what is done to it changes nothing for others. */
function resourceOf({ target, credential = '' }: FaultRequest): string {
  return `${credential} ${target.split('?', 1)[0]}`;
}

function anotherTag(tag: string): string {
  return `"${createHash('sha256').update(tag).digest('hex').slice(0, 16)}"`;
}
