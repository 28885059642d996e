import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checkPacts } from './check-pacts.ts';
import { openCredentials } from './credentials.ts';
import type { Finding } from './finding.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { createRedactor } from './redact.ts';
import type { Result } from './result.ts';
import { openWorkspace } from './workspace.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function check(files: Readonly<Record<string, string>>, config = ''): Promise<readonly Result[]> {
  const root = await folderWith({ 'tally.yaml': `version: 1\nname: test\n${config}`, ...files });
  folders.push(root);
  const workspace = await openWorkspace([], root);
  const redactor = createRedactor();
  const results: Result[] = [];
  const silent = (): void => undefined;
  await checkPacts({
    workspace,
    redactor,
    log: { debug: silent, info: silent, warn: silent, progress: silent },
    credentials: openCredentials(workspace, redactor),
    signal: new AbortController().signal,
    seed: 1,
    emit: (result) => results.push(result),
  });
  return results;
}

const PARCEL = `
      type: object
      required: [id, weightGrams, status]
      properties:
        id: { type: string, pattern: '^PCL-' }
        weightGrams: { type: integer, maximum: 31500 }
        status: { type: string, enum: [created, delivered] }
        labels: { type: object, additionalProperties: { type: string } }
        notes: { type: object }
        next: { allOf: [{ $ref: '#/components/schemas/Parcel' }], description: again }
`;

const openapi = (parcel = PARCEL, version = '2.0.0', specification = '3.0.3'): string => `openapi: ${specification}
info: { title: parcels, version: ${version} }
paths:
  /parcels/{parcelId}:
    parameters: [{ name: parcelId, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getParcel
      responses:
        "200":
          description: ok
          headers: { ETag: { schema: { type: string } } }
          content: { application/json: { schema: { $ref: '#/components/schemas/Parcel' } } }
  /parcels:
    get:
      operationId: listParcels
      parameters: [{ name: limit, in: query, schema: { type: integer } }]
      responses:
        "200":
          description: ok
          content: { application/json: { schema: { type: array, items: { $ref: '#/components/schemas/Parcel' } } } }
    post:
      operationId: createParcel
      parameters: [{ name: Idempotency-Key, in: header, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { $ref: '#/components/schemas/Parcel' } } } }
      responses: { "201": { description: made } }
components:
  schemas:
    Parcel:${parcel}`;

const API = 'contracts/apis/parcels/2.0.0/openapi.yaml';
const PACT = 'contracts/pacts/checkout-parcels.json';

interface Told {
  readonly request: object;
  readonly response: object;
  readonly description?: string;
}

function pact(interactions: readonly Told[], more: object = {}): string {
  const whole = interactions.map((interaction, index) => ({ description: `call ${index + 1}`, ...interaction }));
  const metadata = { pactSpecification: { version: '3.0.0' } };
  return JSON.stringify(
    { consumer: { name: 'checkout' }, provider: { name: 'parcels' }, interactions: whole, metadata, ...more },
    null,
    2,
  );
}

const get = (body: object, path = '/parcels/PCL-1', status = 200): Told => ({
  request: { method: 'GET', path },
  response: { status, headers: { 'Content-Type': 'application/json' }, body },
});

