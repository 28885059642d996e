import { defineFault, MAX_MS } from '../fault.ts';
import { headBytes, wholeFraming } from '../fault-answer.ts';

/** F05: the head at once, the body in drops. */
export const slicer = defineFault({
  id: 'slicer',
  number: 'F05',
  summary: 'Sends the body in slices, one an interval',
  options: {
    sizeBytes: { type: 'number', unit: 'bytes', min: 1, max: 1_048_576, default: 1, summary: 'of a slice' },
    intervalMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 0,
      max: MAX_MS,
      default: 100,
      summary: 'between two slices',
    },
  },
  apply: ({ sizeBytes, intervalMs }) => ({
    on: 'socket',
    send: async ({ answer, write, end }, { wait }) => {
      const whole = await answer();
      await write(headBytes(whole, wholeFraming(whole)));
      for (let at = 0; at < whole.body.length; at += sizeBytes) {
        await wait(intervalMs);
        await write(whole.body.subarray(at, at + sizeBytes));
      }
      await end();
    },
  }),
});
