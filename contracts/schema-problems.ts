import type { ErrorObject } from 'ajv';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, pointerOfReference, valueAt } from './json-pointer.ts';

/** One way in which a value departs from a schema of a contract. */
export interface SchemaProblem {
  /** RFC 6901, into the value. */
  readonly instancePointer: string;
  /** Of the keyword that is broken, into `contract.document`: hand it to `locate`. */
  readonly schemaPointer: string;
  readonly keyword: string;
  /** `must have required property 'weightGrams'`. */
  readonly message: string;
  readonly expected: Json;
  readonly actual: Json;
}

/** What is known about the schemas that the errors come from. */
export interface ProblemContext {
  readonly document: JsonObject;
  originOf(schema: object): string | undefined;
  /** Validates a part anew. */
  errorsOf(schema: object, data: unknown): readonly ErrorObject[];
}

/**
 * Ajv's errors in terms of the contract. Of the alternatives in `oneOf` and `anyOf` only the one that was evidently meant is
 * reported on; without such a one, only that none fits.
 */
export function describeProblems(errors: readonly ErrorObject[], context: ProblemContext): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  for (const error of withoutAlternatives(errors, context)) {
    const key = (each: SchemaProblem): string => `${each.instancePointer}\0${each.schemaPointer}\0${each.message}`;
    const problem = describe(error, context);
    if (!problems.some((known) => key(known) === key(problem))) problems.push(problem);
  }
  return problems;
}

/** Ajv lists the errors of all alternatives right before the error of the `oneOf` or `anyOf` itself. */
function withoutAlternatives(errors: readonly ErrorObject[], context: ProblemContext): readonly ErrorObject[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    // Our own `if … else` around nullable compositions: its `else` has said what is wrong.
    if (error.keyword === 'if') continue;
    if (error.keyword !== 'oneOf' && error.keyword !== 'anyOf') {
      kept.push(error);
      continue;
    }
    const alternatives = alternativesOf(error).map((schema) => ({
      schema,
      errors: below(error, context.errorsOf(schema, error.data)),
    }));
    dropTrailing(kept, error, context, alternatives);
    const meant = error.params['passingSchemas'] ? undefined : meantAlternative(error, alternatives, context);
    kept.push(...(meant === undefined ? [error] : withoutAlternatives(meant.errors, context)));
  }
  return kept;
}

interface Alternative {
  readonly schema: object;
  readonly errors: readonly ErrorObject[];
}

function alternativesOf(error: ErrorObject): readonly object[] {
  const schemas: unknown = error.schema;
  return Array.isArray(schemas) ? schemas.filter((schema) => typeof schema === 'object' && schema !== null) : [];
}

/** The same errors as seen from the whole value. */
function below(parent: ErrorObject, errors: readonly ErrorObject[]): readonly ErrorObject[] {
  return errors.map((error) => ({ ...error, instancePath: parent.instancePath + error.instancePath }));
}

/** Takes back what `kept` holds of the alternatives. Their own oneOf and anyOf were already reduced the same way. */
function dropTrailing(
  kept: ErrorObject[],
  error: ErrorObject,
  context: ProblemContext,
  alternatives: readonly Alternative[],
): void {
  const signature = (each: ErrorObject): string => `${each.instancePath}\0${each.keyword}\0${each.message ?? ''}`;
  const theirs = new Set(
    alternatives
      .flatMap((alternative) => [...alternative.errors, ...withoutAlternatives(alternative.errors, context)])
      .map(signature),
  );
  let last = kept.at(-1);
  while (last !== undefined && last.instancePath.startsWith(error.instancePath) && theirs.has(signature(last))) {
    kept.pop();
    last = kept.at(-1);
  }
}

/** The alternative that the discriminator names, or else the one that the value comes by far the nearest to. */
function meantAlternative(
  error: ErrorObject,
  alternatives: readonly Alternative[],
  context: ProblemContext,
): Alternative | undefined {
  const named = discriminated(error, alternatives, context);
  if (named !== undefined) return named;
  const possible = alternatives.filter(
    (alternative) => !alternative.errors.some((each) => excludes(each, error.instancePath)),
  );
  const [first, second] = possible.toSorted((left, right) => left.errors.length - right.errors.length);
  if (first === undefined || (second !== undefined && second.errors.length === first.errors.length)) return undefined;
  return first;
}

