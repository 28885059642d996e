import type { Contract, Redactor } from '../contracts/index.ts';
import type { ApiKey } from './call.ts';

/**
 * Where a contract keeps its API keys. It alone knows: `X-Key` or `?k=` look like nothing secret. (Bearer tokens and
 * passwords stand in `Authorization`, and keys in cookies in `Cookie`, which every redactor knows.)
 */
export function apiKeysOf({ securitySchemes }: Pick<Contract, 'securitySchemes'>): readonly ApiKey[] {
  return Object.values(securitySchemes).flatMap((scheme): ApiKey[] => {
    if (scheme.type !== 'apiKey') return [];
    if (scheme.in === 'header') return [{ in: 'header', name: scheme.name.toLowerCase() }];
    return scheme.in === 'query' ? [{ in: 'query', name: scheme.name }] : [];
  });
}

export function markHeaders(
  headers: Readonly<Record<string, string>>,
  keys: readonly ApiKey[],
  redactor: Redactor,
): Readonly<Record<string, string>> {
  const marked = { ...headers };
  for (const { in: place, name } of keys) {
    const value = marked[name];
    if (place === 'header' && value !== undefined) marked[name] = mark(value, redactor);
  }
  return marked;
}

export function markUrl(url: string, keys: readonly ApiKey[], redactor: Redactor): string {
  const [path = '', query] = url.split(/\?(.*)/s, 2);
  if (query === undefined) return url;
  const names = keys.flatMap((key) => (key.in === 'query' ? [key.name] : []));
  if (names.length === 0) return url;
  const pairs = query.split('&').map((pair) => {
    const [key = '', value = ''] = pair.split(/=(.*)/s, 2);
    const parsed = new URLSearchParams(pair);
    return names.some((name) => parsed.has(name)) ? `${key}=${mark(value, redactor)}` : pair;
  });
  return `${path}?${pairs.join('&')}`;
}

function mark(value: string, redactor: Redactor): string {
  return redactor.headers({ 'x-api-key': value })['x-api-key'] ?? '';
}
