import { defineFault, MAX_MS } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F09: RST in the middle of the body. */
export const resetMidBody = defineFault({
  id: 'reset_mid_body',
  number: 'F09',
  summary: 'Resets the connection (RST) in the middle of the body',
  options: {
    afterBytes: {
      type: 'number',
      unit: 'bytes',
      min: 0,
      max: 10_485_760,
      default: 1,
      summary: 'of the body that are sent',
    },
    delayMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: 50, summary: 'before the reset' },
  },
  apply: ({ afterBytes, delayMs }) => ({
    on: 'socket',
    send: async ({ answer, write, reset }, { wait }) => {
      const whole = await answer();
      // One more is announced where the body is too short to be cut.
      const length = Math.max(whole.body.length, afterBytes + 1);
      await write(headBytes(whole, [['Content-Length', String(length)]]));
      await write(whole.body.subarray(0, afterBytes));
      // A reset overtakes what is still on its way.
      await wait(delayMs);
      reset();
    },
  }),
});
