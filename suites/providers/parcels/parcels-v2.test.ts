import { describe, expect, test } from '@jest/globals';
import { ADA, DRAFT, problem, withProvider } from './provider-under-test.ts';

const PATCH = { 'content-type': 'application/merge-patch+json' };

describe('createParcel', () => {
  test('answers 201 with the parcel, its place and its tag, and the parcel can be read there', async () => {
    await withProvider({}, async ({ ask }) => {
      const created = await ask('POST', '/v2/parcels', {
        headers: { 'idempotency-key': '"key-00000001"' },
        body: DRAFT,
      });
      expect(created).toMatchObject({
        status: 201,
        headers: { etag: '"r1"', 'content-type': 'application/json; charset=utf-8' },
        body: { ...DRAFT, status: 'created' },
      });
      expect(created.headers['location']).toMatch(/^\/v2\/parcels\/PCL-[0-9A-Z]{8}$/);
      const read = await ask('GET', created.headers['location'] ?? '');
      expect(read.body).toEqual(created.body);
    });
  });

  test('makes the reference null when none is given', async () => {
    await withProvider({}, async ({ ask }) => {
      const { reference: _, ...draft } = DRAFT;
      const created = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body: draft });
      expect(created).toMatchObject({ status: 201, body: { reference: null } });
    });
  });

  test('leaves out what it does not know of an address', async () => {
    await withProvider({}, async ({ ask }) => {
      const body = { ...DRAFT, recipient: { ...ADA, floor: 3 } };
      const created = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body });
      expect(created).toMatchObject({ status: 201 });
      expect(created.body).toHaveProperty('recipient', ADA);
    });
  });

  test('lists everything that is wrong with the body', async () => {
    await withProvider({}, async ({ ask }) => {
      const body = {
        ...DRAFT,
        weightGrams: 31_501,
        service: 'tomorrow',
        colour: 'red',
        sender: { ...ADA, country: 'se' },
      };
      const refused = await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body });
      expect(refused.status).toBe(422);
      expect(refused.body).toEqual(
        problem(422, 'validation', 'Invalid body', '4 members of the body are not as the contract says.', [
          { pointer: '', detail: 'must NOT have additional properties: colour' },
          { pointer: '/sender/country', detail: 'must match pattern "^[A-Z]{2}$"' },
          { pointer: '/weightGrams', detail: 'must be <= 31500' },
          { pointer: '/service', detail: 'must be equal to one of the allowed values' },
        ]),
      );
    });
  });

  test('takes the lightest and the heaviest parcel, and no other type for its weight', async () => {
    await withProvider({}, async ({ ask }) => {
      const statuses: number[] = [];
      for (const [index, weightGrams] of [1, 31_500, 0, 1.5, '1250', null].entries()) {
        const headers = { 'idempotency-key': `key-0000000${index}` };
        statuses.push((await ask('POST', '/v2/parcels', { headers, body: { ...DRAFT, weightGrams } })).status);
      }
      expect(statuses).toEqual([201, 201, 422, 422, 422, 422]);
    });
  });
});

