import { once } from 'node:events';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { connectionFailure } from './connection-failure.ts';

test.each([
  ['ECONNREFUSED', 'nothing listens there (ECONNREFUSED)', 'start the server, or correct the port'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'its certificate is not trusted here (DEPTH_ZERO_SELF_SIGNED_CERT)',
    'name the file of its certificate authority in NODE_EXTRA_CA_CERTS',
  ],
  [
    'UND_ERR_HEADERS_TIMEOUT',
    'it did not answer in time (UND_ERR_HEADERS_TIMEOUT)',
    'look at the log of the server, and check its address',
  ],
])('%s is explained', (code, why, fix) => {
  expect(connectionFailure(code)).toEqual({ why, fix });
  // As fetch and undici throw it.
  expect(connectionFailure(new Error('fetch failed', { cause: { code } }))).toEqual({ why, fix });
});

test('TLS on a port without it is explained as Node says it', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asking = request(`https://127.0.0.1:${port}/`);
  const [failure] = (await once(asking.end(), 'error')) as [Error];
  server.close();
  expect(connectionFailure(failure)).toEqual({
    why: expect.stringMatching(/^it does not speak TLS \((ERR_SSL_WRONG_VERSION_NUMBER|EPROTO)\)$/),
    fix: 'write http:// for https://, or correct the port',
  });
});

test('what is not known is said as it came', () => {
  expect(connectionFailure(new Error('odd')).why).toBe('odd');
  expect(connectionFailure(Object.assign(new Error(''), { code: 'EODD' })).why).toBe('EODD');
});
