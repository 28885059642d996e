import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import * as problems from '@stoplight/prism-http/dist/router/errors.js';
import { matchServer, type MatchKind } from './match-server.ts';
import type { PrismRoute } from './prism-operations.ts';
import { createTemplateTree, isTemplated } from './template-tree.ts';

/** Finds the operation of a request as Prism's router does, without trying all of them. */
export interface RouteIndex {
  /**
   * @param method lower case
   * @param path as sent, without query
   * @param baseUrl what the request named by `__server`
   * @returns the route; why there is none, in Prism's words; undefined when only Prism itself can tell
   */
  find(method: string, path: string, baseUrl?: string): PrismRoute | Error | undefined;
}

/** A route and its place in the document, which decides between equals. */
interface Entry {
  readonly route: PrismRoute;
  readonly index: number;
  readonly segments: readonly string[];
}

interface Candidate {
  readonly value: Entry;
  readonly templated: boolean;
}

export function createRouteIndex(routes: readonly PrismRoute[]): RouteIndex {
  // On a template like this Prism's router throws, whatever the request.
  if (routes.some(({ path }) => !path.startsWith('/'))) return { find: () => undefined };
  const tree = createTemplateTree<Entry>();
  for (const [index, route] of routes.entries()) {
    tree.add(route.path, { route, index, segments: route.path.split('/') });
  }
  return {
    find: (method, path, baseUrl) => {
      if (!path.startsWith('/')) return new Error(`The request path '${path}' must start with a slash.`);
      if (routes.length === 0) return noResource();
      const byPath = tree.matches(path);
      if (byPath.length === 0) return noPath(path);
      const byMethod = byPath.filter(({ value }) => value.route.method === method);
      if (byMethod.length === 0) return noMethod(path, method);
      if (baseUrl) return onServer(routes, inPrismsOrder(byMethod, path), baseUrl);
      return chosen(byMethod, path);
    },
  };
}

/** A template without expressions before one with them, then the better score, then the later in the document. */
function chosen(candidates: readonly Candidate[], path: string): PrismRoute | undefined {
  if (candidates.length === 1) return candidates[0]?.value.route;
  const ordered = inPrismsOrder(candidates, path);
  return (ordered.find(({ templated }) => !templated) ?? ordered[0])?.value.route;
}

/** Best score first; among equals the last of the document, because Prism reverses a stable ascending sort. */
function inPrismsOrder(candidates: readonly Candidate[], path: string): readonly Candidate[] {
  if (candidates.length === 1) return candidates;
  const sent = path.split('/');
  return candidates
    .map((candidate) => ({ candidate, score: scoreOf(candidate.value.segments, sent) }))
    .toSorted((a, b) => b.score - a.score || b.candidate.value.index - a.candidate.value.index)
    .map(({ candidate }) => candidate);
}

/** One for each segment that is the same, half for each templated one, up to the first that is neither. Not decoded. */
function scoreOf(template: readonly string[], sent: readonly string[]): number {
  let score = 0;
  for (const [index, segment] of template.entries()) {
    if (segment === sent[index]) score += 1;
    else if (isTemplated(segment)) score += 0.5;
    else break;
  }
  return score;
}

/** The ranks of a match: how the server matches and whether the path is templated. Any other match comes last. */
const RANKS: readonly (readonly [server: MatchKind, templated: boolean])[] = [
  ['concrete', false],
  ['templated', false],
  ['concrete', true],
];

/** @returns undefined when a server's URL cannot be read: only Prism itself can tell what it says to that */
function onServer(
  routes: readonly PrismRoute[],
  candidates: readonly Candidate[],
  baseUrl: string,
): PrismRoute | Error | undefined {
  try {
    const judged = candidates.map((each) => ({ ...each, server: matchServer(each.value.route, baseUrl) }));
    const matched = judged.filter(({ server }) => server !== 'no-match');
    if (matched.length === 0) return hasServers(routes) ? noServer(baseUrl) : noServers(baseUrl);
    return bestRanked(matched)?.value.route;
  } catch {
    return undefined;
  }
}

type OnServer = Candidate & { readonly server: MatchKind };

function bestRanked(matched: readonly OnServer[]): Candidate | undefined {
  for (const [server, templated] of RANKS) {
    const best = matched.find((each) => each.server === server && each.templated === templated);
    if (best !== undefined) return best;
  }
  return matched[0];
}

function hasServers(routes: readonly PrismRoute[]): boolean {
  return routes.some((route) => (route.operation().servers ?? []).length > 0);
}

function noResource(): Error {
  const detail = 'The current document does not have any resource to match with.';
  return ProblemJsonError.fromTemplate(problems.NO_RESOURCE_PROVIDED_ERROR, detail);
}

function noPath(path: string): Error {
  const detail = `The route ${path} hasn't been found in the specification file`;
  return ProblemJsonError.fromTemplate(problems.NO_PATH_MATCHED_ERROR, detail);
}

function noMethod(path: string, method: string): Error {
  const detail = `The route ${path} has been matched, but it does not have "${method}" method defined`;
  return ProblemJsonError.fromTemplate(problems.NO_METHOD_MATCHED_ERROR, detail);
}

function noServers(baseUrl: string): Error {
  const detail = `No server configuration has been provided, although ${baseUrl} is set as server url`;
  return ProblemJsonError.fromTemplate(problems.NO_SERVER_CONFIGURATION_PROVIDED_ERROR, detail);
}

function noServer(baseUrl: string): Error {
  const detail = `The server url ${baseUrl} hasn't been matched with any of the provided servers`;
  return ProblemJsonError.fromTemplate(problems.NO_SERVER_MATCHED_ERROR, detail);
}
