import { isDeepStrictEqual } from 'node:util';
import type { CarriedAs } from '../carried-as.ts';
import { joinPointer, splitPointer } from '../json-pointer.ts';
import type { JsonObject } from '../json.ts';
import type { Parameter } from '../model.ts';
import { objectAt } from '../object-at.ts';
import { spokenValue } from '../spoken-value.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';
import { isSunsetDate, isSunsetOver, sunsetOf } from '../sunset-date.ts';
import { schemaDifferences } from '../schema-differences.ts';

/**
 * What stands around a request's body: path, query, headers, cookies. Of an operation in `paths` the client sends them, of
 * a callback or webhook it receives them, and what is an addition there is a removal here.
 *
 * A default is what the server does when a client leaves a parameter out. Whoever leaves it out relies on it, so a default
 * that is changed, taken away or put where there was none breaks them silently; of a property in a body, which is sent as
 * a whole, it only informs. A removed parameter may break: a lenient server ignores what it does not know.
 */
export const parameters: Rule = {
  id: 'parameters',
  summary: 'Parameters added, removed, made required, moved, written another way, given another default or schema',
  codes: [
    { code: 'delivery-parameter-added', severity: 'info', summary: 'a callback or webhook has a new parameter' },
    { code: 'delivery-parameter-became-optional', severity: 'error', summary: 'it may now be left out of a delivery' },
    { code: 'delivery-parameter-became-required', severity: 'info', summary: 'it is now in every delivery' },
    {
      code: 'delivery-parameter-optional-removed',
      severity: 'warning',
      summary: 'an optional one is gone from deliveries',
    },
    { code: 'delivery-parameter-removed', severity: 'error', summary: 'a required one is gone from deliveries' },
    { code: 'parameter-added', severity: 'info', summary: 'there is a new optional parameter' },
    { code: 'parameter-became-optional', severity: 'info', summary: 'a parameter may now be left out' },
    { code: 'parameter-became-required', severity: 'error', summary: 'a parameter must now be sent' },
    { code: 'parameter-default-changed', severity: 'error', summary: 'what happens without the parameter changed' },
    { code: 'parameter-deprecated', severity: 'info', summary: 'a parameter is now deprecated' },
    { code: 'parameter-empty-value-refused', severity: 'error', summary: 'allowEmptyValue was taken back' },
    { code: 'parameter-media-type-changed', severity: 'error', summary: 'its content is of another media type' },
    { code: 'parameter-moved', severity: 'error', summary: 'a parameter that must be sent belongs elsewhere now' },
    { code: 'parameter-removed', severity: 'warning', summary: 'a parameter is gone' },
    {
      code: 'parameter-removed-after-deprecation',
      severity: 'info',
      summary: 'a deprecated parameter is gone, not before its sunset date',
    },
    {
      code: 'parameter-removed-before-sunset',
      severity: 'error',
      summary: 'a deprecated parameter is gone before its sunset date',
    },
    { code: 'parameter-required-added', severity: 'error', summary: 'there is a new parameter that must be sent' },
    { code: 'parameter-reserved-refused', severity: 'warning', summary: 'allowReserved was taken back' },
    {
      code: 'parameter-style-changed',
      severity: 'error',
      summary: 'its value is written another way (style, explode)',
    },
    { code: 'parameter-sunset-in-the-past', severity: 'error', summary: 'its new sunset date is over already' },
    { code: 'parameter-sunset-invalid', severity: 'error', summary: 'its sunset date is no date' },
  ],
  judge: (documents) => documents.matched.flatMap((operation) => judgeOperation(documents, operation)),
};

