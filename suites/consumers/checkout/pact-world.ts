import { pactWith } from '../../pact-with.ts';
import { connectCarrier } from './connect-carrier.ts';
import type { ParcelCarrier } from './parcel-carrier.ts';

/** The pact of the shop's checkout with its carrier. */
export const pact = pactWith({ consumer: 'checkout', provider: 'parcels' });
const { regex, string, integer } = pact.matchers;

export const BOOKING_KEY = '8e03978e-40d5-43dd-bc93-6894a57f9324';
const TOKEN_URL = 'http://token.test/oauth/token';

/**
 * The client against Pact's mock of the carrier. Its token comes from here, because fetching one is no part of the pact;
 * `answerFirst` answers the first request, for a test that is about the second.
 */
export function pactCarrier(baseUrl: string, answerFirst?: unknown): ParcelCarrier {
  const answers = answerFirst === undefined ? [] : [Response.json(answerFirst)];
  return connectCarrier(
    {
      baseUrl,
      credentials: { type: 'oauth2', tokenUrl: TOKEN_URL, clientId: 'checkout', clientSecret: 'pact-test' },
      resilience: { attempts: 1 },
    },
    {
      newKey: () => BOOKING_KEY,
      fetch: (url, init) => {
        const token = { access_token: 'pact-test', token_type: 'Bearer', expires_in: 3600 };
        if (url === TOKEN_URL) return Promise.resolve(Response.json(token));
        const answer = answers.shift();
        return answer === undefined ? fetch(url, init) : Promise.resolve(answer);
      },
    },
  );
}

/** What every request carries; the token itself differs from run to run. */
export function requestHeaders(others: Readonly<Record<string, string | ReturnType<typeof regex>>> = {}) {
  return {
    Authorization: regex('^Bearer .+$', 'Bearer pact-test'),
    Accept: 'application/json, application/problem+json',
    ...others,
  };
}

export const ETAG = { ETag: regex('^"[!#-~]+"$', '"r1"') };
export const PROBLEM_JSON = { 'Content-Type': 'application/problem+json' };

/** A parcel as far as the shop reads it. What is given holds as it is. */
export function parcelLike(exact: {
  readonly id: unknown;
  readonly status: unknown;
}): Readonly<Record<string, unknown>> {
  return {
    ...exact,
    recipient: { name: string('Ada Lindqvist'), city: string('Stockholm'), country: regex('^[A-Z]{2}$', 'SE') },
    weightGrams: integer(1250),
    service: regex('^(standard|express)$', 'standard'),
    reference: string('order-1001'),
    updatedAt: regex(String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$`, '2026-03-02T07:30:00Z'),
  };
}

export function problemLike(type: string, status: number, title: string): Readonly<Record<string, unknown>> {
  return {
    type: `https://parcels.example/problems/${type}`,
    status,
    title: string(title),
    detail: string('What to do about it.'),
  };
}
