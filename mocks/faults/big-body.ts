import { defineFault, MAX_MS } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** Spaces may stand before any JSON (RFC 8259 §2): the answer stays what it was, but for its size. */
const PADDING = Buffer.alloc(64 * 1024, ' ');

/** F36: more body than a client should keep in memory. */
export const bigBody = defineFault({
  id: 'big_body',
  number: 'F36',
  summary: 'Sends a very long body, with its length or without an end',
  options: {
    sizeMiB: { type: 'number', unit: 'MiB', min: 1, max: 1_024, default: 64, summary: 'how much, with variant=honest' },
    variant: {
      type: 'choice',
      choices: ['honest', 'endless'],
      default: 'honest',
      summary: 'announced, or chunks without end',
    },
    capMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 1,
      max: MAX_MS,
      default: MAX_MS,
      summary: 'when even the endless ends',
    },
  },
  apply: ({ sizeMiB, variant, capMs }) => ({
    on: 'socket',
    send: async ({ answer, write, end }, { clockMs, wait }) => {
      const whole = await answer();
      const sizeBytes = sizeMiB * 1024 * 1024;
      const untilMs = clockMs() + capMs;
      if (variant === 'honest') {
        await write(headBytes(whole, [['Content-Length', String(Math.max(sizeBytes, whole.body.length))]]));
        for (let left = sizeBytes - whole.body.length; left > 0 && clockMs() < untilMs; left -= PADDING.length) {
          await write(PADDING.subarray(0, left));
          // A client that is gone ends it here.
          await wait(0);
        }
        await write(whole.body);
      } else {
        await write(headBytes(whole, [['Transfer-Encoding', 'chunked']]));
        while (clockMs() < untilMs) {
          await write(Buffer.concat([Buffer.from('10000\r\n'), PADDING, Buffer.from('\r\n')]));
          await wait(0);
        }
      }
      await end();
    },
  }),
});
