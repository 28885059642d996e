import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { isObject, type Json, type ProviderConfig } from '../contracts/index.ts';
import { shopWorkspace, type ShopWorkspace } from './fixtures/shop-workspace.ts';
import { runProviderPacts, type ProviderPactsOptions } from './provider-pacts.ts';
import { startTarget } from './target.ts';

let shop: ShopWorkspace | undefined;
afterEach(async () => await shop?.close());

const PACT = 'contracts/pacts/web-shop.json';
const ITEM = 'web → shop · a request for an item (given item i-1 exists)';
const NO_KEY = 'web → shop · a request without a key';
const MESSAGE = 'web → shop · an item was created';

/** A shop that is served in this process, held to its pact. */
async function verify(
  mode: string,
  provider: Partial<ProviderConfig> = {},
  options: Partial<ProviderPactsOptions> = {},
): Promise<ShopWorkspace> {
  shop = await shopWorkspace(provider);
  Object.assign(shop.context.workspace.config.providers['shop'] ?? {}, { url: await shop.serve(mode) });
  const target = await startTarget(shop.context, 'shop');
  await runProviderPacts(shop.context, { target, pacts: [PACT], ...options });
  return shop;
}

test('a provider that keeps its pact passes every interaction, messages and refusals too', async () => {
  const { results } = await verify('good');
  expect(results.map(({ id, suite, subject, status, findings }) => ({ id, suite, subject, status, findings }))).toEqual(
    [ITEM, NO_KEY, MESSAGE].map((subject) => ({
      id: 'pact-interaction',
      suite: 'provider',
      subject,
      status: 'passed',
      findings: [],
    })),
  );
});

describe('a provider that breaks its pact', () => {
  test('by a missing field has it named: place in the body, line of the pact, operation', async () => {
    const { result, results } = await verify('no-grams');
    expect(result('pact-interaction', ITEM)).toMatchObject({
      status: 'failed',
      findings: [
        {
          code: 'pact-mismatch',
          severity: 'error',
          message: '$: Actual map is missing the following keys: grams',
          expected: ['grams', 'id'],
          actual: ['id'],
          operationId: 'getItem',
          instancePointer: '/grams',
          where: { source: PACT, pointer: '/interactions/0/response/body/content/grams', line: 13 },
          exchange: { response: { status: 200, body: '{"id":"i-1"}' } },
        },
      ],
    });
    expect(results.map(({ status }) => status)).toEqual(['failed', 'passed', 'passed']);
  });

  test('by a status', async () => {
    const { result } = await verify('teapot');
    expect(result('pact-interaction', ITEM)?.findings).toContainEqual(
      expect.objectContaining({
        message: 'expected 200 but was 418',
        expected: 200,
        actual: 418,
        where: { source: PACT, pointer: '/interactions/0/response/status', line: 11, column: 9 },
      }),
    );
  });

  test('by a message', async () => {
    const { result } = await verify('bad-event');
    expect(result('pact-interaction', MESSAGE)).toMatchObject({
      status: 'failed',
      findings: [
        {
          expected: 'item.created',
          actual: 'item.made',
          instancePointer: '/type',
          where: { source: PACT, pointer: '/interactions/2/contents/content/type' },
        },
      ],
    });
  });

  test('by ending the connection, which leaves the other interactions verified', async () => {
    const { results } = await verify('reset');
    expect(results.map(({ status }) => status)).toEqual(['failed', 'passed', 'passed']);
    expect(results[0]?.findings).toMatchObject([
      {
        code: 'answer-missing',
        actual: 'UND_ERR_SOCKET',
        operationId: 'getItem',
        where: { pointer: '/interactions/0/response' },
      },
    ]);
  });

  test('with evidence that has no secret in it', async () => {
    const { context, results } = await verify('no-grams');
    expect(JSON.stringify(results)).toContain('[REDACTED:');
    expect(JSON.stringify(results)).not.toContain(await context.credentials.secret('key'));
  });
});

describe('what could not be verified is errored, never passed', () => {
  test('a provider state that fails', async () => {
    const { result } = await verify('broken-state');
    expect(result('pact-interaction', ITEM)).toMatchObject({
      status: 'errored',
      error: { code: 'INTERACTION_NOT_VERIFIED', exitCode: 3 },
      reason: expect.stringMatching(
        /setup state change handlers has failed; "item i-1 exists": the provider answers 500$/,
      ),
    });
  });

  test('a message of a provider that does not say where it produces messages', async () => {
    shop = await shopWorkspace();
    const { messagesPath: _left, ...provider } = shop.context.workspace.config.providers['shop'] ?? {
      versions: {},
      files: [],
    };
    Object.assign(shop.context.workspace.config.providers, { shop: { ...provider, url: await shop.serve('good') } });
    const target = await startTarget(shop.context, 'shop');
    await runProviderPacts(shop.context, { target, pacts: [PACT] });
    expect(shop.result('pact-interaction', MESSAGE)).toMatchObject({
      status: 'errored',
      reason: `${PACT}: an item was created: providers.shop.messagesPath is not set`,
    });
  });

  test('a verifier that takes too long is ended', async () => {
    const { results } = await verify('hang', {}, { timeoutMs: 3000 });
    expect(results.map(({ status }) => status)).toEqual(['errored', 'errored', 'errored']);
    expect(results[0]?.error).toMatchObject({ code: 'PACT_VERIFIER_FAILED', exitCode: 3 });
  });

  test('a pact of nobody: zero interactions are an error', async () => {
    const { results } = await verify('good', {}, { pacts: [] });
    expect(results).toMatchObject([{ id: 'pacts-found', status: 'errored', error: { code: 'PACTS_NONE' } }]);
  });

  test('a provider that dies half-way', async () => {
    shop = await shopWorkspace({}, 'die');
    const target = await startTarget(shop.context, 'shop');
    await runProviderPacts(shop.context, { target, pacts: [PACT] });
    await target.close();
    expect(shop.results.map(({ error }) => error?.code)).toEqual(['PROVIDER_DIED', 'PROVIDER_DIED', 'PROVIDER_DIED']);
  });
});

test('an older pact (specification 2) is read as well', async () => {
  shop = await shopWorkspace();
  const pact: Json = JSON.parse(await readFile(join(shop.root, PACT), 'utf8'));
  if (!isObject(pact)) throw new Error('the fixture is an object');
  const old = {
    ...pact,
    metadata: { pactSpecification: { version: '2.0.0' } },
    interactions: [
      {
        description: 'a request for an item',
        providerState: 'item i-1 exists',
        request: { method: 'GET', path: '/v1/items/i-1', headers: { 'X-Api-Key': 'placeholder' } },
        response: { status: 200, body: { id: 'i-1', grams: 11 } },
      },
    ],
  };
  await writeFile(join(shop.root, PACT), JSON.stringify(old));
  Object.assign(shop.context.workspace.config.providers['shop'] ?? {}, { url: await shop.serve('good') });
  const target = await startTarget(shop.context, 'shop');
  await runProviderPacts(shop.context, { target, pacts: [PACT] });
  expect(shop.result('pact-interaction', ITEM)?.findings).toMatchObject([
    { expected: 11, actual: 10, instancePointer: '/grams', where: { pointer: '/interactions/0/response/body/grams' } },
  ]);
});
