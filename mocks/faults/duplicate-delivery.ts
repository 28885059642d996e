import { defineFault, MAX_MS } from '../fault.ts';

/** F29: at least once is what webhooks promise, and twice is what that means. */
export const duplicateDelivery = defineFault({
  id: 'duplicate_delivery',
  number: 'F29',
  summary: 'Delivers an event several times, one after the other or at once',
  options: {
    count: { type: 'number', unit: 'times', min: 2, max: 100, default: 2, summary: 'how often each is delivered' },
    gapMs: {
      type: 'number',
      unit: 'milliseconds',
      min: 0,
      max: MAX_MS,
      default: 0,
      summary: 'between two of them; 0 is at once',
    },
  },
  apply: ({ count, gapMs }) => ({
    on: 'delivery',
    plan: (deliveries) =>
      deliveries.flatMap((delivery) =>
        Array.from({ length: count }, (_, at) => ({ ...delivery, delayMs: delivery.delayMs + at * gapMs })),
      ),
  }),
});
