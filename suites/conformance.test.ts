import { afterEach, describe, expect, test } from '@jest/globals';
import type { Finding } from '../contracts/index.ts';
import { runConformance, type ConformanceOptions } from './conformance.ts';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';
import { startTarget } from './target.ts';

let shop: ShopWorkspace | undefined;
afterEach(async () => await shop?.close());

async function run(mode: string, options: Partial<ConformanceOptions> = {}): Promise<ShopWorkspace> {
  shop = await shopWorkspace();
  const url = `${await shop.serve(mode)}/v1`;
  await runConformance(shop.context, { contract: shop.contract, url, credential: 'key', ...options });
  return shop;
}

/** The one finding of a run, without its evidence; fails when there are more. */
async function onlyFinding(mode: string, options: Partial<ConformanceOptions> = {}): Promise<object> {
  const { results } = await run(mode, options);
  const findings = results.flatMap((result) => result.findings.map((finding) => ({ check: result.id, finding })));
  const [first, second] = findings;
  if (!first || second) throw new Error(`not one finding: ${JSON.stringify(findings)}`);
  const { exchange: _exchange, fix: _fix, ...finding }: Finding = first.finding;
  return { check: first.check, ...finding };
}

const source = 'contracts/apis/shop/1.0.0/openapi.yaml';
const GET_ITEM = '/paths/~1items~1{itemId}/get';

