import { defineFault } from '../fault.ts';
import { resetConnection } from '../fault-wire.ts';

/** F08: RST where an answer is waited for. */
export const resetPeer = defineFault({
  id: 'reset_peer',
  number: 'F08',
  summary: 'Resets the connection (RST) instead of answering',
  options: {
    after: {
      type: 'choice',
      choices: ['accept', 'head', 'body'],
      default: 'body',
      summary: 'what is taken from the client before',
    },
  },
  apply: ({ after }) => {
    if (after === 'accept') return { on: 'connection', take: ({ socket }) => resetConnection(socket) };
    return {
      on: 'socket',
      send: async ({ readRequest, reset }) => {
        if (after === 'body') await readRequest();
        reset();
      },
    };
  },
});
