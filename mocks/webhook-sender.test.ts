import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createTlsServer } from 'node:https';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { Webhook } from 'standardwebhooks';
import {
  createRedactor,
  openWorkspace,
  schemaValidator,
  signatureSchemes,
  standardWebhooks,
  type Contract,
  type Json,
} from '../contracts/index.ts';
import { exchangeOf } from './exchange-of.ts';
import type { Call } from './call.ts';
import { duplicateDelivery } from './faults/duplicate-delivery.ts';
import { outOfOrder } from './faults/out-of-order.ts';
import { manualClock, type ManualClock } from './fixtures/manual-clock.ts';
import { startReceiver, type Receiver } from './fixtures/webhook-receiver.ts';
import { seededRandom } from './seeded-random.ts';
import { createWebhookSender, type WebhookSender, type WebhookSenderOptions } from './webhook-sender.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
const NOW_MS = Date.UTC(2026, 2, 2, 7, 30, 0, 500);
const NOW_S = Math.floor(NOW_MS / 1_000);
const { contracts } = await openWorkspace([], fileURLToPath(new URL('..', import.meta.url)));
const events = contracts.map(({ contract }) => contract).filter(({ kind }) => kind === 'asyncapi');

let clock: ManualClock;
let calls: Call[];
let log: string[];
let sender: WebhookSender | undefined;
const receivers: Receiver[] = [];

beforeEach(() => {
  [clock, calls, log] = [manualClock(NOW_MS), [], []];
});
afterEach(async () => {
  await sender?.close();
  await Promise.all(receivers.splice(0).map(async (receiver) => await receiver.close()));
});

async function receiver(...answer: Parameters<typeof startReceiver>): Promise<Receiver> {
  const started = await startReceiver(...answer);
  receivers.push(started);
  return started;
}

/** Answers these, one after the other, and the last of them from then on. */
async function answering(...statuses: readonly number[]): Promise<Receiver> {
  return await receiver((response, _, number) => {
    response.writeHead(statuses[Math.min(number, statuses.length) - 1] ?? 500).end();
  });
}

function open(url: string, given: Partial<WebhookSenderOptions> = {}): WebhookSender {
  const say = (text: string): void => void log.push(text.replace(/\d+ ms/, '· ms'));
  sender = createWebhookSender({
    contracts: events,
    endpoints: [{ id: 'shop', url, scheme: standardWebhooks, secrets: [SECRET] }],
    journal: { record: (call) => void calls.push(call) },
    random: seededRandom('webhooks'),
    log: { info: say, warn: say },
    clock,
    ...given,
  });
  return sender;
}

const CREATED = { operationId: 'createParcel', status: 201 };

/** What a receiver's own check says of it, at this moment. */
function verdict(
  { headers, body }: Receiver['received'][number] | { headers: {}; body: Buffer },
  secret = SECRET,
): unknown {
  return standardWebhooks.verify({ headers, body, secrets: [secret], nowS: clock.nowMs() / 1_000 });
}

