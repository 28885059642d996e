import { randomBytes } from 'node:crypto';
import {
  didYouMean,
  signatureSchemes,
  standardWebhooks,
  TallyError,
  type RunContext,
  type SignatureScheme,
  type WebhooksConfig,
} from '../contracts/index.ts';
import { seededRandom, unseededRandom } from './seeded-random.ts';
import type { EndpointSettings } from './webhook-endpoint.ts';
import { createWebhookSender, type WebhookSender, type WebhookSenderOptions } from './webhook-sender.ts';

/** Where events go, for people. */
export interface WebhookTarget {
  readonly url: string;
  readonly scheme: string;
  /** What signs: the name of a credential. */
  readonly credential?: string;
  /** A secret that was made up for this run, where none is named or set: its receiver has to be told. */
  readonly madeUpSecret?: string;
}

export interface OpenWebhooks {
  readonly sender: WebhookSender;
  readonly targets: readonly WebhookTarget[];
}

type Endpoint = WebhooksConfig['endpoints'][number];

/**
 * A sender for the contracts of the workspace, with the secrets that it needs.
 *
 * @throws TallyError WEBHOOK_EVENTS_NONE, WEBHOOK_CONTRACT_UNKNOWN, WEBHOOK_EVENT_UNKNOWN, those of credentials and of
 *   `createWebhookSender`
 */
export async function openWebhooks(
  context: RunContext,
  config: WebhooksConfig,
  parts: Pick<WebhookSenderOptions, 'journal' | 'log' | 'deliveries'> & { readonly seed?: string | undefined },
): Promise<OpenWebhooks> {
  const { seed, ...rest } = parts;
  const resolved = await Promise.all(config.endpoints.map(async (endpoint) => await resolve(context, endpoint)));
  const { retriesS, timeoutMs, disableAfter } = config;
  const sender = createWebhookSender({
    ...rest,
    contracts: context.workspace.contracts.map(({ contract }) => contract),
    endpoints: resolved.map(({ settings }) => settings),
    allow: config.allow ?? [],
    limits: {
      ...(retriesS === undefined ? {} : { retriesS }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(disableAfter === undefined ? {} : { disableAfter }),
    },
    random: seed === undefined ? unseededRandom(Date.now()) : seededRandom(`webhooks ${seed}`),
  });
  for (const endpoint of config.endpoints) checkWanted(endpoint, sender.events);
  return { sender, targets: resolved.map(({ target }) => target) };
}

interface Resolved {
  readonly settings: EndpointSettings;
  readonly target: WebhookTarget;
}

async function resolve(context: RunContext, endpoint: Endpoint): Promise<Resolved> {
  const { url, contract, events } = endpoint;
  const scheme = schemeOf(endpoint);
  const named = endpoint.credential ?? onlyCredential(context);
  const { secret, madeUp } = await secretOf(context, named);
  const { previousCredential: previous } = endpoint;
  const secrets = [secret, ...(previous === undefined ? [] : [await context.credentials.secret(previous)])];
  return {
    settings: {
      url,
      scheme,
      secrets,
      ...(contract === undefined ? {} : { contract }),
      ...(events === undefined ? {} : { events }),
    },
    target: {
      url,
      scheme: scheme.id,
      ...(named === undefined ? {} : { credential: named }),
      ...(madeUp ? { madeUpSecret: secret } : {}),
    },
  };
}

function schemeOf({ scheme: id = standardWebhooks.id }: Endpoint): SignatureScheme {
  const scheme = signatureSchemes.find((each) => each.id === id);
  if (scheme !== undefined) return scheme;
  const known = signatureSchemes.map((each) => each.id);
  throw new TallyError({
    code: 'SIGNATURE_SCHEME_UNKNOWN',
    where: `the scheme "${id}" of a webhook endpoint`,
    why: `there is no such scheme${didYouMean(id, known)}`,
    fix: `name one of: ${known.join(', ')}`,
  });
}

/** Where there is one credential that signs, it is meant. */
function onlyCredential({ workspace }: RunContext): string | undefined {
  const names = Object.entries(workspace.config.credentials).filter(([, { type }]) => type === 'webhook');
  return names.length === 1 ? names[0]?.[0] : undefined;
}

async function secretOf(
  { credentials, redactor }: RunContext,
  name: string | undefined,
): Promise<{ readonly secret: string; readonly madeUp: boolean }> {
  if (name !== undefined) {
    const secret = await credentials.secret(name);
    return { secret, madeUp: credentials.isGenerated?.(name) === true };
  }
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  redactor.addSecret(secret);
  return { secret, madeUp: true };
}

function checkWanted({ url, contract, events = [] }: Endpoint, known: WebhookSender['events']): void {
  const ofContract = known.filter((event) => contract === undefined || event.contract === contract);
  const contracts = [...new Set(known.map((event) => event.contract))];
  if (known.length === 0)
    throw unknown('WEBHOOK_EVENTS_NONE', url, 'no contract has an event', 'mock a contract with events as well');
  if (contract !== undefined && ofContract.length === 0) {
    const why = `no contract "${contract}" has an event${didYouMean(contract, contracts)}`;
    throw unknown('WEBHOOK_CONTRACT_UNKNOWN', url, why, `name one of: ${contracts.join(', ')}`);
  }
  const ids = ofContract.map(({ id }) => id);
  const wrong = events.find((id) => !ids.includes(id));
  if (wrong === undefined) return;
  const why = `there is no event "${wrong}"${didYouMean(wrong, ids)}`;
  throw unknown('WEBHOOK_EVENT_UNKNOWN', url, why, `name one of: ${ids.join(', ')}`);
}

function unknown(code: string, url: string, why: string, fix: string): TallyError {
  return new TallyError({ code, where: `the webhook endpoint ${url.replace(/\?.*$/s, '')}`, why, fix });
}
