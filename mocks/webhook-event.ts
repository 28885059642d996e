import {
  compareVersions,
  isObject,
  type Contract,
  type Json,
  type JsonObject,
  type MediaType,
  type Message,
  type Operation,
} from '../contracts/index.ts';
import { compileGenerator } from './generate-value.ts';
import { neededBundle } from './needed-bundle.ts';
import type { Random } from './seeded-random.ts';

/** Something that a contract says its users are told of. */
export interface WebhookEvent {
  /** A message's, or a callback's `operation/name`. */
  readonly id: string;
  /** Name of its contract. */
  readonly contract: string;
  readonly method: string;
  readonly contentType: string;
  readonly trigger?: Message['trigger'];
  /** The contract's own example; what is made of the schema where it gives none. */
  readonly payload: (random: Random) => { readonly value: Json; readonly problem?: string };
}

/** Those of the newest version of each contract: AsyncAPI's messages that are sent, OpenAPI's webhooks and callbacks. */
export function webhookEvents(contracts: readonly Contract[]): readonly WebhookEvent[] {
  return newest(contracts).flatMap((contract) => [
    ...contract.messages.filter(({ action }) => action === 'send').map((message) => ofMessage(contract, message)),
    ...contract.operations.flatMap((operation) => ofCallbacks(contract, operation)),
  ]);
}

function newest(contracts: readonly Contract[]): readonly Contract[] {
  const byName = new Map<string, Contract>();
  for (const contract of contracts) {
    const key = `${contract.kind} ${contract.name}`;
    const known = byName.get(key);
    if (known === undefined || compareVersions(contract.version, known.version) > 0) byName.set(key, contract);
  }
  return [...byName.values()];
}

function ofMessage(contract: Contract, message: Message): WebhookEvent {
  const { id, contentType, trigger, payload, examples } = message;
  const webhook = contract.webhooks?.find(({ path }) => path === id);
  return {
    id,
    contract: contract.name,
    method: webhook?.method.toUpperCase() ?? 'POST',
    contentType,
    ...(trigger === undefined ? {} : { trigger }),
    payload: payloadOf(contract, payload, examples[0]?.payload),
  };
}

/** What an operation's callback tells, whenever the operation was done. */
function ofCallbacks(contract: Contract, { id, callbacks }: Operation): readonly WebhookEvent[] {
  return callbacks.flatMap(({ name, operations }) =>
    operations.map((operation) => {
      const body: MediaType | undefined = operation.requestBody?.content[0];
      return {
        id: operations.length > 1 ? `${id}/${name}/${operation.method}` : `${id}/${name}`,
        contract: contract.name,
        method: operation.method.toUpperCase(),
        contentType: body?.mediaType ?? 'application/json',
        trigger: { operationId: id, status: '2XX' },
        payload: payloadOf(contract, body?.schema ?? {}, body?.examples[0]?.value),
      };
    }),
  );
}

function payloadOf(contract: Contract, schema: Json, example: Json | undefined): WebhookEvent['payload'] {
  if (example !== undefined) return () => ({ value: example });
  let generate: ReturnType<typeof compileGenerator> | undefined;
  return (random) => {
    generate ??= generatorOf(contract, schema);
    return generate(random);
  };
}

/** The whole document is the bundle: a schema's references lead anywhere in it. */
function generatorOf({ document }: Contract, schema: Json): ReturnType<typeof compileGenerator> {
  const own = bundled(schema);
  const root: JsonObject = isObject(own) ? own : {};
  const all = bundled(document);
  return compileGenerator(root, neededBundle(root, isObject(all) ? all : undefined), {});
}

/** References as the generator's schemas have them. */
function bundled(value: Json): Json {
  if (Array.isArray(value)) return value.map(bundled);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string' ? member.replace(/^#\//, '#/__bundled__/') : bundled(member),
    ]),
  );
}
