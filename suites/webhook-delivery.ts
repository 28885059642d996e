import { randomUUID } from 'node:crypto';
import {
  EXIT,
  exampleRequest,
  findContract,
  runCheck,
  TallyError,
  type Contract,
  type Message,
  type Operation,
  type ProviderConfig,
  type Result,
  type RunContext,
} from '../contracts/index.ts';
import { credentialsFor, headersOf } from './authorize-operation.ts';
import { sendRequest } from './send-request.ts';
import type { Target } from './target.ts';
import {
  acknowledgedOnce,
  deliveryConforms,
  deliverySigned,
  notDelivered,
  retried,
  type Expected,
} from './webhook-checks.ts';
import { startWebhookReceiver, type Delivery, type WebhookReceiver } from './webhook-receiver.ts';

export interface WebhookDeliveryOptions {
  readonly target: Target;
  /** How long the first delivery may take; 10 s unless told. */
  readonly deliveryMs?: number;
  /** How long the first retry may take; 20 s unless told (Standard Webhooks: 5 s and jitter). */
  readonly retryMs?: number;
  /** Triggers the operation on a provider that we did not start. */
  readonly writes?: boolean;
}

type WebhookConfig = NonNullable<ProviderConfig['webhooks']>;

const SUITE = 'webhooks';
const CHECKS = ['webhook-signed', 'webhook-conforms', 'webhook-retried', 'webhook-acknowledged-once'] as const;

/**
 * Receives what the provider sends when the triggering operation is called: the first delivery is acknowledged, the next
 * one refused once, so that its retry is seen. When that retry has come, an acknowledged delivery that is sent again
 * would have come as well: nothing is waited for by the clock alone.
 */
export async function runWebhookDelivery(context: RunContext, options: WebhookDeliveryOptions): Promise<void> {
  const { target } = options;
  const config = context.workspace.config.providers[target.apiName]?.webhooks;
  if (!config) return;
  const subject = `${target.apiName} → ${config.events} · ${config.triggerOperationId}`;
  const reason = whyNot(options);
  if (reason !== undefined) return await skipAll(context, subject, reason);
  const receiver = await startWebhookReceiver(refusingSecond());
  try {
    await observe(context, options, config, receiver, subject);
  } finally {
    await receiver.close();
  }
}

function whyNot({ target, writes }: WebhookDeliveryOptions): string | undefined {
  const host = new URL(target.url).hostname;
  if (!/^(127\.|localhost$|\[::1\]$)/.test(host)) return `${host} cannot reach the receiver on this machine`;
  if (!target.startedByUs && !writes)
    return 'the triggering operation may change data on a server that is not ours (--writes sends it)';
  return undefined;
}

async function skipAll(context: RunContext, subject: string, reason: string): Promise<void> {
  for (const id of CHECKS)
    await runCheck(context, { id, suite: SUITE, subject }, () => ({ status: 'skipped', reason }));
}

/** Everything is acknowledged but the first attempt of the second event. */
function refusingSecond(): (delivery: Omit<Delivery, 'status'>) => number {
  const seen: string[] = [];
  return ({ headers, bytes }) => {
    const event = headers['webhook-id'] ?? bytes.toString('base64');
    const isNew = !seen.includes(event);
    if (isNew) seen.push(event);
    return isNew && seen.length === 2 ? 500 : 200;
  };
}

async function observe(
  context: RunContext,
  options: WebhookDeliveryOptions,
  config: WebhookConfig,
  receiver: WebhookReceiver,
  subject: string,
): Promise<void> {
  const { target, deliveryMs = 10_000, retryMs = 20_000 } = options;
  let expected: Expected | undefined;
  let first: Delivery | undefined;
  const check = async (id: string, run: () => Promise<Partial<Result>> | Partial<Result>): Promise<Result> =>
    await runCheck(context, { id, suite: SUITE, subject }, run);

  const signed = await check('webhook-signed', async () => {
    expected = await prepare(context, config, receiver);
    await subscribe(context, target, config, receiver);
    await trigger(context, target, config);
    first = await orDied(
      target,
      receiver.waitFor(() => true, deliveryMs, context.signal),
    );
    context.signal.throwIfAborted();
    if (!first) return { findings: [notDelivered(expected, deliveryMs)] };
    return { findings: deliverySigned(expected, first) };
  });
  if (!expected || !first) {
    const reason = `nothing was delivered: webhook-signed ${signed.status}`;
    for (const id of CHECKS.slice(1)) await check(id, () => ({ status: 'skipped', reason }));
    return;
  }
  const [known, acknowledged] = [expected, first];
  await check('webhook-conforms', () => ({ findings: deliveryConforms(known, acknowledged) }));
  await check('webhook-retried', async () => {
    await trigger(context, target, config);
    const refused = await orDied(
      target,
      receiver.waitFor(({ status }) => status === 500, deliveryMs, context.signal),
    );
    context.signal.throwIfAborted();
    if (!refused) return { findings: [notDelivered(known, deliveryMs)] };
    const after = receiver.deliveries.indexOf(refused);
    const again = (one: Delivery): boolean => receiver.deliveries.indexOf(one) > after && sameEvent(one, refused);
    const retry = await orDied(target, receiver.waitFor(again, retryMs, context.signal));
    context.signal.throwIfAborted();
    return { findings: retried(known, refused, retry, retryMs) };
  });
  await check('webhook-acknowledged-once', () => {
    target.assertAlive();
    return { findings: acknowledgedOnce(known, receiver.deliveries, acknowledged) };
  });
}

