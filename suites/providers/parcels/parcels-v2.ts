import { setTimeout as sleep } from 'node:timers/promises';
import { jsonAnswer, type Answer } from './answer.ts';
import { readChange, readDraft, readQuoteRequest, type QuoteRequest } from './body-schemas.ts';
import type { Carrier } from './carrier.ts';
import { cursorAfter, parcelBefore } from './cursor.ts';
import { matchesStrongly, matchesWeakly } from './entity-tags.ts';
import { eventOf } from './events.ts';
import { printLabel } from './label.ts';
import type { Call, Operation } from './operation.ts';
import { entityTag, isStatus, STATUSES, type Parcel, type ParcelChange, type Status } from './parcel.ts';
import { invalidParameter, notFound, Problem } from './problem.ts';
import { formatCents, priceOf } from './tariff.ts';

const READ = { version: '2.0.0', scope: 'parcels:read', apiKey: true } as const;
const WRITE = { version: '2.0.0', scope: 'parcels:write', apiKey: false } as const;

/** API 2.0.0, under `/v2`. */
export const PARCELS_V2: readonly Operation[] = [
  {
    ...WRITE,
    id: 'createParcel',
    method: 'POST',
    path: '/v2/parcels',
    takes: 'application/json',
    handle: createParcel,
  },
  { ...READ, id: 'listParcels', method: 'GET', path: '/v2/parcels', handle: listParcels },
  { ...READ, id: 'getParcel', method: 'GET', path: '/v2/parcels/:parcelId', handle: getParcel },
  {
    ...WRITE,
    id: 'updateParcel',
    method: 'PATCH',
    path: '/v2/parcels/:parcelId',
    takes: 'application/merge-patch+json',
    handle: updateParcel,
  },
  { ...WRITE, id: 'cancelParcel', method: 'DELETE', path: '/v2/parcels/:parcelId', handle: cancelParcel },
  { ...READ, id: 'getParcelLabel', method: 'GET', path: '/v2/parcels/:parcelId/label', handle: getParcelLabel },
  { ...READ, id: 'quoteParcel', method: 'POST', path: '/v2/quotes', takes: 'application/json', handle: quoteParcel },
];

async function createParcel(call: Call, carrier: Carrier): Promise<Answer> {
  const create = async () => createOnce(call.body, carrier);
  if (carrier.settings.defect?.skips === 'idempotency') return create();
  return carrier.keys.once(call.client.id, call.header('idempotency-key'), call.body, create);
}

async function createOnce(body: unknown, carrier: Carrier): Promise<Answer> {
  const { store, webhooks, settings } = carrier;
  const draft = checked(body, readDraft, carrier);
  if (settings.createDelayMs > 0) await sleep(settings.createDelayMs);
  const { recipient, sender, weightGrams, service, reference = null } = draft;
  const parcel = store.create({ recipient, sender, weightGrams, service, reference });
  webhooks.emit(eventOf(parcel, 'created'));
  return jsonAnswer(201, view(parcel), { location: `/v2/parcels/${parcel.id}`, etag: entityTag(parcel.revision) });
}

function listParcels(call: Call, { store }: Carrier): Answer {
  const limit = readLimit(call);
  const status = readStatus(call);
  const cursor = call.query('cursor');
  const page = store.page(limit, cursor === undefined ? undefined : parcelBefore(cursor, store), status);
  const last = page.parcels.at(-1);
  return jsonAnswer(200, {
    items: page.parcels.map(view),
    nextCursor: page.more && last ? cursorAfter(last.id) : null,
  });
}

function getParcel(call: Call, { store }: Carrier): Answer {
  const parcel = findParcel(call, store);
  const etag = entityTag(parcel.revision);
  const known = call.header('if-none-match');
  if (known !== undefined && matchesWeakly(known, etag)) return { status: 304, headers: { etag } };
  return jsonAnswer(200, view(parcel), { etag });
}

/** Preconditions come last: what would fail without them fails for its own reason (RFC 9110 §13.2.1). */
function updateParcel(call: Call, carrier: Carrier): Answer {
  const parcel = findParcel(call, carrier.store);
  const change = checked(call.body, readChange, carrier);
  const fingerprint = JSON.stringify(change);
  const condition = call.header('if-match');
  if (isRepeat(parcel, condition, fingerprint)) return changed(parcel);
  requireCreated(parcel, 'not-changeable', 'changed');
  if (carrier.settings.defect?.skips !== 'preconditions') requireMatch(parcel, condition);
  return changed(carrier.store.change(parcel, merge(parcel, change), fingerprint));
}

