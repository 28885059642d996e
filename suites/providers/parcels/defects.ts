import { Buffer } from 'node:buffer';
import type { Answer } from './answer.ts';
import type { Event } from './events.ts';

/** What a provider can be made to skip. */
type Skippable = 'authorisation' | 'idempotency' | 'preconditions' | 'validation';

/** A fault planted on purpose, so that whoever verifies the provider can show that he finds it. */
export interface Defect {
  readonly id: string;
  /** What is wrong then. */
  readonly summary: string;
  /** Of API 2.0.0. */
  readonly operationId?: string;
  /** Changes the answers of that operation that are successes. */
  readonly answer?: (answer: Answer) => Answer;
  readonly event?: (event: Event) => unknown;
  readonly signature?: (signature: string) => string;
  readonly manifest?: (lines: readonly string[]) => readonly string[];
  readonly skips?: Skippable;
}

/** Sorted by id. */
export const DEFECTS: readonly Defect[] = [
  {
    id: 'bad-webhook-signature',
    summary: 'webhooks carry a signature that does not fit',
    signature: (signature) => `v1,${Buffer.from(signature.slice(3), 'base64').fill(0, 0, 8).toString('base64')}`,
  },
  {
    id: 'drop-weight',
    summary: 'getParcel leaves out the required weightGrams',
    operationId: 'getParcel',
    answer: (answer) => withMember(answer, 'weightGrams', undefined),
  },
  {
    id: 'event-missing-field',
    summary: 'events leave out the required data.parcelId',
    event: (event) => ({ ...event, data: { ...event.data, parcelId: undefined } }),
  },
  {
    id: 'extra-enum-value',
    summary: 'getParcel gives a status that the contract does not know',
    operationId: 'getParcel',
    answer: (answer) => withMember(answer, 'status', 'registered'),
  },
  {
    id: 'ignore-idempotency-key',
    summary: 'createParcel makes another parcel for a repeated key',
    skips: 'idempotency',
  },
  {
    id: 'ignore-if-match',
    summary: 'updateParcel changes a parcel whatever If-Match says',
    skips: 'preconditions',
  },
  {
    id: 'ignore-scopes',
    summary: 'every operation takes every good credential',
    skips: 'authorisation',
  },
  {
    id: 'ignore-validation',
    summary: 'bodies are taken as they come',
    skips: 'validation',
  },
  {
    id: 'label-not-pdf',
    summary: 'getParcelLabel answers HTML that it calls PDF',
    operationId: 'getParcelLabel',
    answer: (answer) => ({ ...answer, body: '<!doctype html><title>Label</title>' }),
  },
  {
    id: 'manifest-missing-trailer',
    summary: 'the manifest has no trailer',
    manifest: (lines) => lines.slice(0, -1),
  },
  {
    id: 'manifest-wrong-total',
    summary: "the manifest's trailer adds a cent to the sum of the charges",
    manifest: (lines) => lines.map((line) => (line.startsWith('TRAILER,') ? addCent(line) : line)),
  },
  {
    id: 'missing-location',
    summary: 'createParcel does not say where the parcel is',
    operationId: 'createParcel',
    answer: (answer) => withoutHeader(answer, 'location'),
  },
  {
    id: 'no-etag',
    summary: 'getParcel gives no ETag',
    operationId: 'getParcel',
    answer: (answer) => withoutHeader(answer, 'etag'),
  },
  {
    id: 'null-recipient',
    summary: 'getParcel gives null for the required recipient',
    operationId: 'getParcel',
    answer: (answer) => withMember(answer, 'recipient', null),
  },
  {
    id: 'wrong-content-type',
    summary: 'getParcel calls its JSON text/plain',
    operationId: 'getParcel',
    answer: (answer) => ({ ...answer, mediaType: 'text/plain; charset=utf-8' }),
  },
  {
    id: 'wrong-date',
    summary: 'getParcel gives createdAt as 02/03/2026',
    operationId: 'getParcel',
    answer: (answer) => withMember(answer, 'createdAt', '02/03/2026'),
  },
  {
    id: 'wrong-status-created',
    summary: 'createParcel answers 200 in place of 201',
    operationId: 'createParcel',
    answer: (answer) => ({ ...answer, status: 200 }),
  },
  {
    id: 'wrong-weight-type',
    summary: 'getParcel gives weightGrams as a string',
    operationId: 'getParcel',
    answer: (answer) => withMember(answer, 'weightGrams', '1250'),
  },
];

export function defectNamed(id: string): Defect | undefined {
  return DEFECTS.find((defect) => defect.id === id);
}

/** The answer with the defect in it, when it is one that the defect is about. */
export function plant(defect: Defect | undefined, operationId: string, answer: Answer): Answer {
  if (!defect?.answer || defect.operationId !== operationId || answer.status >= 300) return answer;
  return defect.answer(answer);
}

/** `undefined` leaves the member out. */
function withMember(answer: Answer, name: string, value: unknown): Answer {
  const { body } = answer;
  return typeof body === 'object' && body !== null ? { ...answer, body: { ...body, [name]: value } } : answer;
}

function withoutHeader(answer: Answer, name: string): Answer {
  const headers = Object.entries(answer.headers).filter(([each]) => each !== name);
  return { ...answer, headers: Object.fromEntries(headers) };
}

function addCent(trailer: string): string {
  return trailer.replace(/(\d+)\.(\d\d)$/, (_, euros: string, cents: string) => {
    const total = Number(euros) * 100 + Number(cents) + 1;
    return `${Math.floor(total / 100)}.${String(total % 100).padStart(2, '0')}`;
  });
}