/** By the id or, should that have been changed in between, by the body. */
function sameEvent(one: Delivery, other: Delivery): boolean {
  const id = one.headers['webhook-id'];
  return (id !== undefined && id === other.headers['webhook-id']) || one.bytes.equals(other.bytes);
}

async function orDied<T>(target: Target, work: Promise<T>): Promise<T> {
  const first = await Promise.race([work, target.died]);
  if (first instanceof TallyError) throw first;
  return first;
}

async function prepare(context: RunContext, config: WebhookConfig, receiver: WebhookReceiver): Promise<Expected> {
  const contract = findContract(context.workspace, 'asyncapi', config.events);
  const messages = contract.messages.filter(({ trigger }) => trigger?.operationId === config.triggerOperationId);
  if (messages.length === 0) throw noMessage(contract, config);
  return {
    root: context.workspace.root,
    redactor: context.redactor,
    contract,
    messages,
    receiver,
    secret: await context.credentials.secret(config.credential),
  };
}

function noMessage(contract: Contract, config: WebhookConfig): TallyError {
  const known = contract.messages.flatMap(({ id, trigger }: Message) =>
    trigger?.operationId ? [`${id} (${trigger.operationId})`] : [],
  );
  return new TallyError({
    code: 'WEBHOOK_MESSAGE_UNKNOWN',
    where: contract.source,
    why: `no message has x-trigger.operationId ${config.triggerOperationId}; triggered by an operation are: ${known.join(', ') || 'none'}`,
    fix: `add x-trigger to the message that follows ${config.triggerOperationId}, or correct triggerOperationId`,
  });
}

async function subscribe(
  context: RunContext,
  target: Target,
  config: WebhookConfig,
  receiver: WebhookReceiver,
): Promise<void> {
  const { answer, exchange } = await sendRequest(
    context,
    {
      method: 'POST',
      url: new URL(config.subscribePath, `${target.url}/`).href,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ url: receiver.url }),
    },
    target,
  );
  if (answer && answer.status < 300) return;
  throw refused(
    'WEBHOOK_NOT_SUBSCRIBED',
    `POST ${config.subscribePath}`,
    answer?.status ?? exchange.connection,
    exchange.response?.body,
  );
}

/** Calls the operation by its example, with a key of its own: a repeated one would be answered without a new event. */
async function trigger(context: RunContext, target: Target, config: WebhookConfig): Promise<void> {
  const { contract, operation } = triggering(context, target, config);
  const example = exampleRequest(contract, operation);
  if ('missing' in example)
    throw refused('WEBHOOK_NOT_TRIGGERED', operation.id, `no example of ${example.missing.join(', ')}`, undefined);
  const { credential } = context.workspace.config.providers[target.apiName] ?? {};
  const names = credentialsFor(context, contract, operation, credential === undefined ? {} : { credential }) ?? [];
  const { answer, exchange } = await sendRequest(
    context,
    {
      operationId: operation.id,
      method: example.method,
      url: target.baseUrl(contract.version) + example.target,
      headers: { ...freshKey(example.headers), ...(await headersOf(context, names, target.url)) },
      ...(example.body === undefined ? {} : { body: example.body }),
    },
    target,
  );
  if (answer && answer.status < 300) return;
  throw refused('WEBHOOK_NOT_TRIGGERED', operation.id, answer?.status ?? exchange.connection, exchange.response?.body);
}

function triggering(
  context: RunContext,
  target: Target,
  { triggerOperationId }: WebhookConfig,
): { contract: Contract; operation: Operation } {
  const served = Object.keys(context.workspace.config.providers[target.apiName]?.versions ?? {});
  const contracts = context.workspace.contracts
    .map(({ contract }) => contract)
    .filter((one) => one.kind === 'openapi' && one.name === target.apiName && served.includes(one.version));
  for (const contract of contracts.toReversed()) {
    const operation = contract.operations.find(({ id }) => id === triggerOperationId);
    if (operation) return { contract, operation };
  }
  throw refused(
    'WEBHOOK_NOT_TRIGGERED',
    triggerOperationId,
    'no served version of the API has this operation',
    undefined,
  );
}

function freshKey(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      name.toLowerCase() === 'idempotency-key' ? randomUUID() : value,
    ]),
  );
}

function refused(code: string, where: string, what: string | number | undefined, body: string | undefined): TallyError {
  return new TallyError({
    code,
    where,
    why: `no webhook can be expected: ${what ?? 'no answer'}${body ? ` ${body.slice(0, 300)}` : ''}`,
    fix: 'correct providers.….webhooks in tally.yaml, or the example of the operation',
    exitCode: EXIT.inconclusive,
  });
}
