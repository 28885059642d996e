import { Buffer } from 'node:buffer';
import { describe, expect, test } from '@jest/globals';
import { DRAFT, problem, SECRETS, withProvider } from './provider-under-test.ts';

const BASIC = `Basic ${Buffer.from(`checkout:${SECRETS.PARCELS_CLIENT_SECRET}`).toString('base64')}`;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the token endpoint', () => {
  test('gives a token for the secret in HTTP Basic, with the scopes asked for', async () => {
    await withProvider({ PARCELS_TOKEN_SECONDS: '90' }, async ({ ask }) => {
      const told = await ask('POST', '/oauth/token', {
        headers: { ...FORM, authorization: BASIC },
        body: 'grant_type=client_credentials&scope=parcels:read',
      });
      expect(told).toMatchObject({
        status: 200,
        headers: { 'cache-control': 'no-store' },
        body: { token_type: 'Bearer', expires_in: 90, scope: 'parcels:read' },
      });
    });
  });

  test.each([
    ['no client', null, 'grant_type=client_credentials', 401, 'invalid_client'],
    [
      'a wrong secret',
      null,
      'grant_type=client_credentials&client_id=checkout&client_secret=wrong',
      401,
      'invalid_client',
    ],
    [
      'an unknown client',
      `Basic ${Buffer.from('somebody:else').toString('base64')}`,
      'grant_type=client_credentials',
      401,
      'invalid_client',
    ],
    ['two ways at once', BASIC, 'grant_type=client_credentials&client_secret=x', 400, 'invalid_request'],
    [
      'a repeated parameter',
      BASIC,
      'grant_type=client_credentials&scope=parcels:read&scope=parcels:write',
      400,
      'invalid_request',
    ],
    ['no grant', BASIC, 'scope=parcels:read', 400, 'invalid_request'],
    ['another grant', BASIC, 'grant_type=password', 400, 'unsupported_grant_type'],
    ['an unknown scope', BASIC, 'grant_type=client_credentials&scope=parcels:read+admin', 400, 'invalid_scope'],
  ])('refuses %s', async (_what, authorization, body, status, error) => {
    await withProvider({}, async ({ ask }) => {
      const refused = await ask('POST', '/oauth/token', { headers: { ...FORM, authorization }, body });
      expect(refused).toMatchObject({ status, body: { error } });
      expect(refused.headers['www-authenticate']).toBe(status === 401 ? 'Basic realm="parcels"' : undefined);
    });
  });
});

describe('credentials', () => {
  test.each([
    ['none', {}, 'Bearer realm="parcels"'],
    ['an unknown token', { authorization: 'Bearer made-up' }, 'Bearer realm="parcels", error="invalid_token"'],
    ['another scheme', { authorization: BASIC }, 'Bearer realm="parcels", error="invalid_token"'],
    ['a wrong key', { 'x-api-key': 'wrong' }, 'Bearer realm="parcels", error="invalid_token"'],
  ])('%s: 401 with the same body for all', async (_what, headers, challenge) => {
    await withProvider({}, async ({ ask }) => {
      const refused = await ask('GET', '/v2/parcels', { headers: { authorization: null, ...headers } });
      expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': challenge } });
      expect(refused.body).toEqual(
        problem(401, 'unauthenticated', 'Unauthenticated', 'Send a valid access token or API key.'),
      );
    });
  });

  test('a token works until it expires', async () => {
    await withProvider({ PARCELS_TOKEN_SECONDS: '60' }, async ({ ask, token, passMs }) => {
      const headers = { authorization: `Bearer ${await token()}` };
      expect((await ask('GET', '/v2/parcels', { headers })).status).toBe(200);
      passMs(61_000);
      expect((await ask('GET', '/v2/parcels', { headers })).status).toBe(401);
    });
  });

  test('a token without the scope is refused with the scope that is missing, and nothing happens', async () => {
    await withProvider({}, async ({ ask, token }) => {
      const reader = { authorization: `Bearer ${await token('parcels:read')}` };
      const writer = { authorization: `Bearer ${await token('parcels:write')}` };
      const refused = await ask('DELETE', '/v2/parcels/PCL-0000DDDD', { headers: reader });
      expect(refused).toMatchObject({
        status: 403,
        headers: { 'www-authenticate': 'Bearer realm="parcels", error="insufficient_scope", scope="parcels:write"' },
      });
      expect(refused.body).toEqual(
        problem(403, 'insufficient-scope', 'Insufficient scope', 'This needs the scope parcels:write.'),
      );
      expect((await ask('GET', '/v2/parcels/PCL-0000DDDD', { headers: reader })).body).toMatchObject({
        status: 'created',
      });
      expect((await ask('GET', '/v2/parcels/PCL-0000DDDD', { headers: writer })).status).toBe(403);
    });
  });

  test('an API key reads and asks for prices, and does nothing else', async () => {
    await withProvider({}, async ({ ask }) => {
      const headers = { authorization: null, 'x-api-key': SECRETS.PARCELS_API_KEY };
      const quote = { fromCountry: 'DE', toCountry: 'SE', weightGrams: 1, service: 'standard' };
      const statuses = [
        (await ask('GET', '/v2/parcels', { headers })).status,
        (await ask('GET', '/v2/parcels/PCL-0000AAAA/label', { headers })).status,
        (await ask('POST', '/v2/quotes', { headers, body: quote })).status,
        (await ask('POST', '/v2/parcels', { headers: { ...headers, 'idempotency-key': 'key-00000001' }, body: DRAFT }))
          .status,
        (await ask('DELETE', '/v1/parcels/PCL-0000DDDD', { headers })).status,
      ];
      expect(statuses).toEqual([200, 200, 200, 403, 403]);
    });
  });
});
