import { createHmac, randomBytes } from 'node:crypto';
import type { Exchange } from './exchange.ts';
import { isObject } from './json.ts';
import { secretPattern } from './secret-forms.ts';
import { isSecretName, SECRET_NAME_HINT, type NamePlace } from './secret-names.ts';
import { SECRET_SHAPES } from './secret-shapes.ts';

/** Keeps secrets out of everything that is written: by value (what was resolved in this run), by name and by shape. */
export interface Redactor {
  /** Adds a value that must never be written; its base64, URL-encoded and hex forms follow by themselves. */
  addSecret(value: string): void;
  text(text: string): string;
  headers(headers: Readonly<Record<string, string>>): Record<string, string>;
  url(url: string): string;
  /** Deep copy of plain data with every string and every secret-named member redacted. */
  json<T>(value: T): T;
  exchange(exchange: Exchange): Exchange;
  /** How many values were replaced so far. */
  readonly count: number;
}

const MARK = /\[REDACTED:[0-9a-f]{8}\]/;
const WHOLE_MARK = new RegExp(`^${MARK.source}$`);

/**
 * A redactor whose replacement, `[REDACTED:first 8 of a keyed sha256]`, is the same for the same secret within a run.
 * What is redacted already stays as it is. A value shorter than six characters is found only where it stands alone.
 */
