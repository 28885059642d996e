import { Problem } from './problem.ts';
import { isSameSecret, type Scope, type Tokens } from './tokens.ts';

/** Who asks, by a credential that is good. */
export interface Client {
  /** Unique a credential; never the credential itself. */
  readonly id: string;
  readonly scopes: ReadonlySet<string>;
  readonly apiKey: boolean;
}

interface Requirement {
  readonly scope: Scope;
  /** Whether an API key will do as well. */
  readonly apiKey: boolean;
}

type Header = (name: string) => string | undefined;

/** @throws Problem 401, the same one for whatever is wrong with the credential */
export function authenticate(header: Header, tokens: Tokens, apiKey: string): Client {
  const authorization = header('authorization');
  if (authorization !== undefined) {
    const text = /^bearer +([\w~.+/-]+=*)$/i.exec(authorization)?.[1];
    const token = text === undefined ? undefined : tokens.find(text);
    if (!token) throw unauthenticated('Bearer realm="parcels", error="invalid_token"');
    return { id: token.clientId, scopes: token.scopes, apiKey: false };
  }
  const key = header('x-api-key');
  if (key === undefined) throw unauthenticated('Bearer realm="parcels"');
  if (!isSameSecret(key, apiKey)) throw unauthenticated('Bearer realm="parcels", error="invalid_token"');
  return { id: 'api-key', scopes: new Set(), apiKey: true };
}

/** @throws Problem 403 (RFC 6750 §3.1) */
export function authorise(client: Client, required: Requirement): void {
  if (client.apiKey ? required.apiKey : client.scopes.has(required.scope)) return;
  throw new Problem(403, 'insufficient-scope', 'Insufficient scope', `This needs the scope ${required.scope}.`, {
    headers: { 'www-authenticate': `Bearer realm="parcels", error="insufficient_scope", scope="${required.scope}"` },
  });
}

function unauthenticated(challenge: string): Problem {
  return new Problem(401, 'unauthenticated', 'Unauthenticated', 'Send a valid access token or API key.', {
    headers: { 'www-authenticate': challenge },
  });
}
