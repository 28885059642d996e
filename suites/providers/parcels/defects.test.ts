import { createServer } from 'node:http';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { DEFECTS } from './defects.ts';
import { ADA, DRAFT, SECRETS, withProvider, type Subject, type Told } from './provider-under-test.ts';

type Seen = Readonly<Record<string, unknown>>;

/** By defect: what an observer sees differently, and how. Everything else stays as it is. */
const CHANGES: Readonly<Record<string, Seen>> = {
  'bad-webhook-signature': { 'webhook.verified': false },
  'drop-weight': { 'get.members': 'createdAt id recipient reference sender service status updatedAt' },
  'event-missing-field': {
    'message.members': 'reference service status weightGrams',
    'webhook.members': 'reference service status weightGrams',
  },
  'extra-enum-value': { 'get.status': 'registered' },
  'ignore-idempotency-key': { 'create.withoutKey': 201, 'create.repeatIsSame': false },
  'ignore-if-match': { 'update.stale': 200, 'update.unconditional': 200 },
  'ignore-scopes': { 'access.readerCancels': 204, 'access.keyCreates': 422 },
  'ignore-validation': { 'create.invalid': 201, 'update.invalid': 200 },
  'label-not-pdf': { 'label.begin': '<!doctype' },
  'manifest-missing-trailer': { 'manifest.end': 'PCL-0000EEEE,order-1005,created,standard,NL,640,8.60,2026-03-02' },
  'manifest-wrong-total': { 'manifest.end': 'TRAILER,5,11870,51.71' },
  'missing-location': { 'create.location': false },
  'no-etag': { 'get.etag': undefined },
  'null-recipient': { 'get.recipient': null },
  'wrong-content-type': { 'get.type': 'text/plain; charset=utf-8' },
  'wrong-date': { 'get.createdAt': '02/03/2026' },
  'wrong-status-created': { 'create.status': 200 },
  'wrong-weight-type': { 'get.weightGrams': '1250' },
};

const PATCH = { 'content-type': 'application/merge-patch+json' };

/** A walk past everything that a defect could touch; each place is looked at on fresh data. */
async function observe(subject: Subject): Promise<Seen> {
  const { ask } = subject;
  const seen: Record<string, unknown> = {};
  for (const look of [lookAtGet, lookAtCreate, lookAtUpdate, lookAtAccess, lookAtRest, lookAtWebhook]) {
    await ask('POST', '/_tally/reset');
    Object.assign(seen, await look(subject));
  }
  return seen;
}

async function lookAtGet({ ask }: Subject): Promise<Seen> {
  const got = await ask('GET', '/v2/parcels/PCL-0000AAAA');
  const body = JSON.parse(got.text) as Record<string, unknown>;
  return {
    'get.answer': got.status,
    'get.etag': got.headers['etag'],
    'get.type': got.headers['content-type'],
    'get.members': membersOf(body),
    'get.status': body['status'],
    'get.recipient': body['recipient'],
    'get.createdAt': body['createdAt'],
    ...('weightGrams' in body ? { 'get.weightGrams': body['weightGrams'] } : {}),
    'get.unknown': (await ask('GET', '/v2/parcels/PCL-0000ZZZZ')).body,
    'get.old': (await ask('GET', '/v1/parcels/PCL-0000AAAA')).body,
  };
}

async function lookAtCreate({ ask }: Subject): Promise<Seen> {
  const create = async (key: string | null, body: unknown) =>
    ask('POST', '/v2/parcels', { headers: { 'idempotency-key': key }, body });
  const first = await create('key-00000001', DRAFT);
  const repeat = await create('key-00000001', DRAFT);
  return {
    'create.status': first.status,
    'create.location': 'location' in first.headers,
    'create.etag': first.headers['etag'],
    'create.members': membersOf(first.body),
    'create.repeatIsSame': idOf(first) === idOf(repeat),
    'create.withoutKey': (await create(null, DRAFT)).status,
    'create.invalid': (await create('key-00000002', { ...DRAFT, weightGrams: -1, recipient: { ...ADA, country: 'x' } }))
      .status,
    'create.old': (await ask('POST', '/v1/parcels', { body: {} })).status,
  };
}

