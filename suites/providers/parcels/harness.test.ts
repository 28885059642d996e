import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { DRAFT, problem, withProvider } from './provider-under-test.ts';

describe('provider states', () => {
  test.each([
    ['a parcel PCL-0000AAAA exists', '/v2/parcels/PCL-0000AAAA', 200, { parcelId: 'PCL-0000AAAA' }],
    ['a parcel PCL-9999AAAA exists', '/v2/parcels/PCL-9999AAAA', 200, { parcelId: 'PCL-9999AAAA' }],
    ['no parcel PCL-0000ZZZZ exists', '/v2/parcels/PCL-0000ZZZZ', 404, { parcelId: 'PCL-0000ZZZZ' }],
    ['no parcel PCL-0000AAAA exists', '/v2/parcels/PCL-0000AAAA', 404, { parcelId: 'PCL-0000AAAA' }],
    ['a delivered parcel exists', '/v2/parcels/PCL-0000CCCC', 200, { parcelId: 'PCL-0000CCCC' }],
    ['a parcel in transit exists', '/v2/parcels/PCL-0000BBBB', 200, { parcelId: 'PCL-0000BBBB' }],
    ['no parcels exist', '/v2/parcels/PCL-0000AAAA', 404, {}],
    ['parcels exist', '/v2/parcels/PCL-0000AAAA', 200, {}],
    ['', '/v2/parcels/PCL-0000AAAA', 200, {}],
  ])('"%s"', async (state, path, status, values) => {
    await withProvider({}, async ({ ask }) => {
      expect(await ask('POST', '/_tally/states', { body: { state, params: {}, action: 'setup' } })).toMatchObject({
        status: 200,
        body: values,
      });
      expect((await ask('GET', path)).status).toBe(status);
    });
  });

  test('the service is out of order until the state is torn down', async () => {
    await withProvider({}, async ({ ask }) => {
      const state = { state: 'the service is out of order', params: { retryAfterSeconds: 7 } };
      await ask('POST', '/_tally/states', { body: { ...state, action: 'setup' } });
      const refused = await ask('GET', '/v2/parcels');
      expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
      expect(refused.body).toEqual(
        problem(503, 'out-of-order', 'Out of order', 'The service is out of order. Try again later.'),
      );
      await ask('POST', '/_tally/states', { body: { ...state, action: 'teardown' } });
      expect((await ask('GET', '/v2/parcels')).status).toBe(200);
    });
  });

  test('each begins with freshly reset data', async () => {
    await withProvider({}, async ({ ask }) => {
      await ask('DELETE', '/v2/parcels/PCL-0000DDDD');
      await ask('POST', '/_tally/states', { body: { state: 'parcels exist', action: 'setup' } });
      expect((await ask('GET', '/v2/parcels/PCL-0000DDDD')).body).toMatchObject({ status: 'created' });
    });
  });

  test('one that nobody knows is refused with those that are known', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/_tally/states', { body: { state: 'it rains', action: 'setup' } })).body).toEqual(
        problem(
          404,
          'state-unknown',
          'Provider state unknown',
          'There is no provider state "it rains". Known are "a delivered parcel exists", "a parcel ID exists", "a parcel in transit exists", "no parcel ID exists", "no parcels exist", "parcels exist", "the service is out of order".',
        ),
      );
    });
  });
});

describe('reset', () => {
  test('forgets parcels and keys, but not tokens', async () => {
    await withProvider({}, async ({ ask }) => {
      const first = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body: DRAFT });
      expect((await ask('POST', '/_tally/reset')).status).toBe(204);
      expect((await ask('GET', first.headers['location'] ?? '')).status).toBe(404);
      const second = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body: DRAFT });
      expect(second.status).toBe(201);
      expect(second.headers['location']).not.toBe(first.headers['location']);
    });
  });
});

describe('messages', () => {
  test.each([
    ['a parcel.created event', [{ name: 'a parcel PCL-0000AAAA exists' }], 'parcel.created', 'PCL-0000AAAA'],
    [
      'a parcel.created event about another',
      [{ name: 'a parcel PCL-7777AAAA exists' }],
      'parcel.created',
      'PCL-7777AAAA',
    ],
    ['a parcel.in_transit event', [], 'parcel.in_transit', 'PCL-0000BBBB'],
    ['parcelDelivered', [{ name: 'a delivered parcel exists' }], 'parcel.delivered', 'PCL-0000CCCC'],
    ['an exception', undefined, 'parcel.exception', 'PCL-0000BBBB'],
  ])('produces %s', async (description, providerStates, type, parcelId) => {
    await withProvider({}, async ({ ask }) => {
      const { body, headers } = await ask('POST', '/_tally/messages', { body: { description, providerStates } });
      expect(body).toMatchObject({ type, data: { parcelId, status: type.replace('parcel.', '') } });
      const metadata = Buffer.from(headers['pact-message-metadata'] ?? '', 'base64').toString('utf8');
      expect(JSON.parse(metadata)).toEqual({ contentType: 'application/json' });
    });
  });

  test('refuses a message that is none of ours', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/_tally/messages', { body: { description: 'an invoice' } })).body).toEqual(
        problem(
          404,
          'message-unknown',
          'Message unknown',
          '"an invoice" names no message of ours. Known are parcel.created, parcel.in_transit, parcel.delivered, parcel.exception.',
        ),
      );
    });
  });
});

describe('the manifest', () => {
  test('is written under its final name only when it is whole, and given as it was written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parcels-manifest-'));
    try {
      await withProvider({ PARCELS_FILES: folder }, async ({ ask }) => {
        await ask('DELETE', '/v2/parcels/PCL-0000DDDD');
        const body = { ...DRAFT, reference: 'a "good", one' };
        const created = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body });
        const { id, createdAt } = created.body as { id: string; createdAt: string };
        const { headers, text } = await ask('POST', '/_tally/files/manifest');
        const name = `manifest-${new Date().toISOString().slice(0, 10).replaceAll('-', '')}.csv`;
        expect(headers).toMatchObject({
          'content-type': 'text/csv; charset=utf-8',
          'content-disposition': `attachment; filename="${name}"`,
        });
        const rows = text.split('\n');
        expect(rows).toContain(`${id},"a ""good"", one",created,standard,SE,1250,5.80,${createdAt.slice(0, 10)}`);
        expect(rows.slice(-2)).toEqual(['TRAILER,5,12820,52.50', '']);
        expect(await readdir(folder)).toEqual([name]);
        expect(await readFile(join(folder, name), 'utf8')).toBe(text);
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
