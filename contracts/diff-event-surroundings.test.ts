import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { diffEvents } from './diff-events.ts';
import type { DiffSide } from './diff-side.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { asyncapi } from './kinds/asyncapi.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function side(text: string): Promise<DiffSide> {
  const root = await folderWith({ 'asyncapi.yaml': text });
  folders.push(root);
  const { contract, findings } = await asyncapi.parse('asyncapi.yaml', { root });
  expect(findings).toEqual([]);
  return { contract, root };
}

/** Each change as `severity code operation line: message`; the line in the revision, else in the base. */
async function diff(base: string, revision: string): Promise<readonly string[]> {
  const changes = diffEvents(await side(base), await side(revision));
  return changes.map(
    ({ severity, code, operation, message, where }) => `${severity} ${code} ${operation} ${where.line}: ${message}`,
  );
}

const V3 = `asyncapi: 3.0.0
info: { title: Parcel events, version: 1.0.0 }
servers:
  broker:
    host: kafka.example:9092
    protocol: kafka
    security: [{ $ref: '#/components/securitySchemes/login' }]
  web:
    host: '{region}.example'
    pathname: /hooks
    protocol: https
    variables: { region: { enum: [eu, us], default: eu } }
channels:
  events:
    address: parcels.{region}
    servers: [{ $ref: '#/servers/broker' }, { $ref: '#/servers/web' }]
    parameters: { region: { enum: [eu, us] } }
    messages:
      created:
        correlationId: { location: '$message.header#/trace' }
        traits: [{ $ref: '#/components/messageTraits/keyed' }]
        payload: { type: object }
    bindings:
      kafka: { topic: parcels, partitions: 12, replicas: 3, bindingVersion: 0.5.0 }
      amqp: { is: routingKey, exchange: { name: parcels, type: topic } }
  quotes:
    address: quotes
    messages:
      quote: { payload: { type: object, properties: { grams: { type: integer } } } }
    bindings: { nats: { queue: a } }
  answers:
    address: answers
    messages:
      quoted: { payload: { type: object, required: [cents], properties: { cents: { type: integer } } } }
operations:
  sendEvents:
    action: send
    channel: { $ref: '#/channels/events' }
    bindings: { amqp: { cc: [parcels.all] } }
  takeQuotes:
    action: receive
    channel: { $ref: '#/channels/quotes' }
    security: [{ $ref: '#/components/securitySchemes/oauth' }]
    bindings: { http: { method: POST, query: { type: object, properties: { fast: { type: boolean } } } } }
    reply:
      address: { location: '$message.header#/replyTo' }
      channel: { $ref: '#/channels/answers' }
components:
  securitySchemes:
    login: { type: scramSha512 }
    oauth: { type: oauth2, scopes: [quotes], flows: { clientCredentials: { tokenUrl: https://a.example, availableScopes: {} } } }
    key: { type: httpApiKey, name: X-Api-Key, in: header }
  messageTraits:
    keyed:
      contentType: application/json
      bindings: { kafka: { key: { type: string, maxLength: 12 } } }
`;

const V2 = `asyncapi: 2.6.0
info: { title: Parcel events, version: 1.0.0 }
servers:
  broker: { url: 'kafka://kafka.example:9092', protocol: kafka, security: [{ login: [] }] }
  web:
    url: 'https://{region}.example/hooks'
    protocol: https
    variables: { region: { enum: [eu, us], default: eu } }
channels:
  parcels.{region}:
    servers: [broker, web]
    parameters: { region: { schema: { type: string, enum: [eu, us] } } }
    bindings:
      kafka: { topic: parcels, partitions: 12, replicas: 3 }
      amqp: { is: routingKey, exchange: { name: parcels, type: topic } }
    subscribe:
      operationId: sendEvents
      bindings: { amqp: { cc: [parcels.all] } }
      message:
        messageId: created
        correlationId: { location: '$message.header#/trace' }
        traits: [{ $ref: '#/components/messageTraits/keyed' }]
        payload: { type: object }
  quotes:
    bindings: { nats: { queue: a } }
    publish:
      operationId: takeQuotes
      security: [{ oauth: [quotes] }]
      bindings: { http: { method: POST, query: { type: object, properties: { fast: { type: boolean } } } } }
      message:
        messageId: quote
        payload: { type: object, properties: { grams: { type: integer } } }
components:
${V3.slice(V3.indexOf('  securitySchemes:')).replace('scopes: [quotes], ', '').replace('availableScopes', 'scopes')}`;

