import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { readUsage, whoIsHurt, type Usage } from './usage.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const API = 'contracts/apis/parcels/2.0.0/openapi.yaml';
const CONTRACT = `openapi: 3.0.3
info: { title: parcels, version: 2.0.0 }
paths:
  /parcels/{parcelId}:
    get:
      operationId: getParcel
      parameters:
        - { name: parcelId, in: path, required: true, schema: { type: string } }
        - { name: depth, in: query, schema: { type: integer } }
      responses:
        "200": { description: ok, content: { application/json: { schema: { $ref: '#/components/schemas/Parcel' } } } }
        "404": { description: no }
  /parcels:
    post:
      operationId: createParcel
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/NewParcel' } } } }
      responses: { "201": { description: made } }
  /depots:
    get: { operationId: listDepots, responses: { "200": { description: ok } } }
components:
  schemas:
    Parcel: { type: object, required: [id, weight], properties: { id: { type: string }, weight: { type: integer }, note: { type: string } } }
    NewParcel: { type: object, properties: { weight: { type: integer }, note: { type: string } } }
`;

const pact = (consumer: string, interactions: readonly object[]): object => ({
  consumer: { name: consumer },
  provider: { name: 'parcels' },
  interactions,
  metadata: { pactSpecification: { version: '3.0.0' } },
});
const get = (description: string, body: object, status = 200): object => ({
  description,
  request: { method: 'GET', path: '/parcels/PCL-1' },
  response: { status, headers: { 'Content-Type': 'application/json' }, body },
});
const post = (body: object): object => ({
  description: 'a booking',
  request: { method: 'POST', path: '/parcels', headers: { 'Content-Type': 'application/json' }, body },
  response: { status: 201 },
});

let workspace: Workspace;
let usage: Usage;
beforeAll(async () => {
  const root = await folderWith({
    'tally.yaml': 'version: 1\nname: test\n',
    [API]: CONTRACT,
    'contracts/pacts/checkout-parcels.json': pact('checkout', [
      get('one', { id: 'a', weight: 1 }),
      get('another', { weight: 2 }),
      post({ weight: 1 }),
    ]),
    'contracts/pacts/depot-parcels.json': pact('depot', [get('id only', { id: 'a' })]),
  });
  workspace = await openWorkspace([], root);
  usage = await readUsage(workspace, []);
});
afterAll(async () => {
  await rm(workspace.root, { recursive: true });
});

const GET = '/paths/~1parcels~1{parcelId}/get';

function change(pointer: string, different: Partial<Change> = {}): Change {
  const base = { source: API, pointer, line: 1, column: 1 };
  return {
    code: 'x',
    severity: 'error',
    message: 'x',
    direction: 'response',
    operation: 'GET /parcels/{parcelId}',
    where: base,
    base,
    ...different,
  };
}

function hurtBy(changed: Change, by: Usage = usage): unknown {
  const { consumers, unknown, text } = whoIsHurt(changed, by);
  return [consumers.map(({ name, interactions }) => `${name} ${interactions}`), unknown, text];
}

