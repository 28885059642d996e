import { isDeepStrictEqual } from 'node:util';
import type { Change, Direction, SchemaChange } from './change.ts';
import { compareSchemas } from './compare-schemas.ts';
import type { DiffSide } from './diff-side.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import type { Json } from './json.ts';
import { idOf, matchChannels, matchMessages, type Channel, type Pair } from './match-channels.ts';
import type { Message } from './model.ts';
import { placeChange, placeSchemaChange, type DiffPointers, type DiffSides } from './place-change.ts';
import type { RuleCode } from './rule.ts';

/** What can change between two AsyncAPI documents besides their schemas. */
export const eventCodes: readonly RuleCode[] = [
  { code: 'event-action-changed', severity: 'error', summary: 'What was sent is received now, or the reverse' },
  { code: 'event-channel-added', severity: 'info', summary: 'A channel was added' },
  { code: 'event-channel-address-changed', severity: 'error', summary: 'A channel has another address' },
  { code: 'event-channel-removed', severity: 'error', summary: 'A channel was removed' },
  { code: 'event-content-type-changed', severity: 'error', summary: 'A message has another content type' },
  { code: 'event-message-added', severity: 'info', summary: 'A message was added' },
  { code: 'event-message-removed', severity: 'error', summary: 'A message was removed' },
  { code: 'event-message-renamed', severity: 'info', summary: 'A message has another name in the document' },
  { code: 'event-operation-added', severity: 'info', summary: 'A channel is used in one more direction' },
  { code: 'event-operation-removed', severity: 'error', summary: 'A channel is not used any more in one direction' },
  { code: 'event-payload-unread', severity: 'warning', summary: 'A payload changed that is in no JSON Schema' },
  { code: 'event-trigger-changed', severity: 'warning', summary: 'Something else makes a message happen' },
];

/**
 * What changed between two AsyncAPI documents, 2.x and 3.x alike. A message that the application sends is received by its
 * partners, so it may only narrow; one that it receives may only widen.
 */
export function diffEvents(base: DiffSide, revision: DiffSide): readonly Change[] {
  const sides: DiffSides = { base, revision };
  return matchChannels(base.contract, revision.contract).flatMap((pair) => channelChanges(sides, pair));
}

type Action = Message['action'];

/** Seen from the partner. */
const DIRECTIONS: Record<Action, Exclude<Direction, 'both'>> = { send: 'response', receive: 'request' };

function channelChanges(sides: DiffSides, { base, revision }: Pair<Channel>): readonly Change[] {
  if (base === undefined && revision !== undefined)
    return [
      change(sides, 'event-channel-added', {
        message: `the channel ${revision.address} was added`,
        direction: directionOf(revision),
        operation: revision.address,
        pointers: { revision: revision.pointer },
      }),
    ];
  if (base === undefined) return [];
  if (revision === undefined)
    return [
      change(sides, 'event-channel-removed', {
        message: `the channel ${base.address} was removed`,
        fix: 'keep it, or make this a new major version',
        direction: directionOf(base),
        operation: base.address,
        pointers: { base: base.pointer },
      }),
    ];
  return [...addressChanges(sides, base, revision), ...operationChanges(sides, base, revision)];
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
    change(sides, 'event-channel-address-changed', {
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
      change(sides, 'event-action-changed', {
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
const VERBS: Record<Action, string> = { send: 'sends', receive: 'receives' };

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
    return [change(sides, 'event-operation-removed', { message, fix, direction, operation, pointers })];
  }
  if (before.length === 0) {
    const message = `the application now also ${VERBS[action]} on ${revision.address}`;
    return [change(sides, 'event-operation-added', { message, direction, operation, pointers })];
  }
  return matchMessages(
    { contract: sides.base.contract, messages: before },
    { contract: sides.revision.contract, messages: after },
  ).flatMap((pair) => messageChanges(sides, pair));
}

function messageChanges(sides: DiffSides, { base, revision }: Pair<Message>): readonly Change[] {
  if (base === undefined && revision !== undefined) return [messageAdded(sides, revision)];
  if (base === undefined) return [];
  if (revision === undefined)
    return [
      change(sides, 'event-message-removed', {
        ...subjectOf(base),
        message: `the message ${idOf(base)} was removed from ${base.channel}`,
        fix: 'keep it, or make this a new major version',
        pointers: { base: declaredAt(base) },
      }),
    ];
  return [
    ...renamed(sides, base, revision),
    ...contentTypeChanges(sides, base, revision),
    ...triggerChanges(sides, base, revision),
    ...headerChanges(sides, base, revision),
    ...payloadChanges(sides, base, revision),
  ];
}

/** No break: a receiver answers 2xx to an event whose type it does not know (see the webhook suite). */
function messageAdded(sides: DiffSides, revision: Message): Change {
  const what =
    revision.action === 'send' ? 'receivers must pass over events that they do not know' : 'nobody has to send it';
  return change(sides, 'event-message-added', {
    ...subjectOf(revision),
    message: `the message ${idOf(revision)} was added to ${revision.channel}; ${what}`,
    pointers: { revision: declaredAt(revision) },
  });
}

/** The document's own name of a message never travels. */
function renamed(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  if (idOf(base) === idOf(revision)) return [];
  return [
    change(sides, 'event-message-renamed', {
      ...subjectOf(base),
      message: `the message ${idOf(base)} is called ${idOf(revision)} now`,
      expected: idOf(base),
      actual: idOf(revision),
      pointers: { base: declaredAt(base), revision: declaredAt(revision) },
    }),
  ];
}

function contentTypeChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  const plain = (text: string): string => text.toLowerCase().replaceAll(' ', '');
  if (plain(base.contentType) === plain(revision.contentType)) return [];
  return [
    change(sides, 'event-content-type-changed', {
      ...subjectOf(base),
      message: `the content type changed from ${base.contentType} to ${revision.contentType}`,
      fix: 'send the new content type as a message of its own',
      expected: base.contentType,
      actual: revision.contentType,
      pointers: pointersOf(base, revision, 'contentType'),
    }),
  ];
}

function triggerChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  if (base.trigger === undefined || isDeepStrictEqual(base.trigger, revision.trigger ?? null)) return [];
  const now = revision.trigger === undefined ? 'is not said any more' : `is ${triggerText(revision.trigger)}`;
  return [
    change(sides, 'event-trigger-changed', {
      ...subjectOf(base),
      message: `what makes it happen was ${triggerText(base.trigger)} and ${now}`,
      expected: base.trigger,
      actual: revision.trigger ?? null,
      pointers: pointersOf(base, revision, 'x-trigger'),
    }),
  ];
}

function triggerText({ operationId, status, schedule }: NonNullable<Message['trigger']>): string {
  const answer = status === undefined ? '' : ` answered ${status}`;
  return [
    ...(operationId === undefined ? [] : [`${operationId}${answer}`]),
    ...(schedule === undefined ? [] : [`the schedule ${schedule}`]),
  ].join(', ');
}

function payloadChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  const [before, after] = [rawPayload(sides.base, base), rawPayload(sides.revision, revision)];
  if (isUnread(base, before) || isUnread(revision, after)) {
    if (before !== undefined && after !== undefined && isDeepStrictEqual(before, after)) return [];
    return [
      change(sides, 'event-payload-unread', {
        ...subjectOf(base),
        message: 'the payload changed, and its schema is in no JSON Schema: judge it by hand',
        pointers: { base: base.pointer, revision: revision.pointer },
      }),
    ];
  }
  return schemaChanges(sides, base, { base: base.pointer, revision: revision.pointer });
}

