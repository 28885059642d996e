import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

/** F21: not now (RFC 9110 §15.6.4). */
export const unavailable = defineFault({
  id: 'unavailable',
  number: 'F21',
  summary: 'Answers 503, with or without Retry-After',
  options: {
    retryAfterS: {
      type: 'number',
      unit: 'seconds',
      min: 0,
      max: 86_400,
      summary: 'when to come back; nothing is said without it',
    },
  },
  apply: ({ retryAfterS }) => ({
    on: 'request',
    answer: () => {
      const headers = retryAfterS === undefined ? [] : [['Retry-After', String(retryAfterS)] as const];
      return problemAnswer(503, 'The service is not available at the moment.', headers);
    },
  }),
});
