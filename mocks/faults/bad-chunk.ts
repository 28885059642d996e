import { defineFault } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F13: a chunk whose size is no number (RFC 9112 §7.1). */
export const badChunk = defineFault({
  id: 'bad_chunk',
  number: 'F13',
  summary: 'Sends a chunked body with a size that is no number',
  options: {},
  apply: () => ({
    on: 'socket',
    send: async ({ answer, write, end }) => {
      const { body, ...rest } = await answer();
      await write(headBytes({ body, ...rest }, [['Transfer-Encoding', 'chunked']]));
      await write(Buffer.concat([Buffer.from('ZZ\r\n'), body, Buffer.from('\r\n0\r\n\r\n')]));
      await end();
    },
  }),
});
