import { defineFault } from '../fault.ts';

/** F40: it was done, and nobody is told: what idempotency keys are for. */
export const lostAck = defineFault({
  id: 'lost_ack',
  number: 'F40',
  summary: 'Applies the operation, then resets the connection (RST)',
  options: {},
  apply: () => ({
    on: 'socket',
    send: async ({ answer, reset }) => {
      await answer();
      reset();
    },
  }),
});