async function lookAtUpdate({ ask }: Subject): Promise<Seen> {
  const update = async (id: string, headers: object, body: unknown) =>
    ask('PATCH', `/v2/parcels/${id}`, { headers: { ...PATCH, ...headers }, body });
  return {
    'update.invalid': (await update('PCL-0000DDDD', { 'if-match': '"r1"' }, { service: 'tomorrow' })).status,
    'update.stale': (await update('PCL-0000EEEE', { 'if-match': '"r0"' }, { service: 'express' })).status,
    'update.unconditional': (await update('PCL-0000AAAA', {}, { service: 'express' })).status,
    'update.onItsWay': (await update('PCL-0000BBBB', { 'if-match': '"r2"' }, { service: 'express' })).status,
  };
}

async function lookAtAccess({ ask, token }: Subject): Promise<Seen> {
  const reader = { authorization: `Bearer ${await token('parcels:read')}` };
  const key = { authorization: null, 'x-api-key': SECRETS.PARCELS_API_KEY, 'idempotency-key': 'key-00000003' };
  return {
    'access.readerCancels': (await ask('DELETE', '/v2/parcels/PCL-0000DDDD', { headers: reader })).status,
    'access.keyCreates': (await ask('POST', '/v2/parcels', { headers: key, body: '' })).status,
    'access.nobody': (await ask('GET', '/v2/parcels', { headers: { authorization: null } })).status,
  };
}

async function lookAtRest({ ask }: Subject): Promise<Seen> {
  const label = await ask('GET', '/v2/parcels/PCL-0000AAAA/label');
  const manifest = await ask('POST', '/_tally/files/manifest');
  const message = await ask('POST', '/_tally/messages', { body: { description: 'parcel.created' } });
  return {
    'list.body': (await ask('GET', '/v2/parcels?limit=2')).body,
    'label.type': label.headers['content-type'],
    'label.begin': label.text.slice(0, 9),
    'manifest.begin': manifest.text.split('\n').slice(0, 5),
    'manifest.end': manifest.text.trim().split('\n').at(-1),
    'message.members': membersOf((message.body as { data: object }).data),
  };
}

async function lookAtWebhook({ ask }: Subject): Promise<Seen> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      server.emit('delivery', request.headers, Buffer.concat(chunks).toString('utf8'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  await ask('POST', '/_tally/webhooks', {
    body: { url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/` },
  });
  const delivery = once(server, 'delivery');
  await ask('POST', '/v2/parcels', { headers: { 'idempotency-key': 'key-00000004' }, body: DRAFT });
  const [headers, body] = (await delivery) as [Record<string, string>, string];
  server.closeAllConnections();
  server.close();
  return {
    'webhook.verified': isVerified(headers, body),
    'webhook.members': membersOf((JSON.parse(body) as { data: object }).data),
  };
}

function isVerified(headers: Record<string, string>, body: string): boolean {
  try {
    new Webhook(SECRETS.PARCELS_WEBHOOK_SECRET).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}

function membersOf(value: unknown): string {
  return Object.keys(value as object)
    .toSorted()
    .join(' ');
}

function idOf(told: Told): unknown {
  return (told.body as { id?: string }).id;
}

async function observeWith(defect: string): Promise<Seen> {
  let seen: Seen = {};
  await withProvider({ PARCELS_DEFECT: defect }, async (subject) => void (seen = await observe(subject)));
  return seen;
}

describe('planted defects', () => {
  let soundly: Promise<Seen> | undefined;

  test('are sorted, and each has its place here', () => {
    const ids = DEFECTS.map((defect) => defect.id);
    expect(ids).toEqual(ids.toSorted());
    expect(ids).toEqual(Object.keys(CHANGES));
  });

  test.each(DEFECTS)('$id: $summary, and nothing else', async ({ id }) => {
    const sound = { ...(await (soundly ??= observeWith(''))) };
    const faulty = await observeWith(id);
    if (id === 'drop-weight') delete sound['get.weightGrams'];
    expect(faulty).toEqual({ ...sound, ...CHANGES[id] });
    expect(faulty).not.toEqual(sound);
  });
});