export function createRedactor(key: string = randomBytes(32).toString('hex')): Redactor {
  const secrets = new Set<string>();
  let known: Known | undefined;
  let count = 0;
  // A report says the same few hundred texts thousands of times. Only what stays as it is is remembered: what is replaced
  // is counted each time.
  const harmless = new Set<string>();
  const harmlessNames = new Set<string>();

  function mark(value: string): string {
    if (value === '' || WHOLE_MARK.test(value)) return value;
    count += 1;
    const secret = (known ??= knownOf(secrets)).whole(value) ?? value;
    return `[REDACTED:${createHmac('sha256', key).update(secret).digest('hex').slice(0, 8)}]`;
  }

  /** `Bearer x` keeps its scheme: it says what was tried, and the token's mark stays the same everywhere. */
  function markCredentials(value: string): string {
    const [, scheme = '', rest = value] = /^((?:Basic|Bearer|DPoP|Negotiate|Token|ApiKey)\s+)(\S+)$/i.exec(value) ?? [];
    return scheme + mark(rest);
  }

  function byValueAndShape(text: string): string {
    let out = (known ??= knownOf(secrets)).replace(text, mark);
    for (const { pattern, secret } of SECRET_SHAPES) {
      out = out.replace(pattern, (match) => {
        const part = secret === undefined ? match : secret(match);
        return part === undefined ? match : match.slice(0, match.lastIndexOf(part)) + mark(part);
      });
    }
    return out;
  }

  function text(value: string): string {
    if (harmless.has(value)) return value;
    const out = byValueAndShape(SECRET_NAME_HINT.test(value) ? byName(value, markCredentials) : value);
    if (out === value && value.length <= MAX_REMEMBERED_CHARS && harmless.size < MAX_REMEMBERED) harmless.add(value);
    return out;
  }

  /** A member's name that neither is a secret nor says that its value is one. */
  function isHarmlessName(name: string): boolean {
    if (harmlessNames.has(name)) return true;
    if (isSecretName(name, 'member') || byValueAndShape(name) !== name) return false;
    if (harmlessNames.size < MAX_REMEMBERED) harmlessNames.add(name);
    return true;
  }

  function member(name: string, value: unknown, place: NamePlace): unknown {
    if (!isSecretName(name, place)) return deep(value);
    if (typeof value === 'string') return markCredentials(value);
    if (!Array.isArray(value)) return deep(value);
    return value.map((item: unknown) => (typeof item === 'string' ? markCredentials(item) : deep(item)));
  }

  function deep(value: unknown): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') return known?.numbers.has(String(value)) === true ? mark(String(value)) : value;
    if (Array.isArray(value)) return value.map(deep);
    if (!isObject(value)) return value;
    if ('toJSON' in value && typeof value.toJSON === 'function') return deep(Reflect.apply(value.toJSON, value, []));
    return members(value);
  }

  function members(value: object): Record<string, unknown> {
    const entries = Object.entries(value);
    const pair = secretPair(value);
    const copy: [string, unknown][] = entries.map(([name, item]) => {
      if (pair && name === 'value') return [name, member('authorization', item, 'member')];
      if (isHarmlessName(name)) return [name, deep(item)];
      return [byValueAndShape(name), member(name, item, 'member')];
    });
    return Object.fromEntries(copy);
  }

  function headers(values: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        isSecretName(name, 'header') ? markCredentials(value) : text(value),
      ]),
    );
  }

  /** `https://user:password@host` first, then the query, the fragment and whatever else any text may hold. */
  function url(value: string): string {
    return text(
      value.replace(
        /^([a-z][a-z\d+.-]*:\/\/[^/?#@:]*:)([^/?#@]+)@/i,
        (_, before: string, password: string) => `${before}${mark(password)}@`,
      ),
    );
  }

  return {
    addSecret(value) {
      for (const secret of [value, value.trim(), value.replace(/^whs(?:ec|k)_/, '')])
        if (secret.trim() !== '') secrets.add(secret);
      known = undefined;
      harmless.clear();
      harmlessNames.clear();
    },
    text,
    headers,
    url,
    // The copy has the shape of the original: only strings are replaced, by strings.
    json: <T>(value: T): T => {
      known ??= knownOf(secrets);
      return deep(value) as T;
    },
    exchange: (exchange) => redactExchange(exchange, { text, headers, url }),
    get count() {
      return count;
    },
  };
}

const MAX_REMEMBERED = 20_000;
const MAX_REMEMBERED_CHARS = 400;

/** The secrets that this run has resolved, compiled into one expression with one group for each. */
interface Known {
  replace(text: string, mark: (secret: string) => string): string;
  /** The secret that `value` is one form of, where it is nothing else. */
  whole(value: string): string | undefined;
  /** The secrets that may stand in JSON as a number. */
  readonly numbers: ReadonlySet<string>;
}

function knownOf(secrets: ReadonlySet<string>): Known {
  // A longer secret may contain a shorter one: the longer goes first.
  const sorted = [...secrets].toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp([MARK.source, ...sorted.map((secret) => `(${secretPattern(secret)})`)].join('|'), 'g');
  const secretOf = (groups: readonly unknown[]): string | undefined =>
    sorted[groups.findIndex((group) => group !== undefined)];
  return {
    replace: (text, mark) =>
      sorted.length === 0
        ? text
        : text.replace(pattern, (match: string, ...rest: unknown[]) => {
            const secret = secretOf(rest.slice(0, sorted.length));
            return secret === undefined ? match : mark(secret);
          }),
    whole: (value) => {
      if (secrets.has(value)) return value;
      const match = [...value.matchAll(pattern)][0];
      return match?.[0] === value ? secretOf(match.slice(1)) : undefined;
    },
    numbers: new Set(sorted.filter((secret) => /^-?\d+(?:\.\d+)?$/.test(secret))),
  };
}

const NAME = '[\\w.$@-]{1,64}';

/** `"password": "…"` in JSON text, also when it was escaped into a string; a lookbehind keeps the depth of escaping. */
const JSON_MEMBER = new RegExp(`"(${NAME})"(\\s*:\\s*)"((?:[^"\\\\]|\\\\.)*)"`, 'g');
const ESCAPED_MEMBER = new RegExp(`(?<!\\\\)(\\\\{1,7})"(${NAME})\\1"(\\s*:\\s*)\\1"(.*?)(?<!\\\\)\\1"`, 'g');
/** `?access_token=…&`, `client_secret=…`, `API_KEY='…'`. */
const PAIR = new RegExp(
  `(^|[\\s?&#;,({["'\`])(${NAME})=(${MARK.source}|(?<=[?&][^\\s=]{0,64}=)[^\\s&#;,"'\`<>)}\\]]+|"[^"\\n]*"|'[^'\\n]*'|[^\\s&;,"'\`<>)}\\]]+)`,
  'gm',
);
/** A header or YAML line, also with curl's `> ` before it. */
const LINE = new RegExp(
  `^([ \\t]*(?:[<>*-][ \\t]+)?["']?)(${NAME})(["']?:[ \\t]+)((?![ \\t{[|>&*!]|null\\b|true\\b|false\\b)[^\\r\\n]+)`,
  'gm',
);
/** `password: 'x'` in an object that was printed on one line. */
const PRINTED = new RegExp(`([{,(][ \\t]*["']?)(${NAME})(["']?[ \\t]*:[ \\t]*)('(?:[^'\\\\\\n]|\\\\.)*')`, 'g');

/** Secrets that only their name gives away, in any text. */
function byName(text: string, mark: (value: string) => string): string {
  return text
    .replace(JSON_MEMBER, (match, name: string, colon: string, value: string) =>
      isSecretName(name, 'member') ? `"${name}"${colon}"${mark(value)}"` : match,
    )
    .replace(ESCAPED_MEMBER, (match, slashes: string, name: string, colon: string, value: string) =>
      isSecretName(name, 'member')
        ? `${slashes}"${name}${slashes}"${colon}${slashes}"${mark(value)}${slashes}"`
        : match,
    )
    .replace(PRINTED, (match, before: string, name: string, colon: string, value: string) =>
      isSecretName(name, 'member') ? `${before}${name}${colon}'${mark(value.slice(1, -1))}'` : match,
    )
    .replace(PAIR, (match, before: string, name: string, value: string) =>
      isSecretName(name, /[?&#]/.test(before) ? 'query' : 'member') ? `${before}${name}=${quoted(value, mark)}` : match,
    )
    .replace(LINE, (match, before: string, name: string, colon: string, value: string) =>
      isSecretName(name, 'header') ? `${before}${name}${colon}${quoted(value, mark)}` : match,
    );
}

/** Marks what is between the quotes, so that a redacted text still parses. */
function quoted(value: string, mark: (value: string) => string): string {
  const [, quote = '', inner = value, rest = ''] = /^(["'])(.*)\1([,;]?\s*)$/.exec(value) ?? [];
  return `${quote}${mark(inner)}${quote}${rest}`;
}

/** HAR's and a form's `{ name: 'authorization', value: '…' }`. */
function secretPair(value: object): boolean {
  if (!('name' in value) || !('value' in value)) return false;
  return typeof value.name === 'string' && (isSecretName(value.name, 'header') || isSecretName(value.name, 'query'));
}

function redactExchange(exchange: Exchange, redactor: Pick<Redactor, 'text' | 'headers' | 'url'>): Exchange {
  const { request, response } = exchange;
  return {
    ...exchange,
    request: {
      ...request,
      url: redactor.url(request.url),
      headers: redactor.headers(request.headers),
      ...bodyOf(request.body, redactor),
    },
    ...(response === undefined
      ? {}
      : { response: { ...response, headers: redactor.headers(response.headers), ...bodyOf(response.body, redactor) } }),
    ...(exchange.connection === undefined ? {} : { connection: redactor.text(exchange.connection) }),
    ...(exchange.client === undefined ? {} : { client: redactor.text(exchange.client) }),
    ...(exchange.refusal === undefined
      ? {}
      : { refusal: exchange.refusal.map((reason) => ({ ...reason, message: redactor.text(reason.message) })) }),
  };
}

function bodyOf(body: string | undefined, redactor: Pick<Redactor, 'text'>): { readonly body?: string } {
  return body === undefined ? {} : { body: redactor.text(body) };
}
