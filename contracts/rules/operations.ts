import { joinPointer } from '../json-pointer.ts';
import { objectAt } from '../object-at.ts';
import type { Contract } from '../model.ts';
import { spokenValue } from '../spoken-value.ts';
import type { Difference, Documents, LoneOperation, MatchedOperation, Rule } from '../rule.ts';
import type { JsonObject } from '../json.ts';
import { isSunsetDate, isSunsetOver, sunsetOf } from '../sunset-date.ts';

/**
 * Operations that come and go. Removing one breaks whoever calls it, unless it was announced: `deprecated` with an
 * `x-sunset` date that is over is no surprise any more; `deprecated` without a date is a warning, nobody knew when.
 * An `operationId` is no part of the wire, so a changed one only informs: generated clients call their methods by it.
 */
export const operations: Rule = {
  id: 'operations',
  summary: 'Operations removed, added, deprecated, and what they promise of themselves: sunset, stability, operationId',
  codes: [
    { code: 'operation-added', severity: 'info', summary: 'there is a new operation' },
    { code: 'operation-deprecated', severity: 'info', summary: 'an operation is now deprecated' },
    { code: 'operation-id-changed', severity: 'info', summary: 'the operationId changed; generated clients use it' },
    { code: 'operation-reactivated', severity: 'info', summary: 'an operation is no longer deprecated' },
    { code: 'operation-removed', severity: 'error', summary: 'an operation is gone that was not deprecated' },
    {
      code: 'operation-removed-after-sunset',
      severity: 'info',
      summary: 'an operation is gone, after its sunset date',
    },
    {
      code: 'operation-removed-before-sunset',
      severity: 'error',
      summary: 'an operation is gone before its sunset date',
    },
    {
      code: 'operation-removed-without-sunset',
      severity: 'warning',
      summary: 'a deprecated operation is gone that had no sunset date',
    },
    { code: 'stability-decreased', severity: 'error', summary: 'x-stability-level promises less than before' },
    { code: 'stability-increased', severity: 'info', summary: 'x-stability-level promises more than before' },
    {
      code: 'stability-invalid',
      severity: 'error',
      summary: 'x-stability-level is none of draft, alpha, beta, stable',
    },
    { code: 'stability-removed', severity: 'warning', summary: 'x-stability-level is gone' },
    { code: 'sunset-brought-forward', severity: 'warning', summary: 'the sunset date is earlier than it was' },
    { code: 'sunset-in-the-past', severity: 'error', summary: 'the new sunset date is over already' },
    { code: 'sunset-invalid', severity: 'error', summary: 'the sunset date is no date' },
    { code: 'sunset-removed', severity: 'error', summary: 'the sunset date is gone while the operation is deprecated' },
  ],
  judge(documents) {
    const { matched, removed, added, today } = documents;
    return [
      ...matched.flatMap((operation) => changed(documents, operation)),
      ...removed.filter(isPath).map((operation) => gone(documents.base, operation, today)),
      ...added.filter(isPath).map(come),
    ];
  },
};

function isPath({ place }: LoneOperation): boolean {
  return place === 'path';
}

function come(operation: LoneOperation): Difference {
  const { pointer } = operation.operation;
  const message = `${operation.name} is new`;
  return { code: 'operation-added', message, direction: 'both', operation, revision: pointer };
}

function gone(base: Contract, operation: LoneOperation, today: string): Difference {
  const { deprecated, pointer } = operation.operation;
  const common = { direction: 'both', operation, base: pointer } as const;
  const sunset = sunsetOf(objectAt(base, pointer));
  if (!deprecated) {
    return {
      ...common,
      code: 'operation-removed',
      message: `${operation.name} is gone`,
      fix: 'keep it and mark it "deprecated: true" with an "x-sunset" date, or publish a new major version',
    };
  }
  if (sunset === undefined) {
    return {
      ...common,
      code: 'operation-removed-without-sunset',
      message: `${operation.name} is gone; it was deprecated, but no sunset date said when it would go`,
      fix: 'announce the day with "x-sunset" before an operation is removed',
    };
  }
  const over = isSunsetOver(sunset, today);
  return {
    ...common,
    code: over ? 'operation-removed-after-sunset' : 'operation-removed-before-sunset',
    message: over
      ? `${operation.name} is gone, as announced for ${sunset}`
      : `${operation.name} is gone before its sunset date ${sunset}`,
    ...(over ? {} : { fix: `keep it until ${sunset}`, expected: sunset, actual: today }),
  };
}

function changed(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const base = objectAt(documents.base, operation.base.pointer);
  const revision = objectAt(documents.revision, operation.revision.pointer);
  return [
    ...deprecation(operation, base, revision),
    ...sunset(operation, base, revision, documents.today),
    ...stability(operation, base, revision),
    ...operationId(operation, base, revision),
  ];
}

