import {
  isObject,
  joinPointer,
  locate,
  nearMiss,
  pointerOfReference,
  valueAt,
  type Contract,
  type Json,
  type Operation,
  type RefusalReason,
} from '../contracts/index.ts';
import type { Handled } from './handled.ts';
import type { PrismRoute } from './prism-operations.ts';
import type { Violation } from './violation.ts';

export interface RefusedRequest {
  readonly contract: Contract;
  readonly routes: readonly PrismRoute[];
  /** Upper case. */
  readonly method: string;
  /** Without query, below the service's base path. */
  readonly pathname: string;
  readonly handled: Pick<Handled, 'route' | 'violations' | 'problem'>;
}

/** Why a request was refused, each reason with the line of the contract that it broke. */
export function explainRefusal(root: string, request: RefusedRequest): readonly RefusalReason[] {
  const { contract, handled } = request;
  if (handled.route === undefined) return [noRoute(root, request)];
  const operation = operationOf(contract, handled.route);
  const reasons = handled.violations.map((violation) => {
    const where = ruleOf(root, contract, operation, violation);
    const place = violation.path.length === 0 ? 'credentials' : violation.path.join('.');
    return { place, code: violation.code, message: violation.message, where };
  });
  if (reasons.length > 0 || handled.problem === undefined) return reasons;
  return [{ message: handled.problem.message, where: lineOf(root, contract, operation?.pointer ?? '') }];
}

/** One line for the terminal. */
export function sentenceOf({ place, code, message, where }: RefusalReason): string {
  const line = where === undefined ? undefined : `${where.source}:${where.line}`;
  return [place, code, message, line].filter((part) => part !== undefined).join('  ');
}

type Line = NonNullable<RefusalReason['where']>;

function lineOf(root: string, contract: Contract, pointer: string): Line {
  const { source, line } = locate(root, contract, pointer);
  return { source, line };
}

/** Where the rules stand that were broken before: clients make the same mistakes again and again. */
const rules = new WeakMap<Contract, Map<string, Line>>();
const MOST_RULES = 2_000;
const LONGEST_PLACE = 300;

/** File and line of the rule that a violation broke. */
function ruleOf(root: string, contract: Contract, operation: Operation | undefined, violation: Violation): Line {
  let known = rules.get(contract);
  if (known === undefined) rules.set(contract, (known = new Map()));
  const key = [operation?.pointer, violation.code, ...violation.path].join('\0');
  const kept = known.get(key);
  if (kept !== undefined) return kept;
  const line = lineOf(root, contract, pointerOf(contract, operation, violation));
  // A client may invent any number of names.
  if (known.size >= MOST_RULES) known.clear();
  if (key.length <= LONGEST_PLACE) known.set(key, line);
  return line;
}

/** The contract's operation behind a route; undefined where the catalogue reads the document differently from Prism. */
export function operationOf(contract: Contract, route: PrismRoute): Operation | undefined {
  return contract.operations.find(({ method, path }) => method === route.method && path === route.path);
}

export function explainNoRoute(root: string, request: RefusedRequest): string {
  return sentenceOf(noRoute(root, request));
}

function noRoute(root: string, request: RefusedRequest): RefusalReason {
  const { contract, routes, method, pathname } = request;
  const samePath = routes.filter((route) => matches(route.path, pathname));
  const [first] = samePath;
  if (first !== undefined) {
    const methods = samePath.map((route) => route.method.toUpperCase()).join(', ');
    return { message: `${first.path} has no ${method}, it has ${methods}`, where: placeOf(root, contract, first) };
  }
  const near = nearestRoute(routes, pathname);
  if (near === undefined) return { message: `no path of ${contract.source} matches` };
  const message = `no path matches, did you mean ${near.path}?`;
  return { message, where: placeOf(root, contract, near.route) };
}

function placeOf(root: string, contract: Contract, route: PrismRoute): { source: string; line: number } {
  return lineOf(root, contract, operationOf(contract, route)?.pointer ?? '');
}