describe('an event', () => {
  test('is sent when its trigger happens, signed, and is valid against the contract', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    expect(sending.trigger({ operationId: 'createParcel', status: 400 })).toEqual([]);
    expect(sending.trigger({ operationId: 'getParcel', status: 201 })).toEqual([]);
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    const [received] = shop.received;
    expect(received).toMatchObject({
      method: 'POST',
      path: '/hooks',
      headers: { 'content-type': 'application/json', 'webhook-timestamp': String(NOW_S) },
    });
    expect(verdict(received ?? { headers: {}, body: Buffer.alloc(0) })).toEqual({ valid: true });
    const payload: Json = JSON.parse(String(received?.body));
    expect(payload).toMatchObject({ type: 'parcel.created' });
    const [contract] = events;
    const message = contract?.messages.find(({ id }) => id === 'parcelCreated');
    expect(schemaValidator(contract as Contract, message?.pointer ?? '', 'response')(payload)).toEqual([]);
    expect(delivery).toMatchObject({
      event: 'parcelCreated',
      endpoint: 'shop',
      state: 'delivered',
      attempts: 1,
      status: 204,
    });
    expect(log).toEqual([`webhook parcelCreated  204  attempt 1, · ms  ${shop.url}`]);
  });

  test('is accepted by the reference library of the scheme', async () => {
    const shop = await receiver();
    clock = manualClock(Date.now());
    const sending = open(shop.url);
    sending.send('parcelDelivered');
    await sending.settled();
    const [received] = shop.received;
    expect(new Webhook(SECRET).verify(String(received?.body), received?.headers ?? {})).toMatchObject({
      type: 'parcel.delivered',
    });
  });

  test.each(signatureSchemes)('is signed by $id', async (scheme) => {
    const shop = await receiver();
    const sending = open(shop.url, { endpoints: [{ url: `${shop.url}?a=1`, scheme, secrets: [SECRET] }] });
    sending.send('parcelCreated');
    await sending.settled();
    const [{ headers, body } = { headers: {}, body: Buffer.alloc(0) }] = shop.received;
    const received = {
      headers,
      body,
      secrets: [SECRET],
      nowS: NOW_S,
      request: { method: 'POST', url: `${shop.url}?a=1` },
    };
    expect(scheme.verify(received)).toEqual({ valid: true });
    expect(scheme.verify({ ...received, secrets: [OTHER] })).toMatchObject({ valid: false, fault: 'wrong' });
    expect(scheme.verify({ ...received, body: Buffer.from('{}') })).toMatchObject({ valid: false, fault: 'wrong' });
    const shown = JSON.stringify(exchangeOf(calls[0] as Call, createRedactor()));
    const signatures = Object.entries(headers).filter(([name]) => /signature(-256)?$/.test(name));
    expect(signatures).toHaveLength(1);
    for (const [, signature] of signatures) expect(shown).not.toContain(JSON.stringify(signature).slice(1, -1));
  });

  test('goes to those who asked for it only, and under one id', async () => {
    const [one, two] = [await receiver(), await receiver()];
    const settings = { scheme: standardWebhooks, secrets: [SECRET] };
    const sending = open(one.url, {
      endpoints: [
        { ...settings, id: 'one', url: one.url, contract: 'parcels' },
        { ...settings, id: 'two', url: two.url, events: ['parcelDelivered'] },
        { ...settings, id: 'three', url: two.url, contract: 'other' },
      ],
    });
    expect(sending.trigger(CREATED).map(({ endpoint }) => endpoint)).toEqual(['one']);
    const both = sending.send('parcels/parcelDelivered');
    expect(both.map(({ endpoint }) => endpoint)).toEqual(['one', 'two']);
    expect(new Set(both.map(({ id }) => id)).size).toBe(1);
    await sending.settled();
    expect([one.received.length, two.received.length]).toEqual([2, 1]);
  });

  test('is sent by its schedule', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    sending.start();
    clock.advance(29 * 60_000);
    await sending.settled();
    const types = shop.received.map(({ body }) => String(body).slice(9, 25));
    expect(types).toHaveLength(5 * 3);
    expect(new Set(types)).toEqual(
      new Set(['parcel.in_transit', 'parcel.delivered"', 'parcel.exception"'].map((type) => type.slice(0, 16))),
    );
  });

  test('tells what is known better than by the example, and one that cannot be told spoils nothing', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    const circle: { [name: string]: Json } = {};
    circle['self'] = circle;
    expect(sending.trigger({ ...CREATED, payloads: { parcelCreated: circle } })).toEqual([]);
    expect(log).toEqual([expect.stringMatching(/^webhook parcelCreated {2}not sent\n {2}.*circular/)]);
    sending.trigger({
      ...CREATED,
      payloads: { parcelCreated: { type: 'parcel.created', data: { parcelId: 'PCL-1' } } },
    });
    await sending.settled();
    expect(String(shop.received[0]?.body)).toBe('{"type":"parcel.created","data":{"parcelId":"PCL-1"}}');
  });

  test('that nobody knows is told with what is near', () => {
    const sending = open('http://127.0.0.1:1/');
    expect(() => sending.send('parcelCreate')).toThrow(
      expect.objectContaining({
        code: 'WEBHOOK_EVENT_UNKNOWN',
        why: 'there is no such event, did you mean "parcelCreated"?',
      }),
    );
    expect(() => sending.resend('msg_1')).toThrow(expect.objectContaining({ code: 'WEBHOOK_DELIVERY_UNKNOWN' }));
    expect(() => sending.enable('shopp')).toThrow(
      expect.objectContaining({
        code: 'WEBHOOK_ENDPOINT_UNKNOWN',
        why: 'there is no such endpoint, did you mean "shop"?',
      }),
    );
  });
});