function judgeOperation(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const variables = renamedVariables(operation);
  const keyOfBase = (parameter: Parameter): string =>
    keyOf(parameter, parameter.in === 'path' ? variables.get(parameter.name) : undefined);
  const base = new Map(operation.base.parameters.filter(isMeant).map((each) => [keyOfBase(each), each]));
  const revision = new Map(operation.revision.parameters.filter(isMeant).map((each) => [keyOf(each), each]));
  const removed = [...base].flatMap(([key, each]) => (revision.has(key) || isVariable(operation, each) ? [] : [each]));
  const added = [...revision].flatMap(([key, each]) => (base.has(key) || isVariable(operation, each) ? [] : [each]));
  const compared = [...revision].flatMap(([key, right]) => {
    const left = base.get(key);
    return left === undefined ? [] : compareParameter(documents, { operation, base: left, revision: right });
  });
  const sent = operation.request === 'request';
  return [
    ...(sent ? gone(documents, operation, removed, added) : removed.map((each) => goneFromDelivery(operation, each))),
    ...(sent ? come(operation, removed, added) : added.map((each) => newInDelivery(operation, each))),
    ...compared,
  ];
}

/** Header fields that OpenAPI describes elsewhere are ignored as parameters: OpenAPI 3.1 §4.8.12. */
function isMeant(parameter: Parameter): boolean {
  return parameter.in !== 'header' || !/^(accept|content-type|authorization)$/i.test(parameter.name);
}

/** Names of header fields are case-insensitive: RFC 9110 §5.1. */
function keyOf(parameter: Parameter, name = parameter.name): string {
  return `${parameter.in} ${parameter.in === 'header' ? name.toLowerCase() : name}`;
}

/** From a variable of the base's path to the one at the same place of the revision's. */
function renamedVariables({ base, revision }: MatchedOperation): ReadonlyMap<string, string> {
  const [before, after] = [variablesOf(base.path), variablesOf(revision.path)];
  // A variable of an address may have become one of the path, in front of the others.
  const more = after.length - before.length;
  return new Map(before.map((name, index) => [name, after[index + more] ?? name]));
}

