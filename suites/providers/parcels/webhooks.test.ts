import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { DRAFT, problem, SECRETS, withProvider, type Subject } from './provider-under-test.ts';

interface Delivery {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface Receiver {
  readonly url: string;
  readonly deliveries: readonly Delivery[];
  /** Resolves when so many have arrived. */
  arrived(count: number): Promise<void>;
}

/** A partner's endpoint that answers with each of the statuses in turn, then with 204. */
async function withReceiver(
  answers: readonly (readonly [status: number, headers?: Record<string, string>])[],
  use: (receiver: Receiver) => Promise<void>,
) {
  const deliveries: Delivery[] = [];
  const server = createServer((request, response) => void receive(request, response));
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [status, headers = {}] = answers[deliveries.length] ?? [204];
    deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString('utf8') });
    response.writeHead(status, headers).end();
    server.emit('delivery');
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const arrived = async (count: number) => {
    while (deliveries.length < count) await once(server, 'delivery');
  };
  try {
    await use({ url: `http://127.0.0.1:${port}/hooks`, deliveries, arrived });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function create({ ask }: Subject, key = 'key-00000001') {
  return ask('POST', '/v2/parcels', { headers: { 'idempotency-key': key }, body: DRAFT });
}

describe('webhooks', () => {
  test('tell of a created parcel once, signed, as the contract says', async () => {
    await withReceiver([], async (receiver) => {
      await withProvider({}, async (subject) => {
        expect(await subject.ask('POST', '/_tally/webhooks', { body: { url: receiver.url } })).toMatchObject({
          status: 201,
          body: { url: receiver.url },
        });
        const created = await create(subject);
        await create(subject);
        await create(subject, 'key-00000002');
        await receiver.arrived(2);
        const [first, second] = receiver.deliveries;
        const event = new Webhook(SECRETS.PARCELS_WEBHOOK_SECRET).verify(
          first?.body ?? '',
          first?.headers as Record<string, string>,
        );
        const { id, updatedAt } = created.body as { id: string; updatedAt: string };
        const data = { parcelId: id, status: 'created', reference: 'order-9', weightGrams: 1250, service: 'standard' };
        expect(event).toEqual({ type: 'parcel.created', timestamp: updatedAt, data });
        expect(first?.headers['webhook-id']).not.toBe(second?.headers['webhook-id']);
      });
    });
  });

  test('tell of each scan', async () => {
    await withReceiver([], async (receiver) => {
      await withProvider({}, async ({ ask }) => {
        await ask('POST', '/_tally/webhooks', { body: { url: receiver.url } });
        await ask('POST', '/_tally/advance', { body: { parcelId: 'PCL-0000AAAA' } });
        await ask('POST', '/_tally/advance', { body: { parcelId: 'PCL-0000AAAA', status: 'exception' } });
        await ask('POST', '/_tally/advance', { body: { parcelId: 'PCL-0000AAAA' } });
        await receiver.arrived(3);
        const data = receiver.deliveries.map((delivery) => (JSON.parse(delivery.body) as { data: object }).data);
        expect(data).toEqual([
          { parcelId: 'PCL-0000AAAA', status: 'in_transit', reference: 'order-1001', depot: 'HAM-2' },
          { parcelId: 'PCL-0000AAAA', status: 'exception', reference: 'order-1001', reason: 'address_unknown' },
          { parcelId: 'PCL-0000AAAA', status: 'delivered', reference: 'order-1001', deliveredAt: expect.any(String) },
        ]);
        expect((await ask('POST', '/_tally/advance', { body: { parcelId: 'PCL-0000AAAA' } })).status).toBe(409);
      });
    });
  });

  test('come again after a failure and after a redirect, with the same id and body', async () => {
    await withReceiver([[500], [302, { location: '/elsewhere' }], [204]], async (receiver) => {
      await withProvider({ PARCELS_WEBHOOK_RETRY_MS: '20,20,20' }, async (subject) => {
        await subject.ask('POST', '/_tally/webhooks', { body: { url: receiver.url } });
        await create(subject);
        await receiver.arrived(3);
        expect(new Set(receiver.deliveries.map((delivery) => delivery.headers['webhook-id'])).size).toBe(1);
        expect(new Set(receiver.deliveries.map((delivery) => delivery.body)).size).toBe(1);
      });
    });
  });

  test('do not come again after 410, nor does anything else', async () => {
    await withReceiver([[410]], async (gone) => {
      await withReceiver([], async (other) => {
        await withProvider({ PARCELS_WEBHOOK_RETRY_MS: '1,1,1' }, async (subject) => {
          for (const url of [gone.url, other.url]) await subject.ask('POST', '/_tally/webhooks', { body: { url } });
          await create(subject);
          await gone.arrived(1);
          await create(subject, 'key-00000002');
          await create(subject, 'key-00000003');
          await other.arrived(3);
          expect(gone.deliveries.length).toBe(1);
        });
      });
    });
  });

  test.each([
    ['http://10.0.0.1/hooks', 'must lead to this machine, 127.0.0.1 or [::1]'],
    ['http://169.254.169.254/', 'must lead to this machine, 127.0.0.1 or [::1]'],
    ['http://localhost.example/', 'must lead to this machine, 127.0.0.1 or [::1]'],
    ['http://[::ffff:127.0.0.1]/', 'must lead to this machine, 127.0.0.1 or [::1]'],
    ['https://127.0.0.1/', 'must be an http URL'],
    ['file:///etc/passwd', 'must be an http URL'],
    ['http://user:word@127.0.0.1/', 'must not carry credentials'],
    ['hooks', 'must be an absolute URL'],
  ])('are not sent to %s', async (url, detail) => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/_tally/webhooks', { body: { url } })).body).toEqual(
        problem(422, 'validation', 'Invalid body', 'One member of the body is not as the contract says.', [
          { pointer: '/url', detail },
        ]),
      );
    });
  });
});
