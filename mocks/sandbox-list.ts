import { isObject, type Json, type JsonObject } from '../contracts/index.ts';
import { objectShape, typeIs, type ObjectShape, type PropertyShape } from './object-shape.ts';
import { plainText } from './plain-text.ts';
import type { ListForm } from './resource-model.ts';
import type { Filter, Paging } from './resource-paging.ts';
import type { Collection, Stored } from './sandbox-store.ts';

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly total: number;
  /** What to send for the page after or before; none where there is none. */
  readonly next?: string | number;
  readonly previous?: string | number;
  readonly first?: string | number;
  readonly last?: string | number;
  /** As asked or implied. */
  readonly limit: number | undefined;
  readonly position: number | undefined;
  readonly pages: number;
}

/** Every filter that was sent must hold; of several values of one, any. */
export function matchesFilters(filters: readonly Filter[], value: JsonObject, query: Query): boolean {
  return filters.every(({ parameter, property, separator }) => {
    const sent = query[parameter];
    if (sent === undefined) return true;
    const wanted = [sent].flat().flatMap((each) => (separator === undefined ? [each] : each.split(separator)));
    const found = value[property];
    const own = Array.isArray(found) ? found : [found];
    return own.some((each: Json | undefined) => each !== undefined && wanted.includes(plainText(each)));
  });
}

/** @returns undefined for a cursor that is none of ours */
export function pageOf(
  paging: Paging,
  found: readonly Stored[],
  query: Query,
  all: Pick<Collection, 'objects'>,
): Page<Stored> | undefined {
  const limit = limitOf(paging, query);
  const position = paging.position === undefined ? undefined : [query[paging.position] ?? []].flat()[0];
  const total = found.length;
  const pages = limit === undefined ? 1 : Math.max(1, Math.ceil(total / Math.max(1, limit)));
  if (paging.style === 'cursor') return cursorPage(found, limit, position, { total, pages, all });
  const given = position === undefined || position === '' ? undefined : Number(position);
  const size = limit ?? total;
  if (paging.style === 'page') {
    const page = given ?? paging.firstPage;
    const start = Math.max(0, (page - paging.firstPage) * size);
    const items = found.slice(start, start + size);
    return {
      items,
      total,
      limit,
      pages,
      position: page,
      first: paging.firstPage,
      last: paging.firstPage + pages - 1,
      ...(start + size < total ? { next: page + 1 } : {}),
      ...(page > paging.firstPage ? { previous: page - 1 } : {}),
    };
  }
  const start = paging.style === 'offset' ? Math.max(0, given ?? 0) : 0;
  const items = found.slice(start, start + size);
  const isOffset = paging.style === 'offset';
  return {
    items,
    total,
    limit,
    pages,
    position: isOffset ? start : undefined,
    ...(isOffset ? { first: 0, last: Math.max(0, (pages - 1) * size) } : {}),
    ...(isOffset && size > 0 && start + size < total ? { next: start + size } : {}),
    ...(isOffset && start > 0 ? { previous: Math.max(0, start - size) } : {}),
  };
}

function limitOf({ limit, defaultLimit, maxLimit }: Paging, query: Query): number | undefined {
  const sent = limit === undefined ? undefined : [query[limit] ?? []].flat()[0];
  const asked = sent === undefined || sent === '' ? defaultLimit : Number(sent);
  if (asked === undefined || !Number.isFinite(asked)) return maxLimit;
  return Math.max(0, Math.min(Math.floor(asked), maxLimit ?? Infinity));
}

function cursorPage(
  found: readonly Stored[],
  limit: number | undefined,
  cursor: string | undefined,
  { total, pages, all }: { readonly total: number; readonly pages: number; readonly all: Pick<Collection, 'objects'> },
): Page<Stored> | undefined {
  const after = cursor === undefined || cursor === '' ? 0 : orderAfter(all, cursor);
  if (after === undefined) return undefined;
  const rest = found.filter(({ order }) => order > after);
  const items = limit === undefined ? rest : rest.slice(0, limit);
  const last = items.at(-1);
  const isMore = last !== undefined && items.length < rest.length;
  return { items, total, limit, pages, position: undefined, ...(isMore ? { next: cursorOf(last) } : {}) };
}

