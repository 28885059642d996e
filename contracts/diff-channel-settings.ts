import type { Change, Direction } from './change.ts';
import { diffBindings } from './diff-event-bindings.ts';
import { matchEventServers } from './diff-event-servers.ts';
import type { DiffSide } from './diff-side.ts';
import { isOlder } from './event-parts.ts';
import { followToObject } from './follow-reference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';
import type { Channel } from './match-channels.ts';
import { memberOf, objectAt } from './object-at.ts';
import type { DiffSides } from './place-change.ts';
import { eventChange } from './place-event-change.ts';

interface ChannelPair {
  readonly base: Channel;
  readonly revision: Channel;
  readonly direction: Direction;
}

/** What changed of a channel beside its address and its messages: the servers it is on, the parts of its address, bindings. */
export function diffChannelSettings(sides: DiffSides, pair: ChannelPair): readonly Change[] {
  const operation = pair.base.address;
  const [base, revision] = [partOf(sides.base, pair.base), partOf(sides.revision, pair.revision)];
  return [
    ...serverChanges(sides, pair),
    ...parameterChanges(sides, pair),
    ...diffBindings(sides, { level: 'channel', base, revision, direction: pair.direction, operation }),
  ];
}

function partOf({ contract }: DiffSide, { pointer }: Channel) {
  return { value: objectAt(contract, pointer), pointer };
}

/** Of servers that both documents have; one that is gone altogether is told once, for the document. */
function serverChanges(sides: DiffSides, { base, revision, direction }: ChannelPair): readonly Change[] {
  const [before, after] = [serversOf(sides.base, base), serversOf(sides.revision, revision)];
  return matchEventServers(sides).flatMap((server): readonly Change[] => {
    if (server.base === undefined || server.revision === undefined) return [];
    const isLost = has(before, server.base.pointer) && !has(after, server.revision.pointer);
    if (!isLost) return [];
    return [
      eventChange(sides, 'event-channel-server-removed', {
        message: `the channel ${base.address} is no longer on the server ${server.base.name}`,
        fix: 'keep it there, or make this a new major version',
        direction,
        operation: base.address,
        pointers: { base: joinPointer(base.pointer, 'servers'), revision: joinPointer(revision.pointer, 'servers') },
      }),
    ];
  });
}

/** Pointers of its servers; undefined is all. */
function serversOf(side: DiffSide, channel: Channel): ReadonlySet<string> | undefined {
  const { contract } = side;
  const { servers } = partOf(side, channel).value;
  if (!Array.isArray(servers) || servers.length === 0) return undefined;
  const pointers = servers.flatMap((item: Json, index) => {
    const pointer = joinPointer(channel.pointer, 'servers', index);
    if (isOlder(contract)) return typeof item === 'string' ? [joinPointer('', 'servers', item)] : [];
    return followToObject(contract.document, { value: item, pointer })?.pointer ?? [];
  });
  return new Set(pointers);
}

function has(servers: ReadonlySet<string> | undefined, pointer: string): boolean {
  return servers === undefined || servers.has(pointer);
}

/** Parts of the address, by their place in it: their names say nothing. */
function parameterChanges(sides: DiffSides, { base, revision, direction }: ChannelPair): readonly Change[] {
  const [before, after] = [parametersOf(sides.base, base), parametersOf(sides.revision, revision)];
  if (before.length !== after.length) return [];
  return before.flatMap((was, at): readonly Change[] => {
    const is = after[at];
    if (is === undefined) return [];
    const pointers = { base: was.pointer, revision: is.pointer };
    const common = { direction, operation: base.address, pointers };
    const gone = was.values?.filter((value) => is.values?.includes(value) === false) ?? [];
    const added = is.values?.filter((value) => was.values?.includes(value) === false) ?? [];
    const isNarrowed = was.values === undefined && is.values !== undefined;
    const isWidened = was.values !== undefined && is.values === undefined;
    const lost = isNarrowed ? `anything but ${is.values?.join(', ')}` : gone.join(', ');
    const more = isWidened ? 'any value' : added.join(', ');
    return [
      ...(lost === ''
        ? []
        : [
            eventChange(sides, 'event-parameter-value-removed', {
              ...common,
              message: `{${was.name}} in ${base.address} can no longer be ${lost}`,
              fix: 'keep the value until a new major version',
            }),
          ]),
      ...(more === ''
        ? []
        : [
            eventChange(sides, 'event-parameter-value-added', {
              ...common,
              message: `{${was.name}} in ${base.address} may now be ${more}`,
            }),
          ]),
    ];
  });
}

interface ChannelParameter {
  readonly name: string;
  /** Undefined is any. */
  readonly values: readonly string[] | undefined;
  readonly pointer: string;
}

function parametersOf(side: DiffSide, channel: Channel): readonly ChannelParameter[] {
  const declared = memberOf(partOf(side, channel).value, 'parameters');
  return [...channel.address.matchAll(/\{([^}]*)\}/g)].map(([, name = '']) => {
    const pointer = joinPointer(channel.pointer, 'parameters', name);
    const value = Object.hasOwn(declared, name) ? declared[name] : undefined;
    const found = value === undefined ? undefined : followToObject(side.contract.document, { value, pointer });
    return { name, values: valuesOf(side, found?.value ?? {}, pointer), pointer };
  });
}

/** AsyncAPI 3 has them in the parameter, AsyncAPI 2 in its schema. */
function valuesOf({ contract }: DiffSide, parameter: JsonObject, pointer: string): readonly string[] | undefined {
  const { schema } = parameter;
  const holder =
    schema === undefined
      ? parameter
      : followToObject(contract.document, { value: schema, pointer: joinPointer(pointer, 'schema') })?.value;
  const list = isObject(holder) ? holder['enum'] : undefined;
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : undefined;
}
