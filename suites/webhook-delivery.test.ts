import { afterEach, describe, expect, test } from '@jest/globals';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';
import { startTarget } from './target.ts';
import { runWebhookDelivery } from './webhook-delivery.ts';

let shop: ShopWorkspace | undefined;
afterEach(async () => await shop?.close());

async function run(mode: string, options: { readonly writes?: boolean } = { writes: true }): Promise<ShopWorkspace> {
  shop = await shopWorkspace();
  Object.assign(shop.context.workspace.config.providers['shop'] ?? {}, { url: await shop.serve(mode) });
  const target = await startTarget(shop.context, 'shop');
  await runWebhookDelivery(shop.context, { target, deliveryMs: 1500, retryMs: 1500, ...options });
  return shop;
}

const PASSED = ['webhook-signed', 'webhook-conforms', 'webhook-retried', 'webhook-acknowledged-once'];

test('a sender that keeps its contract passes', async () => {
  const { results } = await run('good');
  expect(results.map(({ id, suite, subject, status }) => ({ id, suite, subject, status }))).toEqual(
    PASSED.map((id) => ({ id, suite: 'webhooks', subject: 'shop → shop · createItem', status: 'passed' })),
  );
});

describe('a sender that departs from its contract is found out by the one check for it', () => {
  test.each([
    ['no-retry', 'webhook-retried', 'webhook-not-retried', 'what was answered 500 is not sent again within 1.5 s'],
    ['new-retry-id', 'webhook-retried', 'webhook-retry-id-changed', 'the retry has another webhook-id'],
    [
      'sends-twice',
      'webhook-acknowledged-once',
      'webhook-redelivered',
      'an event that was acknowledged with 200 is sent 2 times',
    ],
    [
      'old-timestamp',
      'webhook-conforms',
      'webhook-timestamp-skewed',
      expect.stringMatching(/^its timestamp is 6\d s away from our clock$/),
    ],
    ['webhook-text', 'webhook-signed', 'webhook-content-type', 'its Content-Type is text/plain'],
    ['secret-url', 'webhook-conforms', 'webhook-secret-in-url', 'its URL carries a secret'],
    ['bad-event', 'webhook-conforms', 'webhook-payload-mismatch', '/type must be "item.created"'],
    ['event-no-json', 'webhook-conforms', 'webhook-payload-malformed', expect.stringMatching(/^its body is no JSON: /)],
  ])('%s', async (mode, check, code, message) => {
    const { results } = await run(mode);
    const found = results.flatMap(({ id, findings }) => findings.map((finding) => ({ check: id, ...finding })));
    expect(found).toMatchObject([
      { check, code, severity: 'error', message, where: { source: 'contracts/events/shop/1.0.0/asyncapi.yaml' } },
    ]);
  });

  test('an unsigned delivery has its missing header named', async () => {
    const { result } = await run('unsigned');
    expect(result('webhook-signed')?.findings).toMatchObject([
      {
        code: 'webhook-header-missing',
        message: 'it has no header webhook-signature',
        expected: 'webhook-signature',
        actual: null,
      },
    ]);
  });

  test('a wrong signature is found on the first attempt and on the retry', async () => {
    const { results } = await run('bad-signature');
    expect(results.flatMap(({ findings }) => findings.map(({ code }) => code))).toEqual([
      'webhook-signature-invalid',
      'webhook-retry-signature-invalid',
    ]);
  });

  test('nothing at all is one finding, and the rest is skipped', async () => {
    const { results, result } = await run('no-webhook');
    expect(result('webhook-signed')?.findings).toMatchObject([
      { code: 'webhook-not-delivered', message: 'itemCreated is not delivered within 1.5 s', expected: 'itemCreated' },
    ]);
    expect(results.slice(1).map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped']);
  });

  test('the payload is placed in the body and in the contract', async () => {
    const { result } = await run('bad-event');
    expect(result('webhook-conforms')?.findings).toMatchObject([
      { instancePointer: '/type', expected: 'item.created', actual: 'item.made', where: { line: 21 } },
    ]);
  });
});

test('a provider that refuses the subscription is errored', async () => {
  const { result } = await run('no-subscription');
  expect(result('webhook-signed')).toMatchObject({
    status: 'errored',
    error: { code: 'WEBHOOK_NOT_SUBSCRIBED', exitCode: 3 },
  });
});

test('nothing is triggered on a server that is not ours', async () => {
  const { results } = await run('good', {});
  expect(results.map(({ status }) => status)).toEqual(['skipped', 'skipped', 'skipped', 'skipped']);
});
