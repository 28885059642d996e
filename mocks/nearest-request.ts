import {
  isObject,
  schemaValidator,
  type Contract,
  type ExampleRequest,
  type Exchange,
  type Json,
  type Operation,
  type RefusalReason,
} from '../contracts/index.ts';
import { requestToTry } from './curl-line.ts';
import { nearestRoute } from './refusal.ts';

/** A request that the contract allows, as near to a refused one as we can tell. */
export interface NearestRequest {
  readonly request: ExampleRequest;
  /** What is different, one line each. */
  readonly changes: readonly string[];
}

/**
 * The request as it was sent, with what broke the contract taken from the contract's example; the whole example where that
 * does not make it valid. Undefined where the contract has no example to take from.
 *
 * @param basePath of the service, which the contract's paths do not have
 * @param exchange redacted, with its refusal
 */
export function nearestRequest(contract: Contract, basePath: string, exchange: Exchange): NearestRequest | undefined {
  const { pathname, search } = new URL(exchange.request.url, 'http://localhost');
  const sent = { pathname: pathname.slice(basePath.length), search };
  const operation = contract.operations.find(({ id }) => id === exchange.operationId);
  if (operation === undefined) return nearestOperation(contract, sent.pathname, exchange.request.method);
  const example = requestToTry(contract, operation);
  return 'missing' in example ? undefined : repaired(contract, operation, exchange, sent, example);
}

function nearestOperation(contract: Contract, pathname: string, method: string): NearestRequest | undefined {
  const near = nearestRoute(contract.operations, pathname);
  const path = near?.path ?? pathname;
  const alike = contract.operations.filter((each) => nearestRoute([each], path)?.path === path);
  const wanted = alike.find((each) => each.method === method.toLowerCase()) ?? alike[0];
  if (wanted === undefined) return undefined;
  const example = requestToTry(contract, wanted);
  if ('missing' in example) return undefined;
  const [, query] = example.target.split(/\?(.*)/s, 2);
  const request = { ...example, target: query === undefined ? path : `${path}?${query}` };
  return { request, changes: [`${request.method} ${path} instead of ${method} ${pathname}`] };
}

interface Draft {
  pathname: string;
  readonly query: URLSearchParams;
  readonly headers: Record<string, string>;
  body: string | undefined;
  readonly changes: string[];
}

function repaired(
  contract: Contract,
  operation: Operation,
  { request, refusal = [] }: Exchange,
  sent: { readonly pathname: string; readonly search: string },
  example: ExampleRequest,
): NearestRequest {
  const draft: Draft = {
    pathname: sent.pathname,
    query: new URLSearchParams(sent.search),
    headers: ownHeaders(request.headers, example.headers),
    body: request.body,
    changes: [],
  };
  for (const reason of refusal) repair(draft, reason, example);
  if (operation.requestBody !== undefined) repairBody(draft, contract, operation, refusal, example);
  else draft.body = undefined;
  const query = draft.query.toString();
  const { pathname, headers, body, changes } = draft;
  const target = query === '' ? pathname : `${pathname}?${query}`;
  return {
    request: { method: request.method, target, headers, ...(body === undefined ? {} : { body }) },
    changes,
  };
}

/** What a client's library adds by itself, and what was redacted, is of no use in a command. */
const DROPPED =
  /^(host|connection|content-length|user-agent|accept-encoding|accept-language|transfer-encoding|sec-.*)$/;

function ownHeaders(
  headers: Readonly<Record<string, string>>,
  example: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (DROPPED.test(name)) continue;
    const usable = value.includes('[REDACTED:') ? example[name] : value;
    if (usable !== undefined) kept[name] = usable;
  }
  return kept;
}

function repair(draft: Draft, { place = '', code, message }: RefusalReason, example: ExampleRequest): void {
  const [kind = '', given = ''] = place.split(/\.(.*)/s, 2);
  const name = given === '' ? quotedName(message) : given;
  if (kind === 'credentials') return takeCredentials(draft, example);
  if (kind === 'query') return takeQuery(draft, name, example);
  if (kind === 'header') return takeHeader(draft, name.toLowerCase(), example);
  if (kind === 'path') {
    draft.pathname = example.target.split('?', 1)[0] ?? draft.pathname;
    draft.changes.push(`path: ${draft.pathname}`);
  }
  if (code === '415') takeHeader(draft, 'content-type', example);
}

