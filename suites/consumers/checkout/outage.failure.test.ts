import { describe, expect, test } from '@jest/globals';
import { CarrierError } from './carrier-error.ts';
import { ORDER, PARCEL, SHIPMENT, TRACKED } from './examples.ts';
import { carrier, problem, PROBLEM_JSON, tokens, useNock } from './nock-carrier.ts';
import { NOW, testWorld, type TestWorld } from './test-world.ts';

useNock();

const PATH = '/v2/parcels/PCL-0000AAAA';
const ETAG = { etag: '"r1"' };
/** With dice that fall on one half: three quarters of 200, 400 and 800 ms. */
const BACKOFF = [150, 300, 600];
const track = (world: TestWorld) => world.carrier.track('PCL-0000AAAA');

describe('a carrier that gives no answer', () => {
  test('is asked again after its connection was reset', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .replyWithError(Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }));
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    expect(await track(world)).toEqual(TRACKED);
    expect(world.sleeps).toEqual(BACKOFF.slice(0, 1));
  });

  test('is left after four attempts', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .times(4)
      .replyWithError(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    await expect(track(world)).rejects.toMatchObject({ kind: 'unavailable', message: 'no answer: ECONNREFUSED' });
    expect(world.sleeps).toEqual(BACKOFF);
  });

  test('is asked again when an attempt took too long', async () => {
    const world = testWorld();
    tokens();
    const silent = requested(carrier().get(PATH).delay(3_600_000));
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    const tracked = track(world);
    await silent;
    world.timeOut();
    expect(await tracked).toEqual(TRACKED);
    expect(world.sleeps).toEqual(BACKOFF.slice(0, 1));
  });

  test('is not waited for beyond the total deadline', async () => {
    const world = testWorld({ resilience: { deadlineMs: 5100 } });
    tokens();
    const silent = requested(carrier().get(PATH).delay(3_600_000));
    const tracked = track(world);
    await silent;
    world.timeOut();
    await expect(tracked).rejects.toMatchObject({ kind: 'timed-out' });
    expect(world.sleeps).toEqual([]);
  });

  test('is not handed the same parcel twice: all attempts carry one key and one body', async () => {
    const world = testWorld();
    tokens();
    const sent: string[] = [];
    const remember = function (this: { req: { headers: Record<string, string> } }, _uri: string, body: unknown) {
      sent.push(JSON.stringify([this.req.headers['idempotency-key'], body]));
    };
    const scope = carrier().post('/v2/parcels').times(2);
    scope.reply(function (uri, body) {
      remember.call(this, uri, body);
      return [502, ''];
    });
    carrier()
      .post('/v2/parcels')
      .reply(function (uri, body) {
        remember.call(this, uri, body);
        return [201, PARCEL, ETAG];
      });
    expect(await world.carrier.book(ORDER)).toEqual(TRACKED);
    const expected = JSON.stringify(['"8e03978e-40d5-43dd-bc93-000000000001"', ORDER]);
    expect(sent).toEqual([expected, expected, expected]);
  });

  test('is not asked for the same change twice, because a change has no key', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .patch(PATH)
      .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    const change = world.carrier.change(TRACKED, { reference: null });
    await expect(change).rejects.toMatchObject({ kind: 'unavailable', message: 'no answer: ECONNRESET' });
    expect(world.sleeps).toEqual([]);
  });
});

describe('a carrier that is out of order', () => {
  test('is asked again after a 500, a little later each time', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).times(3).reply(500, 'oops');
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    expect(await track(world)).toEqual(TRACKED);
    expect(world.sleeps).toEqual(BACKOFF);
  });

  test('is not asked again after a 501', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(501);
    await expect(track(world)).rejects.toMatchObject({ kind: 'unavailable', status: 501 });
  });

  test('is left alone for the seconds that its 503 asks for', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .reply(503, problem('out-of-order', 503), { ...PROBLEM_JSON, 'retry-after': '2' });
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    expect(await track(world)).toEqual(TRACKED);
    // Two seconds, and half of the second that clients are spread over.
    expect(world.sleeps).toEqual([2500]);
  });

  test('is left alone until the date that its 503 names, by its own clock', async () => {
    const world = testWorld();
    tokens();
    const ahead = (seconds: number) => new Date(NOW + 120_000 + seconds * 1000).toUTCString();
    carrier()
      .get(PATH)
      .reply(503, '', { date: ahead(0), 'retry-after': ahead(4) });
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    expect(await track(world)).toEqual(TRACKED);
    expect(world.sleeps).toEqual([4500]);
  });

  test('is given the usual time when its Retry-After makes no sense', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(503, '', { 'retry-after': 'in a while' });
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    expect(await track(world)).toEqual(TRACKED);
    expect(world.sleeps).toEqual(BACKOFF.slice(0, 1));
  });

  test('is not waited for when it asks for more time than there is', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(503, '', { 'retry-after': '60' });
    await expect(track(world)).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: 60_000 });
    expect(world.sleeps).toEqual([]);
  });
});