/** Opaque to clients. It holds also when the item that it stands behind is gone. */
function cursorOf({ order }: Stored): string {
  return Buffer.from(`after:${order}`).toString('base64url');
}

/** Also the id of an item, plain or in the form of a cursor: contracts have such examples. */
function orderAfter({ objects }: Pick<Collection, 'objects'>, cursor: string): number | undefined {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, order] = /^after:(\d+)$/.exec(text) ?? [];
  if (order !== undefined) return Number(order);
  const [, id = cursor] = /^after:(.+)$/.exec(text) ?? [];
  return objects.get(id)?.order;
}

interface Surroundings {
  readonly link: (position: string | number) => string;
  readonly self: string;
  readonly document: JsonObject;
}

/** The page as the contract wraps its lists. */
export function wrapPage({ itemsProperty, shape }: ListForm, page: Page<Json>, around: Surroundings): Json {
  if (itemsProperty === undefined || shape === undefined) return page.items;
  return { ...membersOf(shape, page, around, 0, false, itemsProperty), [itemsProperty]: page.items };
}

const NESTED = /^(_?links?|meta|_?meta_?data|pagination|paging|page_?info|page)$/i;

function membersOf(
  shape: ObjectShape,
  page: Page<Json>,
  around: Surroundings,
  depth: number,
  inLinks: boolean,
  skip?: string,
): Record<string, Json> {
  const members: Record<string, Json> = {};
  for (const [name, property] of shape.properties) {
    if (name === skip) continue;
    const inner = depth < 2 && NESTED.test(name) ? objectShape(around.document, property.pointer) : undefined;
    const value =
      inner === undefined
        ? memberOf(name, property, page, around, inLinks)
        : membersOf(inner, page, around, depth + 1, /links?$/i.test(name));
    if (value !== undefined) members[name] = value;
    else if (shape.required.has(name))
      members[name] = property.isNullable ? null : typeIs(property.schema, 'string') ? '' : 0;
    else if (property.isNullable) members[name] = null;
  }
  return members;
}

function memberOf(
  name: string,
  property: PropertyShape,
  page: Page<Json>,
  { link, self }: Surroundings,
  inLinks: boolean,
): Json | undefined {
  const isUrl = inLinks || plainText(property.schema['format']).startsWith('uri');
  const to = (position: string | number | undefined): Json | undefined => {
    if (position === undefined) return undefined;
    if (isUrl) return link(position);
    return typeIs(property.schema, 'integer') || typeIs(property.schema, 'number')
      ? Number(position)
      : String(position);
  };
  const plain = name.toLowerCase().replaceAll(/[-_]/g, '');
  if (
    /^(next|nextcursor|nextpagetoken|nexttoken|nextpage|nextoffset|nextmarker|endcursor|nexturl|nextlink)$/.test(plain)
  )
    return to(page.next);
  if (/^(prev|previous|prevpage|previouspage|prevurl)$/.test(plain)) return to(page.previous);
  if (plain === 'first') return isUrl ? to(page.first) : undefined;
  if (plain === 'last') return isUrl ? to(page.last) : undefined;
  if (plain === 'self') return self;
  if (/^has(more|next|nextpage)$/.test(plain)) return page.next !== undefined;
  if (/^(total|totalcount|totalitems|totalresults|totalrecords|totalelements|count)$/.test(plain)) return page.total;
  if (/^(totalpages|pages|pagecount|lastpage)$/.test(plain)) return page.pages;
  if (/^(limit|perpage|pagesize|size)$/.test(plain)) return page.limit ?? page.total;
  if (/^(offset|skip|page|pagenumber|currentpage|number)$/.test(plain)) return page.position;
  const given = property.schema['const'] ?? property.schema['default'];
  return isObject(given) ? undefined : given;
}
