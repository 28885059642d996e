import { contentDifferences } from '../content-differences.ts';
import { isObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { matchMediaTypes } from '../match-media-types.ts';
import type { MediaType, RequestBody } from '../model.ts';
import { memberOf, objectAt } from '../object-at.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';

/**
 * A client that sends a body goes on sending it: a body that is no longer described, or in a media type that is no longer
 * taken, breaks. Of a callback or webhook the client is the one that reads, so there what is new may break it.
 */
export const requestBodies: Rule = {
  id: 'request-bodies',
  summary: 'Request bodies added, removed, made required, in other media types, encodings or schemas',
  codes: [
    { code: 'delivery-body-added', severity: 'info', summary: 'a callback or webhook has a body now' },
    { code: 'delivery-body-became-optional', severity: 'error', summary: 'the body may now be left out of a delivery' },
    { code: 'delivery-body-became-required', severity: 'info', summary: 'the body is now in every delivery' },
    { code: 'delivery-body-removed', severity: 'error', summary: 'a callback or webhook has no body any more' },
    { code: 'delivery-media-type-added', severity: 'warning', summary: 'deliveries may come in another media type' },
    { code: 'delivery-media-type-removed', severity: 'error', summary: 'deliveries no longer come in a media type' },
    { code: 'encoding-changed', severity: 'warning', summary: 'a part of a form is encoded another way' },
    { code: 'request-body-added', severity: 'info', summary: 'a body may now be sent' },
    { code: 'request-body-became-optional', severity: 'info', summary: 'the body may now be left out' },
    { code: 'request-body-became-required', severity: 'error', summary: 'the body must now be sent' },
    { code: 'request-body-removed', severity: 'error', summary: 'no body is taken any more' },
    { code: 'request-body-required-added', severity: 'error', summary: 'a body must be sent where there was none' },
    { code: 'request-media-type-added', severity: 'info', summary: 'a body may be sent in another media type' },
    { code: 'request-media-type-removed', severity: 'error', summary: 'a media type is no longer taken' },
  ],
  judge: (documents) => documents.matched.flatMap((operation) => judgeOperation(documents, operation)),
};

function judgeOperation(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const [base, revision] = [operation.base.requestBody, operation.revision.requestBody];
  if (base === undefined) return revision === undefined ? [] : [come(operation, revision)];
  if (revision === undefined) return [gone(operation, base)];
  return [...requirement(operation, base, revision), ...content(documents, operation, base, revision)];
}

function come(operation: MatchedOperation, body: RequestBody): Difference {
  const common = { direction: operation.request, operation, base: operation.base.pointer, revision: bodyPointer(body) };
  if (!isSent(operation)) return { ...common, code: 'delivery-body-added', message: 'deliveries have a body now' };
  return body.required
    ? {
        ...common,
        code: 'request-body-required-added',
        message: 'a request body must now be sent',
        fix: 'let it be optional',
      }
    : { ...common, code: 'request-body-added', message: 'a request body may now be sent' };
}

function gone(operation: MatchedOperation, body: RequestBody): Difference {
  const common = {
    direction: operation.request,
    operation,
    base: bodyPointer(body),
    revision: operation.revision.pointer,
  };
  return isSent(operation)
    ? {
        ...common,
        code: 'request-body-removed',
        message: 'the request body is gone, clients still send it',
        fix: 'keep describing it, optional if it is ignored',
      }
    : { ...common, code: 'delivery-body-removed', message: 'deliveries have no body any more', fix: 'keep sending it' };
}

function requirement(operation: MatchedOperation, base: RequestBody, revision: RequestBody): readonly Difference[] {
  if (base.required === revision.required) return [];
  const sent = isSent(operation);
  // Readers of a delivery have no use for the word: the body of a webhook is what it is about.
  const code = `${sent ? 'request' : 'delivery'}-body-became-${revision.required ? 'required' : 'optional'}`;
  const message = sent
    ? `the request body ${revision.required ? 'must now be sent' : 'may now be left out'}`
    : `the body is now ${revision.required ? 'in every delivery' : 'left out of some deliveries'}`;
  const fix = sent === revision.required ? { fix: sent ? 'let it stay optional' : 'keep sending it always' } : {};
  const pointers = { base: bodyPointer(base), revision: bodyPointer(revision) };
  return [{ code, message, ...fix, direction: operation.request, operation, ...pointers }];
}

function content(
  documents: Documents,
  operation: MatchedOperation,
  base: RequestBody,
  revision: RequestBody,
): readonly Difference[] {
  const sent = isSent(operation);
  const name = sent ? 'the request body' : 'the delivered body';
  const place = { operation, name, direction: operation.request, base: base.content, revision: revision.content };
  const { schemas, removed, added } = contentDifferences(documents, place);
  const common = { direction: operation.request, operation } as const;
  const types = (list: readonly MediaType[]): string => list.map(({ mediaType }) => mediaType).join(', ') || 'none';
  const prefix = sent ? 'request' : 'delivery';
  return [
    ...removed.map((each) => ({
      ...common,
      code: `${prefix}-media-type-removed`,
      message: `${name} ${sent ? 'is no longer taken' : 'no longer comes'} as ${each.mediaType}`,
      fix: `keep ${each.mediaType}`,
      expected: each.mediaType,
      actual: types(revision.content),
      base: mediaPointer(each),
      revision: bodyPointer(revision),
    })),
    ...added.map((each) => ({
      ...common,
      code: `${prefix}-media-type-added`,
      message: `${name} may now ${sent ? 'be sent' : 'come'} as ${each.mediaType}`,
      base: bodyPointer(base),
      revision: mediaPointer(each),
    })),
    ...schemas,
    ...encodings(documents, operation, base, revision),
  ];
}

/** How the parts of a form are written: OpenAPI 3.1 §4.8.15. */
function encodings(
  documents: Documents,
  operation: MatchedOperation,
  base: RequestBody,
  revision: RequestBody,
): readonly Difference[] {
  const { matched } = matchMediaTypes(base.content, revision.content, operation.request);
  return matched.flatMap(([left, right]) => {
    const before = memberOf(objectAt(documents.base, mediaPointer(left)), 'encoding');
    const after = memberOf(objectAt(documents.revision, mediaPointer(right)), 'encoding');
    return Object.keys(before)
      .filter((part) => isObject(after[part]) && wireForm(memberOf(before, part)) !== wireForm(memberOf(after, part)))
      .map((part) => ({
        code: 'encoding-changed',
        message: `the part '${part}' of the ${left.mediaType} body is encoded another way`,
        fix: 'take both encodings',
        expected: before[part] ?? null,
        actual: after[part] ?? null,
        direction: operation.request,
        operation,
        base: joinPointer(mediaPointer(left), 'encoding', part),
        revision: joinPointer(mediaPointer(right), 'encoding', part),
      }));
  });
}

function wireForm(encoding: ReturnType<typeof memberOf>): string {
  const { contentType, style, explode, allowReserved } = encoding;
  return JSON.stringify([
    contentType ?? null,
    style ?? 'form',
    explode ?? (style ?? 'form') === 'form',
    allowReserved ?? false,
  ]);
}

function isSent({ request }: MatchedOperation): boolean {
  return request === 'request';
}

function bodyPointer({ pointer, content }: RequestBody): string {
  return pointer ?? content[0]?.pointer ?? '';
}

/** Of the Media Type Object; where Swagger 2.0 has none, of the schema. */
function mediaPointer({ pointer }: MediaType): string {
  return pointer.replace(/\/schema$/, '');
}
