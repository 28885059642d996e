import { Buffer } from 'node:buffer';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { ParcelEvent } from './parcel-event.ts';
import { createParcelProjection } from './parcel-projection.ts';
import { createWebhookReceiver, type Delivery } from './webhook-receiver.ts';

const NOW = Date.UTC(2026, 2, 3, 5, 20, 0);
const OLD_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const SECRET = `whsec_${Buffer.alloc(32, 2).toString('base64')}`;
const IN_TRANSIT = {
  type: 'parcel.in_transit',
  timestamp: '2026-03-03T05:20:00Z',
  data: { parcelId: 'PCL-0000BBBB', status: 'in_transit', reference: null, depot: 'HAM-2' },
};

interface Sent {
  readonly id?: string;
  readonly event?: unknown;
  readonly secrets?: readonly string[];
  readonly ageS?: number;
}

/** A delivery signed by the reference library, which our receiver does not use. */
function delivery({ id = 'msg_1', event = IN_TRANSIT, secrets = [SECRET], ageS = 0 }: Sent = {}): Delivery & {
  readonly headers: Record<string, string>;
} {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  const at = new Date(NOW - ageS * 1000);
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(at.getTime() / 1000),
    'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, at, text)).join(' '),
  };
  return { headers, body: Buffer.from(text) };
}

/** A signature that is right for a timestamp which the reference library would never write. */
function signedAt(timestamp: string): Delivery {
  const { headers, body } = delivery();
  const key = Buffer.from(SECRET.replace('whsec_', ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${headers['webhook-id']}.${timestamp}.`)
    .update(body)
    .digest('base64');
  return { headers: { ...headers, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }, body };
}

function receiver(handle?: (event: ParcelEvent) => void | Promise<void>) {
  const handled: ParcelEvent[] = [];
  const take = handle ?? ((event: ParcelEvent) => void handled.push(event));
  const receive = createWebhookReceiver({ secrets: [SECRET], clock: { now: () => NOW }, handle: take });
  return { receive, handled };
}

test('a webhook takes effect', async () => {
  const { receive, handled } = receiver();
  expect(await receive(delivery())).toBe(204);
  expect(handled).toEqual([{ parcelId: 'PCL-0000BBBB', status: 'in_transit', happenedAt: '2026-03-03T05:20:00Z' }]);
});

describe('a webhook is refused and has no effect', () => {
  const good = delivery();
  test.each<[string, number, Delivery]>([
    ['changed on the way', 401, { ...good, body: Buffer.from(good.body.toString().replace('HAM-2', 'HAM-3')) }],
    ['without a signature', 401, { ...good, headers: { ...good.headers, 'webhook-signature': '' } }],
    [
      'signed in a way that is not known',
      401,
      { ...good, headers: { ...good.headers, 'webhook-signature': 'v9,AAAA' } },
    ],
    ['signed with a secret that was replaced', 401, delivery({ secrets: [OLD_SECRET] })],
    ['from too long ago', 401, delivery({ ageS: 301 })],
    ['from the future', 401, delivery({ ageS: -301 })],
    [
      'with a new time and its old signature',
      401,
      { ...good, headers: { ...good.headers, 'webhook-timestamp': String(NOW / 1000 + 1) } },
    ],
    ['with a time that has more to it', 401, signedAt(`${NOW / 1000}x`)],
    ['of another media type', 415, { ...good, headers: { ...good.headers, 'content-type': 'text/plain' } }],
    ['that is no JSON', 400, delivery({ event: '{"type":' })],
    ['that lacks its parcel', 400, delivery({ event: { ...IN_TRANSIT, data: {} } })],
    ['that is too large', 413, delivery({ event: { ...IN_TRANSIT, padding: 'x'.repeat(256 * 1024) } })],
  ])('%s', async (_name, status, sent) => {
    const { receive, handled } = receiver();
    expect(await receive(sent)).toBe(status);
    expect(handled).toEqual([]);
  });
});

describe('a webhook is taken', () => {
  test.each<[string, Delivery]>([
    ['four minutes late', delivery({ ageS: 240 })],
    ['signed with the old secret and the new one', delivery({ secrets: [OLD_SECRET, SECRET] })],
    ['with more in it, and other spacing', delivery({ event: JSON.stringify({ more: 1, ...IN_TRANSIT }, null, 4) })],
  ])('%s', async (_name, sent) => {
    const { receive, handled } = receiver();
    expect(await receive(sent)).toBe(204);
    expect(handled).toHaveLength(1);
  });

  test('of a type that is not known yet, without an effect', async () => {
    const { receive, handled } = receiver();
    expect(await receive(delivery({ event: { type: 'parcel.weighed', timestamp: 'later', data: {} } }))).toBe(204);
    expect(handled).toEqual([]);
  });
});

describe('a webhook that comes again', () => {
  test('takes effect once', async () => {
    const { receive, handled } = receiver();
    expect([await receive(delivery()), await receive(delivery({ ageS: -5 }))]).toEqual([204, 204]);
    expect(handled).toHaveLength(1);
  });

  test('takes effect once when it comes ten times at once', async () => {
    const { receive, handled } = receiver();
    const statuses = await Promise.all(Array.from({ length: 10 }, () => receive(delivery())));
    expect(new Set(statuses)).toEqual(new Set([204]));
    expect(handled).toHaveLength(1);
  });

  test('is taken when the shop could not take it the first time', async () => {
    let calls = 0;
    const { receive } = receiver(() => {
      calls += 1;
      return calls === 1 ? Promise.reject(new Error('the database is away')) : Promise.resolve();
    });
    expect([await receive(delivery()), await receive(delivery()), await receive(delivery())]).toEqual([500, 204, 204]);
    expect(calls).toBe(2);
  });
});

test('the newest event of a parcel wins, in whatever order they come', () => {
  const projection = createParcelProjection();
  const older: ParcelEvent = { parcelId: 'PCL-0000BBBB', status: 'created', happenedAt: '2026-03-02T07:40:00Z' };
  const newer: ParcelEvent = {
    parcelId: 'PCL-0000BBBB',
    status: 'in_transit',
    happenedAt: '2026-03-03T06:20:00+01:00',
  };
  projection.apply(newer);
  projection.apply(older);
  expect(projection.get('PCL-0000BBBB')).toEqual(newer);
});
