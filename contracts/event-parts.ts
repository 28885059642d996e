import { followToObject, type Located } from './follow-reference.ts';
import { isObject, type JsonObject } from './json.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import { mergedTraits } from './merged-traits.ts';
import type { Contract, Message } from './model.ts';

/** An operation of an AsyncAPI document: one of AsyncAPI 3's, or `publish` and `subscribe` of a channel of AsyncAPI 2. */
export interface EventOperation {
  /** AsyncAPI 3: its key; AsyncAPI 2: its `operationId`. */
  readonly name?: string;
  readonly action: Message['action'];
  /** Of its channel. */
  readonly address: string;
  readonly pointer: string;
  /** With its traits. */
  readonly value: JsonObject;
}

/** The operations of an AsyncAPI document whose channel is known. */
export function eventOperationsOf(contract: Contract): readonly EventOperation[] {
  return isOlder(contract) ? operationsOf2(contract) : operationsOf3(contract);
}

function operationsOf3(contract: Contract): readonly EventOperation[] {
  const channels = membersAt(contract, '/channels');
  return membersAt(contract, '/operations').flatMap(({ name, pointer }): readonly EventOperation[] => {
    const value = mergedAt(contract, pointer);
    const { action } = value;
    const target = partOf(contract, { value, pointer }, 'channel');
    const channel = channels.find((each) => each.pointer === target?.pointer);
    if (channel === undefined || (action !== 'send' && action !== 'receive')) return [];
    return [{ name, action, address: addressOf(channel), pointer, value }];
  });
}

/** A channel without an address (null) gets one at run time: its name says which it is. */
function addressOf({ name, value: { address } }: NamedPart): string {
  return typeof address === 'string' ? address : name;
}

function operationsOf2(contract: Contract): readonly EventOperation[] {
  return membersAt(contract, '/channels').flatMap((channel) =>
    (['publish', 'subscribe'] as const).flatMap((verb): readonly EventOperation[] => {
      const found = partOf(contract, channel, verb);
      if (found === undefined) return [];
      const value = mergedAt(contract, found.pointer);
      const { operationId: name } = value;
      const action = verb === 'subscribe' ? 'send' : 'receive';
      const operation = { action, address: channel.name, pointer: found.pointer, value } as const;
      return [typeof name === 'string' ? { ...operation, name } : operation];
    }),
  );
}

export type NamedPart = Located<JsonObject> & { readonly name: string };

/** The members of a map of the document, references followed; what is none is left out, it was noted when it was read. */
export function membersAt({ document }: Contract, pointer: string): readonly NamedPart[] {
  const map = valueAt(document, pointer);
  if (!isObject(map)) return [];
  return Object.entries(map).flatMap(([name, value]) => {
    const found = followToObject(document, { value, pointer: joinPointer(pointer, name) });
    return found === undefined ? [] : [{ ...found, name }];
  });
}

/** A member that is an object, references followed. */
export function partOf(
  { document }: Contract,
  { value, pointer }: Located<JsonObject>,
  key: string,
): Located<JsonObject> | undefined {
  const member = value[key];
  return member === undefined
    ? undefined
    : followToObject(document, { value: member, pointer: joinPointer(pointer, key) });
}

/** An operation or message with its traits; an empty object where there is none. */
export function mergedAt(contract: Contract, pointer: string): JsonObject {
  const value = valueAt(contract.document, pointer);
  const found = value === undefined ? undefined : followToObject(contract.document, { value, pointer });
  return found === undefined ? {} : mergedTraits(contract.document, found, isOlder(contract) ? 'traits' : 'own').value;
}

/** AsyncAPI 2. */
export function isOlder({ specification }: Pick<Contract, 'specification'>): boolean {
  return specification.startsWith('asyncapi 2');
}
