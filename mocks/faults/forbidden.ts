import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

/** F25: who calls is known, and may not (RFC 6750 §3.1). */
export const forbidden = defineFault({
  id: 'forbidden',
  number: 'F25',
  summary: 'Answers 403: the scope does not suffice',
  options: {},
  apply: () => ({
    on: 'request',
    answer: () =>
      problemAnswer(403, 'The credential does not have the scope that this operation needs.', [
        ['WWW-Authenticate', 'Bearer error="insufficient_scope"'],
      ]),
  }),
});