function variablesOf(path: string): readonly string[] {
  return [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
}

/** A variable that stands in the path is sent whether it is declared or not. */
function isVariable({ base, revision }: MatchedOperation, { in: place, name }: Parameter): boolean {
  return place === 'path' && [base, revision].some(({ path }) => variablesOf(path).includes(name));
}

function named({ in: place, name }: Parameter): string {
  return `${place === 'path' || place === 'query' ? `${place} parameter` : place} '${name}'`;
}

type Parameters = readonly Parameter[];

function gone(
  documents: Documents,
  operation: MatchedOperation,
  removed: Parameters,
  added: Parameters,
): readonly Difference[] {
  return removed
    .filter((each) => movedTo(each, added) === undefined)
    .map((each) => ({
      ...removal(each, objectAt(documents.base, declaredAt(each)), documents.today),
      direction: 'request',
      operation,
      base: declaredAt(each),
    }));
}

function removal(
  parameter: Parameter,
  declared: JsonObject,
  today: string,
): Pick<Difference, 'code' | 'message' | 'fix'> {
  const name = named(parameter);
  const sunset = sunsetOf(declared);
  if (declared['deprecated'] !== true) {
    const fix = 'keep accepting it and mark it deprecated, or say that it is ignored';
    return { code: 'parameter-removed', message: `the ${name} is gone`, fix };
  }
  if (sunset === undefined || isSunsetOver(sunset, today))
    return { code: 'parameter-removed-after-deprecation', message: `the ${name} is gone, it was deprecated` };
  const message = `the ${name} is gone before its sunset date ${sunset}`;
  return { code: 'parameter-removed-before-sunset', message, fix: `keep it until ${sunset}` };
}

function come(operation: MatchedOperation, removed: Parameters, added: Parameters): readonly Difference[] {
  return added.map((each) => {
    const from = removed.find((old) => movedTo(old, added) === each);
    const common = { direction: 'request', operation, revision: declaredAt(each) } as const;
    if (from !== undefined) {
      const message = `the ${named(from)} must now be sent as the ${named(each)}`;
      const values = { expected: from.in, actual: each.in };
      return {
        ...common,
        ...values,
        code: 'parameter-moved',
        message,
        fix: 'take it at both places',
        base: declaredAt(from),
      };
    }
    return each.required
      ? {
          ...common,
          code: 'parameter-required-added',
          message: `the ${named(each)} is new and must be sent`,
          fix: 'let it be optional',
        }
      : { ...common, code: 'parameter-added', message: `the ${named(each)} is new and optional` };
  });
}

/** Only what must be sent has moved for sure; an optional one of the same name elsewhere may be another. */
function movedTo(from: Parameter, added: Parameters): Parameter | undefined {
  return added.find((each) => each.required && each.name.toLowerCase() === from.name.toLowerCase());
}

function goneFromDelivery(operation: MatchedOperation, parameter: Parameter): Difference {
  const code = parameter.required ? 'delivery-parameter-removed' : 'delivery-parameter-optional-removed';
  const message = `the ${named(parameter)} is no longer sent`;
  return { code, message, fix: 'keep sending it', direction: 'response', operation, base: declaredAt(parameter) };
}

function newInDelivery(operation: MatchedOperation, parameter: Parameter): Difference {
  const message = `the ${named(parameter)} is sent now`;
  const revision = declaredAt(parameter);
  return { code: 'delivery-parameter-added', message, direction: 'response', operation, revision };
}

interface Pair {
  readonly operation: MatchedOperation;
  readonly base: Parameter;
  readonly revision: Parameter;
}

function compareParameter(documents: Documents, pair: Pair): readonly Difference[] {
  const { operation, base, revision } = pair;
  const isSent = operation.request === 'request';
  const raw: Raw = [objectAt(documents.base, declaredAt(base)), objectAt(documents.revision, declaredAt(revision))];
  return [
    ...requirement(pair, isSent),
    ...deprecation(pair, raw),
    ...sunset(pair, raw, documents.today),
    ...serialisation(documents, pair),
    ...(isSent ? [...permissions(pair, raw), ...defaultOf(documents, pair)] : []),
    ...schemaDifferences(documents, {
      operation,
      name: `the ${named(revision)}`,
      direction: operation.request,
      carriedAs: carriedAs(pair),
      base: base.pointer,
      revision: revision.pointer,
      leaveOut: ({ path, code }) => isSent && path === '' && code.includes('default'),
    }),
  ];
}

/** One with a media type is written as that says. */
function carriedAs({ base, revision }: Pair): CarriedAs {
  const isAll = (style: string): boolean => [base, revision].every((each) => each.style === style);
  if ([base, revision].some(({ style }) => style === 'content')) return 'json';
  return isAll('form') ? 'query' : 'text';
}

type Raw = readonly [before: JsonObject, after: JsonObject];

function difference(
  { operation, base, revision }: Pair,
  rest: Pick<Difference, 'code' | 'message' | 'fix' | 'expected' | 'actual'>,
): Difference {
  return { ...rest, direction: operation.request, operation, base: declaredAt(base), revision: declaredAt(revision) };
}

function requirement(pair: Pair, isSent: boolean): readonly Difference[] {
  const { base, revision } = pair;
  if (base.required === revision.required) return [];
  const state = revision.required ? 'became-required' : 'became-optional';
  const message = isSent
    ? `the ${named(revision)} ${revision.required ? 'must now be sent' : 'may now be left out'}`
    : `the ${named(revision)} is now ${revision.required ? 'always sent' : 'sent only sometimes'}`;
  const breaks = revision.required === isSent;
  const fix = breaks ? { fix: isSent ? 'let it stay optional' : 'keep sending it always' } : {};
  return [difference(pair, { code: `${isSent ? '' : 'delivery-'}parameter-${state}`, message, ...fix })];
}

function deprecation(pair: Pair, [before, after]: Raw): readonly Difference[] {
  if (after['deprecated'] !== true || before['deprecated'] === true) return [];
  return [difference(pair, { code: 'parameter-deprecated', message: `the ${named(pair.revision)} is now deprecated` })];
}

function sunset(pair: Pair, [before, after]: Raw, today: string): readonly Difference[] {
  const [from, to] = [sunsetOf(before), sunsetOf(after)];
  if (to === undefined || from === to) return [];
  const of = `the sunset date of the ${named(pair.revision)}`;
  if (!isSunsetDate(to)) {
    const message = `${of}, '${to}', is no date`;
    return [difference(pair, { code: 'parameter-sunset-invalid', message, fix: 'write it as 2027-12-31' })];
  }
  if (!isSunsetOver(to, today)) return [];
  const message = `${of}, ${to}, is over already, so nobody had notice`;
  return [difference(pair, { code: 'parameter-sunset-in-the-past', message, fix: 'give a day in the future' })];
}

function permissions(pair: Pair, [before, after]: Raw): readonly Difference[] {
  const lost = (key: string): boolean => before[key] === true && after[key] !== true;
  const name = named(pair.revision);
  const empty = { code: 'parameter-empty-value-refused', message: `the ${name} may no longer be empty` };
  const reserved = {
    code: 'parameter-reserved-refused',
    message: `the ${name} may no longer hold reserved characters (:/?#[]@!$&'()*+,;=) as they are`,
  };
  return [
    ...(lost('allowEmptyValue') ? [difference(pair, { ...empty, fix: 'keep "allowEmptyValue: true"' })] : []),
    ...(lost('allowReserved') ? [difference(pair, { ...reserved, fix: 'keep "allowReserved: true"' })] : []),
  ];
}

/** Whether the same value is written the same way. Only lists and objects can be exploded or delimited. */
function serialisation(documents: Documents, pair: Pair): readonly Difference[] {
  const { base, revision } = pair;
  const [before, after] = [mediaTypeOf(base), mediaTypeOf(revision)];
  if (before !== after) {
    const message = `the ${named(revision)} is now written as ${after ?? 'plain text'}, not as ${before ?? 'plain text'}`;
    const values = { expected: before ?? null, actual: after ?? null };
    return [
      difference(pair, { code: 'parameter-media-type-changed', message, ...values, fix: 'keep how it is written' }),
    ];
  }
  const composite = isComposite(documents.base, base) && isComposite(documents.revision, revision);
  const [left, right] = [wireForm(base, composite), wireForm(revision, composite)];
  if (left === right) return [];
  const message = `the ${named(revision)} is now written in the style ${right}, not ${left}`;
  const fix = 'keep style and explode, or add a parameter with another name';
  return [difference(pair, { code: 'parameter-style-changed', message, expected: left, actual: right, fix })];
}

function mediaTypeOf({ style, pointer }: Parameter): string | undefined {
  return style === 'content' ? splitPointer(pointer).at(-2) : undefined;
}

function wireForm({ style, explode }: Parameter, composite: boolean): string {
  if (composite) return style === 'deepObject' ? style : `${style}${explode ? ' (exploded)' : ''}`;
  // One plain value looks the same in all styles of a query.
  return ['simple', 'label', 'matrix'].includes(style) ? style : 'form';
}

const PLAIN = new Set(['string', 'number', 'integer', 'boolean', 'null']);

/** Whether a value may be a list or an object. */
function isComposite(contract: Documents['base'], { pointer }: Parameter): boolean {
  const { type } = objectAt(contract, pointer);
  if (typeof type === 'string') return !PLAIN.has(type);
  return !Array.isArray(type) || type.some((each) => !PLAIN.has(spokenValue(each)));
}

/** The default of the whole value counts for more than one inside a body: see the top. */
function defaultOf(documents: Documents, pair: Pair): readonly Difference[] {
  const { base, revision } = pair;
  const [before, after] = [objectAt(documents.base, base.pointer), objectAt(documents.revision, revision.pointer)];
  const [from, to] = [before['default'], after['default']];
  if (isDeepStrictEqual(from, to)) return [];
  // What must be sent has no use for a default; that one came or went says nothing.
  if ((from === undefined || to === undefined) && revision.required) return [];
  const change = difference(pair, {
    code: 'parameter-default-changed',
    message: `the default of the ${named(revision)} went from ${spokenValue(from)} to ${spokenValue(to)}`,
    fix: 'keep the default as it was',
    expected: from ?? null,
    actual: to ?? null,
  });
  return [{ ...change, base: memberPointer(base, before), revision: memberPointer(revision, after) }];
}

/** The schema's own pointer leads to a reference where it has one; the line of the parameter is near enough then. */
function memberPointer({ pointer }: Parameter, schema: JsonObject): string {
  return 'default' in schema ? joinPointer(pointer, 'default') : pointer;
}

function declaredAt({ declaredAt: holder, pointer }: Parameter): string {
  return holder ?? pointer;
}
