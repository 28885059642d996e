import { defineFault, MAX_MS } from '../fault.ts';
import { lognormalMs } from '../fault-lognormal.ts';

/** F03: latency as real services have it. */
export const lognormal = defineFault({
  id: 'lognormal',
  number: 'F03',
  summary: 'Holds each answer back as real services do: mostly near the median, sometimes far longer',
  options: {
    medianMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: 90, summary: 'half take longer' },
    sigma: {
      type: 'number',
      unit: 'a factor',
      min: 0,
      max: 5,
      isFraction: true,
      default: 0.1,
      summary: 'how wide it spreads',
    },
    capMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: MAX_MS, summary: 'never longer' },
  },
  apply: (spread) => ({
    on: 'answer',
    change: async (answer, { wait, random }) => {
      await wait(lognormalMs(spread, random));
      return answer;
    },
  }),
});
