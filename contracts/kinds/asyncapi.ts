import path from 'node:path';
import { EXIT, TallyError } from '../error.ts';
import type { Finding } from '../finding.ts';
import { followReference, followToObject, type Located } from '../follow-reference.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../json-pointer.ts';
import { kebabCase } from '../kebab-case.ts';
import { loadDocument } from '../load-document.ts';
import { locate, locateIn } from '../locate.ts';
import type { Contract, Kind, Message, ParsedContract, ParseOptions } from '../model.ts';
import { nearMiss } from '../near-miss.ts';

/** AsyncAPI documents: what is sent or received over channels, webhooks among them. */
export const asyncapi: Kind = {
  id: 'asyncapi',
  summary: 'AsyncAPI 2.x and 3.x descriptions of events and webhooks',
  recognises: (document) => isObject(document) && Object.hasOwn(document, 'asyncapi'),
  parse,
};

async function parse(file: string, options: ParseOptions): Promise<ParsedContract> {
  const { document, source, digest, findings } = await loadDocument(file, options.root);
  const version = versionOf(document, source, options.root);
  const info = isObject(document['info']) ? document['info'] : {};
  const title = textOf(info['title']) ?? path.posix.basename(source).replace(/\.\w+$/, '');
  const reading: Reading = { document, root: options.root, source, findings: [...findings] };
  checkInfo(reading);
  const messages = version.startsWith('2') ? messagesOf2(reading) : messagesOf3(reading);
  const contract: Contract = {
    kind: 'asyncapi',
    name: options.name ?? (kebabCase(title) || 'events'),
    version: scalarText(info['version']) ?? '0.0.0',
    title,
    source,
    digest,
    specification: `asyncapi ${version}`,
    operations: [],
    messages: withUniqueIds(messages),
    interactions: [],
    files: [],
    securitySchemes: {},
    document,
  };
  return { contract, findings: reading.findings };
}

/** One document being read, and what was found in it so far. */
interface Reading {
  readonly document: JsonObject;
  readonly root: string;
  readonly source: string;
  readonly findings: Finding[];
}

function versionOf(document: JsonObject, source: string, root: string): string {
  const version = scalarText(document['asyncapi']) ?? '';
  if (/^(2|3)\.\d+(\.\d+)?(-.+)?$/.test(version)) return version;
  const { line, column } = locateIn(root, source, '/asyncapi');
  throw new TallyError({
    code: 'ASYNCAPI_VERSION_UNSUPPORTED',
    where: `${source}:${line}:${column}`,
    why: `the document says asyncapi: ${JSON.stringify(document['asyncapi'] ?? null)}`,
    fix: 'supported are asyncapi: 2.x.x and 3.x.x',
    exitCode: EXIT.usage,
  });
}

function checkInfo(reading: Reading): void {
  const info = reading.document['info'];
  if (!isObject(info)) {
    note(reading, '', {
      code: 'asyncapi-info-missing',
      message: 'the document has no "info"',
      fix: 'add "info" with "title" and "version"',
    });
    return;
  }
  for (const name of ['title', 'version']) {
    if (scalarText(info[name]) !== undefined) continue;
    note(reading, '/info', { code: 'asyncapi-info-missing', message: `"info" has no "${name}"`, fix: `add "${name}"` });
  }
}

/** AsyncAPI 3: operations name a channel and some of its messages. */
function messagesOf3(reading: Reading): readonly Message[] {
  const channels = membersOf(reading, '', 'channels');
  const operations = membersOf(reading, '', 'operations');
  const sent = operations.flatMap((operation) => operationMessages(reading, operation, channels));
  const used = new Set(operations.map((operation) => channelOf(reading, operation)?.pointer));
  const idle = channels.filter((channel) => !used.has(channel.pointer));
  return [...sent, ...idle.flatMap((channel) => idleMessages(reading, channel))];
}

type Named = Located<JsonObject> & { readonly name: string };

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
  const trigger = triggerOf(mergedTraits(reading, operation, 'own').value);
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

/**
 * AsyncAPI 2: a channel's `subscribe` says what others may subscribe to, so the application sends it; `publish` is what
 * others publish to it, so it receives.
 */
