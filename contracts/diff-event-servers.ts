import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import { diffBindings } from './diff-event-bindings.ts';
import { diffSecurity } from './diff-event-security.ts';
import { isOlder, membersAt, type NamedPart } from './event-parts.ts';
import { joinPointer } from './json-pointer.ts';
import { isObject, type Json } from './json.ts';
import { matchPairs, type Pair } from './match-pairs.ts';
import type { Contract } from './model.ts';
import { memberOf } from './object-at.ts';
import type { DiffSides } from './place-change.ts';
import { eventChange } from './place-event-change.ts';

/** A server of an AsyncAPI document; AsyncAPI 2 writes host and path as one URL. */
interface EventServer extends NamedPart {
  readonly host: string;
  readonly path: string;
  /** Lower case. */
  readonly protocol: string;
}

/**
 * Where events are exchanged. A document often lists test systems, so a server that is gone or has another address only may
 * break; another protocol under the old name breaks, as do the credentials and bindings that it asks for.
 */
export function diffEventServers(sides: DiffSides): readonly Change[] {
  return matchEventServers(sides).flatMap((pair) => serverChanges(sides, pair));
}

/** By address and protocol, else by name. */
export function matchEventServers({ base, revision }: DiffSides): readonly Pair<EventServer>[] {
  return matchPairs(eventServersOf(base.contract), eventServersOf(revision.contract), [
    ({ protocol, host, path }) => `${protocol}://${host}${path}`,
    ({ name }) => name,
  ]);
}

function eventServersOf(contract: Contract): readonly EventServer[] {
  return membersAt(contract, '/servers').map((server) => {
    const { url, host, pathname, protocol } = server.value;
    const [, urlHost = '', urlPath = ''] = /^(?:[a-z][\w+.-]*:\/\/)?([^/]*)(.*)$/i.exec(textOf(url)) ?? [];
    const own = { host: textOf(host), path: textOf(pathname) };
    const place = isOlder(contract) ? { host: urlHost, path: urlPath } : own;
    return {
      ...server,
      host: place.host,
      path: place.path.replace(/\/$/, ''),
      protocol: textOf(protocol).toLowerCase(),
    };
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function addressOf({ protocol, host, path }: EventServer): string {
  return `${protocol}://${host}${path}`;
}

function serverChanges(sides: DiffSides, { base, revision }: Pair<EventServer>): readonly Change[] {
  if (base === undefined && revision !== undefined)
    return [
      eventChange(sides, 'event-server-added', {
        message: `the server ${addressOf(revision)} was added`,
        direction: 'both',
        operation: `server ${revision.name}`,
        pointers: { revision: revision.pointer },
      }),
    ];
  if (base === undefined) return [];
  if (revision === undefined)
    return [
      eventChange(sides, 'event-server-removed', {
        message: `the server ${addressOf(base)} was removed`,
        fix: 'keep it until nobody connects to it any more',
        direction: 'both',
        operation: `server ${base.name}`,
        pointers: { base: base.pointer },
      }),
    ];
  const pair = { base, revision, direction: 'both', operation: `server ${base.name}` } as const;
  return [
    ...protocolChanges(sides, pair),
    ...addressChanges(sides, pair),
    ...variableChanges(sides, pair),
    ...diffSecurity(sides, pair),
    ...diffBindings(sides, { ...pair, level: 'server' }),
  ];
}

interface ServerPair {
  readonly base: EventServer;
  readonly revision: EventServer;
  readonly direction: 'both';
  readonly operation: string;
}

function protocolChanges(sides: DiffSides, { base, revision, ...common }: ServerPair): readonly Change[] {
  if (base.protocol === revision.protocol) return [];
  return [
    eventChange(sides, 'event-server-protocol-changed', {
      ...common,
      message: `the server ${base.name} speaks ${revision.protocol} now, no longer ${base.protocol}`,
      fix: 'add the new protocol as a server of its own, and keep the old one',
      expected: base.protocol,
      actual: revision.protocol,
      pointers: { base: joinPointer(base.pointer, 'protocol'), revision: joinPointer(revision.pointer, 'protocol') },
    }),
  ];
}

function addressChanges(sides: DiffSides, { base, revision, ...common }: ServerPair): readonly Change[] {
  const [before, after] = [base, revision].map(({ host, path }) => host + path);
  if (before === undefined || after === undefined || before === after) return [];
  return [
    eventChange(sides, 'event-server-address-changed', {
      ...common,
      message: `the address of the server ${base.name} changed from ${before} to ${after}`,
      fix: 'keep the old address until nobody connects to it any more',
      expected: before,
      actual: after,
      pointers: { base: placeOf(base, revision), revision: placeOf(revision, base) },
    }),
  ];
}

function placeOf(server: EventServer, other: EventServer): string {
  const key = ['url', ...(server.host === other.host ? ['pathname'] : ['host'])].find((each) => each in server.value);
  return key === undefined ? server.pointer : joinPointer(server.pointer, key);
}

/** Parts of the address that a partner chooses or leaves to their default. */
function variableChanges(sides: DiffSides, { base, revision, ...common }: ServerPair): readonly Change[] {
  const [before, after] = [memberOf(base.value, 'variables'), memberOf(revision.value, 'variables')];
  return Object.entries(before).flatMap(([name, variable]): readonly Change[] => {
    const [was, is] = [isObject(variable) ? variable : {}, memberOf(after, name)];
    if (!Object.hasOwn(after, name)) return [];
    const gone = valuesOf(was['enum']).filter(
      (value) => is['enum'] !== undefined && !valuesOf(is['enum']).includes(value),
    );
    const isOther = !isDeepStrictEqual(was['default'] ?? null, is['default'] ?? null);
    if (gone.length === 0 && !isOther) return [];
    const what =
      gone.length > 0
        ? `no longer takes ${gone.join(', ')}`
        : `is ${textOf(is['default']) || 'nothing'} where it is left out, no longer ${textOf(was['default']) || 'nothing'}`;
    return [
      eventChange(sides, 'event-server-variable-changed', {
        ...common,
        message: `{${name}} in the address of the server ${base.name} ${what}`,
        pointers: {
          base: joinPointer(base.pointer, 'variables', name),
          revision: joinPointer(revision.pointer, 'variables', name),
        },
      }),
    ];
  });
}

function valuesOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
