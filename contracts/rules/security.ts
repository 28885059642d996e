import { isDeepStrictEqual } from 'node:util';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer } from '../json-pointer.ts';
import type { Contract, Operation, SecurityScheme } from '../model.ts';
import { memberOf, objectAt } from '../object-at.ts';
import { spokenValue } from '../spoken-value.ts';
import type { Difference, Documents, MatchedOperation, Rule } from '../rule.ts';

/**
 * What a client must show to be let in. Judged by what it holds already: each alternative it could use must still be
 * enough, that is, one of the new alternatives asks for no scheme and no scope beyond it. Credentials asked for where none
 * were needed, a further scheme or a further scope shut clients out, however a changed document may look harmless; so these
 * are errors here, though others only inform of them. A new alternative, or less asked for, breaks nobody.
 */
export const security: Rule = {
  id: 'security',
  summary: 'Credentials, schemes, alternatives and scopes that operations ask for',
  codes: [
    { code: 'security-added', severity: 'error', summary: 'credentials are needed where none were' },
    { code: 'security-alternative-added', severity: 'info', summary: 'there is another way to be let in' },
    { code: 'security-flow-removed', severity: 'error', summary: 'a token can no longer be got by this OAuth flow' },
    { code: 'security-removed', severity: 'info', summary: 'no credentials are needed any more' },
    { code: 'security-scheme-changed', severity: 'error', summary: 'a scheme in use works another way' },
    { code: 'security-tightened', severity: 'error', summary: 'what was enough is no longer: a scheme or scope more' },
    { code: 'security-token-url-changed', severity: 'warning', summary: 'tokens come from another address' },
  ],
  judge(documents) {
    const names = renamedSchemes(documents);
    // Who calls a callback or webhook is the API, and how it shows that it does is said by its headers.
    const called = documents.matched.filter(({ place }) => place === 'path');
    return [...schemes(documents, called, names), ...called.flatMap((each) => judgeOperation(documents, each, names))];
  },
};

type Alternative = Operation['security'][number];

function judgeOperation(documents: Documents, operation: MatchedOperation, names: Names): readonly Difference[] {
  const base = alternatives(operation.base).map((each) => withNames(each, names));
  const revision = alternatives(operation.revision);
  const open = [isOpen(base), isOpen(revision)];
  const common = {
    direction: 'request',
    operation,
    ...pointersOf(documents, operation),
    ...values(base, revision),
  } as const;
  if (open[0] && open[1]) return [];
  if (open[1]) return [{ ...common, code: 'security-removed', message: 'no credentials are needed any more' }];
  if (open[0]) {
    const message = `credentials are needed now: ${spoken(revision)}`;
    return [
      {
        ...common,
        code: 'security-added',
        message,
        fix: 'let requests without credentials in until a new major version',
      },
    ];
  }
  const short = base.filter((held) => !revision.some((asked) => isEnough(held, asked)));
  const extra = revision.filter((asked) => !base.some((held) => isEnough(held, asked) || isEnough(asked, held)));
  return [
    ...short.map((held) => ({
      ...common,
      code: 'security-tightened',
      message: `${spoken([held])} is no longer enough; now it takes ${spoken(revision)}`,
      fix: 'keep the old alternative beside the new one',
    })),
    ...extra.map((asked) => ({
      ...common,
      code: 'security-alternative-added',
      message: `${spoken([asked])} is enough, too`,
    })),
  ];
}

/** No list, an empty one, and one alternative that asks for nothing all let everybody in. */
function alternatives(operation: Operation): readonly Alternative[] {
  return operation.security.length === 0 ? [{}] : operation.security;
}

function isOpen(list: readonly Alternative[]): boolean {
  return list.some((each) => Object.keys(each).length === 0);
}

function isEnough(held: Alternative, asked: Alternative): boolean {
  return Object.entries(asked).every(
    ([scheme, scopes]) => scopes.every((scope) => held[scheme]?.includes(scope)) && scheme in held,
  );
}

function spoken(list: readonly Alternative[]): string {
  const one = (each: Alternative): string =>
    Object.entries(each)
      .map(([scheme, scopes]) => (scopes.length === 0 ? scheme : `${scheme} (${scopes.join(', ')})`))
      .join(' with ') || 'nothing';
  return list.map(one).join(', or ');
}

function values(base: readonly Alternative[], revision: readonly Alternative[]): { expected: Json; actual: Json } {
  const plain = (list: readonly Alternative[]): Json => list.map((each) => Object.fromEntries(Object.entries(each)));
  return { expected: plain(base), actual: plain(revision) };
}

