import { contentDifferences } from '../content-differences.ts';
import { joinPointer } from '../json-pointer.ts';
import type { MediaType, Response } from '../model.ts';
import { memberOf, objectAt } from '../object-at.ts';
import type { Difference, Documents, MatchedOperation, Rule, Side } from '../rule.ts';
import { schemaDifferences } from '../schema-differences.ts';

/**
 * What a client is answered, or answers itself to a callback or webhook.
 *
 * A status that is no longer described can still be answered; clients have nothing to read it by. For success that breaks
 * them; a failure that no longer happens is no loss. A new success status may break whoever compares with `200`; new
 * failures inform: clients must expect undescribed ones anyway (RFC 9110 §15).
 */
export const responses: Rule = {
  id: 'responses',
  summary: 'Answers added and removed, their media types, headers and schemas',
  codes: [
    { code: 'answer-header-required-added', severity: 'error', summary: 'answers to deliveries need another header' },
    {
      code: 'answer-media-type-removed',
      severity: 'error',
      summary: 'an answer to a delivery is no longer taken as this',
    },
    { code: 'answer-status-removed', severity: 'error', summary: 'a success status is no longer taken as an answer' },
    { code: 'response-header-added', severity: 'info', summary: 'an answer has a new header' },
    { code: 'response-header-became-optional', severity: 'error', summary: 'a header may be missing now' },
    { code: 'response-header-became-required', severity: 'info', summary: 'a header is now in every answer' },
    { code: 'response-header-optional-removed', severity: 'warning', summary: 'an optional header is gone' },
    { code: 'response-header-removed', severity: 'error', summary: 'a header that was always there is gone' },
    {
      code: 'response-media-type-added',
      severity: 'info',
      summary: 'an answer may be asked for as another media type',
    },
    { code: 'response-media-type-removed', severity: 'error', summary: 'an answer no longer comes as this media type' },
    {
      code: 'response-media-type-widened',
      severity: 'warning',
      summary: 'an answer may come as any type of a range',
    },
    { code: 'response-status-added', severity: 'info', summary: 'there is a new status' },
    { code: 'response-status-only-default', severity: 'warning', summary: 'a success status is left to "default"' },
    { code: 'response-status-other-removed', severity: 'info', summary: 'a status that is no success is gone' },
    { code: 'response-status-removed', severity: 'error', summary: 'a success status is gone' },
    { code: 'response-status-success-added', severity: 'warning', summary: 'there is a new success status' },
  ],
  judge: (documents) => documents.matched.flatMap((operation) => judgeOperation(documents, operation)),
};

function judgeOperation(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const [base, revision] = [operation.base.responses, operation.revision.responses];
  const pairs = pairUp(base, revision);
  const [known, kept] = [new Set(pairs.map(([left]) => left)), new Set(pairs.map(([, right]) => right))];
  const fallback = revision.find(({ status }) => status === 'default');
  return [
    ...base.filter((each) => !known.has(each)).map((each) => gone(operation, each, fallback)),
    ...revision.filter((each) => !kept.has(each)).map((each) => come(operation, each)),
    ...pairs.flatMap(([left, right]) => compareResponse(documents, { operation, base: left, revision: right })),
  ];
}

/** The same status, else the range that it falls into (`4XX`), on either side. */
function pairUp(base: readonly Response[], revision: readonly Response[]): readonly (readonly [Response, Response])[] {
  const statuses = new Set(base.map(({ status }) => status));
  return base.flatMap((left) => {
    const exact = revision.find(({ status }) => status === left.status);
    const wider = revision.find(({ status }) => isIn(left.status, status));
    const narrower = revision.filter(({ status }) => isIn(status, left.status) && !statuses.has(status));
    const partners = [exact ?? wider, ...narrower].filter((each) => each !== undefined);
    return partners.map((right) => [left, right] as const);
  });
}

function isIn(status: string, range: string): boolean {
  return /^\dXX$/.test(range) && /^\d{3}$/.test(status) && status.startsWith(range.charAt(0));
}

function isSuccess({ status }: Response): boolean {
  return status.startsWith('2');
}

function gone(operation: MatchedOperation, response: Response, fallback: Response | undefined): Difference {
  const { status, pointer } = response;
  const revision = fallback?.pointer ?? joinPointer(operation.revision.pointer, 'responses');
  const common = { direction: operation.response, operation, base: pointer, revision } as const;
  if (!isSuccess(response)) {
    const message = `the ${status} response is gone`;
    return { ...common, code: 'response-status-other-removed', message };
  }
  if (operation.response === 'request') {
    const message = `the answer ${status} is no longer taken`;
    return { ...common, code: 'answer-status-removed', message, fix: `keep taking ${status}` };
  }
  if (fallback !== undefined) {
    const message = `the ${status} response is left to "default"`;
    return { ...common, code: 'response-status-only-default', message, fix: `describe ${status} itself` };
  }
  const message = `the ${status} response is gone`;
  return { ...common, code: 'response-status-removed', message, fix: `keep answering ${status}` };
}

function come(operation: MatchedOperation, response: Response): Difference {
  const breaks = isSuccess(response) && operation.response === 'response';
  return {
    code: breaks ? 'response-status-success-added' : 'response-status-added',
    message: `the ${response.status} response is new`,
    direction: operation.response,
    operation,
    base: joinPointer(operation.base.pointer, 'responses'),
    revision: response.pointer,
  };
}

interface Pair {
  readonly operation: MatchedOperation;
  readonly base: Response;
  readonly revision: Response;
}

function compareResponse(documents: Documents, pair: Pair): readonly Difference[] {
  return [...headers(documents, pair), ...content(documents, pair)];
}

