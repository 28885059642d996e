import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ProblemJsonError } from '@stoplight/prism-http';
import router from '@stoplight/prism-http/dist/router/index.js';
import fc from 'fast-check';
import { loadPrismDocument, type PrismOperation, type PrismRoute } from './prism-operations.ts';
import { createRouteIndex, type RouteIndex } from './route-index.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const EXAMPLES = `${ROOT}node_modules/@readme/oas-examples`;

const DOCUMENTS: readonly (readonly [about: string, path: string, runs: number])[] = [
  ['odd requests of a dialect', `${FIXTURES}odd-requests-3.1.yaml`, 500],
  ['odd requests of before, 2.0', `${FIXTURES}odd-requests-2.0.json`, 200],
  ['odd requests', `${FIXTURES}odd-requests-3.0.yaml`, 300],
  ['a shop', `${FIXTURES}shop-3.0.yaml`, 300],
  ['tickets, 3.1', `${FIXTURES}tickets-3.1.yaml`, 300],
  ['Swagger Petstore, 2.0', `${EXAMPLES}/2.0/json/petstore.json`, 300],
  ['Train Travel API, 3.1', `${EXAMPLES}/3.1/json/train-travel.json`, 300],
];

const METHODS = ['get', 'post', 'put', 'delete', 'head', 'options', 'trace'];
const BASE_URLS = [
  'https://odd.example',
  'https://eu.odd.example/v1',
  'https://eu-west.odd.example/x/y',
  'https://mars.odd.example/v1',
  'https://odd.example/v1',
  'https://shop.example/v1',
  'https://eu.shop.example/v1',
  'petstore.swagger.io/v2',
  'https://api.example.com',
  'x',
  '',
];

const baseUrl = fc.option(fc.constantFrom(...BASE_URLS), { nil: undefined });

describe('a request finds the operation that it finds in Prism', () => {
  test.each(DOCUMENTS)('%s', async (_, path, numRuns) => {
    const { routes } = await loadPrismDocument(path);
    const index = createRouteIndex(routes);
    const property = fc.property(fc.constantFrom(...METHODS), pathNear(routes), baseUrl, (...request) => {
      expectSame(index, routes, ...request);
    });
    fc.assert(property, { numRuns });
  });

  test("GitHub's API", async () => {
    const { routes } = await loadPrismDocument(`${ROOT}node_modules/@octokit/openapi/generated/api.github.com.json`);
    const index = createRouteIndex(routes);
    const property = fc.property(fc.constantFrom(...METHODS), pathNear(routes), (method, path) => {
      expectSame(index, routes, method, path);
    });
    fc.assert(property, { numRuns: 100 });
  }, 60_000);

  test('in any document', () => {
    const property = fc.property(
      templates,
      fc.constantFrom('get', 'post'),
      paths,
      baseUrl,
      (all, method, path, url) => {
        const routes = all.map(routeAt);
        expectSame(createRouteIndex(routes), routes, method, path, url);
      },
    );
    fc.assert(property, { numRuns: 5000 });
  });

  test('a planted difference is seen', () => {
    const property = fc.property(templates, fc.constantFrom('get'), paths, (all, method, path) => {
      const routes = all.map(routeAt);
      expectSame(createRouteIndex(routes.toReversed()), routes, method, path);
    });
    expect(fc.check(property, { numRuns: 5000 }).failed).toBe(true);
  });
});

describe('a request that only Prism can route', () => {
  test('is one for a document with a template that does not begin with a slash', () => {
    expect(createRouteIndex([routeAt(['items', 'get'])]).find('get', '/items')).toBeUndefined();
  });

  test("is one that names a server where a server's variable is not declared", () => {
    const servers = [{ url: 'https://{region}.example', variables: { other: { default: 'a' } } }] as unknown as Servers;
    const route = { ...routeAt(['/items', 'get']), operation: () => ({ servers }) as PrismOperation };
    expect(createRouteIndex([route]).find('get', '/items', 'https://a.example')).toBeUndefined();
    expect(createRouteIndex([route]).find('get', '/items')).toBe(route);
  });
});