describe('what fails', () => {
  test('is tried again by the schedule with jitter: same id, same bytes, new time, new signature', async () => {
    const shop = await answering(500);
    const sending = open(shop.url, { limits: { disableAfter: 100 } });
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    const gaps: number[] = [];
    const nextMs = (): number | undefined => delivery?.nextAttemptAtMs;
    for (let next = nextMs(); next !== undefined; next = nextMs()) {
      const gapMs = next - clock.nowMs();
      gaps.push(gapMs / 1_000);
      clock.advance(gapMs);
      await sending.settled();
    }
    const declared = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    expect(gaps).toHaveLength(declared.length);
    for (const [at, seconds] of declared.entries())
      expect(Math.abs((gaps[at] ?? 0) / seconds - 1)).toBeLessThanOrEqual(0.1);
    expect(gaps).not.toEqual(declared);
    expect(delivery).toMatchObject({ state: 'failed', attempts: 10, status: 500 });
    expect(new Set(shop.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(shop.received.map(({ body }) => String(body))).size).toBe(1);
    const times = shop.received.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
    expect(new Set(shop.received.map(({ headers }) => headers['webhook-signature'])).size).toBe(10);
  });

  test('is not sent again once it was answered with 2xx', async () => {
    const shop = await answering(500, 202);
    const sending = open(shop.url);
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    clock.advance(6_000);
    await sending.settled();
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 2 });
    clock.advance(200_000_000);
    await sending.settled();
    expect(shop.received).toHaveLength(2);
  });

  test.each([
    ['7', 7_000],
    [new Date(NOW_MS + 60_000).toUTCString(), 59_500],
    ['soon', 4_500],
  ])('waits at least as long as Retry-After %s asks, with everything else', async (after, leastMs) => {
    const shop = await receiver((response, _, number) => {
      response.writeHead(number === 1 ? 503 : 200, { 'retry-after': after }).end();
    });
    const sending = open(shop.url);
    const [first] = sending.trigger(CREATED);
    await sending.settled();
    const waitMs = (first?.nextAttemptAtMs ?? 0) - clock.nowMs();
    expect(waitMs).toBeGreaterThanOrEqual(leastMs);
    sending.send('parcelDelivered');
    clock.advance(leastMs - 1);
    await sending.settled();
    expect(shop.received).toHaveLength(1);
    clock.advance(waitMs - leastMs + 1);
    await sending.settled();
    expect(shop.received).toHaveLength(3);
  });

  test('with 410 unsubscribes, also what waits', async () => {
    const shop = await answering(410);
    const sending = open(shop.url);
    const [first] = sending.trigger(CREATED);
    const [second] = sending.trigger(CREATED);
    await sending.settled();
    clock.advance(200_000_000);
    await sending.settled();
    expect(sending.endpoints).toEqual([{ id: 'shop', url: shop.url, state: 'gone' }]);
    expect([first?.state, second?.state, second?.reason]).toEqual(['failed', 'dropped', 'the endpoint is gone']);
    expect(sending.trigger(CREATED)).toEqual([]);
    expect(shop.received).toHaveLength(1);
    expect(log.at(-1)).toBe(`webhooks to ${shop.url} are unsubscribed: it answered 410`);
  });

  test('too often disables the endpoint, until somebody enables it', async () => {
    const shop = await answering(500, 500, 500, 204);
    const sending = open(shop.url, { limits: { disableAfter: 3 } });
    for (let at = 0; at < 4; at += 1) sending.trigger(CREATED);
    await sending.settled();
    expect(shop.received).toHaveLength(3);
    expect(sending.endpoints).toMatchObject([{ state: 'disabled' }]);
    expect(sending.deliveries.map(({ state }) => state)).toEqual(['waiting', 'waiting', 'failed', 'dropped']);
    clock.advance(10_000);
    expect(sending.deliveries.map(({ state }) => state)).toEqual(['dropped', 'dropped', 'failed', 'dropped']);
    sending.enable('shop');
    sending.resend(sending.deliveries[3]?.id ?? '');
    await sending.settled();
    expect(sending.deliveries[3]).toMatchObject({ state: 'delivered', attempts: 1 });
  });

  test('because nobody answers is given up after the time, and does not hold up others', async () => {
    const hanging = await receiver(() => undefined);
    const other = await receiver();
    const settings = { scheme: standardWebhooks, secrets: [SECRET] };
    const sending = open(hanging.url, {
      endpoints: [
        { ...settings, id: 'hanging', url: hanging.url },
        { ...settings, id: 'other', url: other.url },
      ],
    });
    const [hangs] = sending.trigger(CREATED);
    await Promise.all([hanging.next(), other.next()]);
    expect(hangs?.state).toBe('sending');
    clock.advance(15_000);
    await sending.settled();
    expect(hangs).toMatchObject({ state: 'waiting', reason: 'ETIMEDOUT', attempts: 1 });
    expect(exchangeOf(calls.find(({ status }) => status === 0) as Call, createRedactor())).toMatchObject({
      connection: 'ETIMEDOUT',
      delivery: { id: hangs?.id, attempt: 1, event: 'parcelCreated' },
    });
  });

  test('with a reset, or because nobody listens, is tried again', async () => {
    const resetting = createTcpServer((socket) => socket.resetAndDestroy());
    resetting.listen(0, '127.0.0.1');
    await once(resetting, 'listening');
    const { port } = resetting.address() as AddressInfo;
    const sending = open(`http://127.0.0.1:${port}/`);
    const [reset] = sending.trigger(CREATED);
    await sending.settled();
    expect(reset).toMatchObject({ state: 'waiting', reason: 'ECONNRESET' });
    resetting.close();
    await once(resetting, 'close');
    clock.advance(6_000);
    await sending.settled();
    expect(reset).toMatchObject({ state: 'waiting', reason: 'ECONNREFUSED', attempts: 2 });
  });

  test('is a redirect, which is not followed', async () => {
    const trap = await receiver();
    const shop = await receiver((response) => void response.writeHead(302, { location: trap.url }).end());
    const sending = open(shop.url);
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    expect(delivery).toMatchObject({ state: 'waiting', status: 302 });
    expect(trap.connections()).toBe(0);
  });

  test('is not an answer that never ends: its status counts, and little of it is read', async () => {
    const shop = await receiver((response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write('x'.repeat(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const sending = open(shop.url);
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    expect(delivery).toMatchObject({ state: 'delivered', status: 200 });
    expect(calls[0]?.answerBody).toHaveLength(65_536);
  });
});

describe('an address that may not be called', () => {
  test('is refused without a connection, and not tried again', async () => {
    const trap = await receiver();
    const { port } = new URL(trap.url);
    const sending = open(`http://internal.example:${port}/`, {
      lookup: async () => await Promise.resolve(['127.0.0.1', '10.0.0.1']),
    });
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    expect(delivery).toMatchObject({ state: 'refused', reason: '10.0.0.1 is neither this machine nor allowed' });
    expect(trap.connections()).toBe(0);
    expect(clock.timersMs()).toEqual([]);
  });

  test('cannot be slipped in by a name that changes: the checked address is called', async () => {
    const shop = await receiver();
    const { port } = new URL(shop.url);
    let asked = 0;
    const lookup = async (): Promise<readonly string[]> => {
      asked += 1;
      return await Promise.resolve([asked === 1 ? '127.0.0.1' : '169.254.169.254']);
    };
    const sending = open(`http://rebind.example:${port}/hooks`, { lookup });
    const [first] = sending.trigger(CREATED);
    await sending.settled();
    expect(first?.state).toBe('delivered');
    expect(asked).toBe(1);
    expect(shop.received[0]?.headers['host']).toBe(`rebind.example:${port}`);
    const [second] = sending.trigger(CREATED);
    await sending.settled();
    expect(second).toMatchObject({ state: 'refused', reason: '169.254.169.254 is of a kind that nothing is sent to' });
  });

  test('by a name server that hangs ends with the time of the attempt', async () => {
    const sending = open('http://slow.example/', { lookup: async () => await new Promise(() => undefined) });
    const [delivery] = sending.trigger(CREATED);
    await Promise.resolve();
    clock.advance(15_000);
    await sending.settled();
    expect(delivery).toMatchObject({ state: 'waiting', reason: 'ETIMEDOUT' });
  });

  test.each(['file:///etc/passwd', 'http://2130706433/', 'http://user:pass@127.0.0.1/'])(
    'is refused when it is subscribed: %s',
    (url) => {
      expect(() => open(url)).toThrow(expect.objectContaining({ code: 'WEBHOOK_URL_INVALID' }));
      expect(() => open(url)).not.toThrow('user:pass');
    },
  );
});

describe('over TLS', () => {
  test('the name is checked against the certificate, though the address is called', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'hooks.example' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'hooks.example' }] }],
    });
    const server = createTlsServer({ key, cert }, (request, response) => {
      request.resume();
      response.writeHead(204).end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const lookup = async (): Promise<readonly string[]> => await Promise.resolve(['127.0.0.1']);
    const states: unknown[] = [];
    for (const [host, ca] of [
      ['hooks.example', cert],
      ['other.example', cert],
      ['hooks.example', undefined],
    ]) {
      const sending = open(`https://${host}:${port}/`, { lookup, ...(ca === undefined ? {} : { ca }) });
      const [delivery] = sending.trigger(CREATED);
      await sending.settled();
      states.push(delivery?.reason ?? delivery?.status);
    }
    expect(states).toEqual([204, 'ERR_TLS_CERT_ALTNAME_INVALID', 'DEPTH_ZERO_SELF_SIGNED_CERT']);
    server.close();
    await once(server, 'close');
  });
});

