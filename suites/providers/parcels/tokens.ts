import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { jsonAnswer, type Answer } from './answer.ts';
import type { Settings } from './settings.ts';

const SCOPES = ['parcels:read', 'parcels:write'] as const;
export type Scope = (typeof SCOPES)[number];

export interface Token {
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

/** The access tokens in circulation. Only their hashes are kept. */
export class Tokens {
  readonly #issued = new Map<string, Token>();
  readonly #settings: Settings;
  readonly #now: () => Date;

  constructor(settings: Settings, now: () => Date) {
    this.#settings = settings;
    this.#now = now;
  }

  /** The token, unless it is unknown or has expired. */
  find(text: string): Token | undefined {
    const token = this.#issued.get(hash(text));
    return token && token.expiresAtMs > this.#now().getTime() ? token : undefined;
  }

  /** Answers a token request: client credentials only (RFC 6749 §4.4, errors §5.2). */
  answer(authorization: string | undefined, body: unknown): Answer {
    if (!(body instanceof URLSearchParams)) return refusal(400, 'invalid_request', 'Send a form.');
    const repeated = [...body.keys()].find((name) => body.getAll(name).length > 1);
    if (repeated !== undefined) return refusal(400, 'invalid_request', 'A parameter is given twice.');
    if (authorization && body.has('client_secret'))
      return refusal(400, 'invalid_request', 'Authenticate in one way only.');
    if (!this.#knows(clientOf(authorization, body)))
      return refusal(401, 'invalid_client', 'The client is unknown or its secret wrong.');
    const grant = body.get('grant_type');
    if (grant === null) return refusal(400, 'invalid_request', 'grant_type is missing.');
    if (grant !== 'client_credentials') return refusal(400, 'unsupported_grant_type', 'Take client_credentials.');
    const scopes = (body.get('scope') ?? SCOPES.join(' ')).split(' ').filter(Boolean);
    const unknown = scopes.some((scope) => !SCOPES.some((known) => known === scope));
    if (unknown || scopes.length === 0) return refusal(400, 'invalid_scope', `Known scopes are ${SCOPES.join(' ')}.`);
    return this.#issue(scopes);
  }

  #knows(client: readonly [id: string, secret: string] | undefined): boolean {
    return (
      client !== undefined &&
      client[0] === this.#settings.clientId &&
      isSameSecret(client[1], this.#settings.clientSecret)
    );
  }

  #issue(scopes: readonly string[]): Answer {
    const nowMs = this.#now().getTime();
    for (const [key, token] of this.#issued) if (token.expiresAtMs <= nowMs) this.#issued.delete(key);
    const text = randomBytes(32).toString('base64url');
    const seconds = this.#settings.tokenSeconds;
    this.#issued.set(hash(text), {
      clientId: this.#settings.clientId,
      scopes: new Set(scopes),
      expiresAtMs: nowMs + seconds * 1000,
    });
    return jsonAnswer(
      200,
      { access_token: text, token_type: 'Bearer', expires_in: seconds, scope: scopes.join(' ') },
      NO_STORE,
    );
  }
}

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Takes as long for a wrong secret as for the right one. */
export function isSameSecret(given: string, known: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(known).digest());
}

/** From HTTP Basic, form-encoded as RFC 6749 §2.3.1 says, or from the form itself. */
function clientOf(authorization: string | undefined, form: URLSearchParams): readonly [string, string] | undefined {
  if (authorization === undefined) {
    const id = form.get('client_id');
    const secret = form.get('client_secret');
    return id === null || secret === null ? undefined : [id, secret];
  }
  const encoded = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const [id, ...secret] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return [formDecode(id ?? ''), formDecode(secret.join(':'))];
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function refusal(status: 400 | 401, error: string, description: string): Answer {
  const challenge = status === 401 ? { 'www-authenticate': 'Basic realm="parcels"' } : {};
  return jsonAnswer(status, { error, error_description: description }, { ...NO_STORE, ...challenge });
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
