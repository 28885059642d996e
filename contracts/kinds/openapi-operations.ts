import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import type { Operation, RequestBody, Response } from '../model.ts';
import { readContent } from './openapi-media-types.ts';
import { collectParameters, readParameter } from './openapi-parameters.ts';
import { textOf, textsOf, type Located, type OpenapiReader } from './openapi-reader.ts';
import { swaggerBody, swaggerContent } from './openapi-swagger.ts';

const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query']);

/** Callbacks of callbacks of callbacks describe nothing that is ever sent, and may go round in circles. */
const MAX_CALLBACK_DEPTH = 2;

/** What collects while the operations of one document are read. */
export interface OperationScope {
  readonly reader: OpenapiReader;
  /** Ids that are taken. */
  readonly ids: Set<string>;
  /** Schemas of Swagger 2.0 forms by the pointer of their operation. */
  readonly forms: Record<string, Json>;
}

/** The operations of a map of Path Item Objects: `paths`, `webhooks` or one callback. */
export function readPathItems(
  scope: OperationScope,
  items: readonly (Located<JsonObject> & { readonly name: string })[],
  depth = 0,
): readonly Operation[] {
  return items.flatMap((item) =>
    operationsOf(scope.reader, item).map(({ method, operation }) =>
      readOperation(scope, { path: item.name, method, item, operation, depth }),
    ),
  );
}

/** `query` and `additionalOperations` are OpenAPI 3.2's. */
function operationsOf(
  reader: OpenapiReader,
  item: Located<JsonObject>,
): readonly { method: string; operation: Located<JsonObject> }[] {
  const methods = Object.keys(item.value).filter((key) => METHODS.has(key));
  const fixed = methods.flatMap((method) => {
    const operation = reader.object(item, method);
    return operation === undefined ? [] : [{ method, operation }];
  });
  const more = reader
    .members(item, 'additionalOperations')
    .map((operation) => ({ method: operation.name.toLowerCase(), operation }));
  return [...fixed, ...more];
}

interface Place {
  readonly path: string;
  readonly method: string;
  readonly item: Located<JsonObject>;
  readonly operation: Located<JsonObject>;
  readonly depth: number;
}

function readOperation(scope: OperationScope, place: Place): Operation {
  const { reader } = scope;
  const { operation, method, path } = place;
  const parameters = collectParameters(reader, [place.item, operation]);
  const requestBody = readBody(scope, operation, parameters);
  const summary = textOf(operation.value['summary']);
  return {
    id: takeId(scope.ids, textOf(operation.value['operationId']), `${method.toUpperCase()} ${path}`),
    method,
    path,
    ...(summary === undefined ? {} : { summary }),
    deprecated: operation.value['deprecated'] === true,
    parameters: parameters.flatMap((parameter) => readParameter(reader, parameter) ?? []),
    ...(requestBody === undefined ? {} : { requestBody }),
    responses: reader
      .members(operation, 'responses')
      .map((response) => readResponse(reader, operation.value, response)),
    security: readSecurity(operation.value['security'] ?? reader.document['security']),
    callbacks: readCallbacks(scope, operation, place.depth),
    pointer: operation.pointer,
    itemPointer: place.item.pointer,
    where: reader.where(operation.pointer),
  };
}

/** An `operationId` that is given twice names only the first; lint reports it. */
function takeId(ids: Set<string>, wanted: string | undefined, otherwise: string): string {
  const id = wanted === undefined || wanted === '' || ids.has(wanted) ? otherwise : wanted;
  ids.add(id);
  return id;
}

function readBody(
  scope: OperationScope,
  operation: Located<JsonObject>,
  parameters: readonly Located<JsonObject>[],
): RequestBody | undefined {
  const { reader } = scope;
  if (reader.isSwagger) return swaggerBody(reader, operation, parameters, scope.forms);
  const body = reader.object(operation, 'requestBody');
  return body === undefined
    ? undefined
    : { required: body.value['required'] === true, content: readContent(reader, body), pointer: body.pointer };
}

function readResponse(
  reader: OpenapiReader,
  operation: JsonObject,
  response: Located<JsonObject> & { readonly name: string },
): Response {
  return {
    status: response.name.toUpperCase() === 'DEFAULT' ? 'default' : response.name.toUpperCase(),
    description: textOf(response.value['description']) ?? '',
    headers: readHeaders(reader, response),
    content: reader.isSwagger ? swaggerContent(reader, operation, response) : readContent(reader, response),
    pointer: response.pointer,
  };
}

/** A header named Content-Type is ignored: OpenAPI 3.1 §4.8.17. */
function readHeaders(reader: OpenapiReader, response: Located<JsonObject>): Response['headers'] {
  return reader
    .members(response, 'headers')
    .filter((header) => header.name.toLowerCase() !== 'content-type')
    .map((header) => ({
      name: header.name,
      required: header.value['required'] === true,
      schema: reader.isSwagger ? header.value : (header.value['schema'] ?? true),
      pointer: reader.isSwagger ? header.pointer : joinPointer(header.pointer, 'schema'),
      declaredAt: header.pointer,
    }));
}

function readSecurity(security: Json | undefined): Operation['security'] {
  if (!Array.isArray(security)) return [];
  return security
    .filter(isObject)
    .map((alternative) =>
      Object.fromEntries(Object.entries(alternative).map(([name, scopes]) => [name, textsOf(scopes) ?? []])),
    );
}

function readCallbacks(scope: OperationScope, operation: Located<JsonObject>, depth: number): Operation['callbacks'] {
  if (depth >= MAX_CALLBACK_DEPTH) return [];
  const { reader } = scope;
  return reader.members(operation, 'callbacks').flatMap((callback) =>
    Object.keys(callback.value)
      .filter((expression) => !expression.startsWith('x-'))
      .flatMap((expression) => {
        const item = reader.object(callback, expression);
        if (item === undefined) return [];
        // Ids of callbacks are their own: the same callback may be referred to by many operations.
        const operations = readPathItems({ ...scope, ids: new Set() }, [{ ...item, name: expression }], depth + 1);
        return [{ name: callback.name, expression, operations }];
      }),
  );
}
