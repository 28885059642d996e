import type { Exchange } from '../contracts/index.ts';
import type { ApiKey } from './call.ts';

const MARK = /\[REDACTED:([0-9a-f]{8})\]/;

/**
 * Who sent a request: the digest that redaction put in place of its credential, or the subject of its certificate.
 * Undefined where it sent none.
 */
export function consumerOf(
  { request: { url, headers }, client }: Pick<Exchange, 'request' | 'client'>,
  apiKeys: readonly ApiKey[],
): string | undefined {
  if (client !== undefined) return client;
  const named = apiKeys.flatMap(({ in: place, name }) => (place === 'header' ? [headers[name]] : []));
  for (const value of [...named, headers['authorization'], headers['x-api-key']]) {
    const digest = MARK.exec(value ?? '')?.[1];
    if (digest !== undefined) return digest;
  }
  const [, query = ''] = url.split('?', 2);
  return MARK.exec(query)?.[1];
}
