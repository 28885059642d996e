import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { openCredentials, openWorkspace, type RunContext } from '../contracts/index.ts';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';
import { runVerify, SUITES, type VerifyOptions } from './verify.ts';

let shop: ShopWorkspace | undefined;
afterEach(async () => await shop?.close());

/** How many results of each suite have each status. */
function tally({ results }: ShopWorkspace): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { suite, status } of results) counts[`${suite} ${status}`] = (counts[`${suite} ${status}`] ?? 0) + 1;
  return counts;
}

async function bareDocument(mode: string): Promise<{ readonly context: RunContext; readonly url: string }> {
  shop = await shopWorkspace();
  const url = `${await shop.serve(mode)}/v1`;
  const document = join(shop.root, 'contracts/apis/shop/1.0.0/openapi.yaml');
  return { context: { ...shop.context, workspace: await openWorkspace([document], shop.root) }, url };
}

describe('a workspace', () => {
  test('has every suite run against one provider, which is gone afterwards', async () => {
    shop = await shopWorkspace();
    await runVerify(shop.context, {});
    expect(tally(shop)).toMatchObject({
      'connectivity passed': 5,
      'provider passed': 3,
      'conformance passed': 33,
      'conformance skipped': 1,
      'webhooks passed': 4,
    });
    expect(shop.results.filter(({ findings, status }) => findings.length > 0 || status === 'errored')).toEqual([]);
    const order = shop.results.map(({ suite }) => SUITES.findIndex((one) => one === suite));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    const subjects = shop.results.map(({ id, suite, subject }) => `${suite} ${id} ${subject}`);
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  test('whose provider does not start is errored with exit code 4, and the other suites are skipped with the reason', async () => {
    shop = await shopWorkspace({}, 'no-database');
    await runVerify(shop.context, { suites: ['connectivity', 'provider', 'conformance', 'webhooks'] });
    expect(shop.result('provider-started')).toMatchObject({
      status: 'errored',
      error: { code: 'PROVIDER_NOT_STARTED', exitCode: 4 },
    });
    expect(shop.results.slice(1).map(({ suite, status, reason }) => `${suite} ${status}: ${reason}`)).toEqual([
      'provider skipped: the provider was not started',
      'conformance skipped: the provider was not started',
      'webhooks skipped: the provider was not started',
    ]);
  });

  test('can be verified at another address, by its safe methods only', async () => {
    shop = await shopWorkspace();
    await runVerify(shop.context, {
      url: await shop.serve('no-grams'),
      suites: ['provider', 'conformance', 'webhooks'],
    });
    expect(tally(shop)).toMatchObject({
      'provider skipped': 1,
      'conformance failed': 1,
      'conformance skipped': 3,
      'webhooks skipped': 4,
    });
    expect(shop.result('suite-run')?.reason).toBe(
      'it may change data on a server that is not ours (--writes sends it)',
    );
    expect(shop.result('provider-started')?.status).toBe('passed');
  });
});

describe('a bare document', () => {
  async function withKey(mode: string, options: VerifyOptions): Promise<void> {
    const { context, url } = await bareDocument(mode);
    if (!shop) throw new Error('unreachable: it is open');
    await writeFile(join(context.workspace.root, 'key.txt'), await shop.context.credentials.secret('key'));
    const key = { type: 'apiKey' as const, header: 'X-Api-Key', value: { from: 'command:cat key.txt' } };
    const config = { ...context.workspace.config, credentials: { '--header 1': key } };
    const workspace = { ...context.workspace, config };
    const credentials = openCredentials(workspace, context.redactor);
    await runVerify({ ...context, workspace, credentials }, { url, ...options });
  }

  test('is verified for connectivity and conformance, with a credential by reference', async () => {
    await withKey('good', { headers: ['--header 1'] });
    expect(tally(shop ?? (await shopWorkspace()))).toEqual({
      'connectivity passed': 4,
      'conformance passed': 22,
      'conformance skipped': 3,
    });
  });

  test('without a credential is not asked what needs one', async () => {
    const { context, url } = await bareDocument('good');
    await runVerify(context, { url });
    expect(shop?.result('example-reached', 'getItem')).toMatchObject({
      status: 'skipped',
      reason: 'not reached: needs a credential for key',
    });
    expect(shop?.result('example-reached', 'getPicture')?.status).toBe('passed');
  });

  test('whose server is not there is errored, and conformance is skipped', async () => {
    const { context } = await bareDocument('good');
    await runVerify(context, { url: 'http://127.0.0.1:1/v1' });
    expect(shop?.result('suite-run')).toMatchObject({
      suite: 'conformance',
      status: 'skipped',
      reason: 'the provider was not reached',
    });
  });

  test.each<[string, VerifyOptions, string]>([
    ['no address', {}, 'URL_MISSING'],
    ['an address that is none', { url: '127.0.0.1:80' }, 'URL_INVALID'],
    ['a credential that is not there', { url: 'http://127.0.0.1:1', credential: 'key' }, 'CREDENTIAL_UNKNOWN'],
  ])('with %s is refused', async (_what, options, code) => {
    const { context } = await bareDocument('good');
    await expect(runVerify(context, options)).rejects.toMatchObject({ code, exitCode: 2 });
    expect(shop?.results).toEqual([]);
  });
});

test('pacts that an earlier run left behind are not verified in place of the committed ones', async () => {
  shop = await shopWorkspace();
  const stale = { consumer: { name: 'web' }, provider: { name: 'shop' }, interactions: [] };
  await mkdir(join(shop.root, 'reports/out/pacts'), { recursive: true });
  await writeFile(join(shop.root, 'reports/out/pacts/web-shop.json'), JSON.stringify(stale));
  await runVerify(shop.context, { suites: ['consumer', 'provider'] });
  expect(shop.results.filter(({ suite }) => suite === 'provider').map(({ status }) => status)).toEqual([
    'passed',
    'passed',
    'passed',
  ]);
});