/** The path as typed but for its mistake: a wrong letter, or the base path of a server, which a mock does not serve. */
export function nearestRoute<T extends Pick<PrismRoute, 'path'>>(
  routes: readonly T[],
  pathname: string,
): { path: string; route: T } | undefined {
  // Backwards, so that of several methods the first one stays.
  const filled = new Map(routes.toReversed().map((route) => [fillTemplate(route.path, pathname), route]));
  const close = nearMiss(pathname, filled.keys());
  const closeRoute = close === undefined ? undefined : filled.get(close);
  if (close !== undefined && closeRoute !== undefined) return { path: close, route: closeRoute };
  const segments = pathname.split('/');
  for (let from = 2; from < segments.length; from++) {
    const path = `/${segments.slice(from).join('/')}`;
    const route = routes.find((candidate) => matches(candidate.path, path));
    if (path !== '/' && route !== undefined) return { path, route };
  }
  return undefined;
}

/** `/parcels/{parcelId}` with the values that stand in the same places of the request. */
function fillTemplate(template: string, pathname: string): string {
  const segments = pathname.split('/');
  return template
    .split('/')
    .map((segment, index) => (segment.includes('{') ? (segments[index] ?? segment) : segment))
    .join('/');
}

function matches(template: string, pathname: string): boolean {
  return fillTemplate(template, pathname) === pathname;
}

/** Where in the contract's document the rule stands that a violation broke. */
export function pointerOf(contract: Contract, operation: Operation | undefined, violation: Violation): string {
  if (operation === undefined) return '';
  const [place = '', ...keys] = violation.path;
  if (violation.code === '401') return securityPointer(contract, operation);
  const pointer = place === 'body' ? bodyPointer(operation) : parameterPointer(operation, place, keys.shift());
  if (pointer === undefined) return operation.pointer;
  const schema = descend(contract.document, pointer, keys);
  const rule = joinPointer(schema, violation.code);
  return valueAt(contract.document, rule) === undefined ? schema : rule;
}

function securityPointer(contract: Contract, operation: Operation): string {
  const own = joinPointer(operation.pointer, 'security');
  return valueAt(contract.document, own) === undefined ? '/security' : own;
}

function bodyPointer(operation: Operation): string | undefined {
  return operation.requestBody?.content[0]?.pointer;
}

function parameterPointer(operation: Operation, place: string, name = ''): string | undefined {
  const same = (other: string): boolean => other === name || (place === 'header' && other.toLowerCase() === name);
  return operation.parameters.find((parameter) => parameter.in === place && same(parameter.name))?.pointer;
}

/** Follows the keys of a value through a schema, as far as the schema says something about them. */
export function descend(document: Json, pointer: string, keys: readonly string[]): string {
  const schema = resolve(document, pointer);
  const [key, ...rest] = keys;
  if (key === undefined) return schema;
  const next = childPointer(document, schema, key, 0);
  return next === undefined ? schema : descend(document, next, rest);
}

/** Compositions of compositions are followed this deep: they may be circular. */
const COMPOSITION_DEPTH = 8;

function childPointer(document: Json, pointer: string, key: string, depth: number): string | undefined {
  const direct = [
    joinPointer(pointer, 'properties', key),
    ...(/^\d+$/.test(key) ? [joinPointer(pointer, 'items')] : []),
  ];
  const found = direct.find((candidate) => valueAt(document, candidate) !== undefined);
  if (found !== undefined || depth === COMPOSITION_DEPTH) return found;
  for (const keyword of ['allOf', 'oneOf', 'anyOf']) {
    const parts = valueAt(document, joinPointer(pointer, keyword));
    for (let index = 0; Array.isArray(parts) && index < parts.length; index++) {
      const part = resolve(document, joinPointer(pointer, keyword, index));
      const inPart = childPointer(document, part, key, depth + 1);
      if (inPart !== undefined) return inPart;
    }
  }
  return undefined;
}

/** The place that a chain of references ends at. */
function resolve(document: Json, pointer: string): string {
  let at = pointer;
  for (let hop = 0; hop < COMPOSITION_DEPTH; hop++) {
    const value = valueAt(document, at);
    const reference = isObject(value) ? value['$ref'] : undefined;
    const next = typeof reference === 'string' ? pointerOfReference(reference) : undefined;
    if (next === undefined) return at;
    at = next;
  }
  return at;
}
