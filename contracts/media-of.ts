import { essenceOf } from './documented-response.ts';
import { isObject, type Json } from './json.ts';
import type { MediaType } from './model.ts';

/** The JSON media type that the headers name; without a header, the first that is JSON. Undefined for any other. */
export function mediaOf(
  content: readonly MediaType[],
  headers: Json | undefined,
  body: Json | undefined,
): MediaType | undefined {
  const names = isObject(headers) ? Object.entries(headers) : [];
  const header = names.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  const json = content.filter(({ mediaType }) => /[/+]json\b|\*\/\*|application\/\*/i.test(mediaType));
  if (typeof header !== 'string') return typeof body === 'string' ? undefined : json[0];
  const essence = essenceOf(header);
  const exact = json.find(({ mediaType }) => essenceOf(mediaType) === essence);
  return exact ?? (/[/+]json$/.test(essence) ? json.find(({ mediaType }) => mediaType.includes('*')) : undefined);
}
