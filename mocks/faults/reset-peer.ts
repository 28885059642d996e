import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
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
    if (after === 'accept') return { on: 'connection', take: async ({ socket }) => await resetAccepted(socket) };
    return {
      on: 'socket',
      send: async ({ readRequest, reset }) => {
        if (after === 'body') await readRequest();
        reset();
      },
    };
  },
});

/** How long a client may take to begin. */
const BEGIN_MS = 100;

/** A reset that comes before the client knows of its connection looks like a closed port. */
async function resetAccepted(socket: Socket): Promise<void> {
  socket.resume();
  await Promise.race([once(socket, 'data'), once(socket, 'close'), wait(BEGIN_MS)]);
  resetConnection(socket);
}
