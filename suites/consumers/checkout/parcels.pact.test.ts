import { describe, expect, test } from '@jest/globals';
import { ORDER, TRACKED } from './examples.ts';
import { ETAG, pact, pactCarrier, parcelLike, PROBLEM_JSON, problemLike, requestHeaders } from './pact-world.ts';

const { eachLike, regex, string } = pact.matchers;
const PARCEL_ID = '^PCL-[0-9A-Z]{8}$';
const KEY = regex('^"[0-9a-f-]{36}"$', '"8e03978e-40d5-43dd-bc93-6894a57f9324"');

describe('booking', () => {
  test('books a parcel', () =>
    pact
      .addInteraction()
      .given('parcels exist')
      .uponReceiving('a booking')
      .withRequest('POST', '/parcels', (request) =>
        request.headers(requestHeaders({ 'Idempotency-Key': KEY, 'Content-Type': 'application/json' })).jsonBody(ORDER),
      )
      .willRespondWith(201, (answer) =>
        answer
          .headers({ ...ETAG, Location: regex('^.*/parcels/PCL-[0-9A-Z]{8}$', '/v2/parcels/PCL-0000AAAA') })
          .jsonBody(parcelLike({ id: regex(PARCEL_ID, 'PCL-0000AAAA'), status: 'created' })),
      )
      .executeTest(async (server) => {
        expect(await pactCarrier(server.url).book(ORDER)).toEqual(TRACKED);
      }));

  test('is told what is wrong with a booking', () =>
    pact
      .addInteraction()
      .given('parcels exist')
      .uponReceiving('a booking of a parcel that is too heavy')
      .withRequest('POST', '/parcels', (request) =>
        request
          .headers(requestHeaders({ 'Idempotency-Key': KEY, 'Content-Type': 'application/json' }))
          .jsonBody({ ...ORDER, weightGrams: 40_000 }),
      )
      .willRespondWith(422, (answer) =>
        answer.headers(PROBLEM_JSON).jsonBody({
          ...problemLike('validation', 422, 'Invalid body'),
          errors: eachLike({ pointer: string('/weightGrams'), detail: string('must be <= 31500') }),
        }),
      )
      .executeTest(async (server) => {
        await expect(pactCarrier(server.url).book({ ...ORDER, weightGrams: 40_000 })).rejects.toMatchObject({
          kind: 'invalid',
          status: 422,
          problem: { errors: [{ pointer: '/weightGrams', detail: 'must be <= 31500' }] },
        });
      }));
});

describe('tracking', () => {
  test('tracks a parcel', () =>
    pact
      .addInteraction()
      .given('a parcel PCL-0000AAAA exists')
      .uponReceiving('a request for a parcel')
      .withRequest('GET', '/parcels/PCL-0000AAAA', (request) => request.headers(requestHeaders()))
      .willRespondWith(200, (answer) =>
        answer.headers(ETAG).jsonBody(parcelLike({ id: 'PCL-0000AAAA', status: 'created' })),
      )
      .executeTest(async (server) => {
        expect(await pactCarrier(server.url).track('PCL-0000AAAA')).toEqual(TRACKED);
      }));

  test('keeps the copy that is still right', () =>
    pact
      .addInteraction()
      .given('a parcel PCL-0000AAAA exists')
      .uponReceiving('a request for a parcel that has not changed')
      .withRequest('GET', '/parcels/PCL-0000AAAA', (request) =>
        request.headers(requestHeaders({ 'If-None-Match': '"r1"' })),
      )
      .willRespondWith(304)
      .executeTest(async (server) => {
        expect(await pactCarrier(server.url).track('PCL-0000AAAA', TRACKED)).toBe(TRACKED);
      }));

  test('is told that there is no such parcel', () =>
    pact
      .addInteraction()
      .given('no parcel PCL-0000ZZZZ exists')
      .uponReceiving('a request for a parcel that is not there')
      .withRequest('GET', '/parcels/PCL-0000ZZZZ', (request) => request.headers(requestHeaders()))
      .willRespondWith(404, (answer) =>
        answer.headers(PROBLEM_JSON).jsonBody(problemLike('not-found', 404, 'Not found')),
      )
      .executeTest(async (server) => {
        await expect(pactCarrier(server.url).track('PCL-0000ZZZZ')).rejects.toMatchObject({
          kind: 'not-found',
          problem: { type: 'https://parcels.example/problems/not-found' },
        });
      }));
});

