import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  createRedactor,
  openCredentials,
  openWorkspace,
  standardWebhooks,
  type RunContext,
  type WebhooksConfig,
} from '../contracts/index.ts';
import { faults } from './faults/index.ts';
import { startReceiver, type Receiver } from './fixtures/webhook-receiver.ts';
import { MOCK_DEFAULTS } from './mock-options.ts';
import { parseFault } from './parse-fault.ts';
import { startMocks, type MockServer } from './mock-server.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SECRET = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

let server: MockServer | undefined;
let shop: Receiver | undefined;
afterEach(async () => {
  await server?.close();
  await shop?.close();
  [server, shop] = [undefined, undefined];
});

async function start(webhooks: WebhooksConfig, env = { PARCELS_WEBHOOK_SECRET: SECRET }): Promise<MockServer> {
  const workspace = await openWorkspace([], ROOT);
  const redactor = createRedactor();
  const say = (): void => undefined;
  const context: RunContext = {
    workspace,
    redactor,
    credentials: openCredentials(workspace, redactor, env),
    log: { debug: say, info: say, warn: say, progress: say },
    signal: new AbortController().signal,
    seed: 0,
    emit: () => undefined,
  };
  server = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, webhooks });
  return server;
}

async function createParcel(url: string): Promise<Response> {
  const { headers, body } = {
    headers: { 'content-type': 'application/json', authorization: 'Bearer x', 'idempotency-key': 'abcdefgh-1' },
    body: {
      recipient: { name: 'A', street: 'B 1', city: 'Hamburg', postcode: '20095', country: 'DE' },
      sender: { name: 'A', street: 'B 1', city: 'Hamburg', postcode: '20095', country: 'DE' },
      weightGrams: 1250,
      service: 'standard',
      reference: 'order-1',
    },
  };
  return await fetch(`${url}/parcels/2.0.0/parcels`, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('the reference workspace', () => {
  test('tells an endpoint of a parcel that was created on the mock, signed by its credential', async () => {
    shop = await startReceiver();
    const mocks = await start({ endpoints: [{ url: shop.url, contract: 'parcels' }] });
    expect(mocks.webhooks?.targets).toEqual([
      { url: shop.url, scheme: 'standard-webhooks', credential: 'webhook-signing' },
    ]);
    const next = shop.next();
    expect((await createParcel(mocks.url)).status).toBe(201);
    const { headers, body } = await next;
    expect(JSON.parse(String(body))).toMatchObject({ type: 'parcel.created' });
    const nowS = Date.now() / 1_000;
    expect(standardWebhooks.verify({ headers, body, secrets: [SECRET], nowS })).toEqual({ valid: true });
    await mocks.webhooks?.sender.settled();
    expect(mocks.journal.exchanges.map(({ operationId, delivery }) => operationId ?? delivery?.event)).toEqual([
      'createParcel',
      'parcelCreated',
    ]);
    expect(mocks.journal.counts).toEqual({ requests: 1, refused: 0 });
    expect(JSON.stringify(mocks.journal.exchanges)).not.toContain(headers['webhook-signature']);
  });

  test('says the secret where it had to be made up, for the receiver to know', async () => {
    const mocks = await start({ endpoints: [{ url: 'http://127.0.0.1:1/' }] }, { PARCELS_WEBHOOK_SECRET: '' });
    expect(mocks.webhooks?.targets).toMatchObject([{ madeUpSecret: expect.stringMatching(/^whsec_.{44}$/) }]);
  });

  test('does faults on deliveries too', async () => {
    shop = await startReceiver();
    const mocks = await start({ endpoints: [{ url: shop.url }] });
    mocks.faults.set([parseFault('duplicate_delivery count=2', faults, 'here')]);
    const [first, second] = [shop.next(), shop.next()];
    await createParcel(mocks.url);
    expect((await first).headers['webhook-id']).toBe((await second).headers['webhook-id']);
  });

  test('tells nobody of what was refused', async () => {
    shop = await startReceiver();
    const mocks = await start({ endpoints: [{ url: shop.url }] });
    const refused = await fetch(`${mocks.url}/parcels/2.0.0/parcels`, { method: 'POST' });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    await mocks.webhooks?.sender.settled();
    expect(shop.received).toEqual([]);
  });

  test('says what is wrong with an endpoint before anything is served', async () => {
    const url = 'http://127.0.0.1:1/hooks?token=x';
    const cases = [
      [
        { url, contract: 'parcel' },
        'WEBHOOK_CONTRACT_UNKNOWN',
        'no contract "parcel" has an event, did you mean "parcels"?',
      ],
      [
        { url, events: ['parcelCreate'] },
        'WEBHOOK_EVENT_UNKNOWN',
        'there is no event "parcelCreate", did you mean "parcelCreated"?',
      ],
      [{ url, scheme: 'strype' }, 'SIGNATURE_SCHEME_UNKNOWN', 'there is no such scheme, did you mean "stripe"?'],
      [{ url, credential: 'webhook-signin' }, 'CREDENTIAL_UNKNOWN', 'there is no credential "webhook-signin"'],
    ] as const;
    for (const [endpoint, code, why] of cases)
      await expect(start({ endpoints: [endpoint] })).rejects.toMatchObject({ code, why });
    await expect(start({ endpoints: [{ url }], allow: ['10.0.0.0/99'] })).rejects.toMatchObject({
      code: 'WEBHOOK_RANGE_INVALID',
    });
  });
});