describe('what a receiver is to find', () => {
  test('a tampered body, an old time, another key and a replay', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    sending.trigger(CREATED);
    await sending.settled();
    const [received = { headers: {}, body: Buffer.alloc(0) }] = shop.received;
    const { headers } = received;
    expect(verdict({ headers, body: Buffer.from(`${String(received.body)} `) })).toMatchObject({ fault: 'wrong' });
    expect(verdict(received, OTHER)).toMatchObject({ fault: 'wrong' });
    clock.advance(301_000);
    expect(verdict(received)).toMatchObject({ fault: 'too-old' });
    const seen = new Set<string>();
    const check = { headers, body: received.body, secrets: [SECRET], nowS: NOW_S, seen };
    expect([standardWebhooks.verify(check), standardWebhooks.verify(check)]).toMatchObject([
      { valid: true },
      { fault: 'replayed' },
    ]);
  });

  test('both signatures while a key changes, and the new one alone after it', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    sending.rotate('shop', OTHER, 60_000);
    sending.trigger(CREATED);
    await sending.settled();
    expect(
      [SECRET, OTHER].map((secret) => verdict(shop.received[0] ?? { headers: {}, body: Buffer.alloc(0) }, secret)),
    ).toEqual([{ valid: true }, { valid: true }]);
    clock.advance(60_000);
    sending.trigger(CREATED);
    await sending.settled();
    expect(
      [SECRET, OTHER].map((secret) => verdict(shop.received[1] ?? { headers: {}, body: Buffer.alloc(0) }, secret)),
    ).toMatchObject([{ fault: 'wrong' }, { valid: true }]);
  });

  test('the same event by hand again: same id and body, new time', async () => {
    const shop = await receiver();
    const sending = open(shop.url);
    const [delivery] = sending.send('parcelException');
    await sending.settled();
    clock.advance(90_000);
    sending.resend(delivery?.id ?? '');
    await sending.settled();
    const [first, second] = shop.received;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toEqual(first?.body);
    expect(second?.headers['webhook-timestamp']).toBe(String(NOW_S + 90));
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 2 });
  });
});

