import { CarrierError } from './carrier-error.ts';
import type { Clock } from './clock.ts';
import type { CarrierAnswer, Exchange } from './exchange.ts';
import type { Secrets } from './exchange-log.ts';
import { retryAfterMs } from './retry-rules.ts';

/** The one place that knows how this client proves who it is. */
export interface CarrierCredentials {
  /** The header that authorises a request now. @throws CarrierError */
  authorize(timeoutMs: number): Promise<Authorization>;
  /** The carrier no longer takes this one. False when there is no other to be had. */
  reject(authorization: Authorization): boolean;
}

export interface Authorization {
  readonly header: string;
  readonly value: string;
}

export function apiKeyCredentials(key: string, secrets: Secrets): CarrierCredentials {
  secrets.add(key);
  return { authorize: () => Promise.resolve({ header: 'x-api-key', value: key }), reject: () => false };
}

export interface ClientCredentialsOptions {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
  readonly exchange: Exchange;
  readonly secrets: Secrets;
  readonly clock: Clock;
}

interface Token {
  readonly authorization: Authorization;
  /** On our clock. */
  readonly expiresAt: number;
}

/**
 * OAuth2 client credentials (RFC 6749 §4.4). A token is kept until shortly before it expires or the carrier refuses it,
 * and fetched once however many requests wait for it.
 */
export function clientCredentials(options: ClientCredentialsOptions): CarrierCredentials {
  let token: Token | undefined;
  let pending: Promise<Token> | undefined;
  options.secrets.add(options.clientSecret);
  const renew = (timeoutMs: number): Promise<Token> => {
    pending ??= fetchToken(options, timeoutMs).finally(() => (pending = undefined));
    return pending;
  };
  return {
    authorize: async (timeoutMs) => {
      if (token === undefined || token.expiresAt <= options.clock.now()) token = await renew(timeoutMs);
      return token.authorization;
    },
    reject: (authorization) => {
      // Many requests may come back with the same refusal: only the first one drops the token that they all had.
      if (token?.authorization === authorization) token = undefined;
      return true;
    },
  };
}

async function fetchToken(options: ClientCredentialsOptions, timeoutMs: number): Promise<Token> {
  const { clientId, clientSecret, scopes, tokenUrl, clock, secrets } = options;
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  const basic = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString('base64');
  secrets.add(basic);
  const headers = new Headers({
    authorization: `Basic ${basic}`,
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json, application/problem+json',
  });
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: scopes.join(' ') }).toString();
  const answer = await unsent(
    options.exchange({ operation: 'token', method: 'POST', url: tokenUrl, headers, body }, 1, timeoutMs),
  );
  const { accessToken, expiresInMs } = readToken(answer, clock.now());
  secrets.add(accessToken);
  const earlyMs = Math.min(30_000, expiresInMs / 10);
  const authorization = { header: 'authorization', value: `Bearer ${accessToken}` };
  return { authorization, expiresAt: clock.now() + expiresInMs - earlyMs };
}

/** Without a token the request itself was never sent, so it may be tried again whatever it is. */
async function unsent(exchange: Promise<CarrierAnswer>): Promise<CarrierAnswer> {
  try {
    return await exchange;
  } catch (error) {
    if (!(error instanceof CarrierError)) throw error;
    const { transient, cause } = error;
    throw new CarrierError(error.kind, `token: ${error.message}`, { transient, unsent: true, cause });
  }
}

function readToken(
  answer: CarrierAnswer,
  nowMs: number,
): { readonly accessToken: string; readonly expiresInMs: number } {
  const { status } = answer;
  if (status === 429 || status >= 500) {
    const pauseMs = retryAfterMs(answer.headers, nowMs);
    const details = { status, transient: true, unsent: true, ...(pauseMs !== undefined && { retryAfterMs: pauseMs }) };
    throw new CarrierError(status === 429 ? 'rate-limited' : 'unavailable', `no token: ${status}`, details);
  }
  if (status !== 200) throw new CarrierError('unauthenticated', `no token: ${status}`, { status, unsent: true });
  const members = membersOf(answer.body);
  const { access_token: accessToken, token_type: type, expires_in: expiresInS } = members;
  if (
    typeof accessToken !== 'string' ||
    !/^[\w.~+/=-]+$/.test(accessToken) ||
    String(type).toLowerCase() !== 'bearer'
  ) {
    throw new CarrierError('unreadable-answer', 'the token endpoint gave no bearer token', { unsent: true });
  }
  // Without a lifetime (RFC 6749 §5.1: optional) it holds until it is refused.
  const isLifetime = typeof expiresInS === 'number' && expiresInS > 0;
  return { accessToken, expiresInMs: isLifetime ? expiresInS * 1000 : Number.MAX_SAFE_INTEGER };
}

function membersOf(body: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(body).toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
