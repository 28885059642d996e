import type { SchemaCode } from './schema-codes.ts';
import type { Difference, Effect } from './schema-difference.ts';

/** A difference from what every one has and what only some do. */
export function difference(
  code: SchemaCode,
  effect: Effect,
  message: (subject: string) => string,
  more: Partial<Difference>,
): Difference {
  return { ...more, code, effect, message };
}
