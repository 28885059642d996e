import { boundedPattern, type BoundedPattern } from './bounded-pattern.ts';
import { compilePattern } from './convert-schema.ts';

/** A pattern that takes too long does so in every contract it stands in. */
const known = new Map<string, BoundedPattern>();

/**
 * A contract's pattern, compiled once.
 *
 * @throws Error when it is no regular expression of ECMA-262
 */
export function patternOf(source: string): BoundedPattern {
  const pattern = known.get(source) ?? openPattern(source);
  known.set(source, pattern);
  return pattern;
}

function openPattern(source: string): BoundedPattern {
  const compiled = compilePattern(source);
  if (compiled instanceof RegExp) return boundedPattern(compiled);
  throw compiled;
}

/** Whether the pattern was tried and took too long: what it was to be found in is then not judged by it. */
export function isTooSlow(source: string): boolean {
  return known.get(source)?.isCondemned ?? false;
}
