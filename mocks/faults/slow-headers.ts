import { defineFault, MAX_MS } from '../fault.ts';
import { headLines, wholeFraming } from '../fault-answer.ts';

/** F04: the answer begins at once and its head does not end. */
export const slowHeaders = defineFault({
  id: 'slow_headers',
  number: 'F04',
  summary: 'Sends the status line at once, then one header line an interval',
  options: {
    intervalMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 0,
      max: MAX_MS,
      default: 1_000,
      summary: 'between two lines',
    },
  },
  apply: ({ intervalMs }) => ({
    on: 'socket',
    send: async ({ answer, write, end }, { wait }) => {
      const whole = await answer();
      const [status = '', ...lines] = headLines(whole, wholeFraming(whole));
      await write(status);
      for (const line of [...lines, '\r\n']) {
        await wait(intervalMs);
        await write(line);
      }
      await write(whole.body);
      await end();
    },
  }),
});