function messagesOf2(reading: Reading): readonly Message[] {
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
  const trigger = triggerOf(mergedTraits(reading, operation, 'traits').value);
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

interface MessageUse {
  readonly channel: string;
  readonly action: 'send' | 'receive';
  /** The operation's; the message's own comes first. */
  readonly trigger: Message['trigger'] | undefined;
  /** AsyncAPI 2. */
  readonly older: boolean;
}

function messageOf(reading: Reading, message: Named, use: MessageUse): Message {
  const merged = mergedTraits(reading, message, use.older ? 'traits' : 'own').value;
  const payload = payloadOf(reading, message);
  const trigger = triggerOf(merged) ?? use.trigger;
  return {
    id: message.name,
    channel: use.channel,
    action: use.action,
    contentType: textOf(merged['contentType']) ?? textOf(reading.document['defaultContentType']) ?? 'application/json',
    payload: payload.value,
    headers: unwrapped(merged['headers'] ?? true),
    examples: examplesOf(reading, message),
    ...(trigger === undefined ? {} : { trigger }),
    pointer: payload.pointer,
    declaredAt: message.pointer,
    where: locate(reading.root, { source: reading.source }, message.pointer),
  };
}

/** Multi Format Schema Objects (AsyncAPI 3 §Multi Format Schema Object) wrap the schema itself. */
function payloadOf(reading: Reading, message: Named): Located {
  const value = message.value['payload'];
  const pointer = joinPointer(message.pointer, 'payload');
  if (value === undefined) return { value: true, pointer };
  const target = followReference(reading.document, { value, pointer });
  const isWrapped =
    target !== undefined && isObject(target.value) && 'schemaFormat' in target.value && 'schema' in target.value;
  const format = isWrapped && isObject(target.value) ? target.value['schemaFormat'] : message.value['schemaFormat'];
  if (!isJsonSchema(format)) return unknownFormat(reading, pointer, format);
  return isWrapped && isObject(target.value)
    ? { value: target.value['schema'] ?? true, pointer: joinPointer(target.pointer, 'schema') }
    : { value, pointer };
}

function unwrapped(schema: Json): Json {
  return isObject(schema) && 'schemaFormat' in schema ? (schema['schema'] ?? true) : schema;
}

/** AsyncAPI's own schema format is a superset of JSON Schema draft 7. Avro, Protobuf and RAML are other languages. */
function isJsonSchema(format: Json | undefined): boolean {
  return (
    format === undefined ||
    (typeof format === 'string' && /^application\/(?:vnd\.aai\.asyncapi|schema)[+;]/.test(format))
  );
}

/** Without a schema that we can read, any payload passes: the finding says that nothing was checked. */
function unknownFormat(reading: Reading, pointer: string, format: Json | undefined): Located {
  note(reading, pointer, {
    code: 'asyncapi-schema-format-unsupported',
    severity: 'warning',
    message: `payloads in the schema format ${JSON.stringify(format)} are not checked`,
    fix: 'describe the payload in JSON Schema if it is to be checked',
    actual: format ?? null,
  });
  return { value: true, pointer };
}

function examplesOf(reading: Reading, message: Named): Message['examples'] {
  const examples = message.value['examples'];
  if (!Array.isArray(examples)) return [];
  return examples.flatMap((example: Json, index) => {
    const pointer = joinPointer(message.pointer, 'examples', index);
    if (isObject(example) && ('payload' in example || 'headers' in example)) {
      const { payload, headers } = example;
      if (payload === undefined) return [];
      return [
        {
          name: textOf(example['name']) ?? `example ${index + 1}`,
          payload,
          ...(headers === undefined ? {} : { headers }),
          pointer: joinPointer(pointer, 'payload'),
        },
      ];
    }
    note(reading, pointer, {
      code: 'asyncapi-example-invalid',
      message: `an example of the message "${message.name}" has neither "payload" nor "headers"`,
      fix: 'put the example message under "payload"',
    });
    return [];
  });
}

/**
 * An object with its traits merged in by JSON Merge Patch (RFC 7386). In AsyncAPI 3 the object's own members win, in
 * AsyncAPI 2 the traits' do.
 */
function mergedTraits(reading: Reading, target: Located<JsonObject>, winner: 'own' | 'traits'): Located<JsonObject> {
  const list = target.value['traits'];
  if (!Array.isArray(list)) return target;
  const traits = list.flatMap((value: Json, index): readonly JsonObject[] => {
    const trait = followToObject(reading.document, { value, pointer: joinPointer(target.pointer, 'traits', index) });
    return trait === undefined ? [] : [trait.value];
  });
  const { traits: _traits, ...own } = target.value;
  const order: readonly JsonObject[] = winner === 'own' ? [...traits, own] : [own, ...traits];
  return { value: order.reduce<JsonObject>((merged, each) => mergePatch(merged, each), {}), pointer: target.pointer };
}

function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const merged: Record<string, Json> = { ...target };
  for (const [name, value] of Object.entries(patch)) {
    const before = merged[name];
    if (value === null) delete merged[name];
    else merged[name] = isObject(value) ? mergePatch(isObject(before) ? before : {}, value) : value;
  }
  return merged;
}

