import { fallback, handleWhen } from 'cockatiel';
import { CarrierError, isOutage } from './carrier-error.ts';
import type { CarrierAnswer, CarrierRequest } from './exchange.ts';
import type { Parcel, ParcelCarrier, ParcelStatus, TrackedParcel } from './parcel-carrier.ts';
import { readPage, readPdf, readQuote, readTrackedParcel } from './read-answer.ts';
import type { Send } from './send-to-carrier.ts';
import { estimateQuote } from './tariff.ts';

export interface HttpParcelCarrierOptions {
  /** Where parcels 2.0.0 is served, for example `https://api.carrier.example/v2`. */
  readonly baseUrl: string;
  readonly send: Send;
  /** A new UUID for each call. */
  readonly newKey: () => string;
}

type Details = Pick<CarrierRequest, 'body'> & {
  readonly headers?: Readonly<Record<string, string>>;
  readonly accept?: string;
};

const PAGE_SIZE = '50';

/** The carrier's API `parcels` 2.0.0 over HTTP. */
export function httpParcelCarrier(options: HttpParcelCarrierOptions): ParcelCarrier {
  const { newKey } = options;
  const call = createCall(options);
  const estimateWhenOut = (shipment: Parameters<ParcelCarrier['quote']>[0]) =>
    fallback(handleWhen(isOutage), () => estimateQuote(shipment));
  return {
    book: async (order, bookingKey = newKey()) => {
      // A structured-field string (RFC 8941 §3.3.3), as the idempotency-key draft wants it.
      const headers = { 'idempotency-key': JSON.stringify(bookingKey), 'content-type': 'application/json' };
      const answer = await call('createParcel', 'POST', '/parcels', { headers, body: JSON.stringify(order) });
      return readTrackedParcel(expectStatus(answer, 201));
    },
    track: async (id, known) => {
      const headers: Record<string, string> = known === undefined ? {} : { 'if-none-match': known.revision };
      const answer = await call('getParcel', 'GET', parcelPath(id), { headers });
      return answer.status === 304 && known !== undefined ? known : readTrackedParcel(expectStatus(answer, 200));
    },
    list: (filter = {}) => listAll(call, filter.status),
    change: async (parcel, change) => {
      const headers = { 'if-match': parcel.revision, 'content-type': 'application/merge-patch+json' };
      const details = { headers, body: JSON.stringify(change) };
      const answer = await call('updateParcel', 'PATCH', parcelPath(parcel.id), details);
      return sameParcel(parcel.id, readTrackedParcel(expectStatus(answer, 200)));
    },
    cancel: async (id) => {
      expectStatus(await call('cancelParcel', 'DELETE', parcelPath(id)), 204);
    },
    label: async (id) => {
      const answer = await call('getParcelLabel', 'GET', `${parcelPath(id)}/label`, { accept: 'application/pdf' });
      return readPdf(expectStatus(answer, 200));
    },
    quote: (shipment) =>
      estimateWhenOut(shipment).execute(async () => {
        const details = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(shipment) };
        return readQuote(expectStatus(await call('quoteParcel', 'POST', '/quotes', details), 200));
      }),
  };
}

type Call = (operation: string, method: string, path: string, details?: Details) => Promise<CarrierAnswer>;

function createCall({ baseUrl, send }: HttpParcelCarrierOptions): Call {
  const base = baseUrl.replace(/\/+$/, '');
  return (operation, method, path, { headers = {}, accept = 'application/json', body } = {}) =>
    send({
      operation,
      method,
      url: base + path,
      headers: new Headers({ ...headers, accept: `${accept}, application/problem+json` }),
      ...(body !== undefined && { body }),
    });
}

/** Follows the cursors to the last page. A cursor that comes back would go round for ever. */
async function* listAll(call: Call, status: ParcelStatus | undefined): AsyncGenerator<Parcel, void, undefined> {
  const seen = new Set<string>();
  for (let cursor: string | undefined; ;) {
    const query = new URLSearchParams({ limit: PAGE_SIZE, ...(status && { status }), ...(cursor && { cursor }) });
    const page = readPage(expectStatus(await call('listParcels', 'GET', `/parcels?${query.toString()}`), 200));
    yield* page.parcels;
    cursor = page.nextCursor;
    if (cursor === undefined) return;
    if (seen.has(cursor)) throw new CarrierError('unreadable-answer', 'the carrier gave the same cursor twice');
    seen.add(cursor);
  }
}

/** An id from outside must not lead to another resource. */
function parcelPath(id: string): string {
  if (!/^[\w-]{1,64}$/.test(id)) throw new CarrierError('invalid', `${JSON.stringify(id)} is no parcel id`);
  return `/parcels/${id}`;
}

/** Another status of success, say 202 or 206, is an answer to another question. */
function expectStatus(answer: CarrierAnswer, status: number): CarrierAnswer {
  if (answer.status === status) return answer;
  throw new CarrierError('unreadable-answer', `the carrier answered ${answer.status}, not ${status}`);
}

function sameParcel(id: string, parcel: TrackedParcel): TrackedParcel {
  if (parcel.id === id) return parcel;
  throw new CarrierError('unreadable-answer', `the carrier answered with the parcel ${parcel.id}, not ${id}`);
}