function content(documents: Documents, { operation, base, revision }: Pair): readonly Difference[] {
  const direction = operation.response;
  const name = `the ${revision.status} response`;
  const place = { operation, name, direction, base: base.content, revision: revision.content };
  const { schemas, removed, added, widened } = contentDifferences(documents, place);
  const types = revision.content.map(({ mediaType }) => mediaType).join(', ') || 'none';
  return [
    ...removed.map((each) => ({
      code: direction === 'response' ? 'response-media-type-removed' : 'answer-media-type-removed',
      message: `${name} ${direction === 'response' ? 'no longer comes' : 'is no longer taken'} as ${each.mediaType}`,
      fix: `keep ${each.mediaType}`,
      expected: each.mediaType,
      actual: types,
      direction,
      operation,
      base: mediaPointer(each),
      revision: revision.pointer,
    })),
    ...added.map((each) => ({
      code: 'response-media-type-added',
      message: `${name} may now be ${each.mediaType}`,
      direction,
      operation,
      base: base.pointer,
      revision: mediaPointer(each),
    })),
    ...(direction === 'response' ? widened : []).map(([left, right]) => ({
      code: 'response-media-type-widened',
      message: `${name} may now come as any ${right.mediaType}, not only as ${left.mediaType}`,
      fix: `keep naming ${left.mediaType}`,
      expected: left.mediaType,
      actual: right.mediaType,
      direction,
      operation,
      base: mediaPointer(left),
      revision: mediaPointer(right),
    })),
    ...schemas,
  ];
}

/** Of the Media Type Object; where Swagger 2.0 has none, of the schema. */
function mediaPointer({ pointer }: MediaType): string {
  return pointer.replace(/\/schema$/, '');
}

type Header = Response['headers'][number];

function headers(documents: Documents, pair: Pair): readonly Difference[] {
  const [base, revision] = [byName(pair.base.headers), byName(pair.revision.headers)];
  return [
    ...[...base].flatMap(([name, header]) => (revision.has(name) ? [] : headerGone(pair, header))),
    ...[...revision].flatMap(([name, header]) => {
      const before = base.get(name);
      return before === undefined ? headerNew(pair, header) : compareHeader(documents, pair, before, header);
    }),
  ];
}

/** Names of header fields are case-insensitive: RFC 9110 §5.1. */
function byName(list: readonly Header[]): ReadonlyMap<string, Header> {
  return new Map(list.map((header) => [header.name.toLowerCase(), header]));
}

function named(header: Header, { revision }: Pair): string {
  return `the header '${header.name}' of the ${revision.status} response`;
}

/** Swagger 2.0 cannot say that a header is required; there, what is described is taken for optional. */
function headerGone(pair: Pair, header: Header): readonly Difference[] {
  const { operation, revision } = pair;
  // Whoever answers a delivery may go on sending a header that nobody reads.
  if (operation.response === 'request') return [];
  const common = { direction: operation.response, operation, base: declaredAt(header), revision: revision.pointer };
  const code = header.required ? 'response-header-removed' : 'response-header-optional-removed';
  return [{ ...common, code, message: `${named(header, pair)} is gone`, fix: 'keep sending it' }];
}

function headerNew(pair: Pair, header: Header): readonly Difference[] {
  const { operation, base } = pair;
  const common = { direction: operation.response, operation, base: base.pointer, revision: declaredAt(header) };
  if (operation.response === 'request' && header.required) {
    const message = `${named(header, pair)} is new and must be sent`;
    return [{ ...common, code: 'answer-header-required-added', message, fix: 'let it be optional' }];
  }
  return [{ ...common, code: 'response-header-added', message: `${named(header, pair)} is new` }];
}

function compareHeader(documents: Documents, pair: Pair, base: Header, revision: Header): readonly Difference[] {
  const { operation } = pair;
  const direction = operation.response;
  const name = named(revision, pair);
  const [before, after] = [contentOf(documents.base, base), contentOf(documents.revision, revision)];
  const schemas = schemaDifferences(documents, {
    operation,
    name,
    direction,
    carriedAs: before === undefined && after === undefined ? 'text' : 'json',
    base: before ?? base.pointer,
    revision: after ?? revision.pointer,
  });
  return [...headerRequirement(pair, base, revision, direction), ...schemas];
}

/** The schema of a header that is written in a media type, and not as plain text. */
function contentOf(contract: Documents['base'], { declaredAt: pointer }: Header): string | undefined {
  const [mediaType] = Object.keys(memberOf(objectAt(contract, pointer), 'content'));
  if (pointer === undefined || mediaType === undefined) return undefined;
  return joinPointer(pointer, 'content', mediaType, 'schema');
}

function headerRequirement(pair: Pair, base: Header, revision: Header, direction: Side): readonly Difference[] {
  if (base.required === revision.required) return [];
  const name = named(revision, pair);
  const common = { direction, operation: pair.operation, base: declaredAt(base), revision: declaredAt(revision) };
  if (direction === 'request') {
    if (!revision.required) return [];
    const message = `${name} must now be sent`;
    return [{ ...common, code: 'answer-header-required-added', message, fix: 'let it stay optional' }];
  }
  return revision.required
    ? [{ ...common, code: 'response-header-became-required', message: `${name} is now always there` }]
    : [
        {
          ...common,
          code: 'response-header-became-optional',
          message: `${name} may now be missing`,
          fix: 'keep sending it always',
        },
      ];
}

function declaredAt({ declaredAt: holder, pointer }: Header): string {
  return holder ?? pointer;
}
