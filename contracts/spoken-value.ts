import type { Json } from './json.ts';

/** A value of a document within a sentence: text as it is, anything else as JSON, and nothing as `nothing`. */
export function spokenValue(value: Json | undefined): string {
  if (value === undefined || value === null) return 'nothing';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
