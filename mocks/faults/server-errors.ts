import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

/** F22: some errors, and then all is well. */
export const serverErrors = defineFault({
  id: 'server_errors',
  number: 'F22',
  summary: 'Answers 500, 502 or 504 some times, then well',
  count: 2,
  options: {
    status: { type: 'choice', choices: ['500', '502', '503', '504'], default: '500', summary: 'the status' },
  },
  apply: ({ status }) => ({
    on: 'request',
    answer: () => problemAnswer(Number(status), 'Something went wrong here. It was no fault of the request.'),
  }),
});
