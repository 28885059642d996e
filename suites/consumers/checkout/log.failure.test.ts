import { expect, test } from '@jest/globals';
import { ORDER, PARCEL } from './examples.ts';
import { carrier, PROBLEM_JSON, tokens, useNock } from './nock-carrier.ts';
import { SECRET, testWorld, TOKEN } from './test-world.ts';

useNock();

/** Every way in which a carrier may hand a secret back. */
const formsOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString('base64'),
  Buffer.from(secret).toString('hex'),
  encodeURIComponent(secret),
];

test('every exchange is logged, with what is needed to understand it', async () => {
  const world = testWorld();
  tokens();
  carrier().post('/v2/parcels').reply(500, 'oops', { 'content-type': 'text/plain', 'x-internal': 'something' });
  carrier()
    .post('/v2/parcels')
    .replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  carrier().post('/v2/parcels').reply(201, PARCEL, { etag: '"r1"' });
  await world.carrier.book(ORDER);
  const lines = world.log.map((line): Record<string, unknown> => JSON.parse(line));
  expect(lines.map(({ operation, attempt }) => [operation, attempt])).toEqual([
    ['token', 1],
    ['createParcel', 1],
    ['createParcel', 2],
    ['createParcel', 3],
  ]);
  expect(lines[1]).toEqual({
    at: '2026-03-01T12:00:00.000Z',
    operation: 'createParcel',
    attempt: 1,
    durationMs: 0,
    request: {
      method: 'POST',
      url: 'http://carrier.test/v2/parcels',
      headers: {
        accept: 'application/json, application/problem+json',
        authorization: '[REDACTED]',
        'content-type': 'application/json',
        'idempotency-key': '"8e03978e-40d5-43dd-bc93-000000000001"',
        'user-agent': 'checkout/2.0.0',
      },
      body: JSON.stringify(ORDER),
    },
    response: {
      status: 500,
      headers: { 'content-type': 'text/plain', 'x-internal': '[REDACTED]' },
      body: 'oops',
    },
  });
  expect(lines[2]).toMatchObject({ attempt: 2, error: 'no answer: ECONNRESET' });
  expect(lines[2]).not.toHaveProperty('response');
});

test('no secret is logged, whatever the carrier hands back', async () => {
  const world = testWorld({ resilience: { attempts: 1 } });
  tokens();
  const echoed = [...formsOf(SECRET), ...formsOf(TOKEN)].join(' ');
  const body = { type: 'about:blank', title: 'x', detail: echoed, api_key: 'unknown-to-us', password: 'also unknown' };
  carrier()
    .get('/v2/parcels/PCL-0000AAAA')
    .reply(400, body, {
      ...PROBLEM_JSON,
      'set-cookie': 'session=unknown-session',
      'www-authenticate': `Bearer ${TOKEN}`,
    });
  await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'invalid' });
  const log = world.log.join('');
  const secrets = [...formsOf(SECRET), ...formsOf(TOKEN), 'unknown-to-us', 'also unknown', 'unknown-session'];
  expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
  expect(log).toContain('"api_key\\":\\"[REDACTED]');
});

test('a token that is refused for its form is not logged either', async () => {
  const world = testWorld();
  carrier().post('/oauth/token').reply(200, '{"access_token":"half-a-token', { 'content-type': 'application/json' });
  await expect(world.carrier.track('PCL-0000AAAA')).rejects.toMatchObject({ kind: 'unreadable-answer' });
  expect(world.log.join('')).not.toContain('half-a-token');
});
