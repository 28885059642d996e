import { defineFault, type Delivery } from '../fault.ts';
import type { Random } from '../seeded-random.ts';

/** F30: events overtake each other. */
export const outOfOrder = defineFault({
  id: 'out_of_order',
  number: 'F30',
  summary: 'Keeps some events back and delivers them in another order',
  options: {
    count: { type: 'number', unit: 'events', min: 2, max: 1_000, default: 3, summary: 'that are shuffled together' },
  },
  apply: ({ count }) => {
    let kept: readonly Delivery[] = [];
    const release = (random: Random): readonly Delivery[] => {
      const released = shuffled(kept, random);
      kept = [];
      return released;
    };
    return {
      on: 'delivery',
      plan: (deliveries, random) => {
        kept = [...kept, ...deliveries];
        return kept.length < count ? [] : release(random);
      },
      rest: release,
    };
  },
});

/** Fisher and Yates; and never as they came. */
function shuffled(deliveries: readonly Delivery[], random: Random): readonly Delivery[] {
  const mixed = [...deliveries];
  for (let at = mixed.length - 1; at > 0; at -= 1) {
    const other = random.whole(0, at);
    [mixed[at], mixed[other]] = [mixed[other] as Delivery, mixed[at] as Delivery];
  }
  const isSame = mixed.every((delivery, at) => delivery === deliveries[at]);
  return isSame ? [...mixed.slice(1), ...mixed.slice(0, 1)] : mixed;
}
