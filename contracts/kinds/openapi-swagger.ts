import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer, referenceTo } from '../json-pointer.ts';
import { FORMS_KEY } from '../locate.ts';
import type { MediaType, RequestBody, SecurityScheme } from '../model.ts';
import { schemaExamples } from './openapi-media-types.ts';
import { textOf, textsOf, type Located, type OpenapiReader } from './openapi-reader.ts';

/** Swagger 2.0's body and form parameters as the request body that OpenAPI 3 would describe. */
export function swaggerBody(
  reader: OpenapiReader,
  operation: Located<JsonObject>,
  parameters: readonly Located<JsonObject>[],
  forms: Record<string, Json>,
): RequestBody | undefined {
  const body = parameters.find((parameter) => parameter.value['in'] === 'body');
  if (body !== undefined) return bodyOf(reader, operation, body);
  const fields = parameters.filter((parameter) => parameter.value['in'] === 'formData');
  return fields.length === 0 ? undefined : formOf(reader, operation, fields, forms);
}

/** A response's `schema` and `examples` in each media type that the operation produces. */
export function swaggerContent(
  reader: OpenapiReader,
  operation: JsonObject,
  response: Located<JsonObject>,
): readonly MediaType[] {
  const schema = response.value['schema'];
  if (schema === undefined) return [];
  const pointer = joinPointer(response.pointer, 'schema');
  const given = isObject(response.value['examples']) ? response.value['examples'] : {};
  return mediaTypesOf(reader, operation, 'produces').map((mediaType) => {
    const value = given[mediaType];
    const own =
      value === undefined
        ? []
        : [{ name: mediaType, value, pointer: joinPointer(response.pointer, 'examples', mediaType) }];
    return { mediaType, schema, examples: own.length > 0 ? own : schemaExamples(reader, schema, pointer), pointer };
  });
}

export function swaggerSecurityScheme(scheme: JsonObject): SecurityScheme | undefined {
  if (scheme['type'] === 'basic') return { type: 'http', scheme: 'basic' };
  if (scheme['type'] !== 'oauth2') return undefined;
  const tokenUrl = textOf(scheme['tokenUrl']);
  const scopes = isObject(scheme['scopes']) ? Object.keys(scheme['scopes']) : [];
  return { type: 'oauth2', scopes, ...(tokenUrl === undefined ? {} : { tokenUrl }) };
}

function bodyOf(reader: OpenapiReader, operation: Located<JsonObject>, body: Located<JsonObject>): RequestBody {
  const pointer = joinPointer(body.pointer, 'schema');
  const schema = body.value['schema'] ?? true;
  const examples = schemaExamples(reader, schema, pointer);
  const content = mediaTypesOf(reader, operation.value, 'consumes').map((mediaType) => ({
    mediaType,
    schema,
    examples,
    pointer,
  }));
  return { required: body.value['required'] === true, content, pointer: body.pointer };
}

/** The form's schema is written into the document, since every pointer has to lead somewhere. */
function formOf(
  reader: OpenapiReader,
  operation: Located<JsonObject>,
  fields: readonly Located<JsonObject>[],
  forms: Record<string, Json>,
): RequestBody {
  const named = fields.flatMap((field) => {
    const name = textOf(field.value['name']);
    return name === undefined ? [] : [{ ...field, name }];
  });
  const required = named.filter((field) => field.value['required'] === true).map((field) => field.name);
  const properties = Object.fromEntries(named.map((field) => [field.name, { $ref: referenceTo(field.pointer) }]));
  const schema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  forms[operation.pointer] = schema;
  const byDefault = fields.some((field) => field.value['type'] === 'file')
    ? 'multipart/form-data'
    : 'application/x-www-form-urlencoded';
  const consumed = mediaTypesOf(reader, operation.value, 'consumes').filter((mediaType) => /form/.test(mediaType));
  const mediaTypes = consumed.length > 0 ? consumed : [byDefault];
  const pointer = joinPointer('', FORMS_KEY, operation.pointer);
  return {
    required: required.length > 0,
    content: mediaTypes.map((mediaType) => ({ mediaType, schema, examples: [], pointer })),
    pointer: operation.pointer,
  };
}

function mediaTypesOf(reader: OpenapiReader, operation: JsonObject, key: 'consumes' | 'produces'): readonly string[] {
  const named = textsOf(operation[key]) ?? textsOf(reader.document[key]) ?? [];
  return named.length > 0 ? named : ['application/json'];
}
