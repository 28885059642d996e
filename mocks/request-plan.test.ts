import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { validateInput, validateSecurity } from '@stoplight/prism-http/dist/validator/index.js';
import type { IHttpRequest } from '@stoplight/prism-http';
import fc from 'fast-check';
import { inventRequest } from './fixtures/invent-request.ts';
import { onlyPrismCanTell } from './only-prism-can-tell.ts';
import { loadPrismDocument, type PrismOperation } from './prism-operations.ts';
import { compileRequestPlan, type RequestPlan } from './request-plan.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const EXAMPLES = `${ROOT}node_modules/@readme/oas-examples`;

/** Every n-th operation of each document is asked so many times. */
const DOCUMENTS: readonly (readonly [about: string, path: string, every: number, runs: number])[] = [
  ['odd requests', `${FIXTURES}odd-requests-3.0.yaml`, 1, 100],
  ['odd requests of a dialect', `${FIXTURES}odd-requests-3.1.yaml`, 1, 100],
  ['odd requests of before, 2.0', `${FIXTURES}odd-requests-2.0.json`, 1, 150],
  ['a shop', `${FIXTURES}shop-3.0.yaml`, 1, 60],
  ['tickets, 3.1', `${FIXTURES}tickets-3.1.yaml`, 1, 60],
  ['pets, 2.0', `${FIXTURES}pets-2.0.json`, 1, 60],
  ['callbacks', `${FIXTURES}callbacks-3.0.yaml`, 1, 30],
  ['a library', `${FIXTURES}library/openapi.yaml`, 1, 60],
  ["Netlify's API, 2.0", `${ROOT}node_modules/@netlify/open-api/dist/swagger.json`, 3, 10],
  ["Figma's API, circular", `${ROOT}node_modules/@figma/rest-api-spec/openapi/openapi.yaml`, 15, 10],
  ['Swagger Petstore, 2.0', `${EXAMPLES}/2.0/json/petstore.json`, 1, 25],
  ['Swagger Petstore, 3.0', `${EXAMPLES}/3.0/json/petstore.json`, 1, 25],
  ['Star Trek API', `${EXAMPLES}/3.0/json/star-trek.json`, 4, 10],
  ['US patent office', `${EXAMPLES}/3.0/json/uspto.json`, 1, 30],
  ['circular references', `${EXAMPLES}/3.0/json/circular.json`, 1, 30],
  ['Train Travel API, 3.1', `${EXAMPLES}/3.1/json/train-travel.json`, 1, 30],
  ["ReadMe's API, 3.1", `${EXAMPLES}/3.1/json/readme.json`, 4, 10],
  ["GitHub's API", `${ROOT}node_modules/@octokit/openapi/generated/api.github.com.json`, 40, 10],
];

describe('a request is judged in the same words as by Prism', () => {
  test.each(DOCUMENTS)(
    '%s',
    async (_, path, every, numRuns) => {
      const { routes } = await loadPrismDocument(path);
      for (const route of routes.filter((_, index) => index % every === every - 1)) {
        const operation = route.operation();
        const plan = compileRequestPlan(operation);
        const judgeable = !onlyPrismCanTell(operation);
        const property = fc.property(fc.gen(), (generate) => {
          expectSame(plan, operation, inventRequest(operation, generate), judgeable);
        });
        fc.assert(property, { numRuns, endOnFailure: true });
      }
    },
    120_000,
  );

  test('a planted difference is seen', async () => {
    const { routes } = await loadPrismDocument(`${FIXTURES}odd-requests-3.0.yaml`);
    const operation = operationAt(routes, 'get', '/headers');
    const planted = compileRequestPlan({ ...operation, request: { ...operation.request, headers: [] } });
    const property = fc.property(fc.gen(), (generate) => {
      expectSame(planted, operation, inventRequest(operation, generate), true);
    });
    expect(fc.check(property, { numRuns: 100 }).failed).toBe(true);
  });
});

/** As Prism does, where it does not throw; and without a trace in the request. */
function expectSame(plan: RequestPlan, operation: PrismOperation, request: IHttpRequest, judgeable: boolean): void {
  const sent = structuredClone(request);
  const ours = plan.judge(request);
  expect(request).toEqual(sent);
  const prisms = judgedByPrism(operation, sent);
  if (judgeable && prisms === undefined) return;
  // Printed, because the order of properties is seen in the answers.
  expect(JSON.stringify(ours)).toBe(JSON.stringify(judgeable ? prisms : undefined));
}