/** `x-trigger` says what makes a message happen: an operation and its outcome, or a schedule. */
function triggerOf(holder: JsonObject): Message['trigger'] | undefined {
  const trigger = holder['x-trigger'];
  if (!isObject(trigger)) return undefined;
  const named = ['operationId', 'status', 'schedule'].flatMap((key) => {
    const text = scalarText(trigger[key]);
    return text === undefined ? [] : [[key, text]];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

/** One message in two operations is two messages here: the second gets its action, then a number, behind its name. */
function withUniqueIds(messages: readonly Message[]): readonly Message[] {
  const taken = new Set<string>();
  return messages.map((message) => {
    const candidates = [message.id, `${message.id}.${message.action}`, `${message.id}.${message.channel}`];
    let id = candidates.find((each) => !taken.has(each));
    for (let number = 2; id === undefined; number++)
      id = taken.has(`${message.id}.${number}`) ? undefined : `${message.id}.${number}`;
    taken.add(id);
    return { ...message, id };
  });
}

function membersOf(reading: Reading, parent: string, key: string): readonly Named[] {
  const value = reading.document[key];
  if (value === undefined && key === 'channels')
    note(reading, parent, {
      code: 'asyncapi-channels-missing',
      message: 'the document has no "channels"',
      fix: 'add "channels" with at least one channel',
    });
  return value === undefined ? [] : membersAt(reading, { value: reading.document, pointer: parent }, key);
}

function membersAt(reading: Reading, parent: Located<JsonObject>, key: string): readonly Named[] {
  const pointer = joinPointer(parent.pointer, key);
  const map = parent.value[key];
  if (map === undefined) return [];
  if (!isObject(map)) {
    note(reading, pointer, {
      code: 'document-malformed',
      message: `"${key}" must be a map`,
      fix: 'give each a name',
      actual: Array.isArray(map) ? 'a list' : map,
    });
    return [];
  }
  return Object.entries(map).flatMap(([name, value]) =>
    member(reading, { value, pointer: joinPointer(pointer, name) }, name),
  );
}

function member(reading: Reading, start: Located, name: string): readonly Named[] {
  const found = followToObject(reading.document, start);
  if (found !== undefined) return [{ ...found, name }];
  // A reference that leads nowhere was noted when the document was loaded.
  if (referenceOf(start.value) === undefined)
    note(reading, start.pointer, {
      code: 'document-malformed',
      message: `"${name}" must be a map`,
      fix: 'see the AsyncAPI specification for its members',
    });
  return [];
}

type Note = Pick<Finding, 'code' | 'message' | 'fix' | 'expected' | 'actual'> & {
  readonly severity?: Finding['severity'];
};

function note(reading: Reading, pointer: string, finding: Note): void {
  reading.findings.push({
    severity: 'error',
    ...finding,
    where: locate(reading.root, { source: reading.source }, pointer),
  });
}

function referenceOf(value: Json | undefined): string | undefined {
  return isObject(value) ? textOf(value['$ref']) : undefined;
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** YAML reads an unquoted `2.0` as a number: taken as it is meant. */
function scalarText(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;
}
