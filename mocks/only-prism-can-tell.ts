import { isObject } from '../contracts/index.ts';
import type { PrismOperation } from './prism-operations.ts';

/**
 * Whether what Prism says of an operation's requests hangs on something that a plan does not have. Of a single request
 * it is also left to Prism whatever makes its own validators throw: an array in a header that was not sent, a matrix or
 * label parameter without its sign, a content type or a percent-encoding that cannot be read.
 */
export function onlyPrismCanTell(operation: PrismOperation): boolean {
  return hasUnsettableParameter(operation) || rememberedElsewhere(operation);
}

const UNSETTABLE = new Set(['__proto__', 'constructor', 'prototype']);

/** Lodash refuses to set properties of these names, some of which every object has without being sent. */
function hasUnsettableParameter({ request = {} }: PrismOperation): boolean {
  const { headers = [], query = [], path = [] } = request;
  return [...headers, ...query, ...path].some(({ name }) => UNSETTABLE.has(name.toLowerCase()));
}

/** AJV knows a schema by its `$id` once and for all, and refuses the next of that name; what is `$async` is never awaited. */
function rememberedElsewhere(operation: PrismOperation): boolean {
  return holds([operation.request, operation['__bundled__' as keyof PrismOperation]], new Set());
}

function holds(value: unknown, seen: Set<unknown>): boolean {
  if (Array.isArray(value)) return value.some((each) => holds(each, seen));
  if (!isObject(value) || seen.has(value)) return false;
  seen.add(value);
  if (typeof value['$id'] === 'string' || value['$async'] === true) return true;
  return Object.values(value).some((each) => holds(each, seen));
}
