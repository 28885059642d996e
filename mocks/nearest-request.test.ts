import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';
import { nearestRequest, type NearestRequest } from './nearest-request.ts';

const DOCUMENT = `openapi: 3.0.3
info: { title: Notes, version: 1.0.0 }
components:
  securitySchemes: { key: { type: apiKey, in: header, name: X-Key } }
paths:
  /notes:
    post:
      operationId: createNote
      security: [{ key: [] }]
      parameters:
        - { name: Idempotency-Key, in: header, required: true, example: abc-1, schema: { type: string, minLength: 3 } }
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [text, author]
              additionalProperties: false
              properties:
                text: { type: string, maxLength: 20 }
                author: { type: object, required: [name], properties: { name: { type: string } } }
            example: { text: hello, author: { name: Ada } }
      responses: { '201': { description: Noted. } }
  /notes/{id}:
    get:
      operationId: getNote
      parameters:
        - { name: id, in: path, required: true, example: 7, schema: { type: integer } }
        - { name: limit, in: query, schema: { type: integer } }
      responses: { '200': { description: A note. } }
`;

let folder = '';
let mocks: MockServer;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-nearest-'));
  await writeFile(path.join(folder, 'notes.yaml'), DOCUMENT);
  const { context } = await contextFor(['notes.yaml'], folder);
  mocks = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, verboseLevel: 'silent' });
});
afterAll(async () => {
  await mocks.close();
  await rm(folder, { recursive: true });
});

/** What is proposed for a request that the mock refuses, after the mock has accepted the proposal. */
async function nearestOf(target: string, init: RequestInit): Promise<NearestRequest> {
  await fetch(`${mocks.url}${target}`, init);
  const [service] = mocks.services;
  const exchange = mocks.journal.exchanges.at(-1);
  if (service === undefined || exchange?.refusal === undefined) throw new Error('it was not refused');
  const nearest = nearestRequest(service.contract, service.basePath, exchange);
  if (nearest === undefined) throw new Error('nothing is near');
  const { method, target: wanted, headers, body } = nearest.request;
  const accepted = await fetch(`${mocks.url}${wanted}`, { method, headers, ...(body === undefined ? {} : { body }) });
  expect([accepted.status, mocks.journal.exchanges.at(-1)?.refusal]).toEqual([
    method === 'POST' ? 201 : 200,
    undefined,
  ]);
  return nearest;
}

const HEADERS = { 'content-type': 'application/json', 'x-key': 'k', 'idempotency-key': 'mine-1' };
const post = (body: unknown, headers: Record<string, string> = HEADERS): RequestInit => ({
  method: 'POST',
  headers,
  body: JSON.stringify(body),
});

describe('the nearest request', () => {
  test('keeps what was right, and takes the rest from the example', async () => {
    const nearest = await nearestOf('/notes', post({ text: 'mine', colour: 'red', author: {} }));
    expect(JSON.parse(nearest.request.body ?? '')).toEqual({ text: 'mine', author: { name: 'Ada' } });
    expect(nearest.request.headers['idempotency-key']).toBe('mine-1');
    expect(nearest.changes).toEqual(['body.colour left out', 'body.author.name: "Ada"']);
  });

  test('has the header that is missing, and credentials, but never those that were sent', async () => {
    const { 'idempotency-key': _, ...rest } = HEADERS;
    const withHeader = await nearestOf(
      '/notes',
      post({ text: 'mine', author: { name: 'Bo' } }, { ...rest, 'x-key': 's3cret-key' }),
    );
    expect(withHeader.changes).toEqual(['header idempotency-key: abc-1']);
    expect(JSON.stringify(withHeader)).not.toContain('s3cret-key');
    const { 'x-key': _key, ...withoutKey } = HEADERS;
    const withKey = await nearestOf('/notes', post({ text: 'mine', author: { name: 'Bo' } }, withoutKey));
    expect([withKey.changes, withKey.request.headers['x-key']]).toEqual([['credentials added'], 'tally-dummy']);
  });

  test('is the whole example where a body is beyond repair', async () => {
    const nearest = await nearestOf('/notes', { method: 'POST', headers: HEADERS, body: '[1, 2]' });
    expect([nearest.changes, nearest.request.body]).toEqual([
      ["body: the contract's example"],
      '{"text":"hello","author":{"name":"Ada"}}',
    ]);
  });

  test('leaves out a query parameter of no example, and has the path of the example', async () => {
    expect((await nearestOf('/notes/7?limit=x', {})).changes).toEqual(['query.limit left out']);
    expect((await nearestOf('/notes/seven', {})).request.target).toBe('/notes/7');
  });

  test('is another path or method where none matched', async () => {
    expect((await nearestOf('/note/7', {})).changes).toEqual(['GET /notes/7 instead of GET /note/7']);
    expect((await nearestOf('/notes/7', { method: 'DELETE' })).changes).toEqual([
      'GET /notes/7 instead of DELETE /notes/7',
    ]);
  });
});
