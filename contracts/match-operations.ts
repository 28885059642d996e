import type { Contract, Operation } from './model.ts';
import type { Documents, LoneOperation, MatchedOperation, OperationPlace, Side } from './rule.ts';
import { addressOf, serversOfOperation } from './servers-of.ts';

/** The operations of two documents next to each other; what has no counterpart was removed or added. */
export type MatchedOperations = Pick<Documents, 'matched' | 'removed' | 'added'>;

/**
 * Pairs operations by method and path. A path that differs only in the names of its variables is the same: `/a/{id}` is
 * `/a/{parcelId}`. So is one that is served at the same address, whether a prefix stands in the servers or in the paths;
 * one that was served at two such addresses may be two operations now.
 * Webhooks are paired by name; callbacks by name and expression, else by name.
 */
export function matchOperations(base: Contract, revision: Contract): MatchedOperations {
  const found: Collected = { matched: [], removed: [], added: [] };
  const addresses = new Map([...addressesIn(base), ...addressesIn(revision)]);
  matchLists(found, base.operations, revision.operations, {
    place: 'path',
    request: 'request',
    keys: [exactKey, shapeKey],
    addressesOf: (operation) => addresses.get(operation) ?? [],
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
  /** Operations are partners where the other one has the same key; the strictest keys first. */
  readonly keys: readonly ((operation: Operation) => string)[];
  /** Those without one are partners of all that are served where they are. */
  readonly addressesOf?: (operation: Operation) => readonly string[];
  readonly nameOf: (operation: Operation) => string;
}

function matchLists(
  found: Collected,
  base: readonly Operation[],
  revision: readonly Operation[],
  matching: Matching,
): void {
  const { place, request, nameOf } = matching;
  const pairs = pairUp(base, revision, matching);
  for (const { left, right } of pairs) {
    const pair = { name: nameOf(right), place, base: left, revision: right, request, response: opposite(request) };
    found.matched.push(pair);
    matchCallbacks(found, pair);
  }
  const lone = (operation: Operation): LoneOperation => ({ name: nameOf(operation), place, operation, request });
  const [before, after] = [new Set(pairs.map(({ left }) => left)), new Set(pairs.map(({ right }) => right))];
  found.removed.push(...base.filter((each) => !before.has(each)).map(lone));
  found.added.push(...revision.filter((each) => !after.has(each)).map(lone));
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

interface Partners {
  readonly left: Operation;
  readonly right: Operation;
}

/** In the order of the revision. */
function pairUp(
  base: readonly Operation[],
  revision: readonly Operation[],
  { keys, addressesOf }: Matching,
): readonly Partners[] {
  const pairs: Partners[] = [];
  const free = { left: new Set(base), right: new Set(revision) };
  for (const keyOf of keys) {
    const groups = grouped(free.left, (operation) => [keyOf(operation)]);
    for (const right of free.right) {
      const left = groups.get(keyOf(right))?.shift();
      if (left === undefined) continue;
      pairs.push({ left, right });
      free.left.delete(left);
      free.right.delete(right);
    }
  }
  if (addressesOf !== undefined) pairs.push(...pairByAddress(free, revision, addressesOf));
  const order = new Map(revision.map((each, index) => [each, index]));
  return pairs.toSorted((a, b) => (order.get(a.right) ?? 0) - (order.get(b.right) ?? 0));
}

/** Only an operation that is still served wherever it was has partners. */
function pairByAddress(
  free: { readonly left: ReadonlySet<Operation>; readonly right: ReadonlySet<Operation> },
  revision: readonly Operation[],
  addressesOf: (operation: Operation) => readonly string[],
): readonly Partners[] {
  const served = new Set(revision.flatMap(addressesOf));
  const kept = [...free.left].filter((left) => addressesOf(left).every((address) => served.has(address)));
  const groups = grouped(kept, addressesOf);
  return [...free.right].flatMap((right) => {
    const partners = new Set(addressesOf(right).flatMap((address) => groups.get(address) ?? []));
    return [...partners].map((left) => ({ left, right }));
  });
}

function grouped(
  operations: Iterable<Operation>,
  keysOf: (operation: Operation) => readonly string[],
): Map<string, Operation[]> {
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

function exactKey({ method, path }: Operation): string {
  return `${method} ${path}`;
}

function shapeKey({ method, path }: Operation): string {
  return `${method} ${shapeOf(path)}`;
}

function opposite(side: Side): Side {
  return side === 'request' ? 'response' : 'request';
}