describe('faults on deliveries', () => {
  const random = seededRandom('faults');

  test('F29: an event comes several times', async () => {
    const shop = await receiver();
    const action = duplicateDelivery.apply({ count: 3, gapMs: 100 });
    if (action.on !== 'delivery') throw new Error('it is about deliveries');
    const sending = open(shop.url, { deliveries: { plan: (due) => action.plan(due, random) } });
    const [delivery] = sending.trigger(CREATED);
    await sending.settled();
    expect(shop.received).toHaveLength(1);
    clock.advance(200);
    await sending.settled();
    expect(shop.received).toHaveLength(3);
    expect(new Set(shop.received.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([delivery?.id]));
    expect(delivery).toMatchObject({ state: 'delivered', attempts: 3 });
  });

  test('F30: events overtake each other, and none is lost', async () => {
    const shop = await receiver();
    const action = outOfOrder.apply({ count: 3 });
    if (action.on !== 'delivery') throw new Error('it is about deliveries');
    const plan = {
      plan: (due: Parameters<typeof action.plan>[0]) => action.plan(due, random),
      rest: () => action.rest?.(random) ?? [],
    };
    const sending = open(shop.url, { deliveries: plan });
    const sent = [1, 2, 3, 4].map(() => sending.trigger(CREATED)[0]?.id);
    await sending.settled();
    clock.advance(1_000);
    await sending.settled();
    const came = shop.received.map(({ headers }) => headers['webhook-id']);
    expect(came).not.toEqual(sent);
    expect(new Set(came)).toEqual(new Set(sent));
    expect(came).toHaveLength(4);
  });
});

test('events come in their order, one at a time, and what waited long is signed anew', async () => {
  let [open_, most] = [0, 0];
  const shop = await receiver((response, _, number) => {
    open_ += 1;
    most = Math.max(most, open_);
    if (number === 1) return;
    open_ -= 1;
    response.writeHead(204).end();
  });
  const sending = open(shop.url, { limits: { timeoutMs: 600_000 } });
  const sent = [1, 2, 3].map(() => sending.trigger(CREATED)[0]?.id);
  await shop.next();
  clock.advance(600_000);
  open_ -= 1;
  await sending.settled();
  expect(shop.received.map(({ headers }) => headers['webhook-id'])).toEqual(sent);
  expect(most).toBe(1);
  expect(shop.received.slice(1).map((received) => verdict(received))).toEqual([{ valid: true }, { valid: true }]);
});

test('an attempt is an exchange of the journal, without its secrets', async () => {
  const shop = await receiver();
  const redactor = createRedactor();
  redactor.addSecret(SECRET);
  const sending = open(`${shop.url}?token=geheim123`);
  const [delivery] = sending.trigger(CREATED);
  await sending.settled();
  const exchange = exchangeOf(calls[0] as Call, redactor);
  expect(exchange).toMatchObject({
    delivery: { id: delivery?.id, attempt: 1, event: 'parcelCreated' },
    request: {
      method: 'POST',
      headers: { 'webhook-id': delivery?.id, 'webhook-signature': expect.stringMatching(/REDACTED/) },
    },
    response: { status: 204 },
  });
  expect(JSON.stringify(exchange)).not.toMatch(/geheim123|v1,/);
});

describe('events of OpenAPI', () => {
  const schema = { $ref: '#/components/schemas/Job' };
  const document = {
    openapi: '3.1.0',
    info: { title: 'Jobs', version: '1.0.0' },
    components: {
      schemas: { Job: { type: 'object', required: ['id'], properties: { id: { type: 'integer', minimum: 7 } } } },
    },
    paths: {
      '/jobs': {
        post: {
          operationId: 'startJob',
          responses: { '202': { description: 'Started' } },
          callbacks: {
            done: {
              '{$request.body#/url}': {
                put: { requestBody: { content: { 'application/json': { schema } } }, responses: {} },
              },
            },
          },
        },
      },
    },
    webhooks: {
      jobLost: {
        post: {
          'x-trigger': { operationId: 'startJob', status: '5XX' },
          requestBody: { content: { 'application/json': { schema, example: { id: 9 } } } },
          responses: {},
        },
      },
    },
  };

  test('are its webhooks and its callbacks, with what is made of the schema', async () => {
    const root = await mkdtemp(`${tmpdir()}/tally-webhooks-`);
    await writeFile(`${root}/jobs.json`, JSON.stringify(document));
    const { contracts: parsed } = await openWorkspace(['jobs.json'], root);
    await rm(root, { recursive: true });
    const shop = await receiver();
    const sending = open(shop.url, { contracts: parsed.map(({ contract }) => contract) });
    expect(sending.events.map(({ id, method }) => [id, method])).toEqual([
      ['jobLost', 'POST'],
      ['startJob/done', 'PUT'],
    ]);
    sending.trigger({ operationId: 'startJob', status: 202 });
    await sending.settled();
    expect(shop.received[0]?.method).toBe('PUT');
    const job: { id: number } = JSON.parse(String(shop.received[0]?.body));
    expect(job.id).toBeGreaterThanOrEqual(7);
    sending.trigger({ operationId: 'startJob', status: 503 });
    await sending.settled();
    expect(String(shop.received[1]?.body)).toBe('{"id":9}');
  });
});
