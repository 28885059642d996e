import type { IHttpResponse } from '@stoplight/prism-http';
import { SCHEMA_TOO_COMPLEX } from '@stoplight/prism-http/dist/mocker/errors.js';
import { ProblemJsonError } from '@stoplight/prism-http/dist/types.js';
import { asError } from './as-error.ts';
import type { Negotiated } from './negotiate.ts';
import { sampler } from './prism-libraries.ts';
import type { PrismOperation } from './prism-operations.ts';

type Header = Negotiated['headers'][number];
type Schema = NonNullable<Negotiated['schema']>;

/** Makes a value of a schema; an error where none can be made. */
export type MakeValue = (schema: Schema) => unknown;

/** Beyond this many steps Prism takes a schema for too complex. */
const TICKS = 2500;

/** The same value of a schema every time. */
export function samplesOf(operation: PrismOperation): MakeValue {
  return (schema) => {
    try {
      return sampler.sample(schema, { ticks: TICKS }, operation);
    } catch (thrown) {
      return asError(thrown);
    }
  };
}

/**
 * Makes an answer as Prism's mocker does: the example that was chosen, or values of the schemas.
 *
 * @returns why a value could not be made
 */
export function assemble(
  negotiated: Negotiated,
  make: MakeValue,
  { ignoreExamples }: { readonly ignoreExamples: boolean },
): IHttpResponse | Error {
  const { code, mediaType, deprecated, headers } = negotiated;
  const body = bodyOf(negotiated, make, ignoreExamples);
  if (body instanceof Error) return tooComplex(body, 'body');
  const values: Record<string, unknown> = {};
  for (const [name, header] of byName(headers)) {
    const value = headerOf(header, make);
    if (value instanceof Error) return tooComplex(value, 'header');
    values[name] = value;
  }
  if (mediaType) values['Content-type'] = mediaType;
  if (deprecated) values['deprecation'] = 'true';
  return { statusCode: Number.parseInt(code, 10), headers: values as IHttpResponse['headers'] & object, body };
}

function bodyOf({ bodyExample, schema }: Negotiated, make: MakeValue, ignoreExamples: boolean): unknown {
  const example = bodyExample !== undefined && 'value' in bodyExample ? bodyExample.value : undefined;
  if (!ignoreExamples && example !== undefined) return example;
  return schema ? make(schema) : undefined;
}

/** In the order of the alphabet, which is how Prism comes to send them; of two with one name the last. */
function byName(headers: readonly Header[]): readonly (readonly [string, Header])[] {
  const named = new Map(headers.map((header) => [header.name, header]));
  return [...named].toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** A header holds text or a number; Prism writes `null` for anything else. */
function headerOf({ schema, examples = [] }: Header, make: MakeValue): unknown {
  if (!schema) return null;
  const [example] = examples;
  if (example !== undefined) return 'value' in example ? example.value : null;
  const value = make(schema);
  return value instanceof Error || typeof value === 'string' || typeof value === 'number' ? value : null;
}

function tooComplex(error: Error, place: string): Error {
  if (!(error instanceof sampler.SchemaSizeExceededError)) return error;
  const detail = `Unable to generate ${place} for response. The schema is too complex to generate.`;
  return ProblemJsonError.fromTemplate(SCHEMA_TOO_COMPLEX, detail);
}
