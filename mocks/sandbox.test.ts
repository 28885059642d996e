import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Contract, Json } from '../contracts/index.ts';
import { contextFor } from './fixtures/context.ts';
import { readTarget } from './request-target.ts';
import type { Sandbox } from './sandbox.ts';
import { createSandboxStates, type StateLog } from './sandbox-states.ts';

let parcels: Contract;
let shop: Contract;

beforeAll(async () => {
  const { context } = await contextFor(['../../contracts/apis/parcels/2.0.0/openapi.yaml', 'shop-3.0.yaml']);
  const named = (name: string): Contract => {
    const found = context.workspace.contracts.find(({ contract }) => contract.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found.contract;
  };
  parcels = named('parcels');
  shop = named('shop');
});

const ADDRESS = { name: 'Ada', street: 'Storgatan 12', city: 'Stockholm', postcode: '111 23', country: 'SE' };
const DRAFT = { recipient: ADDRESS, sender: ADDRESS, weightGrams: 900, service: 'standard' };

function ask(
  sandbox: Sandbox,
  [method, path, target]: readonly [string, string, string],
  headers: Record<string, string> = {},
  body: Json = null,
): ReturnType<Sandbox['answer']> {
  const input = { method: method as 'get', url: readTarget(target), headers, body };
  return sandbox.answer({ method, path, input, accept: headers['accept'], violations: [] });
}

const CREATE = ['post', '/parcels', '/parcels'] as const;
const READ = ['get', '/parcels/{parcelId}', '/parcels/PCL-0000AAAA'] as const;

/** A disk that is as fast and as full as a test wants it. */
function disk(): { readonly log: StateLog; readonly writes: { done: () => void; fail: (reason: Error) => void }[] } {
  const writes: { done: () => void; fail: (reason: Error) => void }[] = [];
  const append = async (): Promise<void> =>
    await new Promise((done, fail) => {
      writes.push({ done, fail });
    });
  return { log: { salt: 's', append, close: async () => await Promise.resolve() }, writes };
}

describe('a sandbox', () => {
  test('refuses a key whose first request is in progress, and answers the repeat when it has ended', async () => {
    const { log, writes } = disk();
    const sandbox = createSandboxStates({ log, warn: () => undefined }).open(parcels, 'http://127.0.0.1:1');
    const key = { 'idempotency-key': '"first"' };
    const first = ask(sandbox, CREATE, key, DRAFT);
    const early = await ask(sandbox, CREATE, key, DRAFT);
    expect([early?.status, JSON.parse(early?.body ?? '')]).toMatchObject([
      409,
      { type: 'https://parcels.example/problems/idempotency-key-in-progress', status: 409 },
    ]);
    writes[0]?.done();
    const answer = await first;
    expect(answer?.status).toBe(201);
    const late = ask(sandbox, CREATE, key, DRAFT);
    writes[1]?.done();
    expect(await late).toEqual(answer);
  });

  test('acknowledges nothing that could not be written', async () => {
    const { log, writes } = disk();
    const said: string[] = [];
    const sandbox = createSandboxStates({ log, warn: (text) => said.push(text) }).open(parcels, 'http://127.0.0.1:1');
    const answer = ask(sandbox, CREATE, { 'idempotency-key': '"first"' }, DRAFT);
    writes[0]?.fail(new Error('ENOSPC: no space left on device'));
    expect(await answer).toMatchObject({ status: 503 });
    expect(said).toEqual(['the state of createParcel was not written: ENOSPC: no space left on device']);
  });

  test('weighs entity tags as RFC 9110 does', async () => {
    const sandbox = createSandboxStates({ warn: () => undefined }).open(parcels, 'http://127.0.0.1:1');
    const reading = async (header: string, value: string) => (await ask(sandbox, READ, { [header]: value }))?.status;
    expect(await reading('if-none-match', '"r9", W/"r1"')).toBe(304);
    expect(await reading('if-none-match', '*')).toBe(304);
    expect(await reading('if-none-match', '"r2"')).toBe(200);
    const change = ['patch', READ[1], READ[2]] as const;
    const changing = async (value: string) =>
      (await ask(sandbox, change, { 'if-match': value }, { service: 'express' }))?.status;
    expect(await changing('W/"r1"')).toBe(412);
    expect(await changing('"r0", "r1"')).toBe(200);
    expect(await changing('"r1"')).toBe(412);
    expect(await changing('*')).toBe(200);
  });

  test('leaves to the engine what is asked for in another media type', () => {
    const sandbox = createSandboxStates({ warn: () => undefined }).open(parcels, 'http://127.0.0.1:1');
    expect(ask(sandbox, READ, { accept: 'application/xml' })).toBeUndefined();
    expect(ask(sandbox, READ, { accept: 'text/html, application/*;q=0.5' })).toMatchObject({ status: 200 });
    expect(ask(sandbox, READ, { accept: 'application/json;q=0' })).toBeUndefined();
  });

  test('says what it cannot derive, and why', () => {
    const { model } = createSandboxStates({ warn: () => undefined }).open(shop, 'http://127.0.0.1:1');
    expect([model.resources.map(({ collectionPath }) => collectionPath), model.fallbacks]).toMatchInlineSnapshot(`
[
  [
    "/items",
  ],
  [
    {
      "operationId": "newestItem",
      "reason": "its path belongs to no collection and no item of one",
    },
    {
      "operationId": "addNote",
      "reason": "nothing that it makes can be read again by another operation",
    },
    {
      "operationId": "upload",
      "reason": "nothing that it makes can be read again by another operation",
    },
    {
      "operationId": "label",
      "reason": "its path belongs to no collection and no item of one",
    },
  ],
]
`);
  });
});
