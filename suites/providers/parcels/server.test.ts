import { connect } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { DRAFT, problem, withProvider, type Subject } from './provider-under-test.ts';

const JSON_BODY = { 'content-type': 'application/json', 'idempotency-key': 'key-00000001' };

/** What the server says to bytes that no HTTP client would send. */
async function speak({ provider }: Subject, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(provider.port, '127.0.0.1', () => socket.write(text));
    let told = '';
    socket.on('data', (chunk) => (told += chunk.toString('utf8')));
    socket.on('close', () => resolve(told));
    socket.on('error', reject);
  });
}

describe('what is refused before any operation', () => {
  test('an unknown path is 404, another method 405 with those that would do', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('GET', '/v3/parcels')).body).toEqual(
        problem(404, 'no-such-path', 'No such path', 'Nothing is served under this path.'),
      );
      const refused = await ask('PUT', '/v2/parcels/PCL-0000AAAA?x=1', { body: {} });
      expect(refused).toMatchObject({
        status: 405,
        headers: { allow: 'DELETE, GET, HEAD, PATCH', 'content-type': 'application/problem+json; charset=utf-8' },
      });
      expect(refused.body).toEqual(
        problem(405, 'method-not-allowed', 'Method not allowed', 'Take DELETE, GET, HEAD, PATCH.'),
      );
    });
  });

  test.each([
    ['a broken one', JSON_BODY, '{"a":', 400, 'malformed-body'],
    ['an empty one', JSON_BODY, '', 400, 'malformed-body'],
    ['one with a __proto__', JSON_BODY, '{"__proto__":{"x":1}}', 400, 'malformed-body'],
    ['one that is no object', JSON_BODY, '[]', 422, 'validation'],
    ['one of another type', { ...JSON_BODY, 'content-type': 'text/xml' }, '<a/>', 415, 'unsupported-media-type'],
    ['one of no type', { ...JSON_BODY, 'content-type': null }, '{}', 415, 'unsupported-media-type'],
    ['one too large', JSON_BODY, JSON.stringify({ ...DRAFT, reference: 'x'.repeat(65_536) }), 413, 'payload-too-large'],
  ])('a body: %s', async (_what, headers, body, status, slug) => {
    await withProvider({}, async ({ ask }) => {
      const refused = await ask('POST', '/v2/parcels', { headers, body });
      expect(refused).toMatchObject({ status, headers: { 'content-type': 'application/problem+json; charset=utf-8' } });
      expect(refused.body).toMatchObject({ type: `https://parcels.example/problems/${slug}`, status });
      expect((await ask('GET', '/v2/parcels')).status).toBe(200);
    });
  });

  test('no body at all lacks everything', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000001' } })).body).toEqual(
        problem(422, 'validation', 'Invalid body', 'One member of the body is not as the contract says.', [
          { pointer: '', detail: 'must be object' },
        ]),
      );
    });
  });

  test('a path that is not percent-encoded is 400', async () => {
    await withProvider({}, async ({ ask }) => {
      expect((await ask('GET', '/v2/parcels/%zz')).body).toMatchObject({
        status: 400,
        type: 'https://parcels.example/problems/malformed-url',
      });
    });
  });

  test('what is no HTTP is 400, and headers above 16 KiB are 431', async () => {
    await withProvider({}, async (subject) => {
      expect(await speak(subject, 'HELLO\r\n\r\n')).toMatch(
        /^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json\r\n/,
      );
      const flood = `GET /health HTTP/1.1\r\nhost: a\r\nx-flood: ${'x'.repeat(17_000)}\r\n\r\n`;
      expect(await speak(subject, flood)).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
      expect((await subject.ask('GET', '/health')).body).toEqual({ status: 'ok' });
    });
  });

  test('nothing of the harness is there unless it is asked for', async () => {
    await withProvider({ TALLY_HARNESS: '' }, async ({ ask }) => {
      const paths = ['advance', 'files/manifest', 'messages', 'reset', 'states', 'webhooks'];
      const answers = await Promise.all(paths.map(async (path) => ask('POST', `/_tally/${path}`, { body: {} })));
      expect(answers.map((answer) => answer.status)).toEqual([404, 404, 404, 404, 404, 404]);
    });
  });
});

describe('the access log', () => {
  test('has a line a request, and none of the secrets in it', async () => {
    await withProvider({}, async ({ ask, token, logged }) => {
      const secret = await token();
      await ask('GET', `/v2/parcels/PCL-0000AAAA?access_token=${secret}`, {
        headers: { authorization: `Bearer ${secret}`, 'x-api-key': 'canary' },
      });
      const lines = logged()
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(lines.at(-1)).toEqual({
        time: expect.any(String),
        method: 'GET',
        route: '/v2/parcels/:parcelId',
        status: 200,
        durationMs: expect.any(Number),
        client: 'checkout',
      });
      expect(logged()).not.toContain(secret);
      expect(logged()).not.toContain('canary');
      expect(logged()).not.toContain('client-secret-of-the-tests');
    });
  });
});
