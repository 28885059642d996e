import { randomUUID } from 'node:crypto';
import { apiKeyCredentials, clientCredentials, type CarrierCredentials } from './carrier-credentials.ts';
import { systemClock, type Clock } from './clock.ts';
import { createExchange, type Exchange } from './exchange.ts';
import { createExchangeLog, createSecrets, type Secrets, type WriteLine } from './exchange-log.ts';
import { httpParcelCarrier } from './http-parcel-carrier.ts';
import type { ParcelCarrier } from './parcel-carrier.ts';
import { createSender, type Resilience } from './send-to-carrier.ts';

export interface CarrierSettings {
  readonly baseUrl: string;
  readonly credentials:
    | { readonly type: 'oauth2'; readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string }
    | { readonly type: 'apiKey'; readonly key: string };
  readonly resilience?: Partial<Resilience>;
}

/** The world around the client; tests bring their own. */
export interface Surroundings {
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  /** 0 to 1. */
  readonly random?: () => number;
  readonly newKey?: () => string;
  /** Where the log of every exchange goes; nowhere unless told. */
  readonly writeLog?: WriteLine;
}

export const USER_AGENT = 'checkout/2.0.0';
const SCOPES = ['parcels:read', 'parcels:write'];
const RESILIENCE: Resilience = {
  attempts: 4,
  backoffBaseMs: 200,
  backoffCapMs: 4000,
  attemptTimeoutMs: 5000,
  deadlineMs: 15_000,
  breakerFailures: 5,
  breakerResetMs: 10_000,
};

/** The carrier, with everything between the shop and its API put together. */
export function connectCarrier(settings: CarrierSettings, surroundings: Surroundings = {}): ParcelCarrier {
  const { clock = systemClock, random = Math.random, newKey = randomUUID, writeLog = () => {} } = surroundings;
  const secrets = createSecrets();
  const exchange = createExchange({
    // Looked up at each call: a test's interceptor may come later.
    fetch: surroundings.fetch ?? ((...request) => globalThis.fetch(...request)),
    clock,
    log: createExchangeLog(writeLog, secrets),
    userAgent: USER_AGENT,
    bodyLimitBytes: 4 * 1024 * 1024,
  });
  const credentials = openCredentials(settings.credentials, { exchange, secrets, clock });
  const resilience = { ...RESILIENCE, ...settings.resilience };
  const send = createSender({ exchange, credentials, clock, random, resilience });
  return httpParcelCarrier({ baseUrl: settings.baseUrl, send, newKey });
}

function openCredentials(
  credentials: CarrierSettings['credentials'],
  around: { readonly exchange: Exchange; readonly secrets: Secrets; readonly clock: Clock },
): CarrierCredentials {
  if (credentials.type === 'apiKey') return apiKeyCredentials(credentials.key, around.secrets);
  return clientCredentials({ ...credentials, ...around, scopes: SCOPES });
}
