import { followToObject, type Located } from '../follow-reference.ts';
import type { Json, JsonObject } from '../json.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../json-pointer.ts';
import { mergedTraits } from '../merged-traits.ts';
import type { Contract, Message, Reply } from '../model.ts';
import { nearMiss } from '../near-miss.ts';
import { messageOf, triggerOf } from './asyncapi-messages.ts';
import { membersAt, membersOf, note, referenceOf, textOf, type Named, type Reading } from './asyncapi-reader.ts';

/**
 * AsyncAPI 3: operations name a channel and some of its messages, and what answers these. Channels that only answers travel
 * over are used, too.
 */
export function readOperations(reading: Reading): Pick<Contract, 'messages' | 'replies'> {
  const channels = membersOf(reading, '', 'channels');
  const operations = membersOf(reading, '', 'operations');
  const sent = operations.flatMap((operation) => operationMessages(reading, operation, channels));
  const replies = operations.flatMap((operation) => replyOf(reading, operation, channels) ?? []);
  const replying = operations.flatMap((operation) => replyObject(reading, operation) ?? []);
  const used = new Set([...operations, ...replying].map((each) => channelOf(reading, each)?.pointer));
  const idle = channels.filter((channel) => !used.has(channel.pointer));
  return {
    messages: [...sent, ...idle.flatMap((channel) => idleMessages(reading, channel))],
    ...(replies.length === 0 ? {} : { replies }),
  };
}

function replyObject(reading: Reading, operation: Named): Named | undefined {
  const value = operation.value['reply'];
  if (value === undefined) return undefined;
  const found = followToObject(reading.document, { value, pointer: joinPointer(operation.pointer, 'reply') });
  return found === undefined ? undefined : { ...found, name: operation.name };
}

/** An answer travels the other way: who receives the operation's messages sends it. */
function replyOf(reading: Reading, operation: Named, channels: readonly Named[]): Reply | undefined {
  const reply = replyObject(reading, operation);
  const asked = operation.value['action'];
  if (reply === undefined || (asked !== 'send' && asked !== 'receive')) return undefined;
  const action = asked === 'send' ? 'receive' : 'send';
  const target = channelOf(reading, reply);
  const channel = channels.find((each) => each.pointer === target?.pointer);
  if (channel === undefined && reply.value['channel'] !== undefined && target !== undefined)
    noteUnknownChannel(reading, reply, channels);
  const address = channel === undefined ? undefined : addressOf(channel, channel.name);
  const location = replyLocation(reading, reply);
  const use = { channel: address ?? location ?? '', action, trigger: undefined, older: false } as const;
  const messages =
    channel === undefined
      ? []
      : chosenMessages(reading, reply, channel).map((message) => messageOf(reading, message, use));
  return {
    operation: operation.name,
    action,
    ...(address === undefined ? {} : { channel: address }),
    ...(location === undefined ? {} : { location }),
    messages,
    pointer: reply.pointer,
  };
}

/** Where a message says at which address its answer is awaited: `$message.header#/replyTo`. */
function replyLocation(reading: Reading, reply: Named): string | undefined {
  const value = reply.value['address'];
  if (value === undefined) return undefined;
  const found = followToObject(reading.document, { value, pointer: joinPointer(reply.pointer, 'address') });
  return textOf(found?.value['location']);
}

function operationMessages(reading: Reading, operation: Named, channels: readonly Named[]): readonly Message[] {
  const action = operation.value['action'];
  if (action !== 'send' && action !== 'receive') {
    note(reading, joinPointer(operation.pointer, 'action'), {
      code: 'asyncapi-action-invalid',
      message: `the operation "${operation.name}" must say whether it sends or receives`,
      fix: 'write "action: send" or "action: receive", seen from the application that the document describes',
      expected: ['send', 'receive'],
      actual: action ?? null,
    });
    return [];
  }
  const target = channelOf(reading, operation);
  const channel = channels.find((each) => each.pointer === target?.pointer);
  if (channel === undefined) {
    // A reference that leads nowhere was noted when the document was loaded.
    if (target !== undefined || referenceOf(operation.value['channel']) === undefined)
      noteUnknownChannel(reading, operation, channels);
    return [];
  }
  const trigger = triggerOf(mergedTraits(reading.document, operation, 'own').value);
  const address = addressOf(channel, channel.name);
  return chosenMessages(reading, operation, channel).map((message) =>
    messageOf(reading, message, { channel: address, action, trigger, older: false }),
  );
}

