import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { documentedResponse, isObject, schemaValidator, type Contract, type Json } from '../contracts/index.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockOptions, type MockServer } from './index.ts';
import { jsonOf } from './resource-model.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PARCELS = path.join(ROOT, 'contracts/apis/parcels/2.0.0/openapi.yaml');
const EXAMPLES = path.join(ROOT, 'node_modules/@readme/oas-examples');

const running: MockServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

/** An answer that has been held against its contract. */
interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

interface Partner {
  readonly server: MockServer;
  readonly contract: Contract;
  readonly call: (operationId: string, target: string, sent?: Sent) => Promise<Answer>;
}

interface Sent {
  readonly body?: Json;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function partnerOf(file: string, options: Partial<MockOptions> = {}): Promise<Partner> {
  const run = await contextFor([file]);
  const settings = { ...MOCK_DEFAULTS, port: 0, layout: 'root' as const, state: {}, ...options };
  const server = await startMocks(run.context, settings);
  running.push(server);
  const contract = server.services[0]?.contract;
  if (contract === undefined) throw new Error('nothing is mocked');
  return { server, contract, call: async (id, target, sent) => await callOf(server, contract, id, target, sent) };
}

async function callOf(
  server: MockServer,
  contract: Contract,
  id: string,
  target: string,
  sent: Sent = {},
): Promise<Answer> {
  const operation = contract.operations.find((each) => each.id === id);
  if (operation === undefined) throw new Error(`there is no ${id}`);
  const { body, type = 'application/json', headers = {} } = sent;
  const response = await fetch(server.url + target, {
    method: operation.method.toUpperCase(),
    headers: { authorization: 'Bearer checkout', ...(body === undefined ? {} : { 'content-type': type }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : (JSON.parse(text) as Json),
  };
  const documented = documentedResponse(operation, response.status);
  expect([id, response.status, documented === undefined]).toEqual([id, response.status, false]);
  const media = jsonOf(documented?.content ?? []);
  if (media !== undefined) expect(schemaValidator(contract, media.pointer, 'response')(answer.body)).toEqual([]);
  for (const header of documented?.headers ?? []) {
    const value = response.headers.get(header.name);
    if (value === null) expect([header.name, header.required]).toEqual([header.name, false]);
    else expect(schemaValidator(contract, header.pointer, 'response')(value)).toEqual([]);
  }
  return answer;
}

const ADDRESS = { name: 'Ada Lindqvist', street: 'Storgatan 12', city: 'Stockholm', postcode: '111 23', country: 'SE' };
const DRAFT = { recipient: ADDRESS, sender: ADDRESS, weightGrams: 900, service: 'standard' };

function member(body: Json, name: string): Json {
  return isObject(body) ? (body[name] ?? null) : null;
}

function idOf(body: Json): string {
  const id = member(body, 'id');
  if (typeof id !== 'string') throw new Error('there is no id in it');
  return id;
}

describe('a session with the reference API', () => {
  const key = (value: string) => ({ 'idempotency-key': value });

  test('finds what was posted, lists, pages, changes and deletes it', async () => {
    const { call } = await partnerOf(PARCELS);
    const made = await call('createParcel', '/parcels', { body: DRAFT, headers: key('first-key') });
    const id = idOf(made.body);
    expect([made.status, made.body]).toEqual([
      201,
      {
        ...DRAFT,
        id: expect.stringMatching(/^PCL-[0-9A-Z]{8}$/),
        status: 'created',
        reference: null,
        createdAt: expect.any(String),
        updatedAt: expect.any(String),
      },
    ]);
    expect(made.headers.get('location')).toMatch(new RegExp(`/parcels/${id}$`));
    const read = await call('getParcel', `/parcels/${id}`);
    expect([read.status, read.body, read.headers.get('etag')]).toEqual([200, made.body, made.headers.get('etag')]);
    const unchanged = await call('getParcel', `/parcels/${id}`, {
      headers: { 'if-none-match': read.headers.get('etag') ?? '' },
    });
    expect(unchanged.status).toBe(304);

    const patch = { body: { service: 'express', reference: 'order-7' }, type: 'application/merge-patch+json' };
    const changed = await call('updateParcel', `/parcels/${id}`, { ...patch, headers: { 'if-match': '"r1"' } });
    expect([changed.status, changed.body]).toEqual([
      200,
      { ...(made.body as object), service: 'express', reference: 'order-7', updatedAt: expect.any(String) },
    ]);
    expect(changed.headers.get('etag')).toBe('"r2"');
    expect((await call('updateParcel', `/parcels/${id}`, { ...patch, headers: { 'if-match': '"r1"' } })).status).toBe(
      412,
    );
    expect((await call('updateParcel', `/parcels/${id}`, patch)).status).toBe(428);

    expect((await call('cancelParcel', `/parcels/${id}`)).status).toBe(204);
    const gone = await call('getParcel', `/parcels/${id}`);
    expect([gone.status, member(gone.body, 'detail')]).toEqual([404, `There is nothing at /parcels/${id}.`]);
    expect((await call('getParcelLabel', `/parcels/${id}/label`)).status).toBe(404);
  });

  test('lists what the examples show and what was posted, page by page and by status', async () => {
    const { call } = await partnerOf(PARCELS);
    const ids: string[] = [];
    for (let n = 0; n < 7; n += 1) {
      const made = await call('createParcel', '/parcels', {
        body: { ...DRAFT, weightGrams: n + 1 },
        headers: key(`parcel-${n}`),
      });
      ids.push(idOf(made.body));
    }
    const seen: Json[] = [];
    let next: string | null = null;
    do {
      const page: Answer = await call('listParcels', `/parcels?limit=3${next === null ? '' : `&cursor=${next}`}`);
      seen.push(...(member(page.body, 'items') as Json[]).map((each) => member(each, 'id')));
      next = member(page.body, 'nextCursor') as string | null;
    } while (next !== null);
    const seeded = ['PCL-0000AAAA', 'PCL-0000BBBB', 'PCL-0000CCCC', 'PCL-0000EEEE', 'PCL-0000DDDD'];
    expect(seen).toEqual([...seeded, ...ids]);
    const delivered = await call('listParcels', '/parcels?status=delivered');
    expect((member(delivered.body, 'items') as Json[]).map((each) => member(each, 'id'))).toEqual(['PCL-0000CCCC']);
    expect((await call('listParcels', '/parcels?cursor=nonsense')).status).toBe(400);
  });

  test('gives a repeat the first answer, and refuses a key with another body or none', async () => {
    const { call } = await partnerOf(PARCELS);
    const first = await call('createParcel', '/parcels', { body: DRAFT, headers: key('first-key') });
    const again = await call('createParcel', '/parcels', { body: DRAFT, headers: key('first-key') });
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      201,
      first.body,
      first.headers.get('location'),
    ]);
    const other = await call('createParcel', '/parcels', {
      body: { ...DRAFT, weightGrams: 1 },
      headers: key('first-key'),
    });
    expect([other.status, member(other.body, 'type')]).toEqual([
      422,
      'https://parcels.example/problems/idempotency-key-reused',
    ]);
    const none = await call('createParcel', '/parcels', { body: DRAFT });
    expect([none.status, member(none.body, 'type')]).toEqual([
      400,
      'https://parcels.example/problems/idempotency-key-missing',
    ]);
  });

  test('shows each consumer its own data only', async () => {
    const { call } = await partnerOf(PARCELS);
    const made = await call('createParcel', '/parcels', { body: DRAFT, headers: key('first-key') });
    const at = `/parcels/${idOf(made.body)}`;
    const other = { headers: { authorization: 'Bearer marketplace' } };
    expect((await call('getParcel', at, other)).status).toBe(404);
    expect((await call('getParcel', at)).status).toBe(200);
    expect((await call('getParcel', '/parcels/PCL-0000AAAA', other)).status).toBe(200);
  });

  test('lets Prefer, refusals and what cannot be derived be as they are without a state', async () => {
    const { server, call } = await partnerOf(PARCELS);
    const preferred = await call('getParcel', '/parcels/PCL-0000ZZZZ', { headers: { prefer: 'code=200' } });
    expect(preferred.status).toBe(200);
    expect(
      (await call('createParcel', '/parcels', { body: { ...DRAFT, weightGrams: 0 }, headers: key('some-key') })).status,
    ).toBe(422);
    expect((await call('getParcel', '/parcels/PCL-0000AAAA', { headers: { authorization: '' } })).status).toBe(401);
    expect(server.services[0]?.sandbox).toEqual({
      collections: ['/parcels'],
      fallbacks: [
        { operationId: 'getParcelLabel', reason: 'its path belongs to no collection and no item of one' },
        { operationId: 'quoteParcel', reason: 'nothing that it makes can be read again by another operation' },
      ],
      notes: [],
    });
  });
});

describe('a session with a public document', () => {
  test('of a pet store', async () => {
    const { call } = await partnerOf(path.join(EXAMPLES, '3.0/yaml/petstore-expanded.yaml'));
    const pets: Json[] = [];
    for (const [name, tag] of [
      ['Rex', 'dog'],
      ['Tom', 'cat'],
      ['Kim', 'cat'],
    ] as const) {
      pets.push((await call('addPet', '/pets', { body: { name, tag } })).body);
    }
    expect(pets).toEqual([
      { name: 'Rex', tag: 'dog', id: 1 },
      { name: 'Tom', tag: 'cat', id: 2 },
      { name: 'Kim', tag: 'cat', id: 3 },
    ]);
    expect((await call('find pet by id', '/pets/2')).body).toEqual(pets[1]);
    expect((await call('findPets', '/pets?tags=cat&limit=1')).body).toEqual([pets[1]]);
    expect((await call('deletePet', '/pets/2')).status).toBe(204);
    expect((await call('findPets', '/pets')).body).toEqual([pets[0], pets[2]]);
    const gone = await call('find pet by id', '/pets/2');
    expect([gone.status, gone.body]).toEqual([404, { code: 404, message: 'There is nothing at /pets/2.' }]);
  });

  test('of a railway', async () => {
    const { call, server } = await partnerOf(path.join(EXAMPLES, '3.1/yaml/train-travel.yaml'));
    const body = { trip_id: 'ea399ba1-6d95-433f-92d1-83f67b775594', passenger_name: 'Ada', has_bicycle: true };
    const made = await call('create-booking', '/bookings', { body });
    const id = idOf(made.body);
    const self = `${server.url}/bookings/${id}`;
    expect([made.status, made.body]).toEqual([
      201,
      { ...body, id: expect.stringMatching(/^[\da-f-]{36}$/), links: { self } },
    ]);
    expect((await call('get-booking', `/bookings/${id}`)).body).toEqual(made.body);
    const listed = await call('get-bookings', '/bookings');
    expect((member(listed.body, 'data') as Json[]).at(-1)).toEqual({ ...body, id });
    expect((await call('delete-booking', `/bookings/${id}`)).status).toBe(204);
    expect((await call('get-booking', `/bookings/${id}`)).status).toBe(404);
    expect((await call('get-booking', '/bookings/1725ff48-ab45-4bb5-9d02-88745177dedb')).status).toBe(200);
  });
});

describe('a document with callbacks and with books that nobody can make', () => {
  const ORDERS = path.join(ROOT, 'mocks/fixtures/orders-3.0.yaml');

  test('answers the book that was asked for', async () => {
    const { call } = await partnerOf(ORDERS);
    expect((await call('getBook', '/books/42')).body).toEqual({ id: 42, title: 'Emma' });
  });

  test('calls back when it has remembered', async () => {
    const { call } = await partnerOf(ORDERS);
    const receiver = createServer((request, response) => void request.resume().on('end', () => response.end())).listen(
      0,
      '127.0.0.1',
    );
    await once(receiver, 'listening');
    const heard = once(receiver, 'request');
    const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/done`;
    const made = await call('order', '/orders', { body: { callbackUrl } });
    expect(made.body).toEqual({ id: 1, callbackUrl });
    await heard;
    receiver.closeAllConnections();
    receiver.close();
    expect((await call('listOrders', '/orders')).body).toEqual([made.body]);
  });
});
