import type { Change, Direction } from './change.ts';
import { canonicalJson } from './canonical-json.ts';
import { followToObject } from './follow-reference.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import type { Contract } from './model.ts';
import { isOlder } from './event-parts.ts';
import type { DiffSides } from './place-change.ts';
import { eventChange } from './place-event-change.ts';

/** A server or an operation that asks for credentials. */
export interface SecuredPair {
  readonly base: SecuredPart;
  readonly revision: SecuredPart;
  readonly direction: Direction;
  readonly operation: string;
}

interface SecuredPart {
  /** With its traits. */
  readonly value: JsonObject;
  readonly pointer: string;
}

/**
 * What a partner must show to be let in by a server or an operation, whichever way events go: it connects to publish and to
 * subscribe alike. Each alternative that it could use must still be enough; a scheme is known by what it is, not by its name.
 */
export function diffSecurity(sides: DiffSides, pair: SecuredPair): readonly Change[] {
  const before = alternativesOf(sides.base.contract, pair.base);
  const after = alternativesOf(sides.revision.contract, pair.revision);
  const { direction, operation } = pair;
  const pointers = {
    base: joinPointer(pair.base.pointer, 'security'),
    revision: joinPointer(pair.revision.pointer, 'security'),
  };
  const common = { direction, operation, pointers };
  if (before.length === 0 && after.length === 0) return [];
  if (after.length === 0)
    return [eventChange(sides, 'event-security-removed', { ...common, message: 'no credentials are needed any more' })];
  if (before.length === 0)
    return [
      eventChange(sides, 'event-security-added', {
        ...common,
        message: `credentials are needed now: ${spoken(after)}`,
        fix: 'let partners in without credentials until a new major version',
      }),
    ];
  return [
    ...before
      .filter((held) => !after.some((asked) => isEnough(held, asked)))
      .map((held) =>
        eventChange(sides, 'event-security-tightened', {
          ...common,
          message: `${spoken([held])} is no longer enough; now it takes ${spoken(after)}`,
          fix: 'keep the old alternative beside the new one',
        }),
      ),
    ...after
      .filter((asked) => !before.some((held) => isEnough(held, asked) || isEnough(asked, held)))
      .map((asked) =>
        eventChange(sides, 'event-security-alternative-added', {
          ...common,
          message: `${spoken([asked])} is enough, too`,
        }),
      ),
  ];
}

/** One alternative: schemes by what they are, with the scopes that are asked for. All of them are needed. */
type Alternative = ReadonlyMap<string, Asked>;

interface Asked {
  readonly label: string;
  readonly scopes: readonly string[];
}

function alternativesOf(contract: Contract, { value, pointer }: SecuredPart): readonly Alternative[] {
  const { security } = value;
  if (!Array.isArray(security)) return [];
  const list = security.map((item: Json, index) =>
    isOlder(contract)
      ? alternativeOf2(contract, item)
      : alternativeOf3(contract, item, joinPointer(pointer, 'security', index)),
  );
  // One that asks for nothing lets everybody in.
  return list.some((each) => each.size === 0) ? [] : list;
}

/** AsyncAPI 2: a Security Requirement Object names schemes. */
function alternativeOf2(contract: Contract, item: Json): Alternative {
  return new Map(
    Object.entries(isObject(item) ? item : {}).map(([name, scopes]) => {
      const pointer = joinPointer('', 'components', 'securitySchemes', name);
      const value = valueAt(contract.document, pointer);
      const scheme = value === undefined ? undefined : followToObject(contract.document, { value, pointer })?.value;
      return [identityOf(scheme ?? { type: name }), { label: name, scopes: textsOf(scopes) }] as const;
    }),
  );
}

/** AsyncAPI 3: a Security Scheme Object, with the scopes in it. */
function alternativeOf3({ document }: Contract, item: Json, pointer: string): Alternative {
  const found = followToObject(document, { value: item, pointer });
  if (found === undefined) return new Map();
  const { scopes, ...scheme } = found.value;
  const name = found.pointer === pointer ? undefined : found.pointer.split('/').at(-1);
  const label = name ?? (typeof scheme['type'] === 'string' ? scheme['type'] : 'a scheme');
  return new Map([[identityOf(scheme), { label, scopes: textsOf(scopes ?? []) }]]);
}

/** What its holder has to have. Descriptions, and where tokens come from, are none of it. */
function identityOf({ type, name, in: place, scheme, openIdConnectUrl }: JsonObject): string {
  return canonicalJson([type, name, place, scheme, openIdConnectUrl].map((each) => each ?? null));
}

function textsOf(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function isEnough(held: Alternative, asked: Alternative): boolean {
  return [...asked].every(([scheme, { scopes }]) => {
    const has = held.get(scheme);
    return has !== undefined && scopes.every((scope) => has.scopes.includes(scope));
  });
}

function spoken(list: readonly Alternative[]): string {
  const one = (each: Alternative): string =>
    [...each.values()]
      .map(({ label, scopes }) => (scopes.length === 0 ? label : `${label} (${scopes.join(', ')})`))
      .join(' with ');
  return list.map(one).join(', or ');
}
