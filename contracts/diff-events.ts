import type { Change, Direction } from './change.ts';
import { diffChannelSettings } from './diff-channel-settings.ts';
import { diffEventMessages } from './diff-event-messages.ts';
import { diffEventOperations } from './diff-event-operations.ts';
import { diffEventServers } from './diff-event-servers.ts';
import type { DiffSide } from './diff-side.ts';
import { joinPointer } from './json-pointer.ts';
import { matchChannels, matchMessages, type Channel } from './match-channels.ts';
import type { Pair } from './match-pairs.ts';
import type { Message } from './model.ts';
import type { DiffSides } from './place-change.ts';
import { DIRECTIONS, eventChange, VERBS } from './place-event-change.ts';

/**
 * What changed between two AsyncAPI documents, 2.x and 3.x alike, with traits merged in. Judged by action, seen from the
 * partner: payloads, headers and Kafka keys that the application sends may only narrow, those that it receives only widen;
 * an answer that partners wait for must stay, one that they have to give must not be new. Whatever finds a message (address,
 * protocol, topic, exchange, queue, method, content type, correlation id) breaks when it becomes another; credentials break
 * when more is asked for. Servers that are gone or elsewhere, other numbers of partitions, and bindings that nothing is
 * known of may break. Titles, descriptions, tags and external documentation say nothing.
 */
export function diffEvents(base: DiffSide, revision: DiffSide): readonly Change[] {
  const sides: DiffSides = { base, revision };
  return [
    ...diffEventServers(sides),
    ...matchChannels(base.contract, revision.contract).flatMap((pair) => channelChanges(sides, pair)),
    ...diffEventOperations(sides),
  ];
}

type Action = Message['action'];

function channelChanges(sides: DiffSides, { base, revision }: Pair<Channel>): readonly Change[] {
  if (base === undefined && revision !== undefined)
    return [
      eventChange(sides, 'event-channel-added', {
        message: `the channel ${revision.address} was added`,
        direction: directionOf(revision),
        operation: revision.address,
        pointers: { revision: revision.pointer },
      }),
    ];
  if (base === undefined) return [];
  if (revision === undefined)
    return [
      eventChange(sides, 'event-channel-removed', {
        message: `the channel ${base.address} was removed`,
        fix: 'keep it, or make this a new major version',
        direction: directionOf(base),
        operation: base.address,
        pointers: { base: base.pointer },
      }),
    ];
  return [
    ...addressChanges(sides, base, revision),
    ...diffChannelSettings(sides, { base, revision, direction: directionOf(base) }),
    ...operationChanges(sides, base, revision),
  ];
}

function directionOf({ messages }: Channel): Direction {
  const actions = new Set(messages.map(({ action }) => action));
  const [only] = actions;
  return only === undefined || actions.size > 1 ? 'both' : DIRECTIONS[only];
}

function addressChanges(sides: DiffSides, base: Channel, revision: Channel): readonly Change[] {
  const plain = ({ address }: Channel): string => address.replace(/\{[^}]*\}/g, '{}');
  if (plain(base) === plain(revision)) return [];
  return [
    eventChange(sides, 'event-channel-address-changed', {
      message: `the address of the channel ${base.name} changed from ${base.address} to ${revision.address}`,
      fix: 'add the new address as a channel of its own, and keep the old one',
      expected: base.address,
      actual: revision.address,
      direction: directionOf(base),
      operation: base.address,
      pointers: { base: joinPointer(base.pointer, 'address'), revision: joinPointer(revision.pointer, 'address') },
    }),
  ];
}

function operationChanges(sides: DiffSides, base: Channel, revision: Channel): readonly Change[] {
  const [before, after] = [actionsOf(base), actionsOf(revision)];
  const [was] = before;
  const [is] = after;
  if (before.length === 1 && after.length === 1 && was !== undefined && is !== undefined && was !== is)
    return [
      eventChange(sides, 'event-action-changed', {
        message: `the application ${VERBS[is]} on ${revision.address} now, where it ${was === 'send' ? 'sent' : 'received'} before`,
        fix: 'use another channel for the other direction',
        expected: was,
        actual: is,
        direction: 'both',
        operation: `${was} ${base.address}`,
        pointers: { base: base.pointer, revision: revision.pointer },
      }),
    ];
  return ACTIONS.flatMap((action) => actionChanges(sides, base, revision, action));
}

const ACTIONS: readonly Action[] = ['receive', 'send'];

function actionsOf({ messages }: Channel): readonly Action[] {
  return ACTIONS.filter((action) => messages.some((message) => message.action === action));
}

function actionChanges(sides: DiffSides, base: Channel, revision: Channel, action: Action): readonly Change[] {
  const [before, after] = [base, revision].map(({ messages }) => messages.filter((each) => each.action === action));
  if (before === undefined || after === undefined || before.length + after.length === 0) return [];
  const direction = DIRECTIONS[action];
  const operation = `${action} ${base.address}`;
  const pointers = { base: base.pointer, revision: revision.pointer };
  if (after.length === 0) {
    const message = `the application no longer ${VERBS[action]} anything on ${base.address}`;
    const fix = 'keep the operation, or make this a new major version';
    return [eventChange(sides, 'event-operation-removed', { message, fix, direction, operation, pointers })];
  }
  if (before.length === 0) {
    const message = `the application now also ${VERBS[action]} on ${revision.address}`;
    return [eventChange(sides, 'event-operation-added', { message, direction, operation, pointers })];
  }
  return matchMessages(
    { contract: sides.base.contract, messages: before },
    { contract: sides.revision.contract, messages: after },
  ).flatMap((pair) => diffEventMessages(sides, pair));
}