describe('a carrier that limits our rate', () => {
  test('is left alone for as long as its 429 says, by every request', async () => {
    const world = testWorld({ resilience: { deadlineMs: 5000 } });
    tokens();
    carrier()
      .get(PATH)
      .reply(429, problem('rate-limited', 429), { ...PROBLEM_JSON, 'retry-after': '12' });
    await expect(track(world)).rejects.toMatchObject({ kind: 'rate-limited', status: 429, retryAfterMs: 12_000 });
    // No request: nock would refuse one that it does not expect.
    await expect(world.carrier.cancel('PCL-0000BBBB')).rejects.toMatchObject({
      kind: 'rate-limited',
      message: 'the carrier asked for a pause of another 12 s',
    });
    world.pass(12_000);
    carrier().delete('/v2/parcels/PCL-0000BBBB').reply(204);
    await expect(world.carrier.cancel('PCL-0000BBBB')).resolves.toBeUndefined();
  });

  test('is left alone when an answer says that nothing is left', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .reply(200, PARCEL, { ...ETAG, ratelimit: '"default";r=0;t=3' });
    carrier()
      .get(PATH)
      .reply(200, PARCEL, { ...ETAG, ratelimit: '"default";r=nothing' });
    await track(world);
    expect(world.sleeps).toEqual([]);
    await track(world);
    expect(world.sleeps).toEqual([3500]);
  });
});

describe('the circuit breaker', () => {
  test('opens after five failures in a row, and asks nothing until its time is up', async () => {
    const world = testWorld({ resilience: { attempts: 1 } });
    tokens();
    carrier().get(PATH).times(5).reply(500);
    for (let failure = 1; failure <= 5; failure += 1) await expect(track(world)).rejects.toMatchObject({ status: 500 });
    await expect(track(world)).rejects.toMatchObject({ message: 'the circuit to the carrier is open' });
    world.pass(9999);
    await expect(track(world)).rejects.toMatchObject({ message: 'the circuit to the carrier is open' });
  });

  test('lets one request try, and closes when that goes well', async () => {
    const world = testWorld({ resilience: { attempts: 1, breakerFailures: 1 } });
    tokens();
    carrier().get(PATH).reply(500);
    await expect(track(world)).rejects.toBeInstanceOf(CarrierError);
    world.pass(10_000);
    carrier().get(PATH).times(3).reply(200, PARCEL, ETAG);
    expect(await Promise.all([track(world), track(world), track(world)])).toEqual([TRACKED, TRACKED, TRACKED]);
  });

  test('opens again when that one request fails', async () => {
    const world = testWorld({ resilience: { attempts: 1, breakerFailures: 1 } });
    tokens();
    carrier().get(PATH).reply(500);
    await expect(track(world)).rejects.toMatchObject({ status: 500 });
    world.pass(10_000);
    carrier().get(PATH).reply(502);
    const [first, second] = await Promise.allSettled([track(world), track(world)]);
    expect(first).toMatchObject({ reason: { status: 502 } });
    expect(second).toMatchObject({ reason: { message: 'the circuit to the carrier is open' } });
    await expect(track(world)).rejects.toMatchObject({ message: 'the circuit to the carrier is open' });
  });

  test('takes no notice of a carrier that is still busy with the last attempt', async () => {
    const world = testWorld({ resilience: { breakerFailures: 1 } });
    tokens();
    carrier().post('/v2/parcels').reply(409, problem('idempotency-key-in-progress', 409), PROBLEM_JSON);
    carrier().post('/v2/parcels').reply(201, PARCEL, ETAG);
    expect(await world.carrier.book(ORDER)).toEqual(TRACKED);
  });

  test('takes no notice of requests that are wrong', async () => {
    const world = testWorld({ resilience: { breakerFailures: 1 } });
    tokens();
    carrier().get(PATH).reply(404, problem('not-found', 404), PROBLEM_JSON);
    carrier().get(PATH).reply(200, PARCEL, ETAG);
    await expect(track(world)).rejects.toMatchObject({ kind: 'not-found' });
    expect(await track(world)).toEqual(TRACKED);
  });
});

describe('the price estimate', () => {
  const ESTIMATE = { priceEur: '10.90', deliveryDays: 6, estimated: true };

  test('stands in for a carrier that is out of order, after one attempt', async () => {
    const world = testWorld();
    tokens();
    carrier().post('/v2/quotes').reply(503);
    expect(await world.carrier.quote(SHIPMENT)).toEqual(ESTIMATE);
    expect(world.sleeps).toEqual([]);
  });

  test('stands in for a quote that cannot be read', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .post('/v2/quotes')
      .reply(200, { price: { amount: 9.4, currency: 'EUR' }, deliveryDays: 4 });
    expect(await world.carrier.quote(SHIPMENT)).toEqual(ESTIMATE);
  });

  test('is not made up for a shipment that the carrier refuses', async () => {
    const world = testWorld();
    tokens();
    carrier().post('/v2/quotes').reply(422, problem('validation', 422), PROBLEM_JSON);
    await expect(world.carrier.quote(SHIPMENT)).rejects.toMatchObject({ kind: 'invalid' });
  });
});

/** Resolves when the client has sent the request, which then stays without an answer. */
function requested(interceptor: ReturnType<ReturnType<typeof carrier>['get']>): Promise<void> {
  return new Promise((resolve) => {
    interceptor.reply(() => {
      resolve();
      return [200, PARCEL, ETAG];
    });
  });
}
