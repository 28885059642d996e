/** One request and its answer, as it is logged. */
export interface LoggedExchange {
  /** ISO 8601. */
  readonly at: string;
  readonly operation: string;
  readonly attempt: number;
  readonly durationMs: number;
  readonly request: { readonly method: string; readonly url: string; readonly headers: Headers; readonly body: string };
  readonly response?: { readonly status: number; readonly headers: Headers; readonly body: string };
  /** Why there is no answer. */
  readonly error?: string;
}

/** Secrets that are in use: told once, never written. */
export interface Secrets {
  add(value: string): void;
  /** The text without any of them, in whatever encoding a carrier may echo them. */
  remove(text: string): string;
}

/** Where the log goes: one line of JSON for each exchange. */
export type WriteLine = (line: string) => void;

/** Headers that are safe to show. The rest is named and not shown: a new secret header is hidden before anybody knows it. */
const SHOWN = new Set(
  (
    'accept content-type content-length date etag if-match if-none-match idempotency-key location ratelimit ' +
    'ratelimit-policy retry-after server user-agent www-authenticate'
  ).split(' '),
);
const HIDDEN = '[REDACTED]';
const SECRET_MEMBER = /"([^"]*(?:token|secret|password|api_?key)[^"]*)"(\s*:\s*)"(?:[^"\\]|\\.)*"/gi;
const SECRET_FIELD = /\b([\w-]*(?:token|secret|password|api_?key))=[^&\s"]*/gi;
const BODY_CHARACTERS = 4096;

/** Logs every exchange, without credentials: hidden by header, by member name and by value. */
export function createExchangeLog(write: WriteLine, secrets: Secrets): (exchange: LoggedExchange) => void {
  const shownHeaders = (headers: Headers): Record<string, string> =>
    Object.fromEntries([...headers].map(([name, value]) => [name, SHOWN.has(name) ? value : HIDDEN]));
  return (exchange) => {
    const { request, response } = exchange;
    const line = JSON.stringify({
      ...exchange,
      request: { ...request, headers: shownHeaders(request.headers), body: shownBody(request.body) },
      ...(response && {
        response: { ...response, headers: shownHeaders(response.headers), body: shownAnswer(exchange, response.body) },
      }),
    });
    write(`${secrets.remove(line)}\n`);
  };
}

/** A token endpoint's answer is hidden as a whole: a broken one may hold a token in any form. */
function shownAnswer(exchange: LoggedExchange, body: string): string {
  return exchange.operation === 'token' && exchange.response?.status === 200 ? HIDDEN : shownBody(body);
}

function shownBody(body: string): string {
  const hidden = body.replace(SECRET_MEMBER, `"$1"$2"${HIDDEN}"`).replace(SECRET_FIELD, `$1=${HIDDEN}`);
  return hidden.length > BODY_CHARACTERS ? `${hidden.slice(0, BODY_CHARACTERS)}…` : hidden;
}

export function createSecrets(): Secrets {
  const forms = new Set<string>();
  return {
    add: (value) => {
      if (value === '') return;
      const bytes = Buffer.from(value);
      const inJson = JSON.stringify(value).slice(1, -1);
      const encodings = [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')];
      for (const form of [value, inJson, encodeURIComponent(value), ...encodings]) forms.add(form);
    },
    // The longest first, so that no tail of one is left over where another is its beginning.
    remove: (text) =>
      [...forms]
        .toSorted((one, other) => other.length - one.length)
        .reduce((rest, form) => rest.replaceAll(form, HIDDEN), text),
  };
}
