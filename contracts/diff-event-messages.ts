import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import { diffBindings } from './diff-event-bindings.ts';
import type { DiffSide } from './diff-side.ts';
import { mergedAt, partOf } from './event-parts.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import type { Json } from './json.ts';
import { idOf } from './match-channels.ts';
import type { Pair } from './match-pairs.ts';
import type { Message } from './model.ts';
import type { DiffPointers, DiffSides } from './place-change.ts';
import {
  DIRECTIONS,
  eventChange,
  eventSchemaChanges,
  mergedSchemaChanges,
  type SchemaSubject,
} from './place-event-change.ts';

/**
 * What changed of a message, its name in the document aside: content type, trigger, headers, payload, correlation id and
 * bindings, traits merged in. What the application sends may only narrow, what it receives may only widen.
 */
export function diffEventMessages(sides: DiffSides, { base, revision }: Pair<Message>): readonly Change[] {
  if (base === undefined && revision !== undefined) return [messageAdded(sides, revision)];
  if (base === undefined) return [];
  if (revision === undefined)
    return [
      eventChange(sides, 'event-message-removed', {
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
    ...correlationChanges(sides, base, revision),
    ...bindingChanges(sides, base, revision),
  ];
}

/** No break: a receiver answers 2xx to an event whose type it does not know (see the webhook suite). */
function messageAdded(sides: DiffSides, revision: Message): Change {
  const what =
    revision.action === 'send' ? 'receivers must pass over events that they do not know' : 'nobody has to send it';
  return eventChange(sides, 'event-message-added', {
    ...subjectOf(revision),
    message: `the message ${idOf(revision)} was added to ${revision.channel}; ${what}`,
    pointers: { revision: declaredAt(revision) },
  });
}

/** The document's own name of a message never travels. */
function renamed(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  if (idOf(base) === idOf(revision)) return [];
  return [
    eventChange(sides, 'event-message-renamed', {
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
    eventChange(sides, 'event-content-type-changed', {
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
    eventChange(sides, 'event-trigger-changed', {
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
      eventChange(sides, 'event-payload-unread', {
        ...subjectOf(base),
        message: 'the payload changed, and its schema is in no JSON Schema: judge it by hand',
        pointers: { base: base.pointer, revision: revision.pointer },
      }),
    ];
  }
  return eventSchemaChanges(sides, subjectOf(base), { base: base.pointer, revision: revision.pointer });
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
  const places = pointersOf(base, revision, 'headers');
  const merged = { base: base.headers, revision: revision.headers, places };
  return mergedSchemaChanges(sides, subjectOf(base), merged).map((each) => ({
    ...each,
    message: `header: ${each.message}`,
  }));
}

/** Whoever reads it puts messages together by it; whoever writes it must know of it. */
function correlationChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  const [before, after] = [correlationOf(sides.base, base), correlationOf(sides.revision, revision)];
  if (before === after) return [];
  const sentence =
    before === undefined
      ? `messages that belong together are told by ${after} now`
      : `messages that belong together are ${after === undefined ? 'no longer told' : `told by ${after}, no longer`} by ${before}`;
  const wasNothing = base.action === 'send' ? 'info' : 'warning';
  return [
    eventChange(sides, 'event-correlation-changed', {
      ...subjectOf(base),
      severity: before === undefined ? wasNothing : base.action === 'receive' && after === undefined ? 'info' : 'error',
      message: sentence,
      expected: before ?? null,
      actual: after ?? null,
      pointers: pointersOf(base, revision, 'correlationId'),
    }),
  ];
}

/** `$message.header#/correlationId`. */
function correlationOf({ contract }: DiffSide, message: Message): string | undefined {
  const pointer = declaredAt(message);
  const found = partOf(contract, { value: mergedAt(contract, pointer), pointer }, 'correlationId');
  const location = found?.value['location'];
  return typeof location === 'string' ? location : undefined;
}

function bindingChanges(sides: DiffSides, base: Message, revision: Message): readonly Change[] {
  const part = ({ contract }: DiffSide, message: Message) => {
    const pointer = declaredAt(message);
    return { value: mergedAt(contract, pointer), pointer };
  };
  const level = 'message' as const;
  const pair = { level, base: part(sides.base, base), revision: part(sides.revision, revision), ...subjectOf(base) };
  return diffBindings(sides, pair);
}

function subjectOf(message: Message): SchemaSubject {
  return { direction: DIRECTIONS[message.action], operation: `${message.action} ${idOf(message)}` };
}

function declaredAt({ declaredAt, pointer }: Message): string {
  return declaredAt ?? pointer;
}

function pointersOf(base: Message, revision: Message, key: string): Required<DiffPointers> {
  return { base: joinPointer(declaredAt(base), key), revision: joinPointer(declaredAt(revision), key) };
}
