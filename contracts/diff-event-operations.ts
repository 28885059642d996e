import type { Change } from './change.ts';
import { diffBindings } from './diff-event-bindings.ts';
import { diffEventMessages } from './diff-event-messages.ts';
import { diffSecurity } from './diff-event-security.ts';
import { eventOperationsOf, type EventOperation } from './event-parts.ts';
import { joinPointer } from './json-pointer.ts';
import { matchMessages } from './match-channels.ts';
import { matchPairs } from './match-pairs.ts';
import type { Contract, Reply } from './model.ts';
import type { DiffSides } from './place-change.ts';
import { DIRECTIONS, eventChange } from './place-event-change.ts';

/**
 * What changed around the messages of operations that both documents have: credentials, bindings and answers. An answer
 * travels the other way. Who asks the application misses an answer that does not come any more; who is asked by it does not
 * give one that is new.
 */
export function diffEventOperations(sides: DiffSides): readonly Change[] {
  const { base, revision } = sides;
  const pairs = matchPairs(eventOperationsOf(base.contract), eventOperationsOf(revision.contract), [
    ({ name, action }) => (name === undefined ? undefined : `${action} ${name}`),
    ({ action, address }) => `${action} ${address.replace(/\{[^}]*\}/g, '{}')}`,
  ]);
  return pairs.flatMap((pair) =>
    pair.base === undefined || pair.revision === undefined ? [] : operationChanges(sides, pair.base, pair.revision),
  );
}

function operationChanges(sides: DiffSides, base: EventOperation, revision: EventOperation): readonly Change[] {
  const pair = {
    base,
    revision,
    direction: DIRECTIONS[base.action],
    operation: `${base.action} ${base.address}`,
  };
  return [
    ...diffSecurity(sides, pair),
    ...diffBindings(sides, { ...pair, level: 'operation' }),
    ...replyChanges(sides, pair),
  ];
}

interface OperationPair {
  readonly base: EventOperation;
  readonly revision: EventOperation;
  readonly operation: string;
}

function replyChanges(sides: DiffSides, pair: OperationPair): readonly Change[] {
  const { operation } = pair;
  const [before, after] = [replyTo(sides.base.contract, pair.base), replyTo(sides.revision.contract, pair.revision)];
  if (before === undefined)
    return after === undefined ? [] : [added(sides, after, { base: pair.base.pointer, operation })];
  if (after === undefined) return [removed(sides, before, { revision: pair.revision.pointer, operation })];
  return [
    ...addressChanges(sides, before, after, operation),
    ...matchMessages(
      { contract: sides.base.contract, messages: before.messages },
      { contract: sides.revision.contract, messages: after.messages },
    ).flatMap((messages) => diffEventMessages(sides, messages)),
  ];
}

function replyTo({ replies = [] }: Contract, { name }: EventOperation): Reply | undefined {
  return replies.find(({ operation }) => operation === name);
}

function added(sides: DiffSides, reply: Reply, at: { readonly base: string; readonly operation: string }): Change {
  const asked = reply.action === 'receive';
  return eventChange(sides, 'event-reply-added', {
    severity: asked ? 'error' : 'info',
    message: asked ? 'an answer is expected now' : 'the application answers now',
    ...(asked ? { fix: 'make do without the answer until a new major version' } : {}),
    direction: DIRECTIONS[reply.action],
    operation: at.operation,
    pointers: { base: at.base, revision: reply.pointer },
  });
}

function removed(
  sides: DiffSides,
  reply: Reply,
  at: { readonly revision: string; readonly operation: string },
): Change {
  const sent = reply.action === 'send';
  return eventChange(sides, 'event-reply-removed', {
    severity: sent ? 'error' : 'info',
    message: sent ? 'the application no longer answers' : 'an answer is no longer expected',
    ...(sent ? { fix: 'keep the answer, or make this a new major version' } : {}),
    direction: DIRECTIONS[reply.action],
    operation: at.operation,
    pointers: { base: reply.pointer, revision: at.revision },
  });
}

function addressChanges(sides: DiffSides, base: Reply, revision: Reply, operation: string): readonly Change[] {
  return (
    [
      ['channel', 'channel', 'is sent over'],
      ['location', 'address', 'is awaited where'],
    ] as const
  ).flatMap(([member, key, verb]): readonly Change[] => {
    const [before, after] = [base[member], revision[member]];
    if (before === after) return [];
    const place = member === 'channel' ? 'another channel' : 'another part of the message says';
    return [
      eventChange(sides, 'event-reply-address-changed', {
        message: `the answer ${verb} ${place}: ${after ?? 'none is named'}, no longer ${before ?? 'where none was named'}`,
        fix: 'take both for a while',
        expected: before ?? null,
        actual: after ?? null,
        direction: DIRECTIONS[base.action],
        operation,
        pointers: { base: joinPointer(base.pointer, key), revision: joinPointer(revision.pointer, key) },
      }),
    ];
  });
}
