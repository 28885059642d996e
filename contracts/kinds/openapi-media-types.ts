import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import type { MediaType } from '../model.ts';
import type { Located, OpenapiReader } from './openapi-reader.ts';

type Example = MediaType['examples'][number];

/** The Media Type Objects of a `content` map: OpenAPI 3.1 §4.8.14. */
export function readContent(reader: OpenapiReader, holder: Located<JsonObject>): readonly MediaType[] {
  return reader.members(holder, 'content').map((media) => {
    const pointer = joinPointer(media.pointer, 'schema');
    const schema = media.value['schema'] ?? true;
    const examples = readExamples(reader, media);
    return {
      mediaType: media.name,
      schema,
      examples: examples.length > 0 ? examples : schemaExamples(reader, schema, pointer),
      pointer,
    };
  });
}

/** `example` and `examples` of a media type, parameter or header. 3.2 calls the value `dataValue`. */
export function readExamples(reader: OpenapiReader, holder: Located<JsonObject>): readonly Example[] {
  const single = holder.value['example'];
  const first =
    single === undefined ? [] : [{ name: 'example', value: single, pointer: joinPointer(holder.pointer, 'example') }];
  if (!isObject(holder.value['examples'])) return first;
  const named = reader.members(holder, 'examples').flatMap((example): readonly Example[] => {
    const key = Object.hasOwn(example.value, 'dataValue') ? 'dataValue' : 'value';
    const value = example.value[key];
    return value === undefined ? [] : [{ name: example.name, value, pointer: joinPointer(example.pointer, key) }];
  });
  return [...first, ...named];
}

/** `example` and `examples` of the schema itself, or of the one it refers to. */
export function schemaExamples(reader: OpenapiReader, schema: Json, pointer: string): readonly Example[] {
  const found = reader.resolve(schema, pointer);
  if (found === undefined || !isObject(found.value)) return [];
  const { example, examples } = found.value;
  const first =
    example === undefined
      ? []
      : [{ name: 'schema example', value: example, pointer: joinPointer(found.pointer, 'example') }];
  const rest = Array.isArray(examples)
    ? examples.map((value: Json, index) => ({
        name: `schema example ${index + 1}`,
        value,
        pointer: joinPointer(found.pointer, 'examples', index),
      }))
    : [];
  return [...first, ...rest];
}