/** @returns undefined when Prism throws */
function judgedByPrism(resource: PrismOperation, element: IHttpRequest): readonly unknown[] | undefined {
  try {
    const security = validateSecurity({ resource, element });
    const input = validateInput({ resource, element });
    return [...('left' in security ? security.left : []), ...('left' in input ? input.left : [])];
  } catch {
    return undefined;
  }
}

type Routes = Awaited<ReturnType<typeof loadPrismDocument>>['routes'];

function operationAt(routes: Routes, method: string, path: string): PrismOperation {
  const route = routes.find((each) => each.method === method && each.path === path);
  if (route === undefined) throw new Error(`The fixture has no ${method} ${path}.`);
  return route.operation();
}

describe('an operation that only Prism can judge', () => {
  let routes: Routes;
  let dialect: Routes;
  beforeAll(async () => {
    ({ routes } = await loadPrismDocument(`${FIXTURES}odd-requests-3.0.yaml`));
    ({ routes: dialect } = await loadPrismDocument(`${FIXTURES}odd-requests-3.1.yaml`));
  });

  test('is one with a parameter that Lodash refuses or with a named schema', () => {
    const told = [...routes, ...dialect].filter((route) => onlyPrismCanTell(route.operation()));
    expect(told.map(({ path }) => path)).toEqual(['/reserved-name', '/named', '/named-too']);
  });

  test('is left to Prism', () => {
    const plan = compileRequestPlan(operationAt(dialect, 'post', '/named'));
    expect(plan.judge({ method: 'post', url: { path: '/named' }, headers: {} })).toBeUndefined();
  });
});

describe('where Prism throws', () => {
  const DIFFERENTIAL = `${FIXTURES}differential/`;
  const judged = async (document: string, method: 'get' | 'post', path: string, sent: Partial<IHttpRequest> = {}) => {
    const { routes } = await loadPrismDocument(`${DIFFERENTIAL}${document}`);
    const operation = operationAt(routes, method, path);
    const request = { method, url: { path }, headers: {}, ...sent };
    expect(judgedByPrism(operation, request)).toBeUndefined();
    return compileRequestPlan(operation).judge(request);
  };

  test('a list that is missing is missing', async () => {
    const missing = await judged('parameters-3.0.yaml', 'get', '/header-list');
    expect(missing).toMatchObject([{ path: ['header'], code: 'required' }]);
  });

  test('a list that is not written in its style is wrong', async () => {
    const wrong = await judged('parameters-3.0.yaml', 'get', '/matrix-list/{list}', {
      url: { path: '/matrix-list/a' },
    });
    const message = 'Path param list is not written in its style';
    expect(wrong).toEqual([{ path: ['path', 'list'], code: 'style', message, severity: 0 }]);
  });
});

// Swagger 2.0 has one schema for all media types of a body. Prism compiles it once, for the first that comes.
describe('a schema that forms and JSON share', () => {
  const json = { method: 'post', url: { path: '/things' }, headers: { 'content-type': 'application/json' } } as const;
  const jsonOf = (count: unknown): IHttpRequest => ({ ...json, body: { count } });
  const form = { ...json, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'count=5' };
  const orders: readonly (readonly [about: string, requests: readonly IHttpRequest[], wrong: readonly number[]])[] = [
    ['JSON first: neither is coerced', [jsonOf('5'), form, jsonOf('5')], [1, 1, 1]],
    ['the form first: both are coerced', [form, jsonOf('5'), jsonOf('x')], [0, 0, 1]],
  ];

  test.each(orders)('is judged as by Prism, %s', async (_, requests, wrong) => {
    const { routes } = await loadPrismDocument(`${FIXTURES}odd-requests-2.0.json`);
    const operation = operationAt(routes, 'post', '/things');
    const plan = compileRequestPlan(operation);
    for (const request of requests) expectSame(plan, operation, structuredClone(request), true);
    expect(requests.map((request) => plan.judge(request)?.length)).toEqual(wrong);
  });
});
