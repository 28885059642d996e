import { defineFault, MAX_MS } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F11: the request is read, and nothing comes, or nothing behind the head. */
export const timeout = defineFault({
  id: 'timeout',
  number: 'F11',
  summary: 'Never answers, or stops behind the head',
  options: {
    phase: { type: 'choice', choices: ['headers', 'body'], default: 'headers', summary: 'what is waited for in vain' },
    capMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 1,
      max: MAX_MS,
      default: MAX_MS,
      summary: 'when the connection is closed after all',
    },
  },
  apply: ({ phase, capMs }) => ({
    on: 'socket',
    send: async ({ readRequest, answer, write, end }, { wait }) => {
      if (phase === 'headers') await readRequest();
      else {
        const whole = await answer();
        await write(headBytes(whole, [['Content-Length', String(Math.max(1, whole.body.length))]]));
      }
      await wait(capMs);
      await end();
    },
  }),
});
