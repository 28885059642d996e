import { jsonAnswer, type Answer } from './answer.ts';
import { readOldDraft, readOldQuoteRequest } from './body-schemas.ts';
import type { Carrier } from './carrier.ts';
import { eventOf } from './events.ts';
import type { Call, Operation } from './operation.ts';
import type { Address, Parcel } from './parcel.ts';
import { invalidParameter, notFound, Problem } from './problem.ts';
import { PARTNER_ADDRESS } from './seed-parcels.ts';
import { priceOf } from './tariff.ts';

const READ = { version: '1.4.0', scope: 'parcels:read', apiKey: true } as const;
const WRITE = { version: '1.4.0', scope: 'parcels:write', apiKey: false } as const;

/** API 1.4.0, under `/v1`: an older view of the same parcels. */
export const PARCELS_V1: readonly Operation[] = [
  {
    ...WRITE,
    id: 'createParcel',
    method: 'POST',
    path: '/v1/parcels',
    takes: 'application/json',
    handle: createParcel,
  },
  { ...READ, id: 'listParcels', method: 'GET', path: '/v1/parcels', handle: listParcels },
  { ...READ, id: 'getParcel', method: 'GET', path: '/v1/parcels/:parcelId', handle: getParcel },
  { ...WRITE, id: 'cancelParcel', method: 'DELETE', path: '/v1/parcels/:parcelId', handle: cancelParcel },
  { ...READ, id: 'quoteParcel', method: 'POST', path: '/v1/quotes', takes: 'application/json', handle: quoteParcel },
];

function createParcel(call: Call, { store, webhooks }: Carrier): Answer {
  const draft = readOldDraft(call.body);
  const parcel = store.create(
    {
      recipient: addressOf(draft.recipientName, draft.recipientAddress, draft.recipientCountry),
      sender: PARTNER_ADDRESS,
      weightGrams: gramsOf(draft.weight),
      service: draft.express ? 'express' : 'standard',
      reference: draft.reference ?? null,
    },
    draft.recipientAddress,
  );
  webhooks.emit(eventOf(parcel, 'created'));
  return jsonAnswer(201, view(parcel), { location: `/v1/parcels/${parcel.id}` });
}

function listParcels(call: Call, { store }: Carrier): Answer {
  const limit = readInteger(call, 'limit', 20, 1, 100);
  const offset = readInteger(call, 'offset', 0, 0, 100_000);
  const all = store.all();
  return jsonAnswer(200, { total: all.length, offset, parcels: all.slice(offset, offset + limit).map(view) });
}

function getParcel(call: Call, { store }: Carrier): Answer {
  return jsonAnswer(200, view(findParcel(call, store)));
}

function cancelParcel(call: Call, { store }: Carrier): Answer {
  const parcel = findParcel(call, store);
  if (parcel.status === 'created') store.move(parcel, 'cancelled');
  else if (parcel.status !== 'cancelled') throw notCancellable(parcel);
  return { status: 204, headers: {} };
}

function quoteParcel(call: Call): Answer {
  const { country, weight, express } = readOldQuoteRequest(call.body);
  const { cents, deliveryDays } = priceOf(
    PARTNER_ADDRESS.country,
    country,
    gramsOf(weight),
    express ? 'express' : 'standard',
  );
  return jsonAnswer(200, { priceEur: cents / 100, days: deliveryDays });
}

function view(parcel: Parcel) {
  const { recipient } = parcel;
  return {
    id: parcel.id,
    status: parcel.status,
    recipientName: recipient.name,
    recipientAddress: parcel.recipientLine ?? `${recipient.street}, ${recipient.postcode} ${recipient.city}`,
    recipientCountry: recipient.country,
    weight: parcel.weightGrams / 1000,
    express: parcel.service === 'express',
    reference: parcel.reference,
    created: parcel.createdAt,
  };
}

function findParcel(call: Call, store: Carrier['store']): Parcel {
  const id = call.parcelId();
  const parcel = store.find(id);
  if (!parcel) throw notFound(id);
  return parcel;
}

/** At least a gram: 2.0.0 shows these parcels too. */
function gramsOf(weightKg: number): number {
  return Math.max(1, Math.round(weightKg * 1000));
}

/** `Storgatan 12, 111 23 Stockholm`, or whatever there is in one line, cut to what 2.0.0 promises of an address. */
function addressOf(name: string, line: string, country: string): Address {
  const parts = /^(.{1,80}), ?([0-9A-Z][0-9A-Z -]{1,9}) (\S.{0,59})$/u.exec(line);
  if (!parts)
    return { name, street: Array.from(line).slice(0, 80).join(''), city: 'unknown', postcode: '00000', country };
  const [, street = '', postcode = '', city = ''] = parts;
  return { name, street, city, postcode, country };
}

function readInteger(call: Call, name: string, otherwise: number, least: number, most: number): number {
  const text = call.query(name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw invalidParameter(name, `must be an integer from ${least} to ${most}`);
}

function notCancellable(parcel: Parcel): Problem {
  return new Problem(
    409,
    'not-cancellable',
    'Not cancellable',
    `${parcel.id} is ${parcel.status}; only a created parcel can be cancelled.`,
  );
}
