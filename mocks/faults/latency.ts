import { defineFault, MAX_MS } from '../fault.ts';

/** F01: the whole answer is held back, its status line included. */
export const latency = defineFault({
  id: 'latency',
  number: 'F01',
  summary: 'Holds the answer back',
  options: {
    latencyMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: 2_000, summary: 'for how long' },
  },
  apply: ({ latencyMs }) => ({
    on: 'answer',
    change: async (answer, { wait }) => {
      await wait(latencyMs);
      return answer;
    },
  }),
});
