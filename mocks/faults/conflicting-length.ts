import { defineFault } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F38: two lengths, of which at most one can be right (RFC 9112 §6.3). */
export const conflictingLength = defineFault({
  id: 'conflicting_length',
  number: 'F38',
  summary: 'Sends two different Content-Length headers',
  options: {},
  apply: () => ({
    on: 'socket',
    send: async ({ answer, write, end }) => {
      const whole = await answer();
      const lengths = [whole.body.length, whole.body.length + 10].map(
        (length) => ['Content-Length', String(length)] as const,
      );
      await write(headBytes(whole, lengths));
      await write(whole.body);
      await end();
    },
  }),
});