/** Of the list that counts: the operation's own, else the document's. */
function pointersOf(documents: Documents, { base, revision }: MatchedOperation): { base: string; revision: string } {
  const pointer = (contract: Contract, operation: Operation): string => {
    if ('security' in objectAt(contract, operation.pointer)) return joinPointer(operation.pointer, 'security');
    return 'security' in contract.document ? '/security' : operation.pointer;
  };
  return { base: pointer(documents.base, base), revision: pointer(documents.revision, revision) };
}

/** From the base's name of a scheme to the revision's; a scheme that is the same under another name is the same. */
type Names = ReadonlyMap<string, string>;

function renamedSchemes({ base, revision }: Documents): Names {
  const taken = Object.entries(revision.securitySchemes);
  return new Map(
    Object.entries(base.securitySchemes).map(([name, scheme]) => {
      if (Object.hasOwn(revision.securitySchemes, name)) return [name, name];
      const twin = taken.find(([other, each]) => !Object.hasOwn(base.securitySchemes, other) && isSame(scheme, each));
      return [name, twin?.[0] ?? name];
    }),
  );
}

function withNames(alternative: Alternative, names: Names): Alternative {
  return Object.fromEntries(Object.entries(alternative).map(([name, scopes]) => [names.get(name) ?? name, scopes]));
}

/** Whether a client can go on as it did. Where tokens come from, and which scopes there are, is judged on its own. */
function isSame(a: SecurityScheme, b: SecurityScheme): boolean {
  if (a.type === 'oauth2' && b.type === 'oauth2') return true;
  // An OAuth token is shown as a bearer token: RFC 6750 §2.1.
  if (isBearer(a) && isBearer(b)) return true;
  if (a.type === 'apiKey' && b.type === 'apiKey') {
    const plain = (each: typeof a): string => (each.in === 'header' ? each.name.toLowerCase() : each.name);
    return a.in === b.in && plain(a) === plain(b);
  }
  return isDeepStrictEqual(a, b);
}

function isBearer(scheme: SecurityScheme): boolean {
  return scheme.type === 'http' && scheme.scheme === 'bearer';
}

/** Changes of the schemes that operations use, once for the document. */
function schemes(documents: Documents, called: readonly MatchedOperation[], names: Names): readonly Difference[] {
  const used = new Set(called.flatMap(({ base }) => base.security.flatMap((each) => Object.keys(each))));
  return [...names].flatMap(([from, to]) => {
    const [base, revision] = [documents.base.securitySchemes[from], documents.revision.securitySchemes[to]];
    if (!used.has(from) || base === undefined || revision === undefined) return [];
    const common: Common = {
      direction: 'request',
      base: schemePointer(documents.base, from),
      revision: schemePointer(documents.revision, to),
    };
    if (isSame(base, revision)) return flows(documents, from, common);
    const message = `the security scheme '${from}' changed from ${described(base)} to ${described(revision)}`;
    return [{ ...common, code: 'security-scheme-changed', message, fix: 'add a scheme of another name and take both' }];
  });
}

type Common = Required<Pick<Difference, 'direction' | 'base' | 'revision'>>;

function described(scheme: SecurityScheme): string {
  if (scheme.type === 'apiKey') return `the key '${scheme.name}' in the ${scheme.in}`;
  return scheme.type === 'http' ? `HTTP ${scheme.scheme}` : scheme.type;
}

function schemePointer(contract: Contract, name: string): string {
  const holder = contract.specification === '2.0' ? '/securityDefinitions' : '/components/securitySchemes';
  return joinPointer(holder, name);
}

function flows(documents: Documents, name: string, common: Common): readonly Difference[] {
  const before = flowsOf(documents.base, common.base);
  const after = flowsOf(documents.revision, common.revision);
  return Object.entries(before).flatMap(([flow, from]): readonly Difference[] => {
    const to = after[flow];
    if (!isObject(to) || !isObject(from)) {
      const message = `the security scheme '${name}' no longer has the flow ${flow}`;
      return [{ ...common, code: 'security-flow-removed', message, fix: `keep the flow ${flow}` }];
    }
    const [old, now] = [from['tokenUrl'] ?? null, to['tokenUrl'] ?? null];
    if (old === now) return [];
    const message = `tokens of the security scheme '${name}' come from ${spokenValue(now)}, no longer from ${spokenValue(old)}`;
    return [{ ...common, code: 'security-token-url-changed', message, expected: old, actual: now }];
  });
}

const SWAGGER_FLOWS: Readonly<Record<string, string>> = {
  application: 'clientCredentials',
  accessCode: 'authorizationCode',
};

/** OAuth flows by OpenAPI 3's names; Swagger 2.0 has one a scheme. */
function flowsOf(contract: Contract, pointer: string): JsonObject {
  const scheme = objectAt(contract, pointer);
  const { flow } = scheme;
  return typeof flow === 'string' ? { [SWAGGER_FLOWS[flow] ?? flow]: scheme } : memberOf(scheme, 'flows');
}
