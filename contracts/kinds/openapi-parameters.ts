import { isObject, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import type { Parameter } from '../model.ts';
import { readContent, readExamples, schemaExamples } from './openapi-media-types.ts';
import { textOf, type Located, type OpenapiReader } from './openapi-reader.ts';

/**
 * The parameters of an operation: its own, and those of its path that it does not replace. A parameter is replaced by
 * another of the same name and place (OpenAPI 3.1 §4.8.9).
 */
export function collectParameters(
  reader: OpenapiReader,
  holders: readonly Located<JsonObject>[],
): readonly Located<JsonObject>[] {
  const byKey = new Map<string, Located<JsonObject>>();
  for (const holder of holders) {
    for (const parameter of reader.items(holder, 'parameters')) {
      byKey.set(JSON.stringify([parameter.value['in'], parameter.value['name']]), parameter);
    }
  }
  return [...byKey.values()];
}

/** Undefined for what is no such parameter: Swagger's body and form data, OpenAPI 3.2's whole query string. */
export function readParameter(reader: OpenapiReader, parameter: Located<JsonObject>): Parameter | undefined {
  const name = textOf(parameter.value['name']);
  const place = parameter.value['in'];
  if (name === undefined || typeof place !== 'string') {
    reader.note(parameter.pointer, 'a parameter with a name and a place ("in")', parameter.value);
    return undefined;
  }
  if (place !== 'path' && place !== 'query' && place !== 'header' && place !== 'cookie') return undefined;
  const described = describeValue(reader, parameter);
  const { example, ...rest } = { ...described, ...serialisation(parameter.value, place, described.style) };
  const required = place === 'path' || parameter.value['required'] === true;
  const declaredAt = parameter.pointer;
  return { name, in: place, required, ...rest, ...(example === undefined ? {} : { example }), declaredAt };
}

function describeValue(
  reader: OpenapiReader,
  parameter: Located<JsonObject>,
): Pick<Parameter, 'schema' | 'pointer' | 'example'> & { readonly style?: string } {
  const [content] = isObject(parameter.value['content']) ? readContent(reader, parameter) : [];
  if (content !== undefined) {
    return { schema: content.schema, pointer: content.pointer, style: 'content', ...exampleOf(content.examples) };
  }
  if (reader.isSwagger) {
    const example = parameter.value['x-example'] ?? parameter.value['example'];
    return { schema: parameter.value, pointer: parameter.pointer, ...(example === undefined ? {} : { example }) };
  }
  const pointer = joinPointer(parameter.pointer, 'schema');
  const schema = parameter.value['schema'] ?? true;
  return {
    schema,
    pointer,
    ...exampleOf([...readExamples(reader, parameter), ...schemaExamples(reader, schema, pointer)]),
  };
}

function exampleOf(examples: readonly { readonly value: Parameter['schema'] }[]): Pick<Parameter, 'example'> {
  const [first] = examples;
  return first === undefined ? {} : { example: first.value };
}

function serialisation(
  value: JsonObject,
  place: Parameter['in'],
  described: string | undefined,
): Pick<Parameter, 'style' | 'explode'> {
  const format = textOf(value['collectionFormat']);
  if (format !== undefined) return collectionStyle(format, place);
  const style = described ?? textOf(value['style']) ?? (place === 'query' || place === 'cookie' ? 'form' : 'simple');
  // Swagger 2.0 separates by commas unless told.
  const byDefault = style === 'form' && value['type'] === undefined;
  return { style, explode: typeof value['explode'] === 'boolean' ? value['explode'] : byDefault };
}

function collectionStyle(format: string, place: Parameter['in']): Pick<Parameter, 'style' | 'explode'> {
  const plain = place === 'query' || place === 'cookie' ? 'form' : 'simple';
  if (format === 'multi') return { style: plain, explode: true };
  const styles: Readonly<Record<string, string>> = {
    ssv: 'spaceDelimited',
    tsv: 'tabDelimited',
    pipes: 'pipeDelimited',
  };
  return { style: styles[format] ?? plain, explode: false };
}
