import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ApiKey } from './call.ts';

/** Who calls, as far as it shows. Nothing in here is secret. */
export interface Caller {
  /** `sha256:` and hex of the credential that was sent; none where none was. */
  readonly credential: string | undefined;
  /** What the credential itself says: a user name, the subject of a certificate. */
  readonly names: readonly string[];
}

/** @param client subject of the certificate that was shown over TLS */
export function callerOf(request: IncomingMessage, apiKeys: readonly ApiKey[], client: string | undefined): Caller {
  const { authorization } = request.headers;
  const sent = authorization ?? apiKeyOf(request, apiKeys);
  const commonName = client === undefined ? undefined : /(?:^|, )CN=([^,]*)/.exec(client)?.[1];
  const names = [userOf(authorization), commonName, client].filter((name) => name !== undefined);
  const credential = sent ?? (client === undefined ? undefined : `client ${client}`);
  return { credential: credential === undefined ? undefined : credentialDigest(credential), names };
}

/** Of an `Authorization` header's value, or an API key. */
export function credentialDigest(sent: string): string {
  return `sha256:${createHash('sha256').update(sent).digest('hex')}`;
}

function apiKeyOf({ headers, url = '' }: IncomingMessage, apiKeys: readonly ApiKey[]): string | undefined {
  for (const { in: place, name } of apiKeys) {
    const value = place === 'header' ? headers[name] : new URLSearchParams(url.split('?', 2)[1] ?? '').get(name);
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function userOf(authorization: string | undefined): string | undefined {
  const [, encoded] = /^basic +(\S+)$/i.exec(authorization ?? '') ?? [];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString().split(':', 1)[0];
}
