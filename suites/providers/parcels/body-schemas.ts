import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Address, ParcelChange, ParcelDraft, Service } from './parcel.ts';
import { invalidBody, type Fault } from './problem.ts';

// Written by hand and never read from the contract: a provider that checked itself against the contract could not be
// checked against it.
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });
const country = { type: 'string', pattern: '^[A-Z]{2}$' };
const service = { type: 'string', enum: ['standard', 'express'] };
const weightGrams = { type: 'integer', minimum: 1, maximum: 31_500 };
const weightKg = { type: 'number', exclusiveMinimum: 0, maximum: 31.5 };
const reference = { type: ['string', 'null'], minLength: 1, maxLength: 60 };
const address = {
  type: 'object',
  required: ['name', 'street', 'city', 'postcode', 'country'],
  properties: {
    name: text(80),
    street: text(80),
    city: text(60),
    postcode: { type: 'string', pattern: '^[0-9A-Z][0-9A-Z -]{1,9}$' },
    country,
  },
};

export interface QuoteRequest {
  readonly fromCountry: string;
  readonly toCountry: string;
  readonly weightGrams: number;
  readonly service: Service;
}

/** 1.4.0. */
export interface OldDraft {
  readonly recipientName: string;
  readonly recipientAddress: string;
  readonly recipientCountry: string;
  readonly weight: number;
  readonly express?: boolean;
  readonly reference?: string | null;
}

/** 1.4.0. */
export interface OldQuoteRequest {
  readonly country: string;
  readonly weight: number;
  readonly express?: boolean;
}

const ajv = new Ajv({ allErrors: true, strict: true, allowUnionTypes: true });

type Draft = Omit<ParcelDraft, 'reference'> & { readonly reference?: string | null };

const draft = ajv.compile<Draft>({
  type: 'object',
  required: ['recipient', 'sender', 'weightGrams', 'service'],
  additionalProperties: false,
  properties: { recipient: address, sender: address, weightGrams, service, reference },
});
const change = ajv.compile<ParcelChange>({
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: { recipient: address, service, reference },
});
const quote = ajv.compile<QuoteRequest>({
  type: 'object',
  required: ['fromCountry', 'toCountry', 'weightGrams', 'service'],
  additionalProperties: false,
  properties: { fromCountry: country, toCountry: country, weightGrams, service },
});
const oldDraft = ajv.compile<OldDraft>({
  type: 'object',
  required: ['recipientName', 'recipientAddress', 'recipientCountry', 'weight'],
  properties: {
    recipientName: text(80),
    recipientAddress: text(160),
    recipientCountry: country,
    weight: weightKg,
    express: { type: 'boolean' },
    reference,
  },
});
const oldQuote = ajv.compile<OldQuoteRequest>({
  type: 'object',
  required: ['country', 'weight'],
  properties: { country, weight: weightKg, express: { type: 'boolean' } },
});

/** Each reads one body. @throws Problem 422 (400 in 1.4.0) with everything that is wrong */
export const readDraft = (body: unknown) => knownDraft(read(draft, body, 422));
export const readChange = (body: unknown) => knownChange(read(change, body, 422));
export const readQuoteRequest = (body: unknown) => read(quote, body, 422);
export const readOldDraft = (body: unknown) => read(oldDraft, body, 400);
export const readOldQuoteRequest = (body: unknown) => read(oldQuote, body, 400);

/** Members of an address that we do not know are not kept. */
function knownAddress({ name, street, city, postcode, country }: Address): Address {
  return { name, street, city, postcode, country };
}

function knownDraft(given: Draft): Draft {
  return { ...given, recipient: knownAddress(given.recipient), sender: knownAddress(given.sender) };
}

function knownChange(given: ParcelChange): ParcelChange {
  return given.recipient ? { ...given, recipient: knownAddress(given.recipient) } : given;
}

function read<T>(validate: ValidateFunction<T>, body: unknown, status: 400 | 422): T {
  if (validate(body)) return body;
  throw invalidBody(status, (validate.errors ?? []).map(faultOf));
}

function faultOf(error: ErrorObject): Fault {
  const named = error.keyword === 'additionalProperties' ? `: ${String(error.params['additionalProperty'])}` : '';
  return { pointer: error.instancePath, detail: `${error.message ?? 'is not valid'}${named}` };
}
