import { namesInSchemas } from './names-in-schemas.ts';
import type { PrismOperation } from './prism-operations.ts';

/**
 * Whether what Prism says of an operation's requests hangs on something that a plan does not have. Of a single request
 * it is also left to Prism whatever makes its own validators throw: a content type or a percent-encoding that cannot be
 * read.
 */
export function onlyPrismCanTell(operation: PrismOperation): boolean {
  return hasUnsettableParameter(operation) || isNamedBeyondDocument(operation);
}

const UNSETTABLE = new Set(['__proto__', 'constructor', 'prototype']);

/** Lodash refuses to set properties of these names, some of which every object has without being sent. */
function hasUnsettableParameter({ request = {} }: PrismOperation): boolean {
  const { headers = [], query = [], path = [] } = request;
  return [...headers, ...query, ...path].some(({ name }) => UNSETTABLE.has(name.toLowerCase()));
}

/** Then it also depends on what Prism has compiled before. */
function isNamedBeyondDocument({ request, ...operation }: PrismOperation): boolean {
  const bundle = operation['__bundled__' as keyof typeof operation];
  return [request, bundle].some((part) => part !== undefined && namesInSchemas(part as object).beyondDocument);
}
