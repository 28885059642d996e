import router from '@stoplight/prism-http/dist/router/index.js';
import type { PrismOperation, PrismRoute } from './prism-operations.ts';

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

export function createRouteIndex(routes: readonly PrismRoute[]): RouteIndex {
  const resources = routes.map((route) => ({ method: route.method, path: route.path }) as PrismOperation);
  return {
    find: (method, path, baseUrl) => {
      if (baseUrl !== undefined) return undefined;
      const found = router.default({
        resources,
        input: { method: method as PrismOperation['method'] & 'get', url: { path } },
      });
      return 'left' in found ? found.left : routes[resources.indexOf(found.right)];
    },
  };
}
