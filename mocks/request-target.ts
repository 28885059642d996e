/** Path and query as Prism reads them. */
export interface RequestTarget {
  /** As sent, without query; dot segments and characters that no URL has are resolved as `new URL` does. */
  readonly path: string;
  readonly query: Query;
  /** What the request named by `__server`. */
  readonly baseUrl?: string;
}

type Query = Record<string, string | string[]>;

/** No host (`//host`), no dot segment, nothing that `new URL` would encode: it would give back just this. */
const PLAIN_PATH = /^\/(?!\/)[\w\-.~!$&'()*+,;=:@/%]*$/;
const DOT_SEGMENT = /\/\.|%2e/i;
/** Nothing to decode. */
const PLAIN_QUERY = /^[\w\-.~!$'()*,;:@/&=]*$/;
/** Nothing that ends the query or is left out of it. */
const QUERY = /^[\x21\x24-\x7e]*$/;

/** @throws TypeError for what is no URL, as `new URL` */
export function readTarget(target: string): RequestTarget {
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const isPlain = PLAIN_PATH.test(path) && !DOT_SEGMENT.test(path);
  if (isPlain && mark === -1) return { path, query: {} };
  const search = target.slice(mark + 1);
  if (!isPlain || !QUERY.test(search)) return readUrl(target);
  return withBaseUrl(path, plainQuery(search) ?? queryOf(new URLSearchParams(`?${search}`)));
}

function readUrl(target: string): RequestTarget {
  const { pathname, searchParams } = new URL(target, 'http://example.com');
  return withBaseUrl(pathname, queryOf(searchParams));
}

function withBaseUrl(path: string, query: Query): RequestTarget {
  const { __server: server } = query;
  const baseUrl = Array.isArray(server) ? server[0] : server;
  return baseUrl ? { path, query, baseUrl } : { path, query };
}

/** @returns undefined where it takes more than cutting at `&` and `=` */
function plainQuery(search: string): Query | undefined {
  if (!PLAIN_QUERY.test(search) || search.includes('__proto__')) return undefined;
  const query: Query = {};
  for (const pair of search.split('&')) {
    if (pair === '') continue;
    const mark = pair.indexOf('=');
    const name = mark === -1 ? pair : pair.slice(0, mark);
    if (Object.hasOwn(query, name)) return undefined;
    query[name] = mark === -1 ? '' : pair.slice(mark + 1);
  }
  return query;
}

function queryOf(searchParams: URLSearchParams): Query {
  const query: Query = {};
  for (const key of searchParams.keys()) {
    const [first, ...more] = searchParams.getAll(key);
    query[key] = more.length === 0 ? (first ?? '') : [first ?? '', ...more];
  }
  return query;
}
