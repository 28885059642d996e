import type { Contract, Operation } from './model.ts';
import type { Documents, LoneOperation, MatchedOperation, OperationPlace, Side } from './rule.ts';
import { addressOf, serversOfOperation } from './servers-of.ts';

/** The operations of two documents next to each other; what has no counterpart was removed or added. */
export type MatchedOperations = Pick<Documents, 'matched' | 'removed' | 'added'>;

/**
 * Pairs operations by method and path. A path that differs only in the names of its variables is the same: `/a/{id}` is
 * `/a/{parcelId}`. So is one that is served at the same address, whether a prefix stands in the servers or in the paths.
 * Webhooks are paired by name; callbacks by name and expression, else by name.
 */
export function matchOperations(base: Contract, revision: Contract): MatchedOperations {
  const found: Collected = { matched: [], removed: [], added: [] };
  const addresses = new Map([...addressesIn(base), ...addressesIn(revision)]);
  matchLists(found, base.operations, revision.operations, {
    place: 'path',
    request: 'request',
    keys: [exactKey, shapeKey, (operation) => addresses.get(operation) ?? []],
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

/** By operation, the methods and addresses by which it is called, on whatever hosts. */
function addressesIn(contract: Contract): readonly (readonly [Operation, readonly string[]])[] {
  return contract.operations.map((operation) => {
    const paths = serversOfOperation(contract, operation).list.map((server) => addressOf(server).path);
    const keys = paths.map((path) => `${operation.method} ${shapeOf(path + operation.path)}`);
    return [operation, [...new Set(keys)]];
  });
}

interface Collected {
  readonly matched: MatchedOperation[];
  readonly removed: LoneOperation[];
  readonly added: LoneOperation[];
}

interface Matching {
  readonly place: OperationPlace;
  readonly request: Side;
  /** Operations are partners where the other one is known by a key as well; the strictest keys first. */
  readonly keys: readonly ((operation: Operation) => readonly string[])[];
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
      keys: [exactKey, ({ method }) => [method]],
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
  for (const keysOf of keys) {
    const groups = grouped(free, keysOf);
    const known = new Set(revision.flatMap(keysOf));
    const isFree = (left: Operation): boolean => free.has(left) && keysOf(left).every((key) => known.has(key));
    for (const right of revision) {
      if (partners.has(right)) continue;
      const left = keysOf(right)
        .flatMap((key) => groups.get(key) ?? [])
        .find(isFree);
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

function grouped(operations: Iterable<Operation>, keysOf: Matching['keys'][number]): Map<string, Operation[]> {
  const groups = new Map<string, Operation[]>();
  for (const each of operations) {
    for (const key of keysOf(each)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [each]);
      else group.push(each);
    }
  }
  return groups;
}

function exactName({ method, path }: Operation): string {
  return `${method.toUpperCase()} ${path}`;
}

function exactKey({ method, path }: Operation): readonly string[] {
  return [`${method} ${path}`];
}

function shapeKey({ method, path }: Operation): readonly string[] {
  return [`${method} ${shapeOf(path)}`];
}

function opposite(side: Side): Side {
  return side === 'request' ? 'response' : 'request';
}
