import { CarrierError, type Problem } from './carrier-error.ts';
import type { CarrierAnswer } from './exchange.ts';
import type { Address, Parcel, ParcelStatus, Quote, Service, TrackedParcel } from './parcel-carrier.ts';

/**
 * Readers of what the carrier sends. Tolerant: what is not used is not looked at, and a status that is not known yet is
 * `unknown`. Strict in what is used: a missing or mistyped member makes the whole answer unreadable, and nothing of it
 * is passed on.
 */
type Members = Readonly<Record<string, unknown>>;

const STATUSES: readonly ParcelStatus[] = ['created', 'in_transit', 'delivered', 'exception', 'cancelled'];
const SERVICES: readonly Service[] = ['standard', 'express'];

export function readTrackedParcel(answer: CarrierAnswer): TrackedParcel {
  const revision = answer.headers.get('etag') ?? '';
  if (!/^"[!#-~]+"$/.test(revision)) throw unreadable('ETag', 'a strong entity tag');
  return { ...readParcel(readJson(answer), ''), revision };
}

/** One page, and the cursor of the next. */
export function readPage(answer: CarrierAnswer): { readonly parcels: readonly Parcel[]; readonly nextCursor?: string } {
  const page = membersOf(readJson(answer), '');
  const { items, nextCursor } = page;
  if (!Array.isArray(items)) throw unreadable('/items', 'an array');
  const parcels = items.map((item: unknown, index) => readParcel(item, `/items/${index}`));
  if (nextCursor === null || nextCursor === undefined) return { parcels };
  return { parcels, nextCursor: text(page, 'nextCursor', '') };
}

export function readQuote(answer: CarrierAnswer): Quote {
  const quote = membersOf(readJson(answer), '');
  const price = membersOf(quote['price'], '/price');
  if (price['currency'] !== 'EUR') throw unreadable('/price/currency', 'EUR');
  const priceEur = matching(price, 'amount', '/price', /^\d{1,9}\.\d{2}$/);
  return { priceEur, deliveryDays: wholeNumber(quote, 'deliveryDays', ''), estimated: false };
}

export function readPdf(answer: CarrierAnswer): Uint8Array {
  const isPdf =
    mediaTypeOf(answer) === 'application/pdf' && Buffer.from(answer.body.subarray(0, 5)).toString() === '%PDF-';
  if (!isPdf) throw unreadable('the body', 'a PDF');
  return answer.body;
}

/** Problem details, when the answer has some that can be read; an error's body never causes another error. */
export function readProblem(answer: CarrierAnswer): Problem | undefined {
  if (mediaTypeOf(answer) !== 'application/problem+json') return undefined;
  try {
    const problem = membersOf(parseJson(answer.body), '');
    const { type, title, detail, errors } = problem;
    return {
      type: typeof type === 'string' ? type : 'about:blank',
      ...(typeof title === 'string' && { title }),
      ...(typeof detail === 'string' && { detail }),
      errors: Array.isArray(errors) ? errors.flatMap(readFault) : [],
    };
  } catch {
    return undefined;
  }
}

function readFault(value: unknown): Problem['errors'] {
  if (typeof value !== 'object' || value === null) return [];
  const { detail, pointer, parameter }: Members = { ...value };
  if (typeof detail !== 'string') return [];
  return [
    { detail, ...(typeof pointer === 'string' && { pointer }), ...(typeof parameter === 'string' && { parameter }) },
  ];
}

function readParcel(value: unknown, at: string): Parcel {
  const parcel = membersOf(value, at);
  const reference = parcel['reference'] ?? null;
  return {
    id: matching(parcel, 'id', at, /^PCL-[0-9A-Z]{8}$/),
    status: oneOf(STATUSES, text(parcel, 'status', at)),
    recipient: readRecipient(parcel['recipient'], `${at}/recipient`),
    weightGrams: wholeNumber(parcel, 'weightGrams', at),
    service: oneOf(SERVICES, text(parcel, 'service', at)),
    reference: reference === null ? null : text(parcel, 'reference', at),
    updatedAt: matching(parcel, 'updatedAt', at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/),
  };
}

function readRecipient(value: unknown, at: string): Pick<Address, 'name' | 'city' | 'country'> {
  const recipient = membersOf(value, at);
  return {
    name: text(recipient, 'name', at),
    city: text(recipient, 'city', at),
    country: text(recipient, 'country', at),
  };
}

function readJson(answer: CarrierAnswer): unknown {
  const mediaType = mediaTypeOf(answer);
  if (mediaType !== 'application/json')
    throw unreadable('Content-Type', `application/json, not ${mediaType || 'nothing'}`);
  return parseJson(answer.body);
}

function parseJson(body: Uint8Array): unknown {
  try {
    // Neither broken UTF-8 nor a byte order mark is JSON (RFC 8259 §8.1).
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch (cause) {
    throw new CarrierError('unreadable-answer', 'the answer is no JSON', { cause });
  }
}

function mediaTypeOf(answer: CarrierAnswer): string {
  return answer.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function membersOf(value: unknown, at: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw unreadable(at || 'the body', 'an object');
  return { ...value };
}

function text(members: Members, name: string, at: string): string {
  const value = members[name];
  if (typeof value !== 'string' || value === '') throw unreadable(`${at}/${name}`, 'text');
  return value;
}

function matching(members: Members, name: string, at: string, pattern: RegExp): string {
  const value = text(members, name, at);
  if (!pattern.test(value)) throw unreadable(`${at}/${name}`, `as ${pattern.source}`);
  return value;
}

function wholeNumber(members: Members, name: string, at: string): number {
  const value = members[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw unreadable(`${at}/${name}`, 'a whole number');
  return value;
}

function oneOf<Known extends string>(known: readonly Known[], value: string): Known | 'unknown' {
  return known.find((each) => each === value) ?? 'unknown';
}

function unreadable(what: string, expected: string): CarrierError {
  return new CarrierError('unreadable-answer', `${what} is not ${expected}`);
}