function told(results: readonly Result[]): unknown {
  return results.map(({ id, subject, status, findings }) => [
    `${id} ${subject} ${status}`,
    ...findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`),
  ]);
}

async function findingsOf(interaction: Told, contract = openapi()): Promise<readonly Finding[]> {
  const results = await check({ [API]: contract, [PACT]: pact([interaction]) });
  return results.filter(({ id }) => id === 'pact-compatible').flatMap(({ findings }) => findings);
}

describe('a pact against its contract', () => {
  test('is compatible where it reads an excerpt of what the contract has', async () => {
    expect(await findingsOf(get({ id: 'PCL-1', labels: { any: 'text' }, next: { id: 'PCL-2' } }))).toEqual([]);
  });

  test('names consumer, interaction and property, and the lines of both files', async () => {
    expect(await findingsOf(get({ id: 'PCL-1', next: { weight: 3 } }))).toEqual([
      {
        code: 'pact-response-property-unknown',
        severity: 'error',
        message:
          'checkout, "call 1": it reads the property "next.weight", which the 200 answer of GET /parcels/{parcelId} does not have',
        fix: 'keep the property in the contract, or let the consumer do without it first',
        actual: 3,
        where: { source: PACT, pointer: '/interactions/0/response/body/next/weight', line: 23, column: 13 },
        related: [{ source: API, pointer: '/components/schemas/Parcel', line: 28, column: 5 }],
        operationId: 'getParcel',
      },
    ]);
  });

  test('warns of a property in a map that describes none', async () => {
    expect(await findingsOf(get({ notes: { colour: 'red' } }))).toMatchObject([
      {
        code: 'pact-response-property-unpromised',
        severity: 'warning',
        where: { pointer: '/interactions/0/response/body/notes/colour' },
      },
    ]);
  });

  test('finds another type, and a value that the contract no longer has', async () => {
    expect(await findingsOf(get({ weightGrams: '3', status: 'lost' }))).toMatchObject([
      { code: 'pact-response-body-mismatch', where: { pointer: '/interactions/0/response/body/weightGrams' } },
      {
        code: 'pact-response-body-mismatch',
        where: { pointer: '/interactions/0/response/body/status' },
        actual: 'lost',
      },
    ]);
  });

  test('finds what a nullable object lost', async () => {
    const nullable = PARCEL.replace(
      'next: {',
      'box: { type: object, nullable: true, properties: { size: { type: string } } }\n        next: {',
    );
    expect(await findingsOf(get({ box: { size: 'm' } }), openapi(nullable))).toEqual([]);
    expect(await findingsOf(get({ box: { volume: 3 } }), openapi(nullable))).toMatchObject([
      { code: 'pact-response-property-unknown', where: { pointer: '/interactions/0/response/body/box/volume' } },
    ]);
  });

  test('holds a request body to the whole schema, but not one that is meant to be refused', async () => {
    const post = (status: number): Told => ({
      request: {
        method: 'POST',
        path: '/parcels',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' },
        body: { id: 'PCL-1', status: 'created' },
      },
      response: { status },
    });
    expect(await findingsOf(post(201))).toMatchObject([
      {
        code: 'pact-request-body-mismatch',
        message: expect.stringContaining("must have required property 'weightGrams'"),
        operationId: 'createParcel',
      },
    ]);
    const withRefusal = openapi().replace('"201": { description: made }', '"422": { description: no }');
    expect(await findingsOf(post(422), withRefusal)).toEqual([]);
  });

  test('finds a missing header, a wrong query, a status and a response header that the contract lacks', async () => {
    const post = {
      request: {
        method: 'POST',
        path: '/parcels',
        headers: { 'Content-Type': 'application/json' },
        body: { id: 'PCL-1', weightGrams: 1, status: 'created' },
      },
      response: { status: 201 },
    };
    expect(await findingsOf(post)).toMatchObject([
      { code: 'pact-request-header-incompatible', related: [{ source: API, line: 23 }] },
    ]);
    const query = {
      request: { method: 'GET', path: '/parcels', query: { limit: ['many'] } },
      response: { status: 200 },
    };
    expect(await findingsOf(query)).toMatchObject([
      { code: 'pact-request-query-incompatible', where: { pointer: '/interactions/0/request/query/limit' } },
    ]);
    expect(await findingsOf(get({}, '/parcels/PCL-1', 418))).toMatchObject([
      { code: 'pact-response-status-unknown', where: { pointer: '/interactions/0/response/status' } },
    ]);
    const header = {
      request: { method: 'GET', path: '/parcels/PCL-1' },
      response: { status: 200, headers: { 'X-Depot': 'HAM', etag: '"1"' } },
    };
    expect(await findingsOf(header)).toMatchObject([
      { code: 'pact-response-header-unknown', where: { pointer: '/interactions/0/response/headers/X-Depot' } },
    ]);
  });

  test('finds an operation that is gone, and says which methods its path has', async () => {
    const remove = { request: { method: 'DELETE', path: '/parcels/PCL-1' }, response: { status: 204 } };
    expect(await findingsOf(remove)).toMatchObject([
      {
        code: 'pact-operation-unknown',
        message:
          'checkout, "call 1": it calls DELETE /parcels/PCL-1, which parcels 2.0.0 does not have; that path has GET',
        where: { source: PACT, pointer: '/interactions/0/request/path' },
        related: [{ source: API, pointer: '/paths', line: 3 }],
      },
    ]);
  });

  test.each(['3.0.3', '3.1.0'])('reads what other files describe, in %s', async (specification) => {
    const contract = openapi(PARCEL, '2.0.0', specification).replace(
      /\n {4}Parcel:[^]*/,
      "\n    Parcel: { $ref: './parcel.yaml' }\n",
    );
    const files = {
      [API]: contract,
      'contracts/apis/parcels/2.0.0/parcel.yaml': 'type: object\nproperties:\n  id: { type: string }\n',
    };
    const results = await check({ ...files, [PACT]: pact([get({ id: 'PCL-1', weight: 1 })]) });
    expect(results[0]?.findings).toMatchObject([
      {
        code: 'pact-response-property-unknown',
        related: [{ source: 'contracts/apis/parcels/2.0.0/parcel.yaml', pointer: '', line: 1 }],
      },
    ]);
  });

  test('reads Swagger 2.0, with or without its base path', async () => {
    const swagger = JSON.stringify({
      swagger: '2.0',
      info: { title: 'parcels', version: '2.0.0' },
      basePath: '/v2',
      produces: ['application/json'],
      paths: {
        '/parcels': {
          get: {
            responses: {
              200: { description: 'ok', schema: { type: 'object', properties: { id: { type: 'string' } } } },
            },
          },
        },
      },
    });
    const files = {
      'contracts/apis/parcels/2.0.0/swagger.json': swagger,
      [PACT]: pact([get({ id: 'x' }, '/v2/parcels'), get({ no: 'x' }, '/parcels')]),
    };
    expect((await check(files))[0]?.findings).toMatchObject([
      { code: 'pact-response-property-unknown', message: expect.stringContaining('"call 2"') },
    ]);
  });
});

describe('the version that a pact is for', () => {
  const older = {
    'contracts/apis/parcels/1.0.0/openapi.yaml': openapi(
      PARCEL.replace('weightGrams, ', '').replace(/ {8}weightGrams.*\n/, ''),
      '1.0.0',
    ),
  };
  const interaction = get({ weightGrams: 3 });

  test('is the newest unless something else is said', async () => {
    expect(told(await check({ ...older, [API]: openapi(), [PACT]: pact([interaction]) }))).toEqual([
      ['pact-compatible checkout → parcels 2.0.0 passed'],
      [
        'pact-coverage parcels 2.0.0 passed',
        'info operation-without-pact: no pact uses the operation listParcels',
        'info operation-without-pact: no pact uses the operation createParcel',
      ],
    ]);
  });

  test.each([
    ['metadata', { metadata: { tally: { contract: 'parcels 1.0.0' } } }, ''],
    ['the provider', { provider: { name: 'parcels', version: '1.0.0' } }, ''],
    ['tally.yaml', {}, 'consumers: { checkout: { contracts: { parcels: 1.0.0 } } }\n'],
  ])('is what %s says', async (_, more, config) => {
    const results = await check({ ...older, [API]: openapi(), [PACT]: pact([interaction], more) }, config);
    expect(results[0]).toMatchObject({
      subject: 'checkout → parcels 1.0.0',
      status: 'failed',
      findings: [{ code: 'pact-response-property-unknown' }],
    });
  });

  test('must be in the catalogue', async () => {
    const results = await check({
      [API]: openapi(),
      [PACT]: pact([interaction], { metadata: { tally: { contract: '3.0.0' } } }),
    });
    expect(told(results)).toEqual([
      [
        'pact-compatible checkout → parcels 3.0.0 failed',
        'error pact-contract-unknown: the pact of checkout is for parcels 3.0.0, which is not in the catalogue; found 2.0.0',
      ],
    ]);
    expect(results[0]?.findings[0]?.where.pointer).toBe('/metadata/tally/contract');
  });

  test('a provider that is not in the catalogue is skipped, with its near miss', async () => {
    const [result] = await check({ [API]: openapi(), [PACT]: pact([interaction], { provider: { name: 'parcel' } }) });
    expect(result).toMatchObject({
      status: 'skipped',
      reason: 'the catalogue has no API "parcel" to hold the pact against, did you mean "parcels"?',
    });
  });
});

describe('a message of a pact', () => {
  const asyncapi = (dataProperties: string): string => `asyncapi: 3.0.0
info: { title: parcels, version: 2.0.0 }
channels:
  events:
    address: /events
    messages: { created: { $ref: '#/components/messages/created' }, delivered: { $ref: '#/components/messages/delivered' } }
operations: { send: { action: send, channel: { $ref: '#/channels/events' } } }
components:
  messages:
    created: { payload: { type: object, required: [type, at], properties: { type: { const: parcel.created }, at: { type: string }, data: { type: object, properties: { ${dataProperties} } } } } }
    delivered: { payload: { type: object, properties: { type: { const: parcel.delivered } } } }
`;
  const message = (contents: object): string =>
    JSON.stringify({
      consumer: { name: 'checkout' },
      provider: { name: 'parcels' },
      messages: [{ description: 'an event', contents }],
      metadata: { pactSpecification: { version: '3.0.0' } },
    });
  const EVENTS = 'contracts/events/parcels/2.0.0/asyncapi.yaml';

  test('may be an excerpt of the message whose constants it carries', async () => {
    const files = {
      [EVENTS]: asyncapi('parcelId: { type: string }'),
      [PACT]: message({ type: 'parcel.created', data: { parcelId: 'x' } }),
    };
    expect(told(await check(files))).toEqual([
      ['pact-compatible checkout → parcels 2.0.0 · asyncapi passed'],
      [
        'pact-coverage parcels 2.0.0 · asyncapi passed',
        'info message-without-pact: no pact uses the message delivered',
      ],
    ]);
  });

  test('is held to that message: a property that it lost is found', async () => {
    const files = {
      [EVENTS]: asyncapi('id: { type: string }'),
      [PACT]: message({ type: 'parcel.created', data: { parcelId: 'x' } }),
    };
    expect((await check(files))[0]).toMatchObject({
      status: 'failed',
      findings: [
        {
          code: 'pact-message-property-unknown',
          message: expect.stringContaining('"data.parcelId", which the message created'),
          where: { source: PACT },
          related: [{ source: EVENTS }],
        },
      ],
    });
  });

  test('that no message is like is found', async () => {
    const files = { [EVENTS]: asyncapi(''), [PACT]: message({ type: 'parcel.lost' }) };
    expect((await check(files))[0]?.findings).toMatchObject([
      { code: 'pact-message-unknown', message: expect.stringContaining('parcel.lost') },
    ]);
  });
});
