import { describe, expect, test } from '@jest/globals';
import { ORDER, PARCEL, TRACKED } from './examples.ts';
import { carrier, problem, PROBLEM_JSON, tokens, useNock } from './nock-carrier.ts';
import { CARRIER, testWorld } from './test-world.ts';

useNock();

const PATH = '/v2/parcels/PCL-0000AAAA';
const ETAG = { etag: '"r1"' };
const EXPIRED = { ...PROBLEM_JSON, 'www-authenticate': 'Bearer realm="parcels", error="invalid_token"' };
const withToken = (number: number) => ({ reqheaders: { authorization: `Bearer test-token-${number}` } });
const refuse = (number: number, times = 1) =>
  carrier().get(PATH, '', withToken(number)).times(times).reply(401, problem('unauthenticated', 401), EXPIRED);

describe('a token', () => {
  test('is fetched once and kept', async () => {
    const world = testWorld();
    tokens(1);
    carrier().get(PATH, '', withToken(1)).times(2).reply(200, PARCEL, ETAG);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
  });

  test('is renewed shortly before it expires', async () => {
    const world = testWorld();
    tokens(2, 600);
    carrier().get(PATH, '', withToken(1)).reply(200, PARCEL, ETAG);
    carrier().get(PATH, '', withToken(2)).reply(200, PARCEL, ETAG);
    await world.carrier.track('PCL-0000AAAA');
    world.pass(570_000);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
  });

  test('that the carrier no longer takes is renewed, and the request sent once more', async () => {
    const world = testWorld();
    tokens(2);
    refuse(1);
    carrier().get(PATH, '', withToken(2)).reply(200, PARCEL, ETAG);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
    expect(world.sleeps).toEqual([]);
  });

  test('that is refused as soon as it was renewed ends the request', async () => {
    const world = testWorld();
    tokens(2);
    refuse(1);
    refuse(2);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unauthenticated', status: 401 });
  });

  test('is renewed once for all the requests that were refused with it', async () => {
    const world = testWorld();
    tokens(2);
    refuse(1, 5);
    carrier().get(PATH, '', withToken(2)).times(5).reply(200, PARCEL, ETAG);
    const tracked = await Promise.all(Array.from({ length: 5 }, () => world.carrier.track('PCL-0000AAAA')));
    expect(tracked).toEqual([TRACKED, TRACKED, TRACKED, TRACKED, TRACKED]);
  });

  test('that was renewed meanwhile is not dropped for a late refusal of the old one', async () => {
    const world = testWorld();
    tokens(2);
    let answerLate = (): void => {};
    const late = new Promise<void>((resolve) => (answerLate = resolve));
    carrier()
      .get('/v2/parcels/PCL-0000BBBB', '', withToken(1))
      .reply(async () => {
        await late;
        return [401, problem('unauthenticated', 401), EXPIRED];
      });
    carrier().get('/v2/parcels/PCL-0000BBBB', '', withToken(2)).reply(404, problem('not-found', 404), PROBLEM_JSON);
    refuse(1);
    carrier().get(PATH, '', withToken(2)).reply(200, PARCEL, ETAG);
    const slow = world.carrier.track('PCL-0000BBBB');
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
    answerLate();
    await expect(slow).rejects.toMatchObject({ kind: 'not-found' });
  });

  test('that lacks a scope is not renewed', async () => {
    const world = testWorld();
    tokens(1);
    carrier().get(PATH).reply(403, problem('insufficient-scope', 403), PROBLEM_JSON);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'forbidden', status: 403 });
  });
});

describe('the token endpoint', () => {
  test('is asked again when it is out of order, also before a request that must not be repeated', async () => {
    const world = testWorld();
    carrier().post('/oauth/token').reply(503, '', { 'retry-after': '1' });
    tokens(1);
    carrier()
      .patch(PATH)
      .reply(200, { ...PARCEL, service: 'express' }, { etag: '"r2"' });
    const changed = await world.carrier.change(TRACKED, { service: 'express' });
    expect(changed).toEqual({ ...TRACKED, service: 'express', revision: '"r2"' });
    expect(world.sleeps).toEqual([1250]);
  });

  test('is not asked again when it refuses the secret', async () => {
    const world = testWorld();
    carrier().post('/oauth/token').reply(401, { error: 'invalid_client' });
    await expect(world.carrier.book(ORDER)).rejects.toMatchObject({
      kind: 'unauthenticated',
      message: 'no token: 401',
    });
  });

  test('that answers with something else than a token is not believed', async () => {
    const world = testWorld();
    carrier().post('/oauth/token').reply(200, { access_token: 'two\r\nlines', token_type: 'Bearer' });
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unreadable-answer' });
  });
});

test('an API key that is refused is not tried again', async () => {
  const world = testWorld({ credentials: { type: 'apiKey', key: 'test-api-key' } });
  const header = { reqheaders: { 'x-api-key': 'test-api-key' } };
  carrier().get(PATH, '', header).reply(401, problem('unauthenticated', 401), PROBLEM_JSON);
  await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unauthenticated' });
});

describe('a redirect', () => {
  test.each([301, 302, 303, 307, 308])(
    'with %i to another origin gets neither the request nor the token',
    async (status) => {
      const world = testWorld();
      tokens(1);
      carrier().get(PATH).reply(status, '', { location: 'http://elsewhere.test/v2/parcels/PCL-0000AAAA' });
      // nock refuses every request that it does not expect, and so would fail one to elsewhere.test.
      await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'redirected', status });
    },
  );

  test('does not take a booking along', async () => {
    const world = testWorld();
    tokens(1);
    carrier()
      .post('/v2/parcels')
      .reply(307, '', { location: `${CARRIER}/v2/parcels` });
    await expect(world.carrier.book(ORDER)).rejects.toMatchObject({ kind: 'redirected', status: 307 });
  });
});