function rawPayload({ contract }: DiffSide, message: Message): Json | undefined {
  return valueAt(contract.document, message.pointer);
}

/** A payload in another schema language is read as `true`. */
function isUnread(message: Message, raw: Json | undefined): boolean {
  return message.payload === true && raw !== undefined && raw !== true;
}

/** Headers may be put together from traits: they are compared as they come out, and placed at the message. */
function headerChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  const pointers = pointersOf(base, revision, 'headers');
  const merged: DiffSides = { base: withHeaders(sides.base, base), revision: withHeaders(sides.revision, revision) };
  return schemaChanges(merged, base, { base: HEADERS, revision: HEADERS }, pointers).map((each) => ({
    ...each,
    message: `header: ${each.message}`,
  }));
}

const HEADERS = '/x-tally-headers';

function withHeaders(side: DiffSide, { headers }: Message): DiffSide {
  const document = { ...side.contract.document, [HEADERS.slice(1)]: headers };
  return { ...side, contract: { ...side.contract, document } };
}

/** `places` says where in the documents the schemas really stand, where they were put into them for the comparison. */
function schemaChanges(
  sides: DiffSides,
  message: Message,
  pointers: Required<DiffPointers>,
  places: Required<DiffPointers> = pointers,
): readonly Change[] {
  const { base, revision } = sides;
  const found = compareSchemas(
    { contract: base.contract, pointer: pointers.base },
    { contract: revision.contract, pointer: pointers.revision },
    DIRECTIONS[message.action],
  );
  return found.map(({ basePointer, revisionPointer, ...rest }) => {
    const moved: SchemaChange = {
      ...rest,
      ...(basePointer === undefined ? {} : { basePointer: move(basePointer, pointers.base, places.base) }),
      ...(revisionPointer === undefined
        ? {}
        : { revisionPointer: move(revisionPointer, pointers.revision, places.revision) }),
    };
    return placeSchemaChange(sides, moved, subjectOf(message));
  });
}

function move(pointer: string, from: string, to: string): string {
  return pointer === from || pointer.startsWith(`${from}/`) ? to + pointer.slice(from.length) : pointer;
}

function subjectOf(message: Message): { readonly direction: Exclude<Direction, 'both'>; readonly operation: string } {
  return { direction: DIRECTIONS[message.action], operation: `${message.action} ${idOf(message)}` };
}

function declaredAt({ declaredAt, pointer }: Message): string {
  return declaredAt ?? pointer;
}

function pointersOf(base: Message, revision: Message, key: string): Required<DiffPointers> {
  return { base: joinPointer(declaredAt(base), key), revision: joinPointer(declaredAt(revision), key) };
}

type Said = Pick<Change, 'message' | 'fix' | 'expected' | 'actual' | 'direction' | 'operation'> & {
  readonly pointers: DiffPointers;
};

function change(sides: DiffSides, code: string, { pointers, ...said }: Said): Change {
  const severity = eventCodes.find((each) => each.code === code)?.severity ?? 'error';
  return placeChange(sides, pointers, { code, severity, ...said });
}
