import { followToObject, type Located } from '../follow-reference.ts';
import type { Json, JsonObject } from '../json.ts';
import { joinPointer, splitPointer } from '../json-pointer.ts';
import { mergedTraits } from '../merged-traits.ts';
import type { Message } from '../model.ts';
import { messageOf, triggerOf } from './asyncapi-messages.ts';
import { membersOf, note, textOf, type Named, type Reading } from './asyncapi-reader.ts';

/**
 * AsyncAPI 2: a channel's `subscribe` says what others may subscribe to, so the application sends it; `publish` is what
 * others publish to it, so it receives.
 */
export function messagesOf2(reading: Reading): readonly Message[] {
  return membersOf(reading, '', 'channels').flatMap((channel) =>
    (['publish', 'subscribe'] as const).flatMap((verb) => {
      const operation = channel.value[verb];
      if (operation === undefined) return [];
      const found = followToObject(reading.document, { value: operation, pointer: joinPointer(channel.pointer, verb) });
      return found === undefined ? [] : messagesOfOperation2(reading, channel, found, verb);
    }),
  );
}

function messagesOfOperation2(
  reading: Reading,
  channel: Named,
  operation: Located<JsonObject>,
  verb: 'publish' | 'subscribe',
): readonly Message[] {
  const pointer = joinPointer(operation.pointer, 'message');
  const value = operation.value['message'];
  if (value === undefined) {
    note(reading, operation.pointer, {
      code: 'asyncapi-message-missing',
      message: `"${verb}" of the channel "${channel.name}" has no message`,
      fix: 'add "message"',
    });
    return [];
  }
  const trigger = triggerOf(mergedTraits(reading.document, operation, 'traits').value);
  const action = verb === 'subscribe' ? 'send' : 'receive';
  return alternatives(reading, { value, pointer }).map((message) => {
    const name =
      textOf(message.value['messageId']) ??
      textOf(message.value['name']) ??
      nameFrom(message.pointer) ??
      textOf(operation.value['operationId']) ??
      channel.name;
    return messageOf(reading, { ...message, name }, { channel: channel.name, action, trigger, older: true });
  });
}

function alternatives(reading: Reading, message: Located): readonly Located<JsonObject>[] {
  const found = followToObject(reading.document, message);
  if (found === undefined) return [];
  const listed = found.value['oneOf'];
  if (!Array.isArray(listed)) return [found];
  return listed.flatMap(
    (value: Json, index) =>
      followToObject(reading.document, { value, pointer: joinPointer(found.pointer, 'oneOf', index) }) ?? [],
  );
}

/** `#/components/messages/parcelCreated` has a name, a message written in place has none. */
function nameFrom(pointer: string): string | undefined {
  const keys = splitPointer(pointer);
  return keys.at(-2) === 'messages' ? keys.at(-1) : undefined;
}
