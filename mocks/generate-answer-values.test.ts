import { fileURLToPath } from 'node:url';
import { validateOutput } from '@stoplight/prism-http/dist/validator/index.js';
import { describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { createAnswerValues, isFoundValid } from './generate-answer-values.ts';
import { MOCK_DEFAULTS, startMocks, type MockOptions } from './index.ts';
import { loadPrismDocument } from './prism-operations.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EXAMPLES = 'node_modules/@readme/oas-examples';

/** Each so many operations of a document: what Prism has to compile to judge them takes minutes for all. */
const DOCUMENTS: readonly (readonly [path: string, every: number])[] = [
  ['contracts/apis/parcels/2.0.0/openapi.yaml', 1],
  [`${EXAMPLES}/3.0/json/star-trek.json`, 8],
  [`${EXAMPLES}/3.0/json/circular.json`, 1],
  [`${EXAMPLES}/3.1/json/train-travel.json`, 1],
  [`${EXAMPLES}/3.1/json/readme.json`, 6],
  ['node_modules/@netlify/open-api/dist/swagger.json', 20],
  ['node_modules/@octokit/openapi/generated/api.github.com.json', 150],
];

describe('generated answers', () => {
  test.each(DOCUMENTS)(
    'of %s are valid in the eyes of Prism',
    async (path, every) => {
      const { routes, generator } = await loadPrismDocument(ROOT + path);
      const warnings: unknown[] = [];
      const values = createAnswerValues(generator, { warn: (said: unknown) => warnings.push(said) });
      const mistakes: unknown[] = [];
      for (const operation of routes.filter((_, index) => index % every === 0).map((route) => route.operation())) {
        const asked = { method: operation.method as 'get', url: { path: operation.path } };
        for (const { code, contents = [] } of operation.responses.filter(({ code }) => /^\d+$/.test(code))) {
          const [content] = contents;
          if (content?.schema === undefined || contents.length > 1 || !content.mediaType.includes('json')) continue;
          const body = values(operation, asked, 'seed')(content.schema);
          const headers = { 'Content-type': content.mediaType };
          const checked = validateOutput({ resource: operation, element: { statusCode: Number(code), headers, body } });
          const wrong = 'left' in checked ? checked.left.filter(({ path: [place] = [] }) => place === 'body') : [];
          if (wrong.length > 0) mistakes.push({ operation: operation.path, code, body, wrong });
        }
      }
      expect({ mistakes, warnings }).toEqual({ mistakes: [], warnings: [] });
    },
    180_000,
  );

  test('are found valid when they are made, and only where they are', async () => {
    const { routes } = await loadPrismDocument(`${ROOT}contracts/apis/parcels/2.0.0/openapi.yaml`);
    const operation = routes[0]?.operation();
    if (operation === undefined) throw new Error('The contract has no operation.');
    const values = createAnswerValues({}, { warn: () => undefined });
    const made = values(operation, { method: 'get', url: { path: '/' } }, 'seed');
    const impossible = made({ type: 'object', required: ['a'], properties: { a: { type: 'string', enum: [] } } });
    expect([made({ type: 'object' }), impossible].map(isFoundValid)).toEqual([true, false]);
  });

  test('are the same for the same request and seed, and no request changes those of another', async () => {
    await withMock({ dynamic: true, seed: 'a', ignoreExamples: true }, async (get) => {
      const first = await get('/parcels/PCL-0000AAAA');
      expect(await get('/parcels/PCL-0000BBBB')).not.toEqual(first);
      await get('/parcels/PCL-0000CCCC', { Prefer: 'seed=b' });
      expect(await get('/parcels/PCL-0000AAAA')).toEqual(first);
      expect(await get('/parcels/PCL-0000AAAA?__seed=a')).toEqual(first);
      expect(await get('/parcels/PCL-0000AAAA', { Prefer: 'seed=b' })).not.toEqual(first);
    });
  }, 120_000);

  test('differ from each other without a seed', async () => {
    await withMock({ dynamic: true, ignoreExamples: true }, async (get) => {
      expect(await get('/parcels/PCL-0000AAAA')).not.toEqual(await get('/parcels/PCL-0000AAAA'));
    });
  }, 120_000);
});

type Get = (target: string, headers?: Readonly<Record<string, string>>) => Promise<unknown>;

async function withMock(options: Partial<MockOptions>, use: (get: Get) => Promise<void>): Promise<void> {
  const { context } = await contextFor(['contracts/apis/parcels/2.0.0/openapi.yaml'], ROOT);
  const server = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, ...options });
  try {
    await use(async (target, headers = {}) => {
      const response = await fetch(server.url + target, { headers: { 'X-Api-Key': 'k', ...headers } });
      expect({ status: response.status, violations: response.headers.get('sl-violations') }).toEqual({
        status: 200,
        violations: null,
      });
      return response.json();
    });
  } finally {
    await server.close();
  }
}
