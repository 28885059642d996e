import { describe, expect, test } from '@jest/globals';
import { problem, SECRETS, withProvider } from './provider-under-test.ts';

describe('the rate limit', () => {
  test('counts down in every answer, then refuses until the window ends', async () => {
    await withProvider({ PARCELS_RATE_LIMIT: '2' }, async ({ ask, passMs }) => {
      const first = await ask('GET', '/v2/parcels');
      expect(first.headers).toMatchObject({
        ratelimit: '"default";r=1;t=60',
        'ratelimit-policy': '"default";q=2;w=60',
      });
      await ask('GET', '/v2/parcels');
      passMs(15_000);
      const refused = await ask('GET', '/v2/parcels');
      expect(refused).toMatchObject({
        status: 429,
        headers: {
          ratelimit: expect.stringMatching(/^"default";r=0;t=4[45]$/),
          'retry-after': expect.stringMatching(/^4[45]$/),
        },
      });
      expect(refused.body).toEqual(
        problem(429, 'rate-limited', 'Too many requests', 'The limit of 2 requests in 60 seconds is used up.'),
      );
      passMs(46_000);
      expect((await ask('GET', '/v2/parcels')).status).toBe(200);
    });
  });

  test('counts each credential for itself', async () => {
    await withProvider({ PARCELS_RATE_LIMIT: '1' }, async ({ ask }) => {
      const statuses = [
        (await ask('GET', '/v2/parcels')).status,
        (await ask('GET', '/v2/parcels', { headers: { authorization: null, 'x-api-key': SECRETS.PARCELS_API_KEY } }))
          .status,
        (await ask('GET', '/v2/parcels')).status,
      ];
      expect(statuses).toEqual([200, 200, 429]);
    });
  });
});