const SEGMENTS = [
  'a',
  'b',
  '{x}',
  '{y}',
  '{x}.json',
  'a{b}c',
  '{x}-{y}',
  '{a.b}',
  '{}',
  '',
  'a b',
  'a%20b',
  '%zz',
  'é',
  '{x',
  'a+b',
  '{é}.(z)',
];
const templateSegment = fc.constantFrom(...SEGMENTS);
const template = fc.array(templateSegment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);
const templates = fc.uniqueArray(fc.tuple(template, fc.constantFrom('get', 'post')), {
  maxLength: 12,
  selector: String,
});
const sentSegment = fc.constantFrom(
  'a',
  'b',
  '',
  'x.json',
  'x.json5',
  'abc',
  'ac',
  'x-y',
  'a%20b',
  'a b',
  '%zz',
  '%C3%A9',
  'a%2Fb',
  '{x}',
  '%7Bx%7D',
  'a+b',
  '%0A',
  '{a.b}',
  'é',
  '{}',
  'z.(z)',
);
const paths = fc.array(sentSegment, { minLength: 1, maxLength: 3 }).map((segments) => `/${segments.join('/')}`);

/** A template of the document with values in it, or a path that is nearly one. */
function pathNear(routes: readonly PrismRoute[]): fc.Arbitrary<string> {
  const values = fc.array(fc.constantFrom('1', 'newest', 'x.json', '', '%zz', 'a%2Fb', 'a', '{id}'), {
    minLength: 6,
    maxLength: 6,
  });
  const ends = fc.constantFrom('', '', '', '', '/', '/more', 'x');
  return fc.tuple(fc.constantFrom(...routes), values, ends).map(([{ path }, texts, end]) => {
    let next = 0;
    return path.replaceAll(/{[^}]*}/g, () => texts[next++ % texts.length] ?? '') + end;
  });
}

type Servers = PrismOperation['servers'];

/** Of the servers of every document here, one has no variables, one has, and one names none. */
const SERVERS: readonly Servers[] = [
  undefined,
  [{ url: 'https://odd.example' }] as Servers,
  [
    {
      url: 'https://{region}.odd.example/{base}',
      variables: { region: { default: 'eu', enum: ['eu', 'eu-west'] }, base: { default: 'v1' } },
    },
  ] as unknown as Servers,
  [],
];

function routeAt([path, method]: readonly [string, string]): PrismRoute {
  const servers = SERVERS[(path.length + method.length) % SERVERS.length];
  return { path, method, operation: () => ({ path, method, servers }) as PrismOperation };
}

function expectSame(
  index: RouteIndex,
  routes: readonly PrismRoute[],
  method: string,
  path: string,
  url?: string,
): void {
  const found = index.find(method, path, url);
  const prisms = routedByPrism(routes, method, path, url);
  expect(told(found)).toEqual(told(prisms));
  if (!(prisms instanceof Error)) expect(found).toBe(prisms);
}

function told(found: PrismRoute | Error | undefined): unknown {
  if (found === undefined || !('message' in found)) return found && `${found.method} ${found.path}`;
  return ProblemJsonError.toProblemJson(found);
}

function routedByPrism(
  routes: readonly PrismRoute[],
  method: string,
  path: string,
  url: string | undefined,
): PrismRoute | Error | undefined {
  const resources = routes.map(
    (route) =>
      ({
        method: route.method,
        path: route.path,
        servers: url ? route.operation().servers : undefined,
      }) as PrismOperation,
  );
  const input = { method: method as 'get', url: { path, ...(url === undefined ? {} : { baseUrl: url }) } };
  try {
    const found = router.default({ resources, input });
    return 'left' in found ? undefinedServer(found.left) : routes[resources.indexOf(found.right)];
  } catch {
    return undefined;
  }
}

/** What cannot be read of a server is Prism's own to tell. */
function undefinedServer(problem: Error): Error | undefined {
  return problem.message.includes('cannot parse input') ? undefined : problem;
}