test('another version of AsyncAPI says the same, where it has the words', async () => {
  const without = V3.replace(/ {2}answers:[^]*?(?=operations:)/, '').replace(/ {4}reply:[^]*?(?=components:)/, '');
  expect(await diff(without, V2)).toEqual([]);
  expect(await diff(V2, without)).toEqual([]);
  expect(await diff(V3, V3)).toEqual([]);
});

type Case = readonly [
  what: string,
  from: string | RegExp,
  to: string,
  there: readonly string[],
  back: readonly string[],
];

async function expectBothWays(document: string, [, from, to, there, back]: Case): Promise<void> {
  const changed = document.replace(from, to);
  expect(changed).not.toBe(document);
  expect([await diff(document, changed), await diff(changed, document)]).toEqual([there, back]);
}

describe('servers', () => {
  test.each<Case>([
    [
      'removed',
      / {2}web:\n[^]*?(?=channels:)|, \{ \$ref: '#\/servers\/web' \}/g,
      '',
      ['warning event-server-removed server web 8: the server https://{region}.example/hooks was removed'],
      ['info event-server-added server web 8: the server https://{region}.example/hooks was added'],
    ],
    ['with another name', /\bbroker\b/g, 'main', [], []],
    [
      'on another host',
      'kafka.example:9092',
      'kafka2.example:9092',
      [
        'warning event-server-address-changed server broker 5: the address of the server broker changed from kafka.example:9092 to kafka2.example:9092',
      ],
      [
        'warning event-server-address-changed server broker 5: the address of the server broker changed from kafka2.example:9092 to kafka.example:9092',
      ],
    ],
    [
      'at another path',
      '/hooks',
      '/callbacks',
      [
        'warning event-server-address-changed server web 10: the address of the server web changed from {region}.example/hooks to {region}.example/callbacks',
      ],
      [
        'warning event-server-address-changed server web 10: the address of the server web changed from {region}.example/callbacks to {region}.example/hooks',
      ],
    ],
    [
      'with another protocol',
      'protocol: kafka',
      'protocol: kafka-secure',
      [
        'error event-server-protocol-changed server broker 6: the server broker speaks kafka-secure now, no longer kafka',
      ],
      [
        'error event-server-protocol-changed server broker 6: the server broker speaks kafka now, no longer kafka-secure',
      ],
    ],
    [
      'with a value of a variable less',
      'enum: [eu, us], default',
      'enum: [eu], default',
      [
        'warning event-server-variable-changed server web 12: {region} in the address of the server web no longer takes us',
      ],
      [],
    ],
    [
      'that ask for nothing any more',
      "    security: [{ $ref: '#/components/securitySchemes/login' }]\n",
      '',
      ['info event-security-removed server broker 4: no credentials are needed any more'],
      ['error event-security-added server broker 7: credentials are needed now: login'],
    ],
    [
      'that ask for something else',
      "security: [{ $ref: '#/components/securitySchemes/login' }]",
      "security: [{ $ref: '#/components/securitySchemes/key' }]",
      [
        'error event-security-tightened server broker 7: login is no longer enough; now it takes key',
        'info event-security-alternative-added server broker 7: key is enough, too',
      ],
      [
        'error event-security-tightened server broker 7: key is no longer enough; now it takes login',
        'info event-security-alternative-added server broker 7: login is enough, too',
      ],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });

  test('of AsyncAPI 2 have host and path in one URL', async () => {
    expect(await diff(V2, V2.replace('kafka.example', 'other.example').replace('example/hooks', 'example/h'))).toEqual([
      'warning event-server-address-changed server broker 4: the address of the server broker changed from kafka.example:9092 to other.example:9092',
      'warning event-server-address-changed server web 6: the address of the server web changed from {region}.example/hooks to {region}.example/h',
    ]);
  });
});

describe('channels', () => {
  test.each<Case>([
    [
      'taken off a server',
      ", { $ref: '#/servers/web' }",
      '',
      [
        'error event-channel-server-removed parcels.{region} 16: the channel parcels.{region} is no longer on the server web',
      ],
      [],
    ],
    ['on all servers', "    servers: [{ $ref: '#/servers/broker' }, { $ref: '#/servers/web' }]\n", '', [], []],
    [
      'with a part of the address less',
      'region: { enum: [eu, us] } }\n    messages',
      'region: { enum: [eu] } }\n    messages',
      ['error event-parameter-value-removed parcels.{region} 17: {region} in parcels.{region} can no longer be us'],
      ['info event-parameter-value-added parcels.{region} 17: {region} in parcels.{region} may now be us'],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });
});

describe('bindings', () => {
  const both = (change: (from: string, to: string) => string, from: string, to: string) =>
    [[change(from, to)], [change(to, from)]] as const;
  test.each<Case>([
    [
      'a topic',
      'topic: parcels,',
      'topic: moved,',
      ...both(
        (from, to) =>
          `error event-binding-changed parcels.{region} 24: kafka topic of the channel changed from ${from} to ${to}`,
        'parcels',
        'moved',
      ),
    ],
    [
      'the number of partitions',
      'partitions: 12',
      'partitions: 6',
      ...both(
        (from, to) =>
          `warning event-binding-changed parcels.{region} 24: kafka partitions of the channel changed from ${from} to ${to}`,
        '12',
        '6',
      ),
    ],
    [
      'replicas',
      'replicas: 3',
      'replicas: 2',
      ...both(
        (from, to) =>
          `info event-binding-changed parcels.{region} 24: kafka replicas of the channel changed from ${from} to ${to}`,
        '3',
        '2',
      ),
    ],
    ['their version', 'bindingVersion: 0.5.0', 'bindingVersion: 0.4.0', [], []],
    [
      'an exchange',
      'exchange: { name: parcels, type: topic }',
      'exchange: { name: parcels, type: fanout }',
      ...both(
        (from, to) =>
          `error event-binding-changed parcels.{region} 25: amqp exchange type of the channel changed from ${from} to ${to}`,
        'topic',
        'fanout',
      ),
    ],
    [
      'a routing key',
      'cc: [parcels.all]',
      'cc: [parcels.some]',
      ...both(
        (from, to) =>
          `error event-binding-changed send parcels.{region} 39: amqp cc of the operation changed from ["${from}"] to ["${to}"]`,
        'parcels.all',
        'parcels.some',
      ),
    ],
    [
      'an HTTP method',
      'method: POST',
      'method: PUT',
      ...both(
        (from, to) =>
          `error event-binding-changed receive quotes 44: http method of the operation changed from ${from} to ${to}`,
        'POST',
        'PUT',
      ),
    ],
    [
      'of a protocol that nothing is known of',
      'queue: a',
      'queue: b',
      ...both(
        (from, to) =>
          `warning event-binding-changed quotes 30: nats queue of the channel changed from ${from} to ${to}`,
        'a',
        'b',
      ),
    ],
    [
      'one that was not said before',
      'topic: parcels, ',
      '',
      [
        'warning event-binding-changed parcels.{region} 24: kafka topic of the channel was parcels, and nothing is said any more',
      ],
      ['warning event-binding-changed parcels.{region} 24: kafka topic of the channel was set to parcels'],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });

  test('a key that is sent may only narrow, a query that is received only widen', async () => {
    const longer = V3.replace('maxLength: 12', 'maxLength: 20');
    const asked = V3.replace('query: { type: object,', 'query: { type: object, required: [fast],');
    const severities = async (base: string, revision: string): Promise<readonly (string | undefined)[]> =>
      (await diff(base, revision)).map((change) => change.replace(/ \S+ (\S+ \S+) \d+: /, ' $1 '));
    expect(await severities(V3, longer)).toEqual([expect.stringMatching(/^(error|warning) send created kafka key: /)]);
    expect(await severities(longer, V3)).toEqual([expect.stringMatching(/^info send created kafka key: /)]);
    expect(await severities(V3, asked)).toEqual([expect.stringMatching(/^error receive quotes http query: /)]);
    expect(await severities(asked, V3)).toEqual([expect.stringMatching(/^info receive quotes http query: /)]);
  });
});

describe('messages', () => {
  test.each<Case>([
    [
      'whose correlation id is elsewhere',
      'header#/trace',
      'payload#/trace',
      [
        'error event-correlation-changed send created 20: messages that belong together are told by $message.payload#/trace, no longer by $message.header#/trace',
      ],
      [
        'error event-correlation-changed send created 20: messages that belong together are told by $message.header#/trace, no longer by $message.payload#/trace',
      ],
    ],
    [
      'whose correlation id is gone',
      "        correlationId: { location: '$message.header#/trace' }\n",
      '',
      [
        'error event-correlation-changed send created 19: messages that belong together are no longer told by $message.header#/trace',
      ],
      [
        'info event-correlation-changed send created 20: messages that belong together are told by $message.header#/trace now',
      ],
    ],
    [
      'whose traits are written out',
      "traits: [{ $ref: '#/components/messageTraits/keyed' }]",
      'bindings: { kafka: { key: { type: string, maxLength: 12 } } }',
      [],
      [],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });
});

describe('answers', () => {
  const REPLY = / {4}reply:\n[^]*?(?=components:)/;
  test('that partners wait for must stay', async () => {
    const without = V3.replace(REPLY, '').replace(/ {2}answers:[^]*?(?=operations:)/, '');
    expect(await diff(V3, without)).toEqual([
      'error event-channel-removed answers 31: the channel answers was removed',
      'error event-reply-removed receive quotes 36: the application no longer answers',
    ]);
    expect(await diff(without, V3)).toEqual([
      'info event-channel-added answers 31: the channel answers was added',
      'info event-reply-added receive quotes 45: the application answers now',
    ]);
  });

  test('that partners have to give must not be new', async () => {
    const asks = V3.replace('    action: receive', '    action: send');
    const without = asks.replace(REPLY, '').replace(/ {2}answers:[^]*?(?=operations:)/, '');
    expect((await diff(without, asks)).filter((change) => change.includes('reply'))).toEqual([
      'error event-reply-added send quotes 45: an answer is expected now',
    ]);
    expect((await diff(asks, without)).filter((change) => change.includes('reply'))).toEqual([
      'info event-reply-removed send quotes 36: an answer is no longer expected',
    ]);
  });

  test.each<Case>([
    [
      'awaited elsewhere',
      'header#/replyTo',
      'header#/answerTo',
      [
        'error event-reply-address-changed receive quotes 46: the answer is awaited where another part of the message says: $message.header#/answerTo, no longer $message.header#/replyTo',
      ],
      [
        'error event-reply-address-changed receive quotes 46: the answer is awaited where another part of the message says: $message.header#/replyTo, no longer $message.header#/answerTo',
      ],
    ],
    [
      'are judged the other way round',
      'required: [cents], ',
      '',
      ["error response-property-became-optional send quoted 34: the property 'cents' became optional"],
      ["info response-property-became-required send quoted 34: the property 'cents' became required"],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });
});

describe('operations', () => {
  test.each<Case>([
    [
      'with a scope more',
      'scopes: [quotes], ',
      'scopes: [quotes, admin], ',
      [
        'error event-security-tightened receive quotes 43: oauth (quotes) is no longer enough; now it takes oauth (quotes, admin)',
      ],
      [],
    ],
    [
      'with another way to be let in',
      "security: [{ $ref: '#/components/securitySchemes/oauth' }]",
      "security: [{ $ref: '#/components/securitySchemes/oauth' }, { $ref: '#/components/securitySchemes/key' }]",
      ['info event-security-alternative-added receive quotes 43: key is enough, too'],
      ['error event-security-tightened receive quotes 43: key is no longer enough; now it takes oauth (quotes)'],
    ],
  ])('%s', async (...each) => {
    await expectBothWays(V3, each);
  });
});
