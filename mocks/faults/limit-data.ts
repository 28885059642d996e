import { defineFault } from '../fault.ts';
import { headBytes } from '../fault-answer.ts';

/** F12: less than was announced, and a good-bye (FIN). */
export const limitData = defineFault({
  id: 'limit_data',
  number: 'F12',
  summary: 'Closes the connection before the announced length is sent',
  options: {
    sizeBytes: {
      type: 'number',
      unit: 'bytes',
      min: 0,
      max: 10_485_760,
      default: 1,
      summary: 'of the body that are sent',
    },
  },
  apply: ({ sizeBytes }) => ({
    on: 'socket',
    send: async ({ answer, write, end }) => {
      const whole = await answer();
      const announced = Math.max(whole.body.length, sizeBytes + 1);
      await write(headBytes(whole, [['Content-Length', String(announced)]]));
      await write(whole.body.subarray(0, sizeBytes));
      await end();
    },
  }),
});
