import { PassThrough } from 'node:stream';
import { startProvider, type Provider } from './server.ts';
import { readSettings } from './settings.ts';

/** A provider in this process, and what a test asks of it. */
export interface Subject {
  readonly provider: Provider;
  readonly url: string;
  /** A good token with these scopes. */
  readonly token: (scope?: string) => Promise<string>;
  /** With a good token unless the headers say otherwise; an object is sent as JSON. */
  readonly ask: (method: string, path: string, options?: Asked) => Promise<Told>;
  /** Moves the provider's clock. */
  readonly passMs: (durationMs: number) => void;
  /** Everything it logged so far. */
  readonly logged: () => string;
}

export interface Asked {
  /** `null` leaves a header out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
}

export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** Parsed, where it is JSON. */
  readonly body: unknown;
}

export const SECRETS = {
  PARCELS_CLIENT_SECRET: 'client-secret-of-the-tests',
  PARCELS_API_KEY: 'api-key-of-the-tests',
  PARCELS_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=',
} as const;

export const ADA = {
  name: 'Ada Lindqvist',
  street: 'Storgatan 12',
  city: 'Stockholm',
  postcode: '111 23',
  country: 'SE',
};
export const DRAFT = {
  recipient: ADA,
  sender: { ...ADA, name: 'Nordwind Books' },
  weightGrams: 1250,
  service: 'standard',
  reference: 'order-9',
};

/** Starts one with the test's secrets and `env`, and closes it whatever happens. */
export async function withProvider(
  env: Readonly<Record<string, string>>,
  use: (subject: Subject) => Promise<void>,
): Promise<void> {
  const log = new PassThrough();
  const lines: string[] = [];
  log.on('data', (chunk: Buffer) => lines.push(chunk.toString('utf8')));
  let aheadMs = 0;
  const now = () => new Date(Date.now() + aheadMs);
  const provider = await startProvider(readSettings({ ...SECRETS, TALLY_HARNESS: '1', PORT: '0', ...env }), log, now);
  const url = `http://127.0.0.1:${provider.port}`;
  const token = async (scope?: string) => requestToken(url, scope);
  let usual: Promise<string> | undefined;
  const ask = async (method: string, path: string, options: Asked = {}) => {
    const authorization =
      options.headers && 'authorization' in options.headers
        ? {}
        : { authorization: `Bearer ${await (usual ??= token())}` };
    return send(`${url}${path}`, method, { ...options, headers: { ...authorization, ...options.headers } });
  };
  try {
    await use({
      provider,
      url,
      token,
      ask,
      passMs: (durationMs) => (aheadMs += durationMs),
      logged: () => lines.join(''),
    });
  } finally {
    await provider.close();
  }
}

async function requestToken(url: string, scope?: string): Promise<string> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'checkout',
    client_secret: SECRETS.PARCELS_CLIENT_SECRET,
  });
  if (scope !== undefined) body.set('scope', scope);
  const response = await fetch(`${url}/oauth/token`, { method: 'POST', body });
  const { access_token: token }: { access_token: string } = JSON.parse(await response.text());
  return token;
}

async function send(url: string, method: string, { headers = {}, body }: Asked): Promise<Told> {
  const sent = new Headers();
  if (body !== undefined && typeof body !== 'string') sent.set('content-type', 'application/json');
  for (const [name, value] of Object.entries(headers)) {
    if (value === null) sent.delete(name);
    else sent.set(name, value);
  }
  const payload =
    body === undefined
      ? {}
      : {
          body:
            typeof body === 'string' ? new TextEncoder().encode(body) : new TextEncoder().encode(JSON.stringify(body)),
        };
  const response = await fetch(url, { method, headers: sent, redirect: 'manual', ...payload });
  const text = await response.text();
  const isJson = /^application\/([\w.]+\+)?json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    text,
    body: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
}

/** Problem details as the contract gives them, for comparing. */
export function problem(
  status: number,
  slug: string,
  title: string,
  detail: string,
  errors?: readonly object[],
): object {
  const body = { type: `https://parcels.example/problems/${slug}`, title, status, detail };
  return errors ? { ...body, errors } : body;
}
