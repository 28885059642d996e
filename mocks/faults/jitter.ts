import { defineFault, MAX_MS } from '../fault.ts';

/** F02: latency that is never twice the same. */
export const jitter = defineFault({
  id: 'jitter',
  number: 'F02',
  summary: 'Holds each answer back for another while, evenly spread',
  options: {
    latencyMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: 500, summary: 'the middle' },
    jitterMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 0,
      max: MAX_MS,
      default: 300,
      summary: 'up to so much more or less',
    },
  },
  apply: ({ latencyMs, jitterMs }) => ({
    on: 'answer',
    change: async (answer, { wait, random }) => {
      await wait(Math.max(0, latencyMs + jitterMs * (2 * random.fraction() - 1)));
      return answer;
    },
  }),
});