function cancelParcel(call: Call, { store }: Carrier): Answer {
  const parcel = findParcel(call, store);
  if (parcel.status !== 'cancelled') {
    requireCreated(parcel, 'not-cancellable', 'cancelled');
    store.move(parcel, 'cancelled');
  }
  return { status: 204, headers: {} };
}

function getParcelLabel(call: Call, { store }: Carrier): Answer {
  return { status: 200, headers: {}, mediaType: 'application/pdf', body: printLabel(findParcel(call, store)) };
}

function quoteParcel(call: Call, carrier: Carrier): Answer {
  const { fromCountry, toCountry, weightGrams, service }: QuoteRequest = checked(call.body, readQuoteRequest, carrier);
  const { cents, deliveryDays } = priceOf(fromCountry, toCountry, weightGrams, service);
  const validUntil = new Date(carrier.now().getTime() + 7 * 24 * 3600 * 1000).toISOString();
  return jsonAnswer(200, { service, price: { amount: formatCents(cents), currency: 'EUR' }, deliveryDays, validUntil });
}

function view(parcel: Parcel) {
  const { id, status, recipient, sender, weightGrams, service, reference, createdAt, updatedAt } = parcel;
  return { id, status, recipient, sender, weightGrams, service, reference, createdAt, updatedAt };
}

function changed(parcel: Parcel): Answer {
  return jsonAnswer(200, view(parcel), { etag: entityTag(parcel.revision) });
}

function findParcel(call: Call, store: Carrier['store']): Parcel {
  const id = call.parcelId();
  const parcel = store.find(id);
  if (!parcel) throw notFound(id);
  return parcel;
}

/** The body as it came when the planted defect is that nobody looks. */
function checked<T>(body: unknown, read: (body: unknown) => T, carrier: Carrier): T {
  try {
    return read(body);
  } catch (error) {
    if (carrier.settings.defect?.skips === 'validation' && typeof body === 'object' && body !== null) return body as T;
    throw error;
  }
}

/** A parcel's addresses are replaced whole: each of their members is required, so that merging them is the same. */
function merge(parcel: Parcel, change: ParcelChange): ParcelChange {
  const { recipient = parcel.recipient, service = parcel.service, reference = parcel.reference } = change;
  return { recipient, service, reference };
}

/** A client whose answer was lost may send its change again (RFC 9110 §13.1.1). */
function isRepeat(parcel: Parcel, condition: string | undefined, fingerprint: string): boolean {
  const before = entityTag(parcel.revision - 1);
  return (
    condition !== undefined &&
    condition !== '*' &&
    parcel.lastChange === fingerprint &&
    matchesStrongly(condition, before)
  );
}

function requireMatch(parcel: Parcel, condition: string | undefined): void {
  if (condition === undefined) {
    throw new Problem(
      428,
      'precondition-required',
      'Precondition required',
      'Send the ETag of the copy you changed in If-Match.',
    );
  }
  const etag = entityTag(parcel.revision);
  if (matchesStrongly(condition, etag)) return;
  throw new Problem(
    412,
    'precondition-failed',
    'Precondition failed',
    `${parcel.id} has changed since that copy. Read it again.`,
    { headers: { etag } },
  );
}

function requireCreated(parcel: Parcel, slug: 'not-cancellable' | 'not-changeable', done: string): void {
  if (parcel.status === 'created') return;
  const title = slug === 'not-cancellable' ? 'Not cancellable' : 'Not changeable';
  throw new Problem(409, slug, title, `${parcel.id} is ${parcel.status}; only a created parcel can be ${done}.`);
}

function readLimit(call: Call): number {
  const text = call.query('limit') ?? '20';
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > 100) throw invalidParameter('limit', 'must be an integer from 1 to 100');
  return limit;
}

function readStatus(call: Call): Status | undefined {
  const text = call.query('status');
  if (text === undefined || isStatus(text)) return text;
  throw invalidParameter('status', `must be one of ${STATUSES.join(', ')}`);
}
