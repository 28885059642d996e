import { followReference, type Located } from '../follow-reference.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { locate } from '../locate.ts';
import { mergedTraits } from '../merged-traits.ts';
import type { Message } from '../model.ts';
import { note, scalarText, textOf, type Named, type Reading } from './asyncapi-reader.ts';

interface MessageUse {
  readonly channel: string;
  readonly action: 'send' | 'receive';
  /** The operation's; the message's own comes first. */
  readonly trigger: Message['trigger'] | undefined;
  /** AsyncAPI 2. */
  readonly older: boolean;
}

export function messageOf(reading: Reading, message: Named, use: MessageUse): Message {
  const merged = mergedTraits(reading.document, message, use.older ? 'traits' : 'own').value;
  const payload = payloadOf(reading, message);
  const trigger = triggerOf(merged) ?? use.trigger;
  const headerExamples = headerExamplesOf(message);
  return {
    id: message.name,
    channel: use.channel,
    action: use.action,
    contentType: textOf(merged['contentType']) ?? textOf(reading.document['defaultContentType']) ?? 'application/json',
    payload: payload.value,
    headers: unwrapped(merged['headers'] ?? true),
    examples: examplesOf(reading, message),
    ...(headerExamples.length === 0 ? {} : { headerExamples }),
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

/** Headers in another schema language are not looked at. */
function unwrapped(schema: Json): Json {
  if (!isObject(schema) || !('schemaFormat' in schema)) return schema;
  return isJsonSchema(schema['schemaFormat']) ? (schema['schema'] ?? true) : true;
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

/** `x-trigger` says what makes a message happen: an operation and its outcome, or a schedule. */
export function triggerOf(holder: JsonObject): Message['trigger'] | undefined {
  const trigger = holder['x-trigger'];
  if (!isObject(trigger)) return undefined;
  const named = ['operationId', 'status', 'schedule'].flatMap((key) => {
    const text = scalarText(trigger[key]);
    return text === undefined ? [] : [[key, text]];
  });
  return named.length === 0 ? undefined : Object.fromEntries(named);
}

function headerExamplesOf({ value, pointer }: Named): NonNullable<Message['headerExamples']> {
  const examples = value['examples'];
  if (!Array.isArray(examples)) return [];
  return examples.flatMap((example: Json, index) => {
    const headers = isObject(example) ? example['headers'] : undefined;
    return headers === undefined
      ? []
      : [{ value: headers, pointer: joinPointer(pointer, 'examples', index, 'headers') }];
  });
}
