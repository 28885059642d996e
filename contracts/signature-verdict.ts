import type { ReceivedDelivery, SignatureFault, SignatureVerdict } from './signature-scheme.ts';

/** What Standard Webhooks' and Stripe's own libraries allow. */
export const TOLERANCE_S = 300;

type Refusal = Extract<SignatureVerdict, { readonly valid: false }>;

export function invalid(fault: SignatureFault, reason: string): Refusal {
  return { valid: false, fault, reason };
}

export function lowerCased(headers: ReceivedDelivery['headers']): ReadonlyMap<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/**
 * What is wrong with a signed time. Only digits are one: parseInt, which other implementations use, takes
 * `1700000000junk` for a time.
 *
 * @param name what the reason calls it
 */
export function timeProblem(name: string, time: string, nowS: number, toleranceS: number): Refusal | undefined {
  if (!/^(?:0|[1-9]\d{0,14})$/.test(time)) return invalid('malformed', `${name} is no Unix time in whole seconds`);
  const age = nowS - Number(time);
  const bound = `at most ${toleranceS} s are accepted`;
  if (age > toleranceS) return invalid('too-old', `${name} is ${Math.round(age)} s old; ${bound}`);
  if (age < -toleranceS) return invalid('too-new', `${name} is ${Math.round(-age)} s in the future; ${bound}`);
  return undefined;
}

/**
 * Only for what is signed well: otherwise anybody could have a delivery refused by sending its id first.
 *
 * @param key what no second delivery may have
 */
export function acceptOnce(seen: ReceivedDelivery['seen'], key: string): SignatureVerdict {
  if (seen?.has(key) === true) return invalid('replayed', 'the same delivery came before');
  seen?.add(key);
  return { valid: true };
}