describe('listParcels', () => {
  test('gives all parcels once, oldest first, over pages of two', async () => {
    await withProvider({}, async ({ ask }) => {
      const ids: string[] = [];
      let cursor: string | null = null;
      do {
        const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const { body } = await ask('GET', `/v2/parcels?limit=2${query}`);
        const page = body as { items: { id: string }[]; nextCursor: string | null };
        ids.push(...page.items.map((item) => item.id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(ids).toEqual(['PCL-0000AAAA', 'PCL-0000BBBB', 'PCL-0000CCCC', 'PCL-0000DDDD', 'PCL-0000EEEE']);
    });
  });

  test('gives only parcels in the status asked for', async () => {
    await withProvider({}, async ({ ask }) => {
      const { body } = await ask('GET', '/v2/parcels?status=delivered');
      expect(body).toMatchObject({ items: [{ id: 'PCL-0000CCCC', status: 'delivered' }], nextCursor: null });
    });
  });

  test.each([
    [
      'cursor=bm90IGEgY3Vyc29y',
      'invalid-cursor',
      'Invalid cursor',
      'The cursor is unknown or stale. Start again without one.',
      'is unknown or stale',
    ],
    [
      'limit=0',
      'invalid-parameter',
      'Invalid parameter',
      'One parameter is not as the contract says.',
      'must be an integer from 1 to 100',
    ],
    [
      'limit=1e1',
      'invalid-parameter',
      'Invalid parameter',
      'One parameter is not as the contract says.',
      'must be an integer from 1 to 100',
    ],
    [
      'limit=5&limit=6',
      'invalid-parameter',
      'Invalid parameter',
      'One parameter is not as the contract says.',
      'must be given once',
    ],
    [
      'status=lost',
      'invalid-parameter',
      'Invalid parameter',
      'One parameter is not as the contract says.',
      'must be one of created, in_transit, delivered, exception, cancelled',
    ],
  ])('refuses %s', async (query, slug, title, detail, error) => {
    await withProvider({}, async ({ ask }) => {
      const refused = await ask('GET', `/v2/parcels?${query}`);
      expect(refused.body).toEqual(
        problem(400, slug, title, detail, [{ parameter: query.split('=')[0], detail: error }]),
      );
    });
  });

  test('calls a cursor stale when its parcel is gone', async () => {
    await withProvider({}, async ({ ask }) => {
      await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' }, body: DRAFT });
      await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000002' }, body: DRAFT });
      const { body } = await ask('GET', '/v2/parcels?limit=6');
      const { nextCursor } = body as { nextCursor: string };
      expect((await ask('GET', `/v2/parcels?cursor=${nextCursor}`)).status).toBe(200);
      await ask('POST', '/_tally/reset');
      const stale = await ask('GET', `/v2/parcels?cursor=${nextCursor}`);
      expect(stale).toMatchObject({ status: 400, body: { type: 'https://parcels.example/problems/invalid-cursor' } });
    });
  });
});

describe('getParcel', () => {
  test('gives a parcel with its tag, and 304 without content to whoever has it', async () => {
    await withProvider({}, async ({ ask }) => {
      expect(await ask('GET', '/v2/parcels/PCL-0000AAAA')).toMatchObject({
        status: 200,
        headers: { etag: '"r1"' },
        body: { id: 'PCL-0000AAAA', weightGrams: 1250 },
      });
      for (const tag of ['"r1"', 'W/"r1"', '"r0", "r1"', '*']) {
        const unchanged = await ask('GET', '/v2/parcels/PCL-0000AAAA', { headers: { 'if-none-match': tag } });
        expect(unchanged).toMatchObject({ status: 304, text: '', headers: { etag: '"r1"' } });
      }
      expect((await ask('GET', '/v2/parcels/PCL-0000AAAA', { headers: { 'if-none-match': '"r0"' } })).status).toBe(200);
    });
  });

  test('does not know a parcel that is not there, and refuses an id that cannot be one', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('GET', '/v2/parcels/PCL-0000ZZZZ')).body).toEqual(
        problem(404, 'not-found', 'Not found', 'There is no parcel PCL-0000ZZZZ.'),
      );
      expect((await ask('GET', '/v2/parcels/42')).body).toEqual(
        problem(400, 'invalid-parameter', 'Invalid parameter', 'One parameter is not as the contract says.', [
          { parameter: 'parcelId', detail: 'must match ^PCL-[0-9A-Z]{8}$' },
        ]),
      );
    });
  });

  test('answers HEAD as GET, without the body', async () => {
    await withProvider({}, async ({ ask }) => {
      expect(await ask('HEAD', '/v2/parcels/PCL-0000AAAA')).toMatchObject({
        status: 200,
        text: '',
        headers: { etag: '"r1"' },
      });
    });
  });
});

