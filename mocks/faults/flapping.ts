import { defineFault, MAX_MS } from '../fault.ts';

/**
 * F23: reachable, then not, then again. While it is down connections are accepted and reset, so that every attempt is
 * seen: at a closed port nobody counts.
 */
export const flapping = defineFault({
  id: 'flapping',
  number: 'F23',
  summary: 'Answers for a while, then resets every connection for a while, and again',
  options: {
    upMs: { type: 'number', unit: 'milliseconds', min: 0, max: MAX_MS, default: 1_000, summary: 'how long it answers' },
    downMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 1,
      max: MAX_MS,
      default: 1_000,
      summary: 'how long it does not',
    },
    cycles: { type: 'number', unit: 'times', min: 1, max: 100_000, default: 3, summary: 'after which it stays up' },
  },
  apply: ({ upMs, downMs, cycles }) => {
    let sinceMs: number | undefined;
    return {
      on: 'socket',
      isFor: (_request, clockMs) => {
        sinceMs ??= clockMs;
        const passedMs = clockMs - sinceMs;
        const cycleMs = upMs + downMs;
        return passedMs < cycles * cycleMs && passedMs % cycleMs >= upMs;
      },
      send: async ({ readRequest, reset }) => {
        await readRequest();
        reset();
      },
    };
  },
});