describe('a provider that keeps its contract', () => {
  test('has no finding, and what changes data is not sent to a server that is not ours', async () => {
    const { verdicts, result } = await run('good');
    expect(verdicts()).toEqual([
      'example-reached listItems passed',
      'answered listItems passed',
      'body-conforms listItems passed',
      'empty-body listItems passed',
      'headers-conform listItems passed',
      'media-type-documented listItems passed',
      'server-error listItems passed',
      'status-documented listItems passed',
      'example-reached getItem passed',
      'answered getItem passed',
      'body-conforms getItem passed',
      'empty-body getItem passed',
      'media-type-documented getItem passed',
      'server-error getItem passed',
      'status-documented getItem passed',
      'example-reached getPrice skipped',
      'example-reached getPicture passed',
      'answered getPicture passed',
      'body-signature getPicture passed',
      'empty-body getPicture passed',
      'media-type-documented getPicture passed',
      'server-error getPicture passed',
      'status-documented getPicture passed',
      'example-reached createItem skipped',
      'example-reached deleteItem skipped',
    ]);
    expect(result('example-reached', 'getPrice')?.reason).toBe('not reached: needs an example of day');
    expect(result('example-reached', 'createItem')?.reason).toBe(
      'not sent: POST may change data on a server that is not ours (--writes sends it)',
    );
  });

  test('is asked everything with writes, deletions last', async () => {
    const { verdicts } = await run('good', { writes: true });
    const reached = verdicts().filter((verdict) => verdict.startsWith('example-reached'));
    expect(reached.slice(-2)).toEqual(['example-reached createItem passed', 'example-reached deleteItem passed']);
  });

  test('gets no verdict for an example that it does not know', async () => {
    const { result, results } = await run('unknown-id');
    expect(result('example-reached', 'getItem')).toMatchObject({
      status: 'skipped',
      reason: 'not reached: the example was answered 404',
      findings: [],
    });
    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('that does not accept our credential is inconclusive', async () => {
    const { result, results } = await run('refuses');
    expect(result('example-reached', 'listItems')).toMatchObject({
      status: 'inconclusive',
      reason: 'not reached: the provider did not accept the credential (401)',
    });
    expect(results.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('is not asked what needs a credential when none is configured', async () => {
    shop = await shopWorkspace();
    Object.assign(shop.context.workspace.config, { credentials: {} });
    await runConformance(shop.context, { contract: shop.contract, url: 'http://127.0.0.1:9/v1' });
    expect(shop.result('example-reached', 'getItem')).toMatchObject({
      status: 'skipped',
      reason: 'not reached: needs a credential for key',
    });
  });
});

describe('a provider that departs from its contract', () => {
  test('by leaving out a required property: operation, place in the body, line of the contract', async () => {
    expect(await onlyFinding('no-grams')).toEqual({
      check: 'body-conforms',
      code: 'response-body-mismatch',
      severity: 'error',
      message: "the body must have required property 'grams'",
      expected: 'grams',
      actual: ['id'],
      operationId: 'getItem',
      instancePointer: '/grams',
      where: { source, pointer: '/components/schemas/Item/required', line: 74, column: 7 },
    });
  });

  test('by a value of the wrong type', async () => {
    expect(await onlyFinding('text-grams')).toEqual({
      check: 'body-conforms',
      code: 'response-body-mismatch',
      severity: 'error',
      message: '/grams must be integer',
      expected: 'integer',
      actual: '10',
      operationId: 'getItem',
      instancePointer: '/grams',
      where: { source, pointer: '/components/schemas/Item/properties/grams/type', line: 77, column: 18 },
    });
  });

  test.each([
    ['no-total', 'headers-conform', 'response-header-missing', 'the required header X-Total is missing', null],
    ['bad-total', 'headers-conform', 'response-header-mismatch', 'the header X-Total must be integer', 'many'],
    ['crash', 'server-error', 'server-error', "getItem answers 500 to the contract's own example", 500],
    ['teapot', 'status-documented', 'status-undocumented', 'getItem answers 418; documented are 200, 404', 418],
    ['redirect', 'status-documented', 'status-undocumented', 'getItem answers 302; documented are 200, 404', 302],
    [
      'html',
      'media-type-documented',
      'media-type-undocumented',
      'the answer is text/html; documented is application/json',
      'text/html',
    ],
    [
      'html-as-json',
      'body-conforms',
      'response-body-malformed',
      expect.stringMatching(/^the body is no JSON: /),
      '<h1>Sorry</h1>',
    ],
    ['empty', 'empty-body', 'body-empty', 'the answer 200 has no body; the contract documents one', null],
    [
      'bad-picture',
      'body-signature',
      'response-body-malformed',
      'the body is called image/png and does not begin as one',
      '"<html>"',
    ],
    [
      'reset',
      'answered',
      'answer-missing',
      'the connection ended without an answer (UND_ERR_SOCKET)',
      'UND_ERR_SOCKET',
    ],
    [
      'huge',
      'answered',
      'answer-too-large',
      'the answer is larger than 5 MB and was cut off there',
      'more than 5000000 bytes',
    ],
  ])('in the way "%s"', async (mode, check, code, message, actual) => {
    expect(await onlyFinding(mode)).toMatchObject({
      check,
      code,
      severity: 'error',
      message,
      actual,
      where: { source },
    });
  });

  test('by not answering: the others are asked all the same', async () => {
    const limits = { timeoutMs: 300, maxBytes: 5_000_000 };
    expect(await onlyFinding('hang', { limits })).toEqual({
      check: 'answered',
      code: 'answer-timeout',
      severity: 'error',
      message: 'no complete answer within 0.3 s',
      expected: 'an answer',
      actual: 'TIMEOUT',
      operationId: 'getItem',
      where: { source, pointer: GET_ITEM, line: 35, column: 5 },
    });
    expect(shop?.result('status-documented', 'getPicture')?.status).toBe('passed');
  });

  test('with the exchange as evidence, and no secret in it', async () => {
    const { result, context } = await run('no-grams');
    const [finding] = result('body-conforms', 'getItem')?.findings ?? [];
    expect(finding?.exchange).toMatchObject({
      operationId: 'getItem',
      request: { method: 'GET', headers: { 'x-api-key': expect.stringMatching(/^\[REDACTED:/) } },
      response: { status: 200, body: '{"id":"i-1"}' },
    });
    expect(JSON.stringify(finding)).not.toContain(await context.credentials.secret('key'));
  });
});

test('a provider that dies half-way leaves the rest errored at once, not hanging', async () => {
  shop = await shopWorkspace({}, 'die');
  const target = await startTarget(shop.context, 'shop');
  try {
    await runConformance(shop.context, {
      contract: shop.contract,
      url: target.baseUrl('1.0.0'),
      target,
      credential: 'key',
    });
  } finally {
    await target.close();
  }
  expect(shop.result('status-documented', 'listItems')?.status).toBe('passed');
  for (const operation of ['getItem', 'getPicture', 'createItem', 'deleteItem']) {
    expect(shop.result('example-reached', operation)).toMatchObject({
      status: 'errored',
      error: { code: 'PROVIDER_DIED', exitCode: 4 },
    });
  }
});
