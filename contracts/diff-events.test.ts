import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { diffEvents } from './diff-events.ts';
import { eventCodes } from './event-codes.ts';
import type { DiffSide } from './diff-side.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { asyncapi } from './kinds/asyncapi.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const V3 = `asyncapi: 3.0.0
info: { title: Parcel events, version: 1.0.0 }
channels:
  events:
    address: /webhooks/{partner}
    messages:
      created: { $ref: '#/components/messages/created' }
      delivered: { $ref: '#/components/messages/delivered' }
  commands:
    address: commands
    messages:
      cancel:
        payload: { type: object, properties: { id: { type: string } } }
operations:
  sendEvents:
    action: send
    channel: { $ref: '#/channels/events' }
  takeCommands:
    action: receive
    channel: { $ref: '#/channels/commands' }
components:
  messages:
    created:
      contentType: application/json
      x-trigger: { operationId: createParcel, status: '201' }
      headers: { type: object, required: [webhook-id], properties: { webhook-id: { type: string } } }
      payload:
        type: object
        required: [type, weightGrams]
        properties:
          type: { const: parcel.created }
          weightGrams: { type: integer }
    delivered:
      payload: { type: object, properties: { type: { const: parcel.delivered } } }
`;

const V2 = `asyncapi: 2.6.0
info: { title: Parcel events, version: 1.0.0 }
channels:
  /webhooks/{name}:
    subscribe:
      message:
        oneOf:
          - $ref: '#/components/messages/created'
          - $ref: '#/components/messages/delivered'
  commands:
    publish:
      message:
        messageId: cancel
        payload: { type: object, properties: { id: { type: string } } }
${V3.slice(V3.indexOf('components:'))}`;

async function side(text: string): Promise<DiffSide> {
  const root = await folderWith({ 'asyncapi.yaml': text });
  folders.push(root);
  const { contract } = await asyncapi.parse('asyncapi.yaml', { root });
  return { contract, root };
}

async function diff(base: string, revision: string): Promise<readonly Change[]> {
  return diffEvents(await side(base), await side(revision));
}

/** The place of a text that stands once in a document. */
function at(text: string, found: string, pointer: string): Change['where'] {
  const lines = text.split('\n');
  const line = lines.findIndex((each) => each.includes(found));
  return { source: 'asyncapi.yaml', pointer, line: line + 1, column: (lines[line]?.indexOf(found) ?? 0) + 1 };
}

const WHERE_DELIVERED = {
  source: 'asyncapi.yaml',
  pointer: '/components/messages/delivered',
  line: V3.trimEnd().split('\n').length - 1,
  column: 5,
};

