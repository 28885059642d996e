import type { IHttpRequest } from '@stoplight/prism-http';
import { parseMIMEHeader } from '@stoplight/prism-http/dist/validator/validators/headers.js';
import { wildcardMediaTypeMatch } from '@stoplight/prism-http/dist/validator/utils/wildcardMediaTypeMatch.js';
import typeIs from 'type-is';
import { acceptedSchema } from './accepted-schema.ts';
import { judgeForm, type Encoding } from './judge-form.ts';
import { NOTHING_WRONG, schemaJudge, type JsonSchema } from './schema-judge.ts';
import { ERROR } from './severity.ts';
import type { Diagnostic } from './violation.ts';

/** A request body as Prism's transformer leaves it. */
export interface BodySpec {
  readonly required?: boolean;
  readonly contents?: readonly BodyContent[];
}

/** One media type of a body. */
interface BodyContent {
  readonly mediaType: string;
  readonly schema?: JsonSchema;
  readonly encodings?: readonly Encoding[];
}

type JudgeBody = (body: unknown) => readonly Diagnostic[];

/** What follows from a request's content type. */
interface Reading {
  /** Undefined when the operation takes this media type. */
  readonly unsupported: Diagnostic | undefined;
  readonly judge: JudgeBody;
}

/** A boundary is another in each multipart request: what was read of content types is forgotten when there are so many. */
const MOST_REMEMBERED = 32;
const LONGEST_REMEMBERED = 200;

/**
 * What is wrong with a request's body: that there is none, else its media type, else its content.
 * @returns a function that throws on a content type that cannot be read, as Prism does
 */
export function compileBody(
  spec: BodySpec | undefined,
  bundle: object | undefined,
): (request: IHttpRequest) => readonly Diagnostic[] {
  const readings = new Map<string, Reading>();
  return ({ body, headers = {} }) => {
    if (spec?.required && !body) return [missing()];
    const contentType = headers['content-type'] ?? '';
    const reading =
      readings.get(contentType) ?? remembered(readings, contentType, readingOf(spec, bundle, contentType));
    if (reading.unsupported !== undefined && isSent(headers)) return [reading.unsupported];
    return body === undefined || body === null ? NOTHING_WRONG : reading.judge(body);
  };
}

function remembered(readings: Map<string, Reading>, contentType: string, reading: Reading): Reading {
  if (contentType.length > LONGEST_REMEMBERED) return reading;
  if (readings.size >= MOST_REMEMBERED) readings.clear();
  readings.set(contentType, reading);
  return reading;
}

/** As far as Prism knows: a chunked body has no length, and its media type is not looked at. */
function isSent(headers: Readonly<Record<string, string>>): boolean {
  return (Number.parseInt(headers['content-length'] ?? '', 10) || 0) !== 0;
}

function missing(): Diagnostic {
  return { code: 'required', message: 'Body parameter is required', severity: ERROR };
}

function readingOf(spec: BodySpec | undefined, bundle: object | undefined, contentType: string): Reading {
  const [boundary, mediaType] = contentType === '' ? [undefined, undefined] : parseMIMEHeader(contentType);
  const unsupported = isSupported(spec, mediaType) ? undefined : notSupported(spec);
  const content = contentFor(spec?.contents ?? [], mediaType);
  const schema = content?.schema && acceptedSchema(content.schema);
  if (content === undefined || schema === undefined) return { unsupported, judge: () => NOTHING_WRONG };
  if (isForm(mediaType)) return { unsupported, judge: (body) => judgeForm(body, content, schema, boundary) };
  return { unsupported, judge: (body) => judgeValue(body, schema, bundle) };
}

function isSupported(spec: BodySpec | undefined, mediaType: string | undefined): boolean {
  if (spec === undefined) return false;
  if (mediaType === undefined || spec.contents === undefined) return true;
  return spec.contents.some((each) => !each.mediaType || wildcardMediaTypeMatch(mediaType, each.mediaType));
}

function notSupported(spec: BodySpec | undefined): Diagnostic {
  const types = (spec?.contents ?? []).map(({ mediaType }) => mediaType);
  const message =
    types.length === 0
      ? 'No supported content types, but request included a non-empty body'
      : `Supported content types: ${types.join(',')}`;
  return { message, code: 415, severity: ERROR };
}

/** The first that the media type matches; without one, the first of all. */
function contentFor(contents: readonly BodyContent[], mediaType: string | undefined): BodyContent | undefined {
  const matching = mediaType && contents.find((each) => wildcardMediaTypeMatch(mediaType, each.mediaType));
  return matching || contents[0];
}

/** By what was sent, not by what the operation takes. */
function isForm(mediaType: string | undefined): boolean {
  if (mediaType === undefined) return false;
  return Boolean(typeIs.is(mediaType, ['application/x-www-form-urlencoded', 'multipart/form-data']));
}

/** A value that the schema coerces is copied: Prism would leave the coerced one in the request. */
function judgeValue(body: unknown, schema: JsonSchema, bundle: object | undefined): readonly Diagnostic[] {
  const judge = schemaJudge(schema, false, bundle);
  return judge.judge(judge.coerces ? structuredClone(body) : body, 'body');
}
