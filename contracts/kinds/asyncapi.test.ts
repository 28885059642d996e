import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import type { ParsedContract } from '../model.ts';
import { asyncapi } from './asyncapi.ts';

const root = fileURLToPath(new URL('fixtures/asyncapi/', import.meta.url));
const read = (name: string): Promise<ParsedContract> => asyncapi.parse(name, { root });
const at = (source: string, pointer: string, line: number, column: number): object => ({
  source,
  pointer,
  line,
  column,
});

describe('AsyncAPI 3', () => {
  test('is read: what is sent and received on which channel', async () => {
    const { contract } = await read('v3.yaml');
    expect(contract).toMatchObject({
      kind: 'asyncapi',
      name: 'parcel-events',
      version: '2.0.0',
      title: 'Parcel Events',
      source: 'v3.yaml',
      specification: 'asyncapi 3.1.0',
    });
    expect(
      contract.messages.map(({ id, channel, action, contentType, pointer }) => [
        id,
        channel,
        action,
        contentType,
        pointer,
      ]),
    ).toEqual([
      ['parcelCreated', '/webhooks/parcels', 'send', 'application/json', '/components/messages/parcelCreated/payload'],
      [
        'parcelLost',
        '/webhooks/parcels',
        'send',
        'application/cloudevents+json',
        '/channels/parcelEvents/messages/parcelLost/payload/schema',
      ],
      [
        'parcelCreated.receive',
        '/webhooks/parcels',
        'receive',
        'application/json',
        '/components/messages/parcelCreated/payload',
      ],
      ['cancel', 'commands', 'receive', 'application/json', '/channels/commands/messages/cancel/payload'],
      ['avroOnly', 'commands', 'receive', 'application/json', '/channels/commands/messages/avroOnly/payload'],
    ]);
  });

  test('is read with payload, merged headers, examples and trigger of a message', async () => {
    const { contract } = await read('v3.yaml');
    expect(contract.messages[0]).toEqual({
      id: 'parcelCreated',
      channel: '/webhooks/parcels',
      action: 'send',
      contentType: 'application/json',
      payload: { $ref: '#/components/schemas/Created' },
      headers: {
        type: 'object',
        required: ['webhook-id'],
        properties: { 'webhook-id': { type: 'string' }, 'x-own': { type: 'string' } },
      },
      examples: [
        {
          name: 'one',
          payload: { id: 'PCL-1' },
          headers: { 'webhook-id': 'msg_1' },
          pointer: '/components/messages/parcelCreated/examples/0/payload',
        },
        {
          name: 'example 2',
          payload: { id: 'PCL-2' },
          pointer: '/components/messages/parcelCreated/examples/1/payload',
        },
      ],
      headerExamples: [
        { value: { 'webhook-id': 'msg_1' }, pointer: '/components/messages/parcelCreated/examples/0/headers' },
      ],
      trigger: { operationId: 'createParcel', status: '201' },
      pointer: '/components/messages/parcelCreated/payload',
      declaredAt: '/components/messages/parcelCreated',
      where: at('v3.yaml', '/components/messages/parcelCreated', 52, 5),
    });
    expect(contract.messages[1]).toMatchObject({ payload: { type: 'object' }, trigger: { schedule: 'every day' } });
  });

  test('is read with its answers, which travel the other way over channels of their own', async () => {
    const { contract, findings } = await read('reply.yaml');
    expect(findings).toEqual([]);
    expect(contract.messages.map(({ id, action }) => [id, action])).toEqual([['quote', 'receive']]);
    const [reply, ...others] = contract.replies ?? [];
    expect(others).toEqual([]);
    expect(reply).toMatchObject({
      operation: 'takeQuotes',
      action: 'send',
      channel: 'answers',
      location: '$message.header#/replyTo',
      pointer: '/operations/takeQuotes/reply',
      messages: [
        { id: 'quoted', action: 'send', channel: 'answers', pointer: '/channels/answers/messages/quoted/payload' },
      ],
    });
  });

  test('says which payloads it cannot check', async () => {
    expect((await read('v3.yaml')).findings).toEqual([
      {
        code: 'asyncapi-schema-format-unsupported',
        severity: 'warning',
        message: 'payloads in the schema format "application/vnd.apache.avro;version=1.9.0" are not checked',
        fix: 'describe the payload in JSON Schema if it is to be checked',
        actual: 'application/vnd.apache.avro;version=1.9.0',
        where: at('v3.yaml', '/channels/commands/messages/avroOnly/payload', 24, 9),
      },
    ]);
  });
});

test('AsyncAPI 2 is read: what others subscribe to is sent, what they publish is received', async () => {
  const { contract, findings } = await read('v2.yaml');
  expect(findings).toEqual([]);
  expect(contract.specification).toBe('asyncapi 2.6.0');
  expect(
    contract.messages.map(({ id, channel, action, contentType, trigger }) => [
      id,
      channel,
      action,
      contentType,
      trigger,
    ]),
  ).toEqual([
    ['created', 'parcels/created', 'send', 'application/json', undefined],
    ['cancel', 'parcels/commands', 'receive', 'application/json', { schedule: 'hourly' }],
    ['change', 'parcels/commands', 'receive', 'application/merge-patch+json', { schedule: 'hourly' }],
  ]);
});

describe('a document that is wrong', () => {
  test('says everything that is wrong, with its line', async () => {
    const { findings } = await read('broken.yaml');
    expect(findings.map(({ code, where }) => [code, where.line])).toEqual([
      ['ref-unresolved', 24],
      ['ref-unresolved', 29],
      ['asyncapi-info-missing', 2],
      ['document-malformed', 17],
      ['asyncapi-action-invalid', 20],
      ['asyncapi-channel-unknown', 30],
      ['asyncapi-channel-unknown', 34],
      ['asyncapi-message-unknown', 39],
      ['asyncapi-message-unknown', 40],
      ['asyncapi-channel-unused', 11],
    ]);
    expect(findings[6]).toEqual({
      code: 'asyncapi-channel-unknown',
      severity: 'error',
      message:
        'the operation "noChannelEither" names #/channels/parcelEvents/messages/parcelCreated, which is no channel of this document',
      fix: 'write "channel: { $ref: \'#/channels/<name>\' }"',
      actual: '#/channels/parcelEvents/messages/parcelCreated',
      where: at('broken.yaml', '/operations/noChannelEither/channel', 34, 5),
    });
    expect(findings[7]).toMatchObject({ fix: 'did you mean parcelCreated?' });
  });

  test('without anything in it says what is missing', async () => {
    expect((await read('bare.yaml')).findings).toEqual([
      {
        code: 'asyncapi-info-missing',
        severity: 'error',
        message: 'the document has no "info"',
        fix: 'add "info" with "title" and "version"',
        where: at('bare.yaml', '', 1, 1),
      },
      {
        code: 'asyncapi-channels-missing',
        severity: 'error',
        message: 'the document has no "channels"',
        fix: 'add "channels" with at least one channel',
        where: at('bare.yaml', '', 1, 1),
      },
    ]);
  });

  test('of a version that is not supported cannot be read', async () => {
    await expect(read('v1.yaml')).rejects.toMatchObject({
      code: 'ASYNCAPI_VERSION_UNSUPPORTED',
      where: 'v1.yaml:2:1',
      why: 'the document says asyncapi: "1.2.0"',
    });
  });
});
