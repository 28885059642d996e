import type { Random } from './seeded-random.ts';

/** A duration as those of real services are spread: `median · exp(sigma · N(0,1))`, and no longer than the cap. */
export function lognormalMs(
  { medianMs, sigma, capMs }: { readonly medianMs: number; readonly sigma: number; readonly capMs: number },
  random: Random,
): number {
  // Box and Muller 1958: two even fractions make a normal one. The first must not be 0.
  const radius = Math.sqrt(-2 * Math.log(1 - random.fraction()));
  const normal = radius * Math.cos(2 * Math.PI * random.fraction());
  return Math.min(capMs, medianMs * Math.exp(sigma * normal));
}
