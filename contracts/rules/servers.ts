import type { Json } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import { shapeOf } from '../match-operations.ts';
import { memberOf } from '../object-at.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';
import { addressOf, serversOfDocument, serversOfOperation, type Server, type Servers } from '../servers-of.ts';
import { spokenValue } from '../spoken-value.ts';

/**
 * Where the API is served. A document often lists test systems, or what a gateway replaces anyway, so an address that is
 * gone only may break. A part of an address that moved into the paths, or out of them, moved nothing.
 */
export const servers: Rule = {
  id: 'servers',
  summary: 'Addresses of the API, for the document, a path or an operation, and their variables',
  codes: [
    { code: 'server-added', severity: 'info', summary: 'the API is served at another address, too' },
    { code: 'server-path-moved', severity: 'info', summary: 'a part of an address stands in the paths now, or did' },
    { code: 'server-removed', severity: 'warning', summary: 'the API is no longer served at an address' },
    {
      code: 'server-variable-default-changed',
      severity: 'warning',
      summary: 'a variable of an address has another default',
    },
    {
      code: 'server-variable-value-removed',
      severity: 'warning',
      summary: 'a variable of an address takes a value less',
    },
  ],
  judge(documents) {
    const { base, revision } = documents;
    const matched = documents.matched.filter(({ place }) => place === 'path');
    return [
      ...compare(serversOfDocument(base), serversOfDocument(revision), matched),
      ...matched.flatMap((each) => ofOperation(documents, each)),
    ];
  },
};

/** Only where one of the two does not follow the document. */
function ofOperation(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const before = serversOfOperation(documents.base, operation.base);
  const after = serversOfOperation(documents.revision, operation.revision);
  if (before.holder === '' && after.holder === '') return [];
  const isPart = ({ base, revision }: MatchedOperation): boolean =>
    base === operation.base || revision === operation.revision;
  return compare(before, after, documents.matched.filter(isPart)).map((each) => ({ ...each, operation }));
}

/** Of these operations. */
function compare(base: Servers, revision: Servers, operations: readonly MatchedOperation[]): readonly Difference[] {
  const [before, after] = [byUrl(base), byUrl(revision)];
  const moves = movesBetween(before, after, operations);
  const [isMoved, isTarget] = [new Set(moves.map(({ from }) => from)), new Set(moves.map(({ to }) => to))];
  return [
    ...moves.map(({ from, to }) => moved(from, to)),
    ...[...before].flatMap(([url, server]) =>
      after.has(url) || isMoved.has(server)
        ? []
        : [
            {
              code: 'server-removed',
              message: `the API is no longer served at ${url || '/'}`,
              fix: 'keep the address, or redirect to the new one',
              direction: 'request' as const,
              base: server.pointer,
              revision: revision.list[0]?.pointer ?? revision.holder,
            },
          ],
    ),
    ...[...after].flatMap(([url, server]) => {
      const old = before.get(url);
      if (old !== undefined) return variables(old, server);
      if (isTarget.has(server)) return [];
      const message = `the API is now served at ${url || '/'}`;
      return [{ code: 'server-added', message, direction: 'request' as const, revision: server.pointer }];
    }),
  ];
}

interface Move {
  readonly from: Server;
  readonly to: Server;
}

/** From addresses that are gone to those at which every operation is found where it was. */
function movesBetween(
  before: ReadonlyMap<string, Server>,
  after: ReadonlyMap<string, Server>,
  operations: readonly MatchedOperation[],
): readonly Move[] {
  const gone = [...before.values()].filter(({ url }) => !after.has(url));
  const added = [...after.values()].filter(({ url }) => !before.has(url));
  return gone.flatMap((from) => movesFrom(from, added, operations));
}

/** None where some operation is not found. */
function movesFrom(from: Server, added: readonly Server[], operations: readonly MatchedOperation[]): readonly Move[] {
  const places = [...new Set(operations.map(({ base }) => base))].map((base) => {
    const same = operations.filter((each) => each.base === base);
    return added.find((to) => same.some((each) => isSameAddress(from, to, each)));
  });
  const targets = new Set(places.flatMap((to) => to ?? []));
  return places.includes(undefined) ? [] : [...targets].map((to) => ({ from, to }));
}

function isSameAddress(from: Server, to: Server, { base, revision }: MatchedOperation): boolean {
  const [old, now] = [addressOf(from), addressOf(to)];
  return old.origin === now.origin && shapeOf(old.path + base.path) === shapeOf(now.path + revision.path);
}

function moved(from: Server, to: Server): Difference {
  return {
    code: 'server-path-moved',
    message: `the address ${from.url || '/'} is now written ${to.url || '/'}, and the paths with it; requests stay the same`,
    expected: from.url || '/',
    actual: to.url || '/',
    direction: 'request',
    base: from.pointer,
    revision: to.pointer,
  };
}

function byUrl({ list }: Servers): ReadonlyMap<string, Server> {
  return new Map(list.map((server) => [server.url, server]));
}

function variables(base: Server, revision: Server): readonly Difference[] {
  return Object.keys(base.variables).flatMap((name) => {
    const [before, after] = [memberOf(base.variables, name), memberOf(revision.variables, name)];
    const common = {
      direction: 'request' as const,
      base: joinPointer(base.pointer, 'variables', name),
      revision: joinPointer(revision.pointer, 'variables', name),
    };
    const lost = lostValues(before['enum'], after['enum']);
    return [
      ...(lost.length === 0
        ? []
        : [
            {
              ...common,
              code: 'server-variable-value-removed',
              message: `the variable '${name}' of the address ${base.url} no longer takes ${lost.join(', ')}`,
              expected: before['enum'] ?? null,
              actual: after['enum'] ?? null,
            },
          ]),
      ...(before['default'] === after['default']
        ? []
        : [
            {
              ...common,
              code: 'server-variable-default-changed',
              message: `the variable '${name}' of the address ${base.url} is ${spokenValue(after['default'])} unless told, no longer ${spokenValue(before['default'])}`,
              expected: before['default'] ?? null,
              actual: after['default'] ?? null,
            },
          ]),
    ];
  });
}

function lostValues(before: Json | undefined, after: Json | undefined): readonly string[] {
  if (!Array.isArray(before) || !Array.isArray(after)) return [];
  return before.filter((each) => !after.includes(each)).map(spokenValue);
}
