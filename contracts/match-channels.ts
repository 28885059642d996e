import { followToObject } from './follow-reference.ts';
import { isObject, type Json } from './json.ts';
import { joinPointer, referenceTo } from './json-pointer.ts';
import { matchPairs, type Pair } from './match-pairs.ts';
import type { Contract, Message } from './model.ts';

/** A channel and what is sent and received over it. */
export interface Channel {
  readonly name: string;
  readonly address: string;
  /** Pointer of the Channel Object. */
  readonly pointer: string;
  readonly messages: readonly Message[];
}

/**
 * The channels of two AsyncAPI documents side by side: by address, in which the names of parameters say nothing; else by
 * name, as AsyncAPI 3 has one beside the address.
 */
export function matchChannels(base: Contract, revision: Contract): readonly Pair<Channel>[] {
  return matchPairs(channelsOf(base), channelsOf(revision), [
    ({ address }) => address.replace(/\{[^}]*\}/g, '{}'),
    ({ name }) => name,
  ]);
}

/** The messages of one action on a channel side by side: by id, else by name, else by the type that their payloads state. */
export function matchMessages(
  base: { readonly contract: Contract; readonly messages: readonly Message[] },
  revision: { readonly contract: Contract; readonly messages: readonly Message[] },
): readonly Pair<Message>[] {
  const owner = new Map([base, revision].flatMap(({ contract, messages }) => messages.map((each) => [each, contract])));
  return matchPairs(unique(base.messages), unique(revision.messages), [
    idOf,
    (message) => textAt(owner.get(message), message.declaredAt ?? '', 'name'),
    (message) => typeOf(owner.get(message), message.pointer),
  ]);
}

/** The id that the document gives; behind a repeated one the catalogue sets its action, channel or a number. */
export function idOf({ id, action, channel }: Message): string {
  const suffix = [`.${action}`, `.${channel}`, /\.\d+$/.exec(id)?.[0] ?? ''].find(
    (each) => each !== '' && id.endsWith(each),
  );
  return suffix === undefined ? id : id.slice(0, -suffix.length);
}

/** Two operations may use one message with one action: it is compared once. */
function unique(messages: readonly Message[]): readonly Message[] {
  return [...new Map(messages.toReversed().map((message) => [idOf(message), message])).values()].toReversed();
}

function channelsOf(contract: Contract): readonly Channel[] {
  const { document, messages } = contract;
  const channels = isObject(document['channels']) ? document['channels'] : {};
  return Object.entries(channels).flatMap(([name, value]) => {
    const found = followToObject(document, { value, pointer: joinPointer('', 'channels', name) });
    if (found === undefined) return [];
    const address = typeof found.value['address'] === 'string' ? found.value['address'] : name;
    return [{ name, address, pointer: found.pointer, messages: messages.filter(({ channel }) => channel === address) }];
  });
}

function textAt(contract: Contract | undefined, pointer: string, key: string): string | undefined {
  const text = contract === undefined ? undefined : objectAt(contract, pointer)?.[key];
  return typeof text === 'string' ? text : undefined;
}

const TYPE_PROPERTIES = ['type', 'eventType', 'event_type', 'event'];

/** CloudEvents' and most others' way to tell events apart: a property with one value. */
function typeOf(contract: Contract | undefined, pointer: string): string | undefined {
  for (const name of TYPE_PROPERTIES) {
    const property = contract === undefined ? undefined : objectAt(contract, pointer, 'properties', name);
    const values = Array.isArray(property?.['enum']) ? property['enum'] : [property?.['const']];
    const [only]: readonly (Json | undefined)[] = values;
    if (values.length === 1 && typeof only === 'string') return `${name} ${only}`;
  }
  return undefined;
}

/** An object of the document, through references on the way. */
function objectAt(contract: Contract, start: string, ...keys: readonly string[]) {
  let found = followToObject(contract.document, { value: { $ref: referenceTo(start) }, pointer: start });
  for (const key of keys) {
    const value: Json | undefined = found?.value[key];
    if (found === undefined || value === undefined) return undefined;
    found = followToObject(contract.document, { value, pointer: joinPointer(found.pointer, key) });
  }
  return found?.value;
}
