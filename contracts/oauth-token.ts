import { EXIT, TallyError } from './error.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { codeOf, messageOf } from './thrown.ts';

/** An access token and until when it may be used. */
export interface Token {
  readonly accessToken: string;
  /** Epoch milliseconds, some time before it really expires. */
  readonly goodUntilMs: number;
}

/** What a client sends for a token. */
export interface TokenRequest {
  /** The credential's name, for errors. */
  readonly credential: string;
  /** Absolute. */
  readonly url: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: readonly string[];
}

const TIMEOUT_MS = 10_000;
/** A token that expires while a request is under way is refused: it is renewed this long before. */
const MARGIN_S = 30;
/** RFC 6749 §5.1 lets a server leave `expires_in` out. */
const DEFAULT_EXPIRES_S = 300;

/**
 * Fetches a token by the client credentials grant (RFC 6749 §4.4) with `client_secret_basic`.
 *
 * @throws TallyError TOKEN_UNREACHABLE (exit code 4), TOKEN_REFUSED, TOKEN_INVALID; none of them quotes the answer
 */
export async function fetchToken(request: TokenRequest): Promise<Token> {
  const sentAtMs = Date.now();
  const response = await post(request);
  const body = await bodyOf(response);
  if (!response.ok) throw refused(request, response.status, body);
  const accessToken = body?.['access_token'];
  if (typeof accessToken !== 'string' || accessToken === '') throw invalid(request, 'the answer has no "access_token"');
  const type = body?.['token_type'];
  if (typeof type === 'string' && type.toLowerCase() !== 'bearer')
    throw invalid(request, `the token is of type ${JSON.stringify(type.slice(0, 20))}, not Bearer`);
  return { accessToken, goodUntilMs: sentAtMs + usableForMs(body?.['expires_in']) };
}

/** A token that lives no longer than the margin is used for half its life. */
function usableForMs(expiresIn: Json | undefined): number {
  const seconds = Number(expiresIn ?? DEFAULT_EXPIRES_S);
  if (!Number.isFinite(seconds) || seconds <= 0) return 0;
  return 1000 * (seconds > 2 * MARGIN_S ? seconds - MARGIN_S : seconds / 2);
}

async function post(request: TokenRequest): Promise<Response> {
  const { url, clientId, clientSecret, scopes } = request;
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  });
  // RFC 6749 §2.3.1: both are form-encoded before they are joined.
  const basic = Buffer.from(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`).toString('base64');
  try {
    return await fetch(url, {
      method: 'POST',
      body: form,
      headers: { authorization: `Basic ${basic}`, accept: 'application/json' },
      redirect: 'manual', // A redirect would carry the client's secret to another address.
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw unreachable(request, cause);
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

async function bodyOf(response: Response): Promise<JsonObject | undefined> {
  try {
    const body: Json = JSON.parse(await response.text());
    return isObject(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

function unreachable(request: TokenRequest, thrown: unknown): TallyError {
  const reason = codeOf(thrown) ?? messageOf(thrown);
  return new TallyError({
    code: 'TOKEN_UNREACHABLE',
    where: withoutQuery(request.url),
    why: `no token for the credential "${request.credential}": ${reason}`,
    fix: 'check that the token endpoint runs and that tokenUrl or tokenPath names it',
    exitCode: EXIT.unreached,
    cause: thrown,
  });
}

const HINTS: Readonly<Record<string, string>> = {
  invalid_client: 'the server does not know this clientId with this secret',
  invalid_scope: 'the server does not give these scopes to this client',
  unauthorized_client: 'the server does not give this client tokens by client credentials',
};

/** Only OAuth's own `error` code is quoted (RFC 6749 §5.2): anything else in the answer might repeat the secret. */
function refused(request: TokenRequest, status: number, body: JsonObject | undefined): TallyError {
  const error = body?.['error'];
  const code = typeof error === 'string' && /^[a-z_]{1,40}$/.test(error) ? error : undefined;
  const scopes = request.scopes.length === 0 ? '' : ` and the scopes ${request.scopes.join(' ')}`;
  return new TallyError({
    code: 'TOKEN_REFUSED',
    where: withoutQuery(request.url),
    why: `no token for the credential "${request.credential}": status ${status}${code === undefined ? '' : `, ${code}`}${code !== undefined && HINTS[code] !== undefined ? `: ${HINTS[code]}` : ''}`,
    fix: status === 404 ? 'correct tokenUrl or tokenPath' : `check clientId ${request.clientId}, its secret${scopes}`,
  });
}

function invalid(request: TokenRequest, why: string): TallyError {
  return new TallyError({
    code: 'TOKEN_INVALID',
    where: withoutQuery(request.url),
    why: `no token for the credential "${request.credential}": ${why}`,
    fix: 'check that tokenUrl or tokenPath names an OAuth 2.0 token endpoint',
  });
}

function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//');
}