/** Another type, or another constant in a member of the object: it was not meant. */
function excludes(error: ErrorObject, at: string): boolean {
  if (error.keyword === 'type') return error.instancePath === at;
  const isConstant =
    error.keyword === 'const' || (error.keyword === 'enum' && Array.isArray(error.schema) && error.schema.length === 1);
  return isConstant && error.instancePath.slice(at.length).split('/').length <= 2;
}

function discriminated(
  error: ErrorObject,
  alternatives: readonly Alternative[],
  context: ProblemContext,
): Alternative | undefined {
  const schema = valueAt(context.document, originOf(error, context));
  const discriminator = isObject(schema) ? schema['discriminator'] : undefined;
  const name = isObject(discriminator) ? discriminator['propertyName'] : undefined;
  const data: unknown = error.data;
  const value = typeof name === 'string' && isObject(data) ? data[name] : undefined;
  if (!isObject(discriminator) || typeof value !== 'string' || !isObject(schema)) return undefined;
  const mapping = isObject(discriminator['mapping']) ? discriminator['mapping'][value] : undefined;
  const wanted =
    typeof mapping === 'string' && mapping.startsWith('#')
      ? pointerOfReference(mapping)
      : `/${typeof mapping === 'string' ? mapping : value}`;
  const listed = schema[error.keyword];
  const index = Array.isArray(listed) ? listed.findIndex((part: Json) => refersTo(part, wanted ?? '')) : -1;
  return alternatives[index];
}

function refersTo(schema: Json, wanted: string): boolean {
  const reference = isObject(schema) ? schema['$ref'] : undefined;
  return typeof reference === 'string' && wanted !== '' && (pointerOfReference(reference)?.endsWith(wanted) ?? false);
}

function originOf(error: ErrorObject, context: ProblemContext): string {
  const parent: unknown = error.parentSchema;
  return (typeof parent === 'object' && parent !== null ? context.originOf(parent) : undefined) ?? '';
}

function describe(error: ErrorObject, context: ProblemContext): SchemaProblem {
  return {
    instancePointer: error.instancePath,
    schemaPointer: joinPointer(originOf(error, context), error.keyword),
    keyword: error.keyword,
    message: messageOf(error),
    expected: expectedOf(error),
    actual: actualOf(error),
  };
}

function messageOf(error: ErrorObject): string {
  const message = error.message ?? `breaks ${error.keyword}`;
  const { additionalProperty, unevaluatedProperty, allowedValues, allowedValue } = error.params;
  const extra: unknown = additionalProperty ?? unevaluatedProperty;
  if (typeof extra === 'string') return `must not have the property '${extra}'`;
  if (Array.isArray(allowedValues))
    return `must be one of ${shortened(allowedValues.map((value) => JSON.stringify(value)).join(', '))}`;
  return error.keyword === 'const' ? `must be ${shortened(JSON.stringify(allowedValue))}` : message;
}

/** What the keyword asks for, in its own words where they are short. */
function expectedOf(error: ErrorObject): Json {
  const { missingProperty, comparison, limit } = error.params;
  if (typeof missingProperty === 'string') return missingProperty;
  if (typeof comparison === 'string' && typeof limit === 'number') return `${comparison} ${limit}`;
  if (error.keyword === 'oneOf' || error.keyword === 'anyOf')
    return `${error.keyword} of ${alternativesOf(error).length} schemas`;
  const schema: unknown = error.schema;
  if (Array.isArray(schema) && schema.length === 1 && error.keyword === 'type') return brief(schema[0]);
  return brief(schema);
}

function actualOf(error: ErrorObject): Json {
  const { additionalProperty, unevaluatedProperty, propertyName } = error.params;
  const named: unknown = additionalProperty ?? unevaluatedProperty ?? propertyName;
  if (typeof named === 'string') return named;
  const data: unknown = error.data;
  return error.keyword === 'required' && isObject(data) ? Object.keys(data) : brief(data);
}

/** The value itself when it is small, so that a finding never drags a whole body along. */
function brief(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return shortened(value);
  const text = JSON.stringify(value) ?? 'null';
  if (text.length > 500)
    return Array.isArray(value)
      ? `a list of ${value.length}`
      : `an object of ${Object.keys(value ?? {}).length} members`;
  const copy: Json = JSON.parse(text);
  return copy;
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
