import type { Contract, Operation } from './model.ts';
import type { Documents, LoneOperation, MatchedOperation, OperationPlace, Side } from './rule.ts';

/** The operations of two documents next to each other; what has no counterpart was removed or added. */
export type MatchedOperations = Pick<Documents, 'matched' | 'removed' | 'added'>;

/**
 * Pairs operations by method and path. A path that differs only in the names of its variables is the same: `/a/{id}` is
 * `/a/{parcelId}`. Webhooks are paired by name; callbacks by name and expression, else by name.
 */
export function matchOperations(base: Contract, revision: Contract): MatchedOperations {
  const found: Collected = { matched: [], removed: [], added: [] };
  matchLists(found, base.operations, revision.operations, {
    place: 'path',
    request: 'request',
    keys: [exactKey, shapeKey],
    nameOf: exactName,
  });
  matchLists(found, base.webhooks ?? [], revision.webhooks ?? [], {
    place: 'webhook',
    request: 'response',
    keys: [exactKey],
    nameOf: ({ method, path }) => `webhook ${path} (${method.toUpperCase()})`,
  });
  return found;
}

/** A template without the names of its variables: two paths of one shape take the same requests. */
export function shapeOf(path: string): string {
  return path.replaceAll(/\{[^{}]*\}/g, '{}');
}

interface Collected {
  readonly matched: MatchedOperation[];
  readonly removed: LoneOperation[];
  readonly added: LoneOperation[];
}

interface Matching {
  readonly place: OperationPlace;
  readonly request: Side;
  /** Operations with the same key are partners; the strictest key first. */
  readonly keys: readonly ((operation: Operation) => string)[];
  readonly nameOf: (operation: Operation) => string;
}

function matchLists(
  found: Collected,
  base: readonly Operation[],
  revision: readonly Operation[],
  matching: Matching,
): void {
  const { place, request, nameOf } = matching;
  const partners = pairUp(base, revision, matching.keys);
  for (const [right, left] of partners) {
    const pair = { name: nameOf(right), place, base: left, revision: right, request, response: opposite(request) };
    found.matched.push(pair);
    matchCallbacks(found, pair);
  }
  const lone = (operation: Operation): LoneOperation => ({ name: nameOf(operation), place, operation, request });
  const known = new Set(partners.values());
  found.removed.push(...base.filter((each) => !known.has(each)).map(lone));
  found.added.push(...revision.filter((each) => !partners.has(each)).map(lone));
}

/** The API calls a callback: what was the client's to send is now the client's to receive. */
function matchCallbacks(found: Collected, parent: MatchedOperation): void {
  const names = new Set([...parent.base.callbacks, ...parent.revision.callbacks].map(({ name }) => name));
  for (const name of names) {
    matchLists(found, callbacksOf(parent.base, name), callbacksOf(parent.revision, name), {
      place: 'callback',
      request: opposite(parent.request),
      keys: [exactKey, ({ method }) => method],
      nameOf: (operation) => `${parent.name} · callback ${name} (${exactName(operation)})`,
    });
  }
}

function callbacksOf(operation: Operation, name: string): readonly Operation[] {
  return operation.callbacks.filter((callback) => callback.name === name).flatMap(({ operations }) => operations);
}

/** From each operation of the revision, in its order, to its partner in the base. */
function pairUp(
  base: readonly Operation[],
  revision: readonly Operation[],
  keys: Matching['keys'],
): ReadonlyMap<Operation, Operation> {
  const partners = new Map<Operation, Operation>();
  const free = new Set(base);
  for (const keyOf of keys) {
    const groups = grouped(free, keyOf);
    for (const right of revision) {
      const left = partners.has(right) ? undefined : groups.get(keyOf(right))?.shift();
      if (left === undefined) continue;
      partners.set(right, left);
      free.delete(left);
    }
  }
  return new Map(
    revision.flatMap((right) => {
      const left = partners.get(right);
      return left === undefined ? [] : [[right, left]];
    }),
  );
}

function grouped(operations: Iterable<Operation>, keyOf: (each: Operation) => string): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const each of operations) {
    const group = groups.get(keyOf(each));
    if (group === undefined) groups.set(keyOf(each), [each]);
    else group.push(each);
  }
  return groups;
}

function exactName({ method, path }: Operation): string {
  return `${method.toUpperCase()} ${path}`;
}

function exactKey({ method, path }: Operation): string {
  return `${method} ${path}`;
}

function shapeKey({ method, path }: Operation): string {
  return `${method} ${shapeOf(path)}`;
}

function opposite(side: Side): Side {
  return side === 'request' ? 'response' : 'request';
}
