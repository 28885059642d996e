import type { Contract, Exchange, Redactor } from '../contracts/index.ts';

/**
 * Redacts the API keys of an exchange. The contract alone knows where they are: `X-Key` or `?k=` look like nothing
 * secret. (Bearer tokens and passwords stand in `Authorization`, which every redactor knows.)
 */
export function markApiKeys(exchange: Exchange, contract: Contract, redactor: Redactor): Exchange {
  const mark = (value: string): string => redactor.headers({ 'x-api-key': value })['x-api-key'] ?? '';
  const headers = { ...exchange.request.headers };
  let { url } = exchange.request;
  for (const scheme of Object.values(contract.securitySchemes)) {
    if (scheme.type !== 'apiKey') continue;
    const name = scheme.name.toLowerCase();
    const value = headers[name];
    if (scheme.in === 'header' && value !== undefined) headers[name] = mark(value);
    if (scheme.in === 'query') url = withMarkedParameter(url, scheme.name, mark);
  }
  return { ...exchange, request: { ...exchange.request, url, headers } };
}

function withMarkedParameter(url: string, name: string, mark: (value: string) => string): string {
  const [path = '', query] = url.split(/\?(.*)/s, 2);
  if (query === undefined) return url;
  const pairs = query.split('&').map((pair) => {
    const [key = '', value = ''] = pair.split(/=(.*)/s, 2);
    return new URLSearchParams(pair).has(name) ? `${key}=${mark(value)}` : pair;
  });
  return `${path}?${pairs.join('&')}`;
}
