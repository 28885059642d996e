import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { ParsedContract } from '../model.ts';
import { pact } from './pact.ts';

const root = fileURLToPath(new URL('fixtures/pact/', import.meta.url));
const read = (name: string): Promise<ParsedContract> => pact.parse(name, { root });
const at = (source: string, pointer: string, line: number, column: number): object => ({
  source,
  pointer,
  line,
  column,
});

describe('a pact that is right', () => {
  test('of version 4 is read, HTTP and messages', async () => {
    const { contract, findings } = await read('v4.json');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      kind: 'pact',
      name: 'checkout-parcels',
      version: '0.0.0',
      title: 'checkout and parcels',
      source: 'v4.json',
      specification: 'pact 4',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    const who = { consumer: 'checkout', provider: 'parcels' };
    expect(contract.interactions).toEqual([
      {
        ...who,
        type: 'http',
        description: 'a request for a parcel',
        providerStates: [{ name: 'parcel exists', params: { id: 'PCL-0000AAAA' } }, { name: 'the carrier is open' }],
        request: {
          method: 'GET',
          path: '/v2/parcels/PCL-0000AAAA',
          query: { expand: ['events', 'label'] },
          headers: { Accept: 'application/json, text/plain' },
        },
        response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: { id: 'PCL-0000AAAA' } },
        pointer: '/interactions/0',
        where: at('v4.json', '/interactions/0', 5, 5),
      },
      {
        ...who,
        type: 'http',
        description: 'a request for a label',
        providerStates: [],
        request: { method: 'POST', path: '/labels', body: { a: 1 } },
        response: { status: 204, body: {} },
        pointer: '/interactions/1',
        where: at('v4.json', '/interactions/1', 21, 5),
      },
      {
        ...who,
        type: 'message',
        description: 'a parcel was created',
        providerStates: [{ name: 'parcel exists' }],
        contents: { type: 'parcel.created' },
        pointer: '/interactions/2',
        where: at('v4.json', '/interactions/2', 27, 5),
      },
    ]);
  });

  test('of version 2 is read, its query and its one state in today’s form', async () => {
    const { contract, findings } = await read('v2.json');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({ name: 'checkout-app-parcels', specification: 'pact 2' });
    expect(contract.interactions[0]).toMatchObject({
      providerStates: [{ name: 'parcels exist' }],
      request: { query: { status: ['created', 'delivered'], limit: ['2'] }, headers: { Accept: 'application/json' } },
      response: { status: 200, body: [] },
    });
  });

  test('of version 3 is read with its messages', async () => {
    const { contract, findings } = await read('v3-messages.json');
    expect(findings).toEqual([]);
    expect(contract).toMatchObject({
      specification: 'pact 3',
      interactions: [{ type: 'message', contents: { type: 'parcel.created' } }],
    });
  });
});

describe('a pact that is wrong', () => {
  test('says everything that is wrong, with its line', async () => {
    const { contract, findings } = await read('broken.json');
    expect(contract.specification).toBe('pact 2');
    expect(findings.map(({ code, where }) => [code, where.line])).toEqual([
      ['pact-consumer-missing', 2],
      ['pact-provider-missing', 1],
      ['document-malformed', 12],
      ['pact-description-missing', 8],
      ['pact-response-missing', 9],
      ['pact-status-invalid', 10],
      ['pact-contents-missing', 11],
      ['pact-interaction-contradiction', 5],
    ]);
    expect(findings.at(-1)).toEqual({
      code: 'pact-interaction-contradiction',
      severity: 'error',
      message: '"twice" is described twice, differently, in the same provider state; the other stands on line 4',
      fix: 'give one of them another description or another provider state',
      where: at('broken.json', '/interactions/1', 5, 5),
    });
  });

  test('without interactions is a warning', async () => {
    expect((await read('empty.json')).findings).toEqual([
      {
        code: 'pact-empty',
        severity: 'warning',
        message: 'the pact has no interactions',
        fix: 'run the consumer tests that write it',
        where: at('empty.json', '', 1, 1),
      },
    ]);
  });

  test('of an unknown version cannot be read', async () => {
    await expect(read('v5.json')).rejects.toMatchObject({
      code: 'PACT_VERSION_UNSUPPORTED',
      where: 'v5.json:1:81',
      why: 'the pact specification "5.0" is not known',
    });
  });

  test('that was cut off cannot be read, and the line says where', async () => {
    await expect(read('cut.json')).rejects.toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: expect.stringMatching(/^cut\.json:2:\d+$/),
    });
  });
});