describe('events', () => {
  test.each([
    ['itself', V3, V3],
    ['AsyncAPI 2 that says the same', V3, V2],
    ['AsyncAPI 3 that says the same', V2, V3],
    [
      'other descriptions and another name of a parameter',
      V3,
      V3.replace('{partner}', '{who}').replace('title: Parcel', 'title: Our parcel'),
    ],
    ['another spelling of the content type', V3, V3.replace('application/json', 'Application/JSON')],
  ])('are the same as %s', async (_, base, revision) => {
    expect(await diff(base, revision)).toEqual([]);
  });

  test('a removed message breaks, and added back it does not', async () => {
    const without = V3.replace(/ +delivered: \{ \$ref.*\n/, '');
    expect(await diff(V3, without)).toEqual([
      {
        code: 'event-message-removed',
        severity: 'error',
        message: 'the message delivered was removed from /webhooks/{partner}',
        fix: 'keep it, or make this a new major version',
        direction: 'response',
        operation: 'send delivered',
        where: WHERE_DELIVERED,
        base: WHERE_DELIVERED,
      },
    ]);
    expect(await diff(without, V3)).toEqual([
      {
        code: 'event-message-added',
        severity: 'info',
        message:
          'the message delivered was added to /webhooks/{partner}; receivers must pass over events that they do not know',
        direction: 'response',
        operation: 'send delivered',
        where: WHERE_DELIVERED,
        revision: WHERE_DELIVERED,
      },
    ]);
  });

  test('a message is known by its type when the document calls it otherwise', async () => {
    const renamed = V3.replaceAll(/\bdelivered(?=:|')/g, 'parcelDelivered');
    expect(await diff(V3, renamed)).toEqual([
      {
        code: 'event-message-renamed',
        severity: 'info',
        message: 'the message delivered is called parcelDelivered now',
        expected: 'delivered',
        actual: 'parcelDelivered',
        direction: 'response',
        operation: 'send delivered',
        where: { ...WHERE_DELIVERED, pointer: '/components/messages/parcelDelivered' },
        base: WHERE_DELIVERED,
        revision: { ...WHERE_DELIVERED, pointer: '/components/messages/parcelDelivered' },
      },
    ]);
  });

  test('a removed channel breaks whoever is at its other end', async () => {
    const without = V3.replace(/ {2}commands:[^]*(?=operations:)/, '').replace(
      / {2}takeCommands:[^]*(?=components:)/,
      '',
    );
    const where = at(V3, 'commands:', '/channels/commands');
    expect(await diff(V3, without)).toEqual([
      {
        code: 'event-channel-removed',
        severity: 'error',
        message: 'the channel commands was removed',
        fix: 'keep it, or make this a new major version',
        direction: 'request',
        operation: 'commands',
        where,
        base: where,
      },
    ]);
    expect(await diff(without, V3)).toEqual([
      {
        code: 'event-channel-added',
        severity: 'info',
        message: 'the channel commands was added',
        direction: 'request',
        operation: 'commands',
        where,
        revision: where,
      },
    ]);
  });

  test('another address of a channel breaks', async () => {
    const moved = V3.replace('address: /webhooks/{partner}', 'address: /hooks/{partner}');
    const where = at(V3, 'address: /', '/channels/events/address');
    expect(await diff(V3, moved)).toEqual([
      {
        code: 'event-channel-address-changed',
        severity: 'error',
        message: 'the address of the channel events changed from /webhooks/{partner} to /hooks/{partner}',
        fix: 'add the new address as a channel of its own, and keep the old one',
        expected: '/webhooks/{partner}',
        actual: '/hooks/{partner}',
        direction: 'response',
        operation: '/webhooks/{partner}',
        where,
        base: where,
        revision: where,
      },
    ]);
  });

  test('turning the direction of a channel breaks', async () => {
    const turned = V3.replace('action: receive', 'action: send');
    const where = at(V3, 'commands:', '/channels/commands');
    expect(await diff(V3, turned)).toEqual([
      {
        code: 'event-action-changed',
        severity: 'error',
        message: 'the application sends on commands now, where it received before',
        fix: 'use another channel for the other direction',
        expected: 'receive',
        actual: 'send',
        direction: 'both',
        operation: 'receive commands',
        where,
        base: where,
        revision: where,
      },
    ]);
  });

  test('a second direction may come, and going it breaks', async () => {
    const both = V3.replace(
      'components:',
      "  sendCommands:\n    action: send\n    channel: { $ref: '#/channels/commands' }\ncomponents:",
    );
    const where = at(V3, 'commands:', '/channels/commands');
    const places = { where, base: where, revision: where };
    expect(await diff(V3, both)).toEqual([
      {
        code: 'event-operation-added',
        severity: 'info',
        message: 'the application now also sends on commands',
        direction: 'response',
        operation: 'send commands',
        ...places,
      },
    ]);
    expect(await diff(both, V3)).toEqual([
      {
        code: 'event-operation-removed',
        severity: 'error',
        message: 'the application no longer sends anything on commands',
        fix: 'keep the operation, or make this a new major version',
        direction: 'response',
        operation: 'send commands',
        ...places,
      },
    ]);
  });

  test('another content type breaks', async () => {
    const where = at(V3, 'contentType', '/components/messages/created/contentType');
    expect(await diff(V3, V3.replace('application/json', 'application/cloudevents+json'))).toEqual([
      {
        code: 'event-content-type-changed',
        severity: 'error',
        message: 'the content type changed from application/json to application/cloudevents+json',
        fix: 'send the new content type as a message of its own',
        expected: 'application/json',
        actual: 'application/cloudevents+json',
        direction: 'response',
        operation: 'send created',
        where,
        base: where,
        revision: where,
      },
    ]);
  });

  test('another trigger may break, and a first one says only more', async () => {
    const where = at(V3, 'x-trigger', '/components/messages/created/x-trigger');
    const scheduled = V3.replace("{ operationId: createParcel, status: '201' }", '{ schedule: "*/5 * * * *" }');
    const without = V3.replace(/ +x-trigger.*\n/, '');
    expect(await diff(V3, scheduled)).toEqual([
      {
        code: 'event-trigger-changed',
        severity: 'warning',
        message: 'what makes it happen was createParcel answered 201 and is the schedule */5 * * * *',
        expected: { operationId: 'createParcel', status: '201' },
        actual: { schedule: '*/5 * * * *' },
        direction: 'response',
        operation: 'send created',
        where,
        base: where,
        revision: where,
      },
    ]);
    expect((await diff(V3, without)).map(({ message }) => message)).toEqual([
      'what makes it happen was createParcel answered 201 and is not said any more',
    ]);
    expect(await diff(without, V3)).toEqual([]);
  });

  test.each([
    ['sends', 'weightGrams: { type: integer }', 'weightGrams: { type: number }', 'error', 'info'],
    ['sends', 'required: [type, weightGrams]', 'required: [type]', 'error', 'info'],
    [
      'receives',
      'properties: { id: { type: string } }',
      'required: [id], properties: { id: { type: string } }',
      'error',
      'info',
    ],
    ['receives', 'id: { type: string }', 'id: { type: string, maxLength: 8 }', 'error', 'info'],
  ])('a payload that the application %s is judged from the other end: %s', async (verb, from, to, there, back) => {
    const changes = await diff(V3, V3.replace(from, to));
    const [subject, direction] = verb === 'sends' ? ['send created', 'response'] : ['receive cancel', 'request'];
    expect(changes).toMatchObject([{ severity: there, direction, operation: subject }]);
    expect((await diff(V3.replace(from, to), V3)).map(({ severity }) => severity)).toEqual([back]);
  });

  test('a header that is not sent any more breaks, on the lines of the message', async () => {
    const without = V3.replace('required: [webhook-id], ', '');
    const [change, ...others] = await diff(V3, without);
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      severity: 'error',
      message: expect.stringMatching(/^header: .*webhook-id/),
      direction: 'response',
      operation: 'send created',
      where: { source: 'asyncapi.yaml', line: at(V3, 'headers:', '').line },
      base: { pointer: expect.stringMatching(/^\/components\/messages\/created\/headers/) },
    });
  });

  test('a payload in another schema language is left to a person', async () => {
    const avro = (name: string): string =>
      V3.replace(
        'payload: { type: object, properties: { type: { const: parcel.delivered } } }',
        `payload: { schemaFormat: application/vnd.apache.avro;version=1.9.0, schema: { type: record, name: ${name} } }`,
      );
    expect(await diff(avro('a'), avro('a'))).toEqual([]);
    expect(await diff(avro('a'), avro('b'))).toMatchObject([
      {
        code: 'event-payload-unread',
        severity: 'warning',
        message: 'the payload changed, and its schema is in no JSON Schema: judge it by hand',
        operation: 'send delivered',
      },
    ]);
  });

  test('every code says what it stands for', () => {
    const codes = eventCodes.map(({ code }) => code);
    expect(codes).toEqual(codes.toSorted());
    for (const { summary } of eventCodes) expect(summary).toMatch(/^[A-Z].*[^.]$/);
  });
});
