import { defineFault } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F14: a chunked body without its end (RFC 9112 §8). */
export const noLastChunk = defineFault({
  id: 'no_last_chunk',
  number: 'F14',
  summary: 'Closes the connection before the last chunk',
  options: {},
  apply: () => ({
    on: 'socket',
    send: async ({ answer, write, end }) => {
      const whole = await answer();
      const body = whole.body.length === 0 ? Buffer.from(' ') : whole.body;
      await write(headBytes(whole, [['Transfer-Encoding', 'chunked']]));
      await write(Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]));
      await end();
    },
  }),
});
