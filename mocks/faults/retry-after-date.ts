import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';
import { httpDate } from '../fault-http-date.ts';

/** F20: when to come back, as a date (RFC 9110 §10.2.3). */
export const retryAfterDate = defineFault({
  id: 'retry_after_date',
  number: 'F20',
  summary: 'Answers 429 or 503 with Retry-After as a date',
  count: 1,
  options: {
    retryAfterS: {
      type: 'number',
      unit: 'seconds',
      min: 0,
      max: 86_400,
      default: 3,
      summary: 'when to come back, from now',
    },
    status: { type: 'choice', choices: ['429', '503'], default: '429', summary: 'the status' },
    format: {
      type: 'choice',
      choices: ['imf', 'rfc850', 'asctime'],
      default: 'imf',
      summary: 'how the date is written; the last two are obsolete, and clients must still read them',
    },
  },
  apply: ({ retryAfterS, status, format }) => ({
    on: 'request',
    answer: ({ nowMs }) => {
      const date = httpDate(nowMs() + retryAfterS * 1_000, format);
      return problemAnswer(Number(status), `Come back at ${date}.`, [['Retry-After', date]]);
    },
  }),
});
