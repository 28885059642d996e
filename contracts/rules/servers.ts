import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import type { Contract } from '../model.ts';
import { memberOf, objectAt } from '../object-at.ts';
import { spokenValue } from '../spoken-value.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';

/**
 * Where the API is served. A document often lists test systems, or what a gateway replaces anyway, so an address that is
 * gone only may break.
 */
export const servers: Rule = {
  id: 'servers',
  summary: 'Addresses of the API, for the document, a path or an operation, and their variables',
  codes: [
    { code: 'server-added', severity: 'info', summary: 'the API is served at another address, too' },
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
  judge: (documents) => [
    ...compare(serversOf(documents.base, ['']), serversOf(documents.revision, [''])),
    ...documents.matched.filter(({ place }) => place === 'path').flatMap((each) => ofOperation(documents, each)),
  ],
};

/** Only where one of the two does not follow the document. */
function ofOperation(documents: Documents, operation: MatchedOperation): readonly Difference[] {
  const [base, revision] = [operation.base, operation.revision];
  const before = serversOf(documents.base, [base.pointer, base.itemPointer ?? base.pointer, '']);
  const after = serversOf(documents.revision, [revision.pointer, revision.itemPointer ?? revision.pointer, '']);
  if (before.holder === '' && after.holder === '') return [];
  return compare(before, after).map((each) => ({ ...each, operation }));
}

interface Servers {
  /** Pointer of the object that lists them. */
  readonly holder: string;
  readonly list: readonly Server[];
}

interface Server {
  readonly url: string;
  readonly variables: JsonObject;
  readonly pointer: string;
}

/** The first of these places that lists servers; nothing listed is the place the document came from: OpenAPI 3.1 §4.8.1. */
function serversOf(contract: Contract, holders: readonly string[]): Servers {
  if (contract.specification === '2.0') return { holder: '', list: swaggerServers(contract.document) };
  for (const holder of holders) {
    const { servers: list } = holder === '' ? contract.document : objectAt(contract, holder);
    if (Array.isArray(list) && list.length > 0) {
      return {
        holder,
        list: list.flatMap((item: Json, index) => serverOf(item, joinPointer(holder, 'servers', index))),
      };
    }
  }
  return { holder: '', list: [{ url: '', variables: {}, pointer: '' }] };
}

function serverOf(item: Json, pointer: string): readonly Server[] {
  if (!isObject(item) || typeof item['url'] !== 'string') return [];
  return [{ url: plain(item['url']), variables: memberOf(item, 'variables'), pointer }];
}

/** An address is the same with and without a slash at its end; hosts are in small letters. */
function plain(url: string): string {
  return url.replace(/\/+$/, '').replace(/^[a-z]+:\/\/[^/]+/i, (origin) => origin.toLowerCase());
}

function swaggerServers(document: JsonObject): readonly Server[] {
  const { host, basePath, schemes } = document;
  const path = typeof basePath === 'string' ? basePath : '';
  const pointer = host !== undefined ? '/host' : basePath !== undefined ? '/basePath' : '';
  if (typeof host !== 'string') return [{ url: plain(path), variables: {}, pointer }];
  const given = Array.isArray(schemes) ? schemes.map(spokenValue) : ['https'];
  return given.map((scheme) => ({ url: plain(`${scheme}://${host}${path}`), variables: {}, pointer }));
}

function compare(base: Servers, revision: Servers): readonly Difference[] {
  const [before, after] = [byUrl(base), byUrl(revision)];
  return [
    ...[...before].flatMap(([url, { pointer }]) =>
      after.has(url)
        ? []
        : [
            {
              code: 'server-removed',
              message: `the API is no longer served at ${url || '/'}`,
              fix: 'keep the address, or redirect to the new one',
              direction: 'request' as const,
              base: pointer,
              revision: revision.list[0]?.pointer ?? revision.holder,
            },
          ],
    ),
    ...[...after].flatMap(([url, server]) => {
      const old = before.get(url);
      if (old !== undefined) return variables(old, server);
      const message = `the API is now served at ${url || '/'}`;
      return [{ code: 'server-added', message, direction: 'request' as const, revision: server.pointer }];
    }),
  ];
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
