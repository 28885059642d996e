import { isDeepStrictEqual } from 'node:util';
import type { Change, Direction } from './change.ts';
import type { Severity } from './finding.ts';
import { followToObject } from './follow-reference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';
import type { Contract } from './model.ts';
import type { DiffSides } from './place-change.ts';
import { eventChange, mergedSchemaChanges } from './place-event-change.ts';
import { spokenValue } from './spoken-value.ts';

/** Something of an AsyncAPI document that protocols are bound to. */
export interface BoundPair {
  readonly level: 'server' | 'channel' | 'operation' | 'message';
  readonly base: BoundPart;
  readonly revision: BoundPart;
  readonly direction: Direction;
  readonly operation: string;
}

interface BoundPart {
  /** With its traits. */
  readonly value: JsonObject;
  readonly pointer: string;
}

/**
 * What changed in how protocols carry events. What finds the wrong place or the wrong message breaks (a topic, an exchange,
 * a queue, a routing key, an HTTP method), schemas (Kafka's key, HTTP's query and headers) are judged by who sends them, and
 * what concerns only who runs the broker informs. Everything else, and every protocol that is not known here, may break.
 * What was not said before may have been so all along: said now, it may break at most.
 */
export function diffBindings(sides: DiffSides, pair: BoundPair): readonly Change[] {
  const [before, after] = [
    bindingsOf(sides.base.contract, pair.base),
    bindingsOf(sides.revision.contract, pair.revision),
  ];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((protocol) => !protocol.startsWith('x-'))
    .flatMap((protocol) => protocolChanges(sides, pair, protocol, before[protocol], after[protocol]));
}

function bindingsOf({ document }: Contract, { value, pointer }: BoundPart): JsonObject {
  const { bindings } = value;
  if (bindings === undefined) return {};
  return followToObject(document, { value: bindings, pointer: joinPointer(pointer, 'bindings') })?.value ?? {};
}

type Meaning = Severity | 'schema';

/** `protocol level member`, as the AsyncAPI bindings name them; a member that is not here may break. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  'amqp channel is': 'error',
  'amqp channel exchange/name': 'error',
  'amqp channel exchange/type': 'error',
  'amqp channel exchange/vhost': 'error',
  'amqp channel queue/name': 'error',
  'amqp channel queue/exclusive': 'error',
  'amqp channel queue/vhost': 'error',
  'amqp operation cc': 'error',
  'amqp operation bcc': 'info',
  'amqp message contentEncoding': 'error',
  'http operation method': 'error',
  'http operation query': 'schema',
  'http message headers': 'schema',
  'http message statusCode': 'error',
  'kafka channel topic': 'error',
  // Messages of one key keep their order only while the number of partitions stays.
  'kafka channel partitions': 'warning',
  'kafka channel replicas': 'info',
  'kafka operation groupId': 'schema',
  'kafka operation clientId': 'schema',
  'kafka message key': 'schema',
  'kafka message schemaIdLocation': 'error',
  'kafka message schemaIdPayloadEncoding': 'error',
  'mqtt message correlationData': 'schema',
  'mqtt message responseTopic': 'error',
  'ws channel method': 'error',
  'ws channel query': 'schema',
  'ws channel headers': 'schema',
};

function protocolChanges(
  sides: DiffSides,
  pair: BoundPair,
  protocol: string,
  before: Json | undefined,
  after: Json | undefined,
): readonly Change[] {
  const of = `${protocol} ${pair.level}`;
  const [was, is] = [leavesOf(of, before), leavesOf(of, after)];
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const values = [was.get(name), is.get(name)] as const;
    if (isDeepStrictEqual(...values)) return [];
    const member = { protocol, name, meaning: MEANINGS[`${of} ${name}`] ?? ('warning' as const) };
    return member.meaning === 'schema'
      ? schemaChanges(sides, pair, member, ...values)
      : [memberChange(sides, pair, { ...member, meaning: member.meaning }, ...values)];
  });
}

/** Values by the names that lead to them, `exchange/name`; a schema and a list are one value each. */
function leavesOf(of: string, value: Json | undefined, path = ''): ReadonlyMap<string, Json> {
  if (value === undefined) return new Map();
  const isWhole = !isObject(value) || MEANINGS[`${of} ${path}`] !== undefined;
  if (isWhole) return new Map(path === 'bindingVersion' ? [] : [[path, value]]);
  return new Map(
    Object.entries(value).flatMap(([key, member]) => [...leavesOf(of, member, path === '' ? key : `${path}/${key}`)]),
  );
}

interface Member<T extends Meaning> {
  readonly protocol: string;
  readonly name: string;
  readonly meaning: T;
}

function memberChange(
  sides: DiffSides,
  pair: BoundPair,
  { protocol, name, meaning }: Member<Severity>,
  before: Json | undefined,
  after: Json | undefined,
): Change {
  const label = [protocol, ...name.split('/')].filter((each) => each !== '').join(' ');
  return eventChange(sides, 'event-binding-changed', {
    severity: before === undefined || after === undefined ? weaker(meaning) : meaning,
    message: `${label} of the ${pair.level} ${sentence(before, after)}`,
    ...(before === undefined ? {} : { expected: before }),
    ...(after === undefined ? {} : { actual: after }),
    direction: pair.direction,
    operation: pair.operation,
    pointers: placesOf(pair, protocol, name),
  });
}

function weaker(severity: Severity): Severity {
  return severity === 'error' ? 'warning' : 'info';
}

function sentence(before: Json | undefined, after: Json | undefined): string {
  if (before === undefined) return `was set to ${spokenValue(after)}`;
  if (after === undefined) return `was ${spokenValue(before)}, and nothing is said any more`;
  return `changed from ${spokenValue(before)} to ${spokenValue(after)}`;
}

/** A schema that is not there lets everything through. */
function schemaChanges(
  sides: DiffSides,
  pair: BoundPair,
  { protocol, name }: Member<Meaning>,
  before: Json = true,
  after: Json = true,
): readonly Change[] {
  const { operation } = pair;
  // Who opens a WebSocket or reads a topic sends what is asked for, whichever way events go then.
  const direction = pair.direction === 'both' || pair.level === 'channel' ? 'request' : pair.direction;
  const merged = { base: before, revision: after, places: placesOf(pair, protocol, name) };
  return mergedSchemaChanges(sides, { direction, operation }, merged).map((change) => ({
    ...change,
    message: `${protocol} ${name}: ${change.message}`,
  }));
}

function placesOf({ base, revision }: BoundPair, protocol: string, name: string) {
  const keys = ['bindings', protocol, ...name.split('/').filter((each) => each !== '')];
  return { base: joinPointer(base.pointer, ...keys), revision: joinPointer(revision.pointer, ...keys) };
}