/** `must have required property 'weightGrams'` */
function quotedName(message: string): string {
  return /'([^']+)'/.exec(message)?.[1] ?? '';
}

function takeCredentials(draft: Draft, example: ExampleRequest): void {
  for (const [name, value] of Object.entries(example.headers)) draft.headers[name] ??= value;
  const query = new URLSearchParams(example.target.split('?', 2)[1]);
  for (const [name, value] of query) if (value.startsWith('tally-')) draft.query.set(name, value);
  draft.changes.push('credentials added');
}

function takeQuery(draft: Draft, name: string, example: ExampleRequest): void {
  const value = new URLSearchParams(example.target.split('?', 2)[1]).get(name);
  if (value === null) draft.query.delete(name);
  else draft.query.set(name, value);
  draft.changes.push(value === null ? `query.${name} left out` : `query.${name}: ${value}`);
}

function takeHeader(draft: Draft, name: string, example: ExampleRequest): void {
  const value = example.headers[name];
  if (value === undefined) Reflect.deleteProperty(draft.headers, name);
  else draft.headers[name] = value;
  draft.changes.push(value === undefined ? `header ${name} left out` : `header ${name}: ${value}`);
}

function repairBody(
  draft: Draft,
  contract: Contract,
  operation: Operation,
  refusal: readonly RefusalReason[],
  example: ExampleRequest,
): void {
  const wrong = refusal.filter(({ place = '', code }) => /^body(\.|$)/.test(place) || code === '415');
  if (wrong.length === 0) return;
  const whole = parsed(example.body);
  const given = parsed(draft.body);
  const changes: string[] = [];
  const value = wrong.reduce<Json | undefined>((body, reason) => mended(body, reason, whole, changes), given);
  if (value !== undefined && given !== undefined && isValid(contract, operation, example, value)) {
    draft.body = JSON.stringify(value);
    draft.changes.push(...changes);
    return;
  }
  draft.body = example.body;
  const type = example.headers['content-type'];
  if (type !== undefined) draft.headers['content-type'] = type;
  draft.changes.push("body: the contract's example");
}

function parsed(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

function isValid(contract: Contract, { requestBody }: Operation, { headers }: ExampleRequest, value: Json): boolean {
  const media = requestBody?.content.find(({ mediaType }) => mediaType === headers['content-type']);
  try {
    return media !== undefined && schemaValidator(contract, media.pointer, 'request')(value).length === 0;
  } catch {
    return false;
  }
}

/** A copy with one thing set right. */
function mended(body: Json | undefined, reason: RefusalReason, example: Json | undefined, changes: string[]) {
  const { place = '', code = '', message } = reason;
  const keys = place.split('.').slice(1);
  const name = quotedName(message);
  if (code === 'required' && keys.at(-1) !== name) keys.push(name);
  if (/^(additional|unevaluated)Properties$/.test(code)) {
    if (keys.at(-1) !== name) keys.push(name);
    changes.push(`body.${keys.join('.')} left out`);
    return withValue(body, keys, undefined);
  }
  const value = keys.reduce<Json | undefined>(memberOf, example);
  if (keys.length === 0) changes.push("body: the contract's example");
  else changes.push(`body${keys.map((key) => `.${key}`).join('')}: ${value === undefined ? 'left out' : short(value)}`);
  return withValue(body, keys, value);
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  if (Array.isArray(value)) return (value[Number(key)] ?? value[0]) as Json | undefined;
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

function withValue(body: Json | undefined, keys: readonly string[], value: Json | undefined): Json | undefined {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(body)) {
    return body.map((item: Json, index) => (String(index) === key ? (withValue(item, rest, value) ?? null) : item));
  }
  if (!isObject(body)) return body;
  const inner = withValue(Object.hasOwn(body, key) ? body[key] : undefined, rest, value);
  const others = Object.entries(body).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
}
