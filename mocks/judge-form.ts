import {
  decodeUriEntities,
  deserializeFormBody,
  parseMultipartFormDataParams,
  splitUriParams,
} from '@stoplight/prism-http/dist/validator/validators/body.js';
import { NOTHING_WRONG, schemaJudge, type JsonSchema } from './schema-judge.ts';
import { ERROR } from './severity.ts';
import type { Diagnostic } from './violation.ts';

/** How a property of a form is written. */
export interface Encoding {
  readonly property: string;
  readonly style?: string;
  readonly explode?: boolean;
  readonly allowReserved?: boolean;
}

/** A media type of a form. */
interface FormContent {
  readonly mediaType: string;
  readonly encodings?: readonly Encoding[];
}

const RESERVED = /[/?#[\]@!$&'()*+,;=]/;

/**
 * What is wrong with a body that was sent as a form.
 * @param content decides by its media type how the body is split, also when another kind of form was sent
 * Where Prism's readers throw, which ends its process, the part or the property is wrong.
 * @throws URIError on a name whose percent-encoding cannot be decoded, as Prism does
 */
export function judgeForm(
  body: unknown,
  content: FormContent,
  schema: JsonSchema,
  boundary: string | undefined,
): readonly Diagnostic[] {
  if (typeof body !== 'string') return [{ message: 'Target is not a string', code: '422', severity: ERROR }];
  const encodings = content.encodings ?? [];
  const fields = content.mediaType === 'multipart/form-data' ? partsOf(body, boundary) : splitUriParams(body);
  if ('left' in fields) return fields.left;
  const reserved = reservedCharacters(fields.right, encodings);
  if (reserved.length > 0) return reserved;
  const decoded = decodeUriEntities(fields.right, content.mediaType);
  const values = valuesOf(schema, encodings, decoded);
  if ('left' in values) return values.left;
  // Without the bundle, as Prism does: a circular schema cannot be compiled then, and finds nothing.
  return schemaJudge(schema, true).judge(values.right, 'body');
}

type Values = ReturnType<typeof deserializeFormBody>;

/** A property that is no array throws in a delimited style, sent or not: then only those that were sent are read so. */
function valuesOf(schema: JsonSchema, encodings: readonly Encoding[], sent: Record<string, string>): Values {
  try {
    return deserializeFormBody(schema, encodings as never, sent);
  } catch {
    const ofSent = encodings.filter(({ property }) => Object.hasOwn(sent, property));
    return ofSent.length < encodings.length ? valuesOf(schema, ofSent, sent) : { _tag: 'Left', left: [NOT_IN_STYLE] };
  }
}

const NOT_IN_STYLE = {
  path: ['body'],
  code: '422',
  message: 'A property of the body is not written in its style',
  severity: ERROR,
};

function partsOf(body: string, boundary: string | undefined): ReturnType<typeof parseMultipartFormDataParams> {
  try {
    return parseMultipartFormDataParams(body, boundary);
  } catch {
    const message = 'A part of the body has no Content-Disposition with a name';
    return { _tag: 'Left', left: [{ path: ['body'], message, code: '422', severity: ERROR }] };
  }
}

function reservedCharacters(
  fields: Readonly<Record<string, string>>,
  encodings: readonly Encoding[],
): readonly Diagnostic[] {
  const wrong = encodings.filter(
    ({ property, allowReserved }) => !allowReserved && RESERVED.test(String(fields[property])),
  );
  if (wrong.length === 0) return NOTHING_WRONG;
  return wrong.map(({ property }) => ({
    path: ['body', property],
    message: 'Reserved characters used in request body',
    severity: ERROR,
  }));
}
