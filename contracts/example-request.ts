import { exampleValue, type ExampleValue } from './example-value.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Contract, MediaType, Operation, Parameter } from './model.ts';
import { serialiseHeader, serialisePath, serialiseQuery } from './serialise-parameter.ts';

/** A request that the contract's own examples make up. Credentials are not part of it. */
export interface ExampleRequest {
  /** Upper case. */
  readonly method: string;
  /** Path and query, percent-encoded, without the base path: `/parcels/PCL-1?expand=events`. */
  readonly target: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Builds a request from examples, defaults, enum values and const, in their serialisation styles; what the contract gives
 * no value for is listed in `missing`, by name, and never made up. Optional parameters are sent when they carry an
 * example.
 */
export function exampleRequest(
  contract: Pick<Contract, 'document' | 'securitySchemes'>,
  operation: Operation,
): ExampleRequest | { readonly missing: readonly string[] } {
  const missing: string[] = [];
  const values = parameterValues(contract, operation, missing);
  const body = exampleBody(contract.document, operation, missing);
  const unnamed = [...operation.path.matchAll(/\{([^}]+)\}/g)]
    .map((match) => match[1] ?? '')
    .filter((name) => !operation.parameters.some((parameter) => parameter.in === 'path' && parameter.name === name));
  missing.push(...unnamed);
  if (missing.length > 0) return { missing };
  return {
    method: operation.method.toUpperCase(),
    target: targetOf(operation.path, values),
    headers: { ...headersOf(values), ...(body === undefined ? {} : { 'content-type': body.mediaType }) },
    ...(body === undefined ? {} : { body: body.text }),
  };
}

type Given = readonly (readonly [Parameter, Json])[];

/** OpenAPI 3.1 §4.8.12.1: parameters of these names are ignored, they have places of their own. */
const IGNORED = new Set(['accept', 'content-type', 'authorization']);

function parameterValues(
  contract: Pick<Contract, 'document' | 'securitySchemes'>,
  operation: Operation,
  missing: string[],
): Given {
  const credentials = Object.values(contract.securitySchemes).flatMap((scheme) =>
    scheme.type === 'apiKey' ? [`${scheme.in} ${scheme.name.toLowerCase()}`] : [],
  );
  const values: [Parameter, Json][] = [];
  for (const parameter of operation.parameters) {
    const name = parameter.name.toLowerCase();
    if ((parameter.in === 'header' && IGNORED.has(name)) || credentials.includes(`${parameter.in} ${name}`)) continue;
    const found = parameterValue(contract.document, parameter);
    if (found !== undefined && 'value' in found) values.push([parameter, found.value]);
    else if (found !== undefined) missing.push(parameter.name);
  }
  return values;
}

function parameterValue(document: JsonObject, parameter: Parameter): ExampleValue | undefined {
  if (parameter.example !== undefined) return { value: parameter.example };
  return parameter.required ? exampleValue(document, parameter.schema) : undefined;
}

function targetOf(path: string, values: Given): string {
  let target = path;
  const query: string[] = [];
  for (const [parameter, value] of values) {
    if (parameter.in === 'path')
      target = target.replaceAll(`{${parameter.name}}`, () => serialisePath(parameter, value));
    if (parameter.in === 'query') query.push(...serialiseQuery(parameter, value));
  }
  return query.length === 0 ? target : `${target}?${query.join('&')}`;
}

function headersOf(values: Given): Record<string, string> {
  const headers = values
    .filter(([parameter]) => parameter.in === 'header')
    .map(([parameter, value]) => [parameter.name.toLowerCase(), serialiseHeader(parameter, value)] as const);
  const cookies = values
    .filter(([parameter]) => parameter.in === 'cookie')
    .flatMap(([parameter, value]) => serialiseQuery(parameter, value));
  return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { cookie: cookies.join('; ') }) };
}

interface Body {
  readonly mediaType: string;
  readonly text: string;
}

/** The first media type that can be written from what the contract gives, JSON before others. */
function exampleBody(document: JsonObject, operation: Operation, missing: string[]): Body | undefined {
  const { requestBody } = operation;
  if (requestBody === undefined) return undefined;
  const lacking: string[] = [];
  for (const media of requestBody.content.toSorted((left, right) => rank(left) - rank(right))) {
    const found = mediaValue(document, media, requestBody.required);
    const text = 'value' in found ? serialiseBody(media.mediaType, found.value) : undefined;
    if (text !== undefined) return { mediaType: media.mediaType, text };
    lacking.push(
      ...('missing' in found
        ? found.missing.map((name) => (name === '' ? 'body' : `body.${name}`))
        : [`body (${media.mediaType})`]),
    );
  }
  if (requestBody.required) missing.push(...(lacking.length === 0 ? ['body'] : new Set(lacking)));
  return undefined;
}

function rank(media: MediaType): number {
  if (isJson(media.mediaType)) return 0;
  return media.mediaType.startsWith('application/x-www-form-urlencoded') ? 1 : 2;
}

function mediaValue(document: JsonObject, media: MediaType, required: boolean): ExampleValue {
  const [example] = media.examples;
  if (example !== undefined) return { value: example.value };
  return required ? exampleValue(document, media.schema) : { missing: [''] };
}

function serialiseBody(mediaType: string, value: Json): string | undefined {
  if (isJson(mediaType)) return JSON.stringify(value);
  if (mediaType.startsWith('application/x-www-form-urlencoded') && isObject(value)) {
    return Object.entries(value)
      .flatMap(([name, item]) => serialiseQuery({ name, style: 'form', explode: true }, item))
      .join('&');
  }
  return typeof value === 'string' ? value : undefined;
}

function isJson(mediaType: string): boolean {
  return /^[^;]*[/+]json\s*(;|$)/i.test(mediaType);
}
