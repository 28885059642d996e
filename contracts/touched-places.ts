import { mediaOf } from './media-of.ts';
import { responseOf } from './compare-with-openapi.ts';
import { describeValue } from './describe-value.ts';
import { isObject, type Json } from './json.ts';
import { matchMessage } from './match-message.ts';
import type { Contract, Operation } from './model.ts';
import { operationOfRequest } from './operation-of-request.ts';
import type { RecordedUse } from './recorded-use.ts';

/** What of a contract one recorded use touches. */
export interface TouchedPlaces {
  /** As changes name it: `GET /parcels/{parcelId}`, `getParcel`; of a message its id. */
  readonly names: readonly string[];
  /** Into `contract.document`. */
  readonly pointers: ReadonlySet<string>;
}

/** Undefined where the use is not of this contract. */
export function touchedPlaces(contract: Contract, use: RecordedUse): TouchedPlaces | undefined {
  if (contract.kind === 'asyncapi') return touchedMessage(contract, use);
  const { request } = use;
  const operation = request === undefined ? undefined : operationOfRequest(contract, request.method, request.path);
  if (request === undefined || operation === undefined) return undefined;
  const pointers = [
    operation.pointer,
    ...sentPlaces(contract, operation, request),
    ...readPlaces(contract, operation, use),
  ];
  return { names: [`${operation.method.toUpperCase()} ${operation.path}`, operation.id], pointers: new Set(pointers) };
}

function touchedMessage(contract: Contract, { description, contents }: RecordedUse): TouchedPlaces | undefined {
  const message = contents === undefined ? undefined : matchMessage(contract, description, contents);
  if (message === undefined || contents === undefined) return undefined;
  return { names: [message.id], pointers: new Set(schemasOf(contract, message.pointer, contents)) };
}

function sentPlaces(
  contract: Contract,
  operation: Operation,
  request: NonNullable<RecordedUse['request']>,
): readonly string[] {
  const { query, headers, body } = request;
  const sent = operation.parameters.filter(({ name, in: place }) => {
    if (place === 'path') return true;
    const members = place === 'query' ? query : place === 'header' ? headers : undefined;
    return isObject(members) && Object.keys(members).some((key) => isSameName(place, key, name));
  });
  const media = body === undefined ? undefined : mediaOf(operation.requestBody?.content ?? [], headers, body);
  return [
    ...sent.flatMap(({ pointer, declaredAt }) => [pointer, ...(declaredAt === undefined ? [] : [declaredAt])]),
    ...(body === undefined || operation.requestBody?.pointer === undefined ? [] : [operation.requestBody.pointer]),
    ...(media === undefined || body === undefined
      ? []
      : [parentOf(media.pointer), ...schemasOf(contract, media.pointer, body)]),
  ];
}

/** `filter[name]` and `ids[]` are how the query parameters `filter` and `ids` may be written. */
function isSameName(place: 'query' | 'header' | 'cookie', key: string, name: string): boolean {
  if (place === 'header') return key.toLowerCase() === name.toLowerCase();
  return key === name || key.startsWith(`${name}[`);
}

function readPlaces(contract: Contract, operation: Operation, { response }: RecordedUse): readonly string[] {
  const documented = response === undefined ? undefined : responseOf(operation, response.status);
  if (response === undefined || documented === undefined) return [];
  const { headers, body } = response;
  const names = isObject(headers) ? Object.keys(headers).map((name) => name.toLowerCase()) : [];
  const read = documented.headers.filter(({ name }) => names.includes(name.toLowerCase()));
  const media = body === undefined ? undefined : mediaOf(documented.content, headers, body);
  return [
    documented.pointer,
    ...read.flatMap(({ pointer, declaredAt }) => [pointer, ...(declaredAt === undefined ? [] : [declaredAt])]),
    ...(media === undefined || body === undefined
      ? []
      : [parentOf(media.pointer), ...schemasOf(contract, media.pointer, body)]),
  ];
}

/** The Media Type Object that a schema stands in. */
function parentOf(pointer: string): string {
  return pointer.replace(/\/schema$/, '');
}

function schemasOf(contract: Contract, pointer: string, value: Json): readonly string[] {
  return describeValue(contract.document, pointer, value).flatMap(({ schemas }) => schemas);
}