describe('whom a change hurts, by pacts', () => {
  test('a property of an answer hurts those who read it, and nobody else', () => {
    expect(hurtBy(change('/components/schemas/Parcel/properties/weight'))).toEqual([
      ['checkout 2'],
      false,
      'breaks checkout (2 interactions), nobody else uses it',
    ]);
    expect(hurtBy(change('/components/schemas/Parcel/properties/weight/type'))).toMatchObject([
      ['checkout 2'],
      false,
      expect.anything(),
    ]);
    expect(hurtBy(change('/components/schemas/Parcel/required/1'))).toMatchObject([
      ['checkout 2'],
      false,
      expect.anything(),
    ]);
    expect(hurtBy(change('/components/schemas/Parcel/properties/note'))).toEqual([
      [],
      false,
      'nobody on record uses it',
    ]);
  });

  test('a schema as a whole, and an operation, hurt everyone who touches them', () => {
    const all = [
      ['checkout 2', 'depot 1'],
      false,
      'breaks checkout (2 interactions), depot (1 interaction), nobody else uses it',
    ];
    expect(hurtBy(change('/components/schemas/Parcel/type'))).toEqual(all);
    expect(hurtBy(change(GET, { direction: 'both' }))).toEqual(all);
    expect(hurtBy(change('/paths/~1parcels~1{parcelId}', { direction: 'both' }))).toEqual(all);
    expect(hurtBy(change('/components/securitySchemes/key', { direction: 'request' }))).toEqual(all);
  });

  test('another operation, status or parameter hurts nobody who does not use it', () => {
    const nobody = [[], false, 'nobody on record uses it'];
    expect(hurtBy(change('/paths/~1depots/get', { operation: 'GET /depots', direction: 'both' }))).toEqual(nobody);
    expect(hurtBy(change(`${GET}/responses/404`))).toEqual(nobody);
    expect(hurtBy(change(`${GET}/parameters/1`, { direction: 'request' }))).toEqual(nobody);
  });

  test('what must be sent now hurts those who do not send it', () => {
    const required = (name: string): Change =>
      change(`/components/schemas/NewParcel/properties/${name}`, {
        code: 'property-became-required',
        direction: 'request',
        operation: 'POST /parcels',
      });
    expect(hurtBy(required('note'))).toEqual([
      ['checkout 1'],
      false,
      'breaks checkout (1 interaction), nobody else uses it',
    ]);
    expect(hurtBy(required('weight'))).toEqual([[], false, 'nobody on record uses it']);
  });

  test('what is new and must be sent hurts everyone who calls', () => {
    const { base: _, ...added } = change(`${GET}/parameters/2`, {
      code: 'parameter-required-added',
      direction: 'request',
    });
    expect(hurtBy({ ...added, revision: added.where })).toMatchObject([
      ['checkout 2', 'depot 1'],
      false,
      expect.anything(),
    ]);
  });

  test('is unknown for a version that no pact is for', () => {
    const older = {
      ...usage,
      contracts: usage.contracts.map((contract) => ({
        ...contract,
        name: contract.name === 'parcels' ? 'depots' : contract.name,
      })),
    };
    expect(hurtBy(change(GET), older)).toEqual([
      [],
      true,
      'who uses it is unknown: no pact and no recorded traffic is for depots 2.0.0',
    ]);
    expect(hurtBy(change(GET), { ...usage, contracts: [] })).toEqual([
      [],
      true,
      'who uses it is unknown: it is not in this workspace',
    ]);
  });
});

describe('whom a change hurts, by recorded traffic', () => {
  const exchange = (method: string, url: string, body?: string): object => ({
    request: {
      method,
      url,
      headers: { 'user-agent': 'courier/1.2 (linux)', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    },
    response: { status: 200, headers: {} },
    startedAt: '2026-05-04T08:15:02.000Z',
    durationMs: 1,
  });

  async function recorded(name: string, content: string): Promise<Usage> {
    const file = path.join(workspace.root, name);
    await writeFile(file, content);
    return await readUsage(
      { ...workspace, contracts: workspace.contracts.filter(({ contract }) => contract.kind !== 'pact') },
      [file],
    );
  }

  const journal = [
    exchange('GET', 'http://127.0.0.1:4010/parcels/PCL-1?depth=2'),
    exchange('POST', 'http://127.0.0.1:4010/parcels', '{"weight":1}'),
  ];

  test('what is sent is known, what is read of an answer is not', async () => {
    const traffic = await recorded(
      'journal.ndjson',
      `${journal.map((each) => JSON.stringify(each)).join('\n')}\n{"request":`,
    );
    expect(hurtBy(change(`${GET}/parameters/1`, { direction: 'request' }), traffic)).toEqual([
      ['courier/1.2 1'],
      false,
      'breaks courier/1.2 (1 interaction), nobody else uses it',
    ]);
    expect(
      hurtBy(
        change('/components/schemas/NewParcel/properties/note', { direction: 'request', operation: 'createParcel' }),
        traffic,
      ),
    ).toEqual([[], false, 'nobody on record uses it']);
    expect(hurtBy(change('/components/schemas/Parcel/properties/weight'), traffic)).toEqual([
      [],
      true,
      'courier/1.2 (1 request) called it, and what they read of the answer is unknown',
    ]);
  });

  test('reads HAR files', async () => {
    const request = {
      method: 'GET',
      url: 'http://127.0.0.1:4010/parcels/PCL-1',
      headers: [{ name: 'User-Agent', value: 'curl/8' }],
    };
    const traffic = await recorded(
      'traffic.har',
      JSON.stringify({ log: { entries: [{ request, response: { status: 200 } }] } }),
    );
    expect(hurtBy(change(GET, { direction: 'both' }), traffic)).toMatchObject([['curl/8 1'], false, expect.anything()]);
  });

  test.each([
    ['no such file', 'missing.har', undefined],
    ['no HAR', 'broken.har', '{}'],
    ['a broken line', 'broken.ndjson', 'oops\n{}'],
  ])('a file that is %s is an error', async (_, name, content) => {
    if (content !== undefined) await writeFile(path.join(workspace.root, name), content);
    await expect(readUsage(workspace, [name])).rejects.toMatchObject({
      code: 'TRAFFIC_UNREADABLE',
      where: expect.stringContaining(name),
    });
  });
});