describe('listing', () => {
  const page = {
    items: eachLike({
      ...parcelLike({ id: regex(PARCEL_ID, 'PCL-0000BBBB'), status: 'in_transit' }),
    }),
    nextCursor: null,
  };
  const { revision: _, ...listed } = { ...TRACKED, id: 'PCL-0000BBBB', status: 'in_transit' };

  test('lists the parcels of one status', () =>
    pact
      .addInteraction()
      .given('a parcel in transit exists')
      .uponReceiving('a request for the parcels in transit')
      .withRequest('GET', '/parcels', (request) =>
        request.query({ limit: '50', status: 'in_transit' }).headers(requestHeaders()),
      )
      .willRespondWith(200, (answer) => answer.jsonBody(page))
      .executeTest(async (server) => {
        expect(await all(pactCarrier(server.url).list({ status: 'in_transit' }))).toEqual([listed]);
      }));

  test('follows the cursor to the next page', () =>
    pact
      .addInteraction()
      .given('parcels exist')
      .uponReceiving('a request for the page after a parcel')
      .withRequest('GET', '/parcels', (request) =>
        request
          .query({ limit: '50', status: 'in_transit', cursor: 'YWZ0ZXI6UENMLTAwMDBBQUFB' })
          .headers(requestHeaders()),
      )
      .willRespondWith(200, (answer) => answer.jsonBody(page))
      .executeTest(async (server) => {
        const carrier = pactCarrier(server.url, { items: [], nextCursor: 'YWZ0ZXI6UENMLTAwMDBBQUFB' });
        expect(await all(carrier.list({ status: 'in_transit' }))).toEqual([listed]);
      }));
});

describe('changing', () => {
  const change = { service: 'express', reference: 'order-1005-express' } as const;
  const headers = (revision: string) =>
    requestHeaders({ 'If-Match': revision, 'Content-Type': 'application/merge-patch+json' });

  test('changes a parcel that nobody else has changed', () =>
    pact
      .addInteraction()
      .given('a parcel PCL-0000EEEE exists')
      .uponReceiving('a change of a parcel')
      .withRequest('PATCH', '/parcels/PCL-0000EEEE', (request) => request.headers(headers('"r1"')).jsonBody(change))
      .willRespondWith(200, (answer) =>
        answer.headers({ ETag: regex('^"[!#-~]+"$', '"r2"') }).jsonBody({
          ...parcelLike({ id: 'PCL-0000EEEE', status: 'created' }),
          ...change,
        }),
      )
      .executeTest(async (server) => {
        const parcel = { id: 'PCL-0000EEEE', revision: '"r1"' };
        expect(await pactCarrier(server.url).change(parcel, change)).toEqual({
          ...TRACKED,
          ...parcel,
          ...change,
          revision: '"r2"',
        });
      }));

  test('is told that somebody else was faster', () =>
    pact
      .addInteraction()
      .given('a parcel PCL-0000EEEE exists')
      .uponReceiving('a change of a copy that is outdated')
      .withRequest('PATCH', '/parcels/PCL-0000EEEE', (request) => request.headers(headers('"r0"')).jsonBody(change))
      .willRespondWith(412, (answer) =>
        answer.headers(PROBLEM_JSON).jsonBody(problemLike('precondition-failed', 412, 'Precondition failed')),
      )
      .executeTest(async (server) => {
        const outdated = { id: 'PCL-0000EEEE', revision: '"r0"' };
        await expect(pactCarrier(server.url).change(outdated, change)).rejects.toMatchObject({
          kind: 'changed-elsewhere',
          status: 412,
        });
      }));
});

describe('cancelling', () => {
  test('cancels a parcel', () =>
    pact
      .addInteraction()
      .given('a parcel PCL-0000DDDD exists')
      .uponReceiving('a cancellation')
      .withRequest('DELETE', '/parcels/PCL-0000DDDD', (request) => request.headers(requestHeaders()))
      .willRespondWith(204)
      .executeTest(async (server) => {
        await expect(pactCarrier(server.url).cancel('PCL-0000DDDD')).resolves.toBeUndefined();
      }));

  test('is told that it is too late', () =>
    pact
      .addInteraction()
      .given('a parcel in transit exists')
      .uponReceiving('a cancellation of a parcel on its way')
      .withRequest('DELETE', '/parcels/PCL-0000BBBB', (request) => request.headers(requestHeaders()))
      .willRespondWith(409, (answer) =>
        answer.headers(PROBLEM_JSON).jsonBody(problemLike('not-cancellable', 409, 'Not cancellable')),
      )
      .executeTest(async (server) => {
        await expect(pactCarrier(server.url).cancel('PCL-0000BBBB')).rejects.toMatchObject({ kind: 'not-possible' });
      }));
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
