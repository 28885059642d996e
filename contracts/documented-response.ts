import type { MediaType, Operation, Response } from './model.ts';

/** What the contract says about a status: its own entry, its range, or `default` (OpenAPI 3.1 §4.8.16). */
export function documentedResponse({ responses }: Pick<Operation, 'responses'>, status: number): Response | undefined {
  const named = (name: string) => responses.find((response) => response.status.toUpperCase() === name);
  return named(String(status)) ?? named(`${Math.floor(status / 100)}XX`) ?? named('DEFAULT');
}

/** What it says about a media type: the type itself before its range before everything (OpenAPI 3.1 §4.8.17). */
export function documentedMediaType(
  { content }: Pick<Response, 'content'>,
  contentType?: string,
): MediaType | undefined {
  const essence = essenceOf(contentType);
  const named = (name: string) => content.find(({ mediaType }) => essenceOf(mediaType) === name);
  return named(essence) ?? named(`${essence.split('/', 1)[0]}/*`) ?? named('*/*');
}

/** A media type without parameters, in lower case; empty when none was sent (RFC 9110 §8.3.1). */
export function essenceOf(contentType = ''): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
}
