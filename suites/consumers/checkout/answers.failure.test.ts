import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { ORDER, PARCEL, TRACKED } from './examples.ts';
import { carrier, problem, PROBLEM_JSON, tokens, useNock } from './nock-carrier.ts';
import { testWorld } from './test-world.ts';

useNock();

const PATH = '/v2/parcels/PCL-0000AAAA';
const JSON_ETAG = { 'content-type': 'application/json', etag: '"r1"' };
const { weightGrams: _, ...WEIGHTLESS } = PARCEL;

describe('a broken answer is refused, and not asked for again', () => {
  test.each([
    ['cut short', JSON.stringify(PARCEL).slice(0, -10), JSON_ETAG, 'the answer is no JSON'],
    ['with a trailing comma', '{"id":"PCL-0000AAAA",}', JSON_ETAG, 'the answer is no JSON'],
    ['with a byte order mark', `\uFEFF${JSON.stringify(PARCEL)}`, JSON_ETAG, 'the answer is no JSON'],
    ['in broken UTF-8', Buffer.from([0x22, 0xff, 0x22]), JSON_ETAG, 'the answer is no JSON'],
    ['that is empty', '', JSON_ETAG, 'the answer is no JSON'],
    ['that is a list', '[]', JSON_ETAG, 'the body is not an object'],
    [
      'that is HTML',
      '<h1>hello</h1>',
      { ...JSON_ETAG, 'content-type': 'text/html' },
      'Content-Type is not application/json, not text/html',
    ],
    ['without a weight', JSON.stringify(WEIGHTLESS), JSON_ETAG, '/weightGrams is not a whole number'],
    [
      'with a weight in words',
      JSON.stringify({ ...PARCEL, weightGrams: '1250' }),
      JSON_ETAG,
      '/weightGrams is not a whole number',
    ],
    [
      'with a recipient of null',
      JSON.stringify({ ...PARCEL, recipient: null }),
      JSON_ETAG,
      '/recipient is not an object',
    ],
    [
      'without an ETag',
      JSON.stringify(PARCEL),
      { 'content-type': 'application/json' },
      'ETag is not a strong entity tag',
    ],
  ])('%s', async (_name, body, headers, message) => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(200, body, headers);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unreadable-answer', message });
    expect(world.sleeps).toEqual([]);
  });

  test('with another status of success', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(202, PARCEL, JSON_ETAG);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({
      message: 'the carrier answered 202, not 200',
    });
  });

  test('larger than what is read', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .reply(200, Buffer.alloc(4 * 1024 * 1024 + 1, ' '), JSON_ETAG);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({
      kind: 'unreadable-answer',
      message: 'the answer is over 4194304 bytes',
    });
  });

  test('that is no PDF, where a label is wanted', async () => {
    const world = testWorld();
    tokens();
    carrier().get(`${PATH}/label`).reply(200, '<html>', { 'content-type': 'application/pdf' });
    await expect(world.carrier.label('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unreadable-answer' });
  });
});

describe('an answer that says more than the contract', () => {
  test('is read as far as it is known', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .reply(200, { ...PARCEL, colour: 'red', sender: 7 }, JSON_ETAG);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual(TRACKED);
  });

  test('may name a status that is not known yet', async () => {
    const world = testWorld();
    tokens();
    carrier()
      .get(PATH)
      .reply(200, { ...PARCEL, status: 'at_customs' }, JSON_ETAG);
    expect(await world.carrier.track('PCL-0000AAAA')).toEqual({ ...TRACKED, status: 'unknown' });
  });
});

describe('an error', () => {
  test.each([400, 403, 404, 405, 406, 409, 410, 411, 412, 414, 415, 422, 428, 431, 451])(
    'with status %i is not asked for again',
    async (status) => {
      const world = testWorld();
      tokens();
      carrier().post('/v2/parcels').reply(status, problem('some-problem', status), PROBLEM_JSON);
      await expect(world.carrier.book(ORDER)).rejects.toMatchObject({ status, transient: false });
      expect(world.sleeps).toEqual([]);
    },
  );

  test('that is no problem document, or a broken one, is still told by its status', async () => {
    const world = testWorld();
    tokens();
    carrier().get(PATH).reply(404, '<h1>not here</h1>', { 'content-type': 'text/html' });
    carrier().get(PATH).reply(422, '{"type":', PROBLEM_JSON);
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'not-found', problem: undefined });
    await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'invalid', problem: undefined });
  });

  test('of a request that is still in progress is waited for, with the same key', async () => {
    const world = testWorld();
    tokens();
    carrier().post('/v2/parcels').reply(409, problem('idempotency-key-in-progress', 409), PROBLEM_JSON);
    carrier().post('/v2/parcels').reply(201, PARCEL, JSON_ETAG);
    expect(await world.carrier.book(ORDER)).toEqual(TRACKED);
    expect(world.sleeps).toEqual([150]);
  });

  test('that says somebody else was faster goes to the caller, who tracks and decides anew', async () => {
    const world = testWorld();
    tokens();
    const change = { reference: 'order-1001-b' };
    carrier()
      .patch(PATH, change, { reqheaders: { 'if-match': '"r1"' } })
      .reply(412, problem('precondition-failed', 412), PROBLEM_JSON);
    await expect(world.carrier.change(TRACKED, change)).rejects.toMatchObject({
      kind: 'changed-elsewhere',
      status: 412,
    });
    carrier().get(PATH).reply(200, PARCEL, { etag: '"r2"' });
    carrier()
      .patch(PATH, change, { reqheaders: { 'if-match': '"r2"' } })
      .reply(200, { ...PARCEL, ...change }, { etag: '"r3"' });
    const changed = await world.carrier.change(await world.carrier.track('PCL-0000AAAA'), change);
    expect(changed).toEqual({ ...TRACKED, ...change, revision: '"r3"' });
  });
});

test('an id that leads elsewhere is not sent', async () => {
  const world = testWorld();
  await expect(world.carrier.cancel('../quotes')).rejects.toMatchObject({ kind: 'invalid', status: undefined });
});

describe('pages', () => {
  const page = (nextCursor: string | null) => ({ items: [PARCEL], nextCursor });

  test('are followed to the last one, with the cursor as it came', async () => {
    const world = testWorld();
    tokens();
    carrier().get('/v2/parcels').query({ limit: 50 }).reply(200, page('a+b/c='));
    carrier().get('/v2/parcels').query({ limit: 50, cursor: 'a+b/c=' }).reply(200, page(null));
    expect(await countOf(world.carrier.list())).toBe(2);
  });

  test('are followed no further when a cursor comes back', async () => {
    const world = testWorld();
    tokens();
    carrier().get('/v2/parcels').query({ limit: 50 }).reply(200, page('again'));
    carrier().get('/v2/parcels').query({ limit: 50, cursor: 'again' }).reply(200, page('again'));
    await expect(countOf(world.carrier.list())).rejects.toMatchObject({
      kind: 'unreadable-answer',
      message: 'the carrier gave the same cursor twice',
    });
  });

  test('end with the error of a stale cursor', async () => {
    const world = testWorld();
    tokens();
    carrier().get('/v2/parcels').query({ limit: 50 }).reply(200, page('stale'));
    carrier()
      .get('/v2/parcels')
      .query({ limit: 50, cursor: 'stale' })
      .reply(400, problem('invalid-cursor', 400), PROBLEM_JSON);
    await expect(countOf(world.carrier.list())).rejects.toMatchObject({ kind: 'invalid', status: 400 });
  });
});

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  const list: unknown[] = [];
  for await (const item of items) list.push(item);
  return list.length;
}
