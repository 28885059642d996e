import type { Finding } from './finding.ts';
import { joinPointer, valueAt } from './json-pointer.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { locate } from './locate.ts';
import type { Contract } from './model.ts';

/**
 * Whether a deprecated version says until when it works. It is deprecated by `x-deprecated: true` or
 * `x-lifecycle: { status: deprecated, sunset: 2026-12-31 }` in `info` (at the root of a Data Package), or by having only
 * deprecated operations. The date may also stand in `x-sunset`. `today` is a day in UTC, `2026-12-31`.
 */
export function lifecycleFindings(contract: Contract, root: string, today: string): readonly Finding[] {
  const { holder, pointer } = holderOf(contract);
  const found = sunsetOf(holder, pointer) ?? lastOperationSunset(contract);
  const mark = deprecatedAt(contract, holder, pointer);
  const name = `${contract.name} ${contract.version}`;
  if (found === undefined)
    return mark === undefined
      ? []
      : [
          {
            code: 'version-sunset-missing',
            severity: 'error',
            message: `${name} is deprecated, and does not say until when it works`,
            fix: `add "x-lifecycle: { status: deprecated, sunset: YYYY-MM-DD }" to ${contract.kind === 'file' ? 'the document' : '"info"'}`,
            where: locate(root, contract, mark),
          },
        ];
  const where = locate(root, contract, found.pointer);
  const day = dayOf(found.value);
  if (day === undefined)
    return [
      {
        code: 'version-sunset-invalid',
        severity: 'error',
        message: `the sunset ${JSON.stringify(found.value)} of ${name} is no date`,
        fix: 'write it as YYYY-MM-DD',
        actual: found.value,
        where,
      },
    ];
  if (day >= today) return [];
  return [
    {
      code: 'version-sunset-past',
      severity: 'warning',
      message: `${name} was to work until ${day}, and is still in the catalogue`,
      fix: 'remove this version, or set a later day and tell whoever uses it',
      actual: day,
      where,
    },
  ];
}

interface Holder {
  readonly holder: JsonObject;
  readonly pointer: string;
}

function holderOf({ kind, document }: Contract): Holder {
  const info = document['info'];
  return kind === 'file' || !isObject(info) ? { holder: document, pointer: '' } : { holder: info, pointer: '/info' };
}

interface Sunset {
  readonly value: Json;
  readonly pointer: string;
}

function sunsetOf(holder: JsonObject, pointer: string): Sunset | undefined {
  for (const name of ['x-lifecycle', 'x-deprecated']) {
    const member = holder[name];
    if (isObject(member) && member['sunset'] !== undefined)
      return { value: member['sunset'], pointer: joinPointer(pointer, name, 'sunset') };
  }
  const own = holder['x-sunset'];
  return own === undefined ? undefined : { value: own, pointer: joinPointer(pointer, 'x-sunset') };
}

/** Where every operation is deprecated and has a date of its own, the last one is the version's. */
function lastOperationSunset({ operations, document }: Contract): Sunset | undefined {
  const sunsets = operations.flatMap((operation): readonly Sunset[] => {
    const pointer = joinPointer(operation.pointer, 'x-sunset');
    const value = operation.deprecated ? valueAt(document, pointer) : undefined;
    return value === undefined ? [] : [{ value, pointer }];
  });
  if (sunsets.length < operations.length) return undefined;
  const text = ({ value }: Sunset): string => (typeof value === 'string' ? value : '');
  return sunsets.toSorted((a, b) => (text(a) < text(b) ? 1 : -1))[0];
}

/** Pointer of what says that this version is deprecated. */
function deprecatedAt({ operations }: Contract, holder: JsonObject, pointer: string): string | undefined {
  const { 'x-deprecated': deprecated, 'x-lifecycle': lifecycle } = holder;
  if (deprecated === true || isObject(deprecated)) return joinPointer(pointer, 'x-deprecated');
  if (isObject(lifecycle) && (lifecycle['status'] === 'deprecated' || lifecycle['status'] === 'retired'))
    return joinPointer(pointer, 'x-lifecycle');
  const isOver = operations.length > 0 && operations.every((operation) => operation.deprecated);
  return isOver ? pointer : undefined;
}

/** A full date, or a date-time of RFC 3339. */
function dayOf(value: Json): string | undefined {
  const day = typeof value === 'string' ? /^\d{4}-\d{2}-\d{2}(?=$|T)/.exec(value)?.[0] : undefined;
  if (day === undefined || typeof value !== 'string') return undefined;
  const time = Date.parse(`${day}T00:00:00Z`);
  const isDate = !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
  return isDate && !Number.isNaN(Date.parse(value)) ? day : undefined;
}