function channelOf(reading: Reading, operation: Named): Located<JsonObject> | undefined {
  const reference = operation.value['channel'];
  return reference === undefined
    ? undefined
    : followToObject(reading.document, { value: reference, pointer: joinPointer(operation.pointer, 'channel') });
}

function noteUnknownChannel(reading: Reading, operation: Named, channels: readonly Named[]): void {
  const reference = referenceOf(operation.value['channel']);
  const given = splitPointer(pointerOfReference(reference ?? '') ?? '').at(-1) ?? '';
  const near = nearMiss(
    given,
    channels.map((channel) => channel.name),
  );
  note(reading, joinPointer(operation.pointer, 'channel'), {
    code: 'asyncapi-channel-unknown',
    message:
      reference === undefined
        ? `the operation "${operation.name}" names no channel`
        : `the operation "${operation.name}" names ${reference}, which is no channel of this document`,
    fix: near === undefined ? 'write "channel: { $ref: \'#/channels/<name>\' }"' : `did you mean #/channels/${near}?`,
    actual: reference ?? null,
  });
}

/** A channel without an address (null) gets one at run time: its name says which it is. */
function addressOf(channel: Located<JsonObject>, name: string): string {
  return textOf(channel.value['address']) ?? name;
}

/** An operation that lists no messages processes all of its channel's. */
function chosenMessages(reading: Reading, operation: Named, channel: Located<JsonObject>): readonly Named[] {
  const all = membersAt(reading, channel, 'messages');
  const listed = operation.value['messages'];
  if (!Array.isArray(listed)) {
    if (all.length === 0)
      note(reading, channel.pointer, {
        code: 'asyncapi-message-missing',
        message: `the channel of the operation "${operation.name}" has no messages`,
        fix: 'add "messages" to the channel',
      });
    return all;
  }
  return listed.flatMap(
    (item: Json, index) =>
      listedMessage(reading, operation, item, joinPointer(operation.pointer, 'messages', index), all) ?? [],
  );
}

function listedMessage(
  reading: Reading,
  operation: Named,
  item: Json,
  pointer: string,
  all: readonly Named[],
): Named | undefined {
  const found = followToObject(reading.document, { value: item, pointer });
  const known = all.find((message) => message.pointer === found?.pointer);
  const reference = referenceOf(item);
  if (known !== undefined || (found === undefined && reference !== undefined)) return known;
  const near = nearMiss(
    splitPointer(pointerOfReference(reference ?? '') ?? '').at(-1) ?? '',
    all.map((message) => message.name),
  );
  note(reading, pointer, {
    code: 'asyncapi-message-unknown',
    message: `the operation "${operation.name}" names the message ${reference ?? 'at this place'}, which its channel does not have`,
    fix:
      near === undefined
        ? 'refer to a message of the channel: #/channels/<channel>/messages/<message>'
        : `did you mean ${near}?`,
    actual: reference ?? null,
  });
  return undefined;
}

/** Messages that nobody sends or receives are read as sent: that is what a catalogue of events without operations means. */
function idleMessages(reading: Reading, channel: Named): readonly Message[] {
  note(reading, channel.pointer, {
    code: 'asyncapi-channel-unused',
    severity: 'warning',
    message: `no operation sends to or receives from the channel "${channel.name}"; its messages are taken as sent`,
    fix: 'add an operation with "action" and this channel',
  });
  const address = addressOf(channel, channel.name);
  return membersAt(reading, channel, 'messages').map((message) =>
    messageOf(reading, message, { channel: address, action: 'send', trigger: undefined, older: false }),
  );
}
