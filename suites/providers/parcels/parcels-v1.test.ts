import { describe, expect, test } from '@jest/globals';
import { DRAFT, problem, withProvider } from './provider-under-test.ts';

const OLD_DRAFT = {
  recipientName: 'Ada Lindqvist',
  recipientAddress: 'Storgatan 12, 111 23 Stockholm',
  recipientCountry: 'SE',
  weight: 1.25,
};

describe('API 1.4.0', () => {
  test('creates a parcel that both versions show in their own shape', async () => {
    await withProvider({}, async ({ ask }) => {
      const created = await ask('POST', '/v1/parcels', { body: OLD_DRAFT });
      expect(created).toMatchObject({
        status: 201,
        body: { ...OLD_DRAFT, status: 'created', express: false, reference: null },
      });
      const location = created.headers['location'] ?? '';
      expect(location).toMatch(/^\/v1\/parcels\/PCL-[0-9A-Z]{8}$/);
      expect((await ask('GET', location)).body).toEqual(created.body);
      const newer = await ask('GET', location.replace('/v1/', '/v2/'));
      expect(newer.body).toMatchObject({ weightGrams: 1250, service: 'standard', recipient: DRAFT.recipient });
    });
  });

  test('keeps an address line that it cannot take apart, and still shows 2.0.0 a whole address', async () => {
    await withProvider({}, async ({ ask }) => {
      const recipientAddress = 'x'.repeat(160);
      const { headers, body } = await ask('POST', '/v1/parcels', { body: { ...OLD_DRAFT, recipientAddress } });
      expect(body).toMatchObject({ recipientAddress });
      const newer = await ask('GET', headers['location']?.replace('/v1/', '/v2/') ?? '');
      expect(newer.body).toMatchObject({ recipient: { street: 'x'.repeat(80), city: 'unknown', postcode: '00000' } });
    });
  });

  test('lists from an offset and tells how many there are', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('GET', '/v1/parcels?offset=4&limit=3')).body).toMatchObject({
        total: 5,
        offset: 4,
        parcels: [{ id: 'PCL-0000EEEE', weight: 0.64 }],
      });
    });
  });

  test('refuses a bad body with 400 and a bad parameter with 400', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/v1/parcels', { body: { ...OLD_DRAFT, weight: 31.6 } })).body).toEqual(
        problem(400, 'validation', 'Invalid body', 'One member of the body is not as the contract says.', [
          { pointer: '/weight', detail: 'must be <= 31.5' },
        ]),
      );
      expect((await ask('GET', '/v1/parcels?offset=-1')).body).toEqual(
        problem(400, 'invalid-parameter', 'Invalid parameter', 'One parameter is not as the contract says.', [
          { parameter: 'offset', detail: 'must be an integer from 0 to 100000' },
        ]),
      );
    });
  });

  test('cancels a created parcel, twice if need be, and no other one', async () => {
    await withProvider({}, async ({ ask }) => {
      const statuses: number[] = [];
      for (const id of ['PCL-0000DDDD', 'PCL-0000DDDD', 'PCL-0000CCCC', 'PCL-0000ZZZZ'])
        statuses.push((await ask('DELETE', `/v1/parcels/${id}`)).status);
      expect(statuses).toEqual([204, 204, 409, 404]);
    });
  });

  test('quotes in euros as a number', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/v1/quotes', { body: { country: 'SE', weight: 1.25 } })).body).toEqual({
        priceEur: 9.4,
        days: 4,
      });
    });
  });
});
