import { describe, expect, test } from '@jest/globals';
import { DRAFT, problem, withProvider, type Subject } from './provider-under-test.ts';

const KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"';

async function create({ ask }: Subject, key: string | null, body: unknown = DRAFT) {
  return ask('POST', '/v2/parcels', { headers: { 'idempotency-key': key }, body });
}

async function count({ ask }: Subject): Promise<number> {
  const { body } = await ask('GET', '/v1/parcels?limit=1');
  return (body as { total: number }).total;
}

describe('Idempotency-Key', () => {
  test('gives the stored answer to a repeat, quoted or bare, and creates one parcel', async () => {
    await withProvider({}, async (subject) => {
      const first = await create(subject, KEY);
      for (const key of [KEY, KEY.slice(1, -1)]) {
        const repeat = await create(subject, key);
        expect([repeat.status, repeat.body, repeat.headers['location'], repeat.headers['etag']]).toEqual([
          201,
          first.body,
          first.headers['location'],
          first.headers['etag'],
        ]);
      }
      expect(await count(subject)).toBe(6);
    });
  });

  test('is required, and neither short nor long', async () => {
    await withProvider({}, async (subject) => {
      expect((await create(subject, null)).body).toEqual(
        problem(
          400,
          'idempotency-key-missing',
          'Idempotency key missing',
          'Send an Idempotency-Key header with a new UUID for each parcel.',
          [{ parameter: 'Idempotency-Key', detail: 'is required' }],
        ),
      );
      expect([(await create(subject, 'short')).status, (await create(subject, 'x'.repeat(258))).status]).toEqual([
        400, 400,
      ]);
      expect(await count(subject)).toBe(5);
    });
  });

  test('refuses another body under the same key with 422', async () => {
    await withProvider({}, async (subject) => {
      await create(subject, KEY);
      expect((await create(subject, KEY, { ...DRAFT, weightGrams: 3 })).body).toEqual(
        problem(
          422,
          'idempotency-key-reused',
          'Idempotency key reused',
          'This Idempotency-Key was used with another body. Take a new key.',
          [{ parameter: 'Idempotency-Key', detail: 'was used with another body' }],
        ),
      );
      expect(await count(subject)).toBe(6);
    });
  });

  test('answers 409 while the first request is worked on, then its answer', async () => {
    await withProvider({ PARCELS_CREATE_DELAY_MS: '150' }, async (subject) => {
      const ten = await Promise.all(Array.from({ length: 10 }, async () => create(subject, KEY)));
      const refused = ten.filter((answer) => answer.status === 409);
      expect([ten.length - refused.length, refused.length]).toEqual([1, 9]);
      expect(refused[0]?.body).toEqual(
        problem(
          409,
          'idempotency-key-in-progress',
          'Request in progress',
          'A request with this Idempotency-Key is in progress. Repeat it a little later.',
        ),
      );
      expect((await create(subject, KEY)).body).toEqual(ten.find((answer) => answer.status === 201)?.body);
      expect(await count(subject)).toBe(6);
    });
  });

  test('stays free when the body was refused', async () => {
    await withProvider({}, async (subject) => {
      expect((await create(subject, KEY, { ...DRAFT, weightGrams: 0 })).status).toBe(422);
      expect((await create(subject, KEY)).status).toBe(201);
    });
  });

  test('is forgotten after a day', async () => {
    await withProvider({ PARCELS_TOKEN_SECONDS: '86400' }, async (subject) => {
      const first = await create(subject, KEY);
      subject.passMs(24 * 3600 * 1000 - 60_000);
      expect((await create(subject, KEY)).body).toEqual(first.body);
    });
    await withProvider({}, async (subject) => {
      const { keys } = subject.provider.carrier;
      const answer = { status: 201, headers: {} };
      const again = { status: 202, headers: {} };
      await keys.once('checkout', KEY, DRAFT, async () => answer);
      subject.passMs(24 * 3600 * 1000 + 1);
      expect(await keys.once('checkout', KEY, DRAFT, async () => again)).toBe(again);
    });
  });
});
