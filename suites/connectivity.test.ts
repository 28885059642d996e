import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { runConnectivity } from './connectivity.ts';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';

let shop: ShopWorkspace | undefined;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await shop?.close();
});

interface SecureServer {
  readonly url: string;
  readonly ca: string;
}

/** An https server with a certificate of its own for a name, good for some days. */
async function secureShop(name: string, days: number, options: object = {}): Promise<SecureServer> {
  const notAfterDate = new Date(Date.now() + days * 86_400_000);
  const { private: key, cert } = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
    ],
  });
  const server = createServer({ key, cert, ...options }, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-total': '0' }).end('[]');
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}/v1`, ca: cert };
}

describe('a provider over http', () => {
  test('that answers passes every step', async () => {
    shop = await shopWorkspace();
    const url = `${await shop.serve('good')}/v1`;
    expect(await runConnectivity(shop.context, { contract: shop.contract, url, credential: 'key' })).toBe(true);
    expect(shop.results.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'dns-resolves passed',
      'tcp-connects passed',
      'credential-accepted passed',
      'safe-operation-answers passed',
    ]);
  });

  test('that is not there is errored once, with exit code 4, and the rest is skipped', async () => {
    shop = await shopWorkspace();
    const reached = await runConnectivity(shop.context, { contract: shop.contract, url: 'http://127.0.0.1:1/v1' });
    expect(reached).toBe(false);
    expect(shop.result('tcp-connects')).toMatchObject({
      status: 'errored',
      error: {
        code: 'TARGET_UNREACHED',
        where: 'http://127.0.0.1:1',
        why: 'no TCP connection to port 1 (ECONNREFUSED)',
        exitCode: 4,
      },
    });
    expect(shop.result('safe-operation-answers')).toMatchObject({
      status: 'skipped',
      reason: 'tcp-connects did not pass',
    });
  });

  test('whose name does not resolve is errored with exit code 4', async () => {
    shop = await shopWorkspace();
    await runConnectivity(shop.context, { contract: shop.contract, url: 'http://shop.invalid/v1' });
    expect(shop.result('dns-resolves')).toMatchObject({
      status: 'errored',
      error: { code: 'TARGET_UNREACHED', exitCode: 4 },
    });
  });

  test('that refuses the credential has a finding with the operation it was tried on', async () => {
    shop = await shopWorkspace();
    const url = `${await shop.serve('refuses')}/v1`;
    await runConnectivity(shop.context, { contract: shop.contract, url, credential: 'key' });
    expect(shop.result('credential-accepted')?.findings).toMatchObject([
      {
        code: 'credential-refused',
        message: 'listItems answers 401 to the credential key',
        actual: 401,
        operationId: 'listItems',
        where: { source: 'contracts/apis/shop/1.0.0/openapi.yaml', pointer: '/paths/~1items/get' },
      },
    ]);
    expect(shop.result('safe-operation-answers')?.status).toBe('skipped');
  });
});

describe('a provider over https', () => {
  test('with a good certificate passes, and says how long it holds', async () => {
    const { url, ca } = await secureShop('localhost', 90);
    shop = await shopWorkspace();
    await runConnectivity(shop.context, { contract: shop.contract, url, ca, credential: 'key' });
    expect(shop.result('tls-negotiates')?.status).toBe('passed');
    expect(shop.result('tls-certificate')).toMatchObject({
      status: 'passed',
      measures: [{ name: 'certificate-days-left', value: 89, unit: 'days', threshold: '>= 14' }],
    });
  });

  test('with a certificate that ends soon is warned of', async () => {
    const { url, ca } = await secureShop('localhost', 5);
    shop = await shopWorkspace();
    await runConnectivity(shop.context, { contract: shop.contract, url, ca });
    expect(shop.result('tls-certificate')).toMatchObject({
      status: 'warned',
      findings: [
        { code: 'tls-certificate-expires', severity: 'warning', message: 'the certificate expires in 4 days' },
      ],
    });
  });

  test('with a certificate of another name is a finding', async () => {
    const { url, ca } = await secureShop('shop.example', 90);
    shop = await shopWorkspace();
    await runConnectivity(shop.context, { contract: shop.contract, url, ca });
    expect(shop.result('tls-certificate')?.findings).toMatchObject([
      {
        code: 'tls-certificate-untrusted',
        message: 'the certificate is not trusted: ERR_TLS_CERT_ALTNAME_INVALID',
        where: { source: 'contracts/apis/shop/1.0.0/openapi.yaml', line: 3 },
      },
    ]);
  });

  test('with a certificate that nobody signed is a finding, and nothing is sent to it', async () => {
    const { url } = await secureShop('localhost', 90);
    shop = await shopWorkspace();
    const reached = await runConnectivity(shop.context, { contract: shop.contract, url, credential: 'key' });
    expect(reached).toBe(false);
    expect(shop.result('tls-certificate')?.findings).toMatchObject([
      {
        code: 'tls-certificate-untrusted',
        fix: 'name the file of its certificate authority in NODE_EXTRA_CA_CERTS',
      },
    ]);
    expect(shop.result('credential-accepted')).toMatchObject({
      status: 'skipped',
      reason: 'tls-certificate did not pass',
    });
  });

  test('that is no https is a finding, and conformance is not asked of it', async () => {
    shop = await shopWorkspace();
    const url = `${(await shop.serve('good')).replace('http:', 'https:')}/v1`;
    expect(await runConnectivity(shop.context, { contract: shop.contract, url })).toBe(false);
    expect(shop.result('tls-negotiates')?.findings).toMatchObject([
      { code: 'tls-unsupported', fix: 'write http:// for https://, or correct the port' },
    ]);
  });

  test('that offers TLS 1.1 only is a finding', async () => {
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    const { url, ca } = await secureShop('localhost', 90, old);
    shop = await shopWorkspace();
    await runConnectivity(shop.context, { contract: shop.contract, url, ca });
    expect(shop.result('tls-negotiates')?.findings).toMatchObject([{ code: 'tls-unsupported' }]);
  });
});
