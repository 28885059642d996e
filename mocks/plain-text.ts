import type { Json } from '../contracts/index.ts';

/** A value as it stands in a URL or a header: texts without quotes; nothing where there is none. */
export function plainText(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
