import { matchBaseUrl } from '@stoplight/prism-http/dist/router/matchBaseUrl.js';
import type { PrismRoute } from './prism-operations.ts';

/** How a server's URL matches: as it stands, by its variables, or not at all. */
export type MatchKind = 'concrete' | 'templated' | 'no-match';

/**
 * The best match of a route's servers with what a request named by `__server`.
 * @throws what Prism throws on a URL whose variables are not declared, or that makes no regular expression
 */
export function matchServer(route: PrismRoute, baseUrl: string): MatchKind {
  const kinds = (route.operation().servers ?? []).map((server) => kindOf(server, baseUrl));
  const matching = kinds.filter((kind) => kind !== 'no-match');
  return matching.find((kind) => kind === 'concrete') ?? matching[0] ?? 'no-match';
}

function kindOf(server: Parameters<typeof matchBaseUrl>[0], baseUrl: string): MatchKind {
  const match = matchBaseUrl(server, baseUrl);
  if ('left' in match) throw match.left;
  return match.right;
}