function deprecation(operation: MatchedOperation, before: JsonObject, after: JsonObject): readonly Difference[] {
  const { base, revision, name } = operation;
  if (base.deprecated === revision.deprecated) return [];
  const common = { direction: 'both', operation, ...pointersOf(operation, before, after, 'deprecated') } as const;
  return revision.deprecated
    ? [{ ...common, code: 'operation-deprecated', message: `${name} is now deprecated` }]
    : [{ ...common, code: 'operation-reactivated', message: `${name} is no longer deprecated` }];
}

function sunset(
  operation: MatchedOperation,
  before: JsonObject,
  after: JsonObject,
  today: string,
): readonly Difference[] {
  const [from, to] = [sunsetOf(before), sunsetOf(after)];
  if (from === to) return [];
  const common = { direction: 'both', operation, ...pointersOf(operation, before, after, 'x-sunset') } as const;
  const values = { ...(from === undefined ? {} : { expected: from }), ...(to === undefined ? {} : { actual: to }) };
  if (to === undefined) {
    if (!operation.revision.deprecated) return [];
    return [
      {
        ...common,
        ...values,
        code: 'sunset-removed',
        message: `the sunset date ${from} is gone, although the operation is still deprecated`,
        fix: 'keep the date, or take the deprecation back',
      },
    ];
  }
  if (!isSunsetDate(to)) {
    const message = `the sunset date '${to}' is no date`;
    return [{ ...common, ...values, code: 'sunset-invalid', message, fix: 'write it as 2027-12-31' }];
  }
  if (isSunsetOver(to, today)) {
    const message = `the sunset date ${to} is over already, so nobody had notice`;
    return [{ ...common, ...values, code: 'sunset-in-the-past', message, fix: 'give a day in the future' }];
  }
  if (from === undefined || !isSunsetDate(from) || to.slice(0, 10) >= from.slice(0, 10)) return [];
  const message = `the sunset date moved forward from ${from} to ${to}`;
  return [{ ...common, ...values, code: 'sunset-brought-forward', message, fix: `keep ${from}` }];
}

const LEVELS = ['draft', 'alpha', 'beta', 'stable'];

function stability(operation: MatchedOperation, before: JsonObject, after: JsonObject): readonly Difference[] {
  const [from, to] = [before['x-stability-level'] ?? null, after['x-stability-level'] ?? null];
  if (from === to) return [];
  const common = {
    direction: 'both',
    operation,
    ...pointersOf(operation, before, after, 'x-stability-level'),
    expected: from,
    actual: to,
  } as const;
  if (to === null) {
    const message = `the stability level '${spokenValue(from)}' is gone`;
    return [{ ...common, code: 'stability-removed', message, fix: 'keep saying how stable the operation is' }];
  }
  const rank = LEVELS.indexOf(spokenValue(to));
  if (rank < 0) {
    const message = `'${spokenValue(to)}' is no stability level`;
    return [{ ...common, code: 'stability-invalid', message, fix: `write one of ${LEVELS.join(', ')}` }];
  }
  // What says nothing of itself is taken for stable by whoever uses it.
  const decreased = from === null ? rank < LEVELS.indexOf('beta') : rank < LEVELS.indexOf(spokenValue(from));
  const message = `the stability level went from ${from === null ? 'nothing' : `'${spokenValue(from)}'`} to '${spokenValue(to)}'`;
  return [{ ...common, code: decreased ? 'stability-decreased' : 'stability-increased', message }];
}

function operationId(operation: MatchedOperation, before: JsonObject, after: JsonObject): readonly Difference[] {
  const [from, to] = [before['operationId'] ?? null, after['operationId'] ?? null];
  if (from === to) return [];
  const message =
    from === null
      ? `the operation now has the operationId '${spokenValue(to)}'`
      : to === null
        ? `the operationId '${spokenValue(from)}' is gone`
        : `the operationId went from '${spokenValue(from)}' to '${spokenValue(to)}'`;
  const common = { code: 'operation-id-changed', direction: 'both', operation, message } as const;
  return [{ ...common, expected: from, actual: to, ...pointersOf(operation, before, after, 'operationId') }];
}

/** Of a member on both sides; of the operation where it is not there. */
function pointersOf(operation: MatchedOperation, before: JsonObject, after: JsonObject, key: string): Pointers {
  const { base, revision } = operation;
  return {
    base: key in before ? joinPointer(base.pointer, key) : base.pointer,
    revision: key in after ? joinPointer(revision.pointer, key) : revision.pointer,
  };
}

interface Pointers {
  readonly base: string;
  readonly revision: string;
}
