import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

/** F19: too many requests, and when to come back (RFC 6585 §4, RFC 9110 §10.2.3). */
export const rateLimited = defineFault({
  id: 'rate_limited',
  number: 'F19',
  summary: 'Answers 429 with Retry-After in seconds',
  count: 1,
  options: {
    retryAfterS: { type: 'number', unit: 'seconds', min: 0, max: 86_400, default: 2, summary: 'when to come back' },
  },
  apply: ({ retryAfterS }) => ({
    on: 'request',
    answer: () => {
      const headers = [['Retry-After', String(retryAfterS)]] as const;
      return problemAnswer(429, `Too many requests. Come back in ${retryAfterS} s.`, headers);
    },
  }),
});
