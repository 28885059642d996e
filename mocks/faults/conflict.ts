import { defineFault } from '../fault.ts';
import { problemAnswer } from '../fault-answer.ts';

const DETAILS = {
  state: 'The resource is in a state that does not allow this.',
  key_in_progress: 'A request with the same Idempotency-Key is still being worked on.',
};

/** F26: not as things stand, or not yet. */
export const conflict = defineFault({
  id: 'conflict',
  number: 'F26',
  summary: 'Answers 409: the state does not allow it, or the idempotency key is in use',
  options: {
    reason: { type: 'choice', choices: ['state', 'key_in_progress'], default: 'state', summary: 'why' },
  },
  apply: ({ reason }) => ({ on: 'request', answer: () => problemAnswer(409, DETAILS[reason]) }),
});
