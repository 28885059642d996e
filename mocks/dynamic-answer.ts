import type { IHttpResponse, PrismHttpComponents } from '@stoplight/prism-http';
import { createInvalidInputResponse } from '@stoplight/prism-http/dist/mocker/index.js';
import negotiators from '@stoplight/prism-http/dist/mocker/negotiator/NegotiatorHelpers.js';
import type { IHttpNegotiationResult } from '@stoplight/prism-http/dist/mocker/negotiator/types.js';
import { outcomeOf, type Question } from './covered.ts';
import type { MockOptions } from './mock-options.ts';
import type { GenerateValue } from './prism-generator.ts';
import type { PrismOperation } from './prism-operations.ts';

type Logger = PrismHttpComponents['logger'];

/** Which response, media type and schemas a generated answer is made of: the part that is the same each time. */
export type NegotiatedAnswer = IHttpNegotiationResult;

/** @returns why there is nothing to generate */
export function negotiateDynamic(
  operation: PrismOperation,
  { preferences, accept, violations = [] }: Question,
  logger: Logger,
): NegotiatedAnswer | Error {
  const mediaTypes = accept ? { mediaTypes: accept.split(',') } : {};
  const config = { dynamic: true, ...preferences, ...mediaTypes };
  const [first, ...more] = violations;
  const negotiate =
    first === undefined || outcomeOf(violations) === 'valid'
      ? negotiators.default.negotiateOptionsForValidRequest(operation, config)
      : createInvalidInputResponse([first, ...more], operation.responses, config);
  const result = negotiate(logger);
  if ('left' in result) return result.left;
  return operation.deprecated === true ? { ...result.right, deprecated: true } : result.right;
}

/**
 * Makes the part that differs each time. Examples take the place of values, as they do in Prism.
 *
 * @returns why no value of a schema could be made
 */
export function generateAnswer(
  negotiated: NegotiatedAnswer,
  generate: GenerateValue,
  { ignoreExamples }: Pick<MockOptions, 'ignoreExamples'>,
): IHttpResponse | Error {
  const { code, mediaType, deprecated, headers = [] } = negotiated;
  const body = bodyOf(negotiated, generate, ignoreExamples);
  if (body instanceof Error) return body;
  const values: Record<string, unknown> = {};
  for (const header of headers) {
    const value = headerOf(header, generate);
    if (value instanceof Error) return value;
    values[header.name] = value;
  }
  if (mediaType) values['Content-type'] = mediaType;
  if (deprecated) values['deprecation'] = 'true';
  return { statusCode: Number.parseInt(code, 10), headers: values as IHttpResponse['headers'] & object, body };
}

function bodyOf({ bodyExample, schema }: NegotiatedAnswer, generate: GenerateValue, ignoreExamples: boolean): unknown {
  if (!ignoreExamples && bodyExample !== undefined && 'value' in bodyExample && bodyExample.value !== undefined) {
    return bodyExample.value;
  }
  return schema === undefined ? undefined : generate(schema);
}

type Header = NegotiatedAnswer['headers'][number];

/** A header holds text or a number; Prism writes `null` for anything else. */
function headerOf({ schema, examples = [] }: Header, generate: GenerateValue): unknown {
  if (!schema) return null;
  const [example] = examples;
  if (example !== undefined) return 'value' in example ? example.value : null;
  const value = generate(schema);
  return value instanceof Error || typeof value === 'string' || typeof value === 'number' ? value : null;
}
