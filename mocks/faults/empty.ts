import { defineFault } from '../fault.ts';

/** F10: the connection is closed in good order (FIN), without a byte. */
export const empty = defineFault({
  id: 'empty',
  number: 'F10',
  summary: 'Closes the connection without a byte',
  options: {},
  apply: () => ({
    on: 'socket',
    send: async ({ readRequest, end }) => {
      await readRequest();
      await end();
    },
  }),
});