describe('updateParcel', () => {
  test('changes a parcel for whoever has its newest copy, and gives the next tag', async () => {
    await withProvider({}, async ({ ask }) => {
      const headers = { ...PATCH, 'if-match': '"r1"' };
      const changed = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', {
        headers,
        body: { service: 'express', reference: null },
      });
      expect(changed).toMatchObject({
        status: 200,
        headers: { etag: '"r2"' },
        body: { service: 'express', reference: null, weightGrams: 640 },
      });
      expect((await ask('GET', '/v2/parcels/PCL-0000EEEE')).body).toEqual(changed.body);
    });
  });

  test('refuses an old copy with 412 and none with 428, and changes nothing', async () => {
    await withProvider({}, async ({ ask }) => {
      for (const tag of ['"r0"', 'W/"r1"', '"r11"']) {
        const refused = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', {
          headers: { ...PATCH, 'if-match': tag },
          body: { service: 'express' },
        });
        expect(refused).toMatchObject({
          status: 412,
          headers: { etag: '"r1"' },
          body: { type: 'https://parcels.example/problems/precondition-failed' },
        });
      }
      const refused = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', { headers: PATCH, body: { service: 'express' } });
      expect(refused.body).toEqual(
        problem(
          428,
          'precondition-required',
          'Precondition required',
          'Send the ETag of the copy you changed in If-Match.',
        ),
      );
      expect((await ask('GET', '/v2/parcels/PCL-0000EEEE')).body).toMatchObject({ service: 'standard' });
    });
  });

  test('answers a repeat of the change as the first time, but another change on that copy with 412', async () => {
    await withProvider({}, async ({ ask }) => {
      const change = { headers: { ...PATCH, 'if-match': '"r1"' }, body: { service: 'express' } };
      const first = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', change);
      const second = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', change);
      expect(second).toMatchObject({ status: 200, headers: { etag: '"r2"' }, body: first.body });
      const other = await ask('PATCH', '/v2/parcels/PCL-0000EEEE', { ...change, body: { reference: 'mine' } });
      expect(other.status).toBe(412);
    });
  });

  test('refuses a parcel on its way, an unknown one, an empty change and another media type', async () => {
    await withProvider({}, async ({ ask }) => {
      const headers = { ...PATCH, 'if-match': '"r2"' };
      const answers = [
        await ask('PATCH', '/v2/parcels/PCL-0000BBBB', { headers, body: { service: 'express' } }),
        await ask('PATCH', '/v2/parcels/PCL-0000ZZZZ', { headers, body: { service: 'express' } }),
        await ask('PATCH', '/v2/parcels/PCL-0000EEEE', { headers, body: {} }),
        await ask('PATCH', '/v2/parcels/PCL-0000EEEE', { headers, body: { weightGrams: 3 } }),
        await ask('PATCH', '/v2/parcels/PCL-0000EEEE', {
          headers: { 'if-match': '"r1"' },
          body: { service: 'express' },
        }),
      ];
      expect(answers.map((answer) => answer.status)).toEqual([409, 404, 422, 422, 415]);
    });
  });
});

describe('cancelParcel', () => {
  test('cancels once, is content with being asked again, and keeps the parcel', async () => {
    await withProvider({}, async ({ ask }) => {
      expect(await ask('DELETE', '/v2/parcels/PCL-0000DDDD')).toMatchObject({ status: 204, text: '' });
      expect((await ask('DELETE', '/v2/parcels/PCL-0000DDDD')).status).toBe(204);
      expect(await ask('GET', '/v2/parcels/PCL-0000DDDD')).toMatchObject({
        body: { status: 'cancelled' },
        headers: { etag: '"r2"' },
      });
    });
  });

  test('refuses a parcel that was collected', async () => {
    await withProvider({}, async ({ ask }) => {
      const refused = await ask('DELETE', '/v2/parcels/PCL-0000BBBB');
      expect(refused.body).toEqual(
        problem(
          409,
          'not-cancellable',
          'Not cancellable',
          'PCL-0000BBBB is in_transit; only a created parcel can be cancelled.',
        ),
      );
    });
  });
});

describe('getParcelLabel', () => {
  test('gives a PDF whose table of objects is right', async () => {
    await withProvider({}, async ({ ask }) => {
      const { headers, text } = await ask('GET', '/v2/parcels/PCL-0000AAAA/label');
      expect(headers['content-type']).toBe('application/pdf');
      const table = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(text)?.[1]);
      expect(text.slice(table, table + 5)).toBe('xref\n');
      const offsets = [...text.matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]));
      expect(offsets.map((offset) => text.slice(offset, offset + 7))).toEqual([
        '1 0 obj',
        '2 0 obj',
        '3 0 obj',
        '4 0 obj',
        '5 0 obj',
      ]);
      expect(text).toContain('(Ada Lindqvist) Tj');
    });
  });
});

describe('quoteParcel', () => {
  test.each([
    ['DE', 'SE', 1250, 'standard', '9.40', 4],
    ['DE', 'DE', 1000, 'standard', '5.00', 2],
    ['DE', 'FR', 480, 'express', '12.90', 2],
    ['DE', 'JP', 2001, 'standard', '30.50', 8],
  ])(
    'asks for %s to %s, %i g, %s: %s EUR in %i days',
    async (fromCountry, toCountry, weightGrams, service, amount, deliveryDays) => {
      await withProvider({}, async ({ ask }) => {
        const { body } = await ask('POST', '/v2/quotes', { body: { fromCountry, toCountry, weightGrams, service } });
        expect(body).toMatchObject({ service, price: { amount, currency: 'EUR' }, deliveryDays });
      });
    },
  );
});
