import { type Json, type JsonObject, type Operation, type Parameter } from '../contracts/index.ts';
import { schemaAt, typeIs, type ObjectShape, type PropertyShape } from './object-shape.ts';

/** How a list is cut into pages. */
export interface Paging {
  readonly style: 'cursor' | 'page' | 'offset' | 'limit' | 'none';
  /** Names of query parameters. */
  readonly limit?: string;
  readonly position?: string;
  readonly defaultLimit?: number;
  readonly maxLimit?: number;
  /** The number of the first page, 0 or 1. */
  readonly firstPage: number;
}

/** A query parameter that keeps only items with this value of a property. */
export interface Filter {
  readonly parameter: string;
  readonly property: string;
  /** One value or several in one text. */
  readonly separator?: string;
}

const LIMIT = /^(limit|per_?page|page_?size|size|count|max_?results|page_?limit|top|first|take)$/i;
const CURSOR = /^(cursor|after|starting_?after|page_?token|next_?token|next|continuation(_?token)?|marker)$/i;
const OFFSET = /^(offset|skip|start)$/i;
const PAGE = /^(page|page_?number|page_?no)$/i;
/** What a list is asked for besides, without being a property. */
const OTHERS = /^(sort|sort_?by|order|order_?by|fields|include|expand|q|query|search|filter|embed|select)$/i;

/** Lists without a documented default are cut after as many items. */
const DEFAULT_LIMIT = 20;

export function pagingOf(
  document: JsonObject,
  operation: Operation,
  shape: ObjectShape | undefined,
  itemsProperty: string | undefined,
): Paging {
  const named = (pattern: RegExp) =>
    operation.parameters.find((each) => each.in === 'query' && pattern.test(each.name));
  const limit = named(LIMIT);
  const cursor = named(CURSOR);
  const offset = named(OFFSET);
  const page = named(PAGE);
  const isNumbered = page !== undefined && isNumber(document, page);
  const position = cursor ?? offset ?? page;
  const style =
    cursor !== undefined
      ? 'cursor'
      : offset !== undefined
        ? 'offset'
        : page !== undefined
          ? isNumbered
            ? 'page'
            : 'cursor'
          : limit === undefined
            ? 'none'
            : 'limit';
  const defaultLimit = limit === undefined ? undefined : numberIn(document, limit, 'default');
  const bounds = [
    limit === undefined ? undefined : numberIn(document, limit, 'maximum'),
    maxItemsOf(shape, itemsProperty),
  ].filter((each) => each !== undefined);
  const implied = position === undefined ? undefined : DEFAULT_LIMIT;
  const usual = defaultLimit ?? implied;
  return {
    style,
    ...(limit === undefined ? {} : { limit: limit.name }),
    ...(position === undefined ? {} : { position: position.name }),
    ...(usual === undefined ? {} : { defaultLimit: usual }),
    ...(bounds.length === 0 ? {} : { maxLimit: Math.min(...bounds) }),
    firstPage:
      page !== undefined && (numberIn(document, page, 'minimum') === 0 || numberIn(document, page, 'default') === 0)
        ? 0
        : 1,
  };
}

function isNumber(document: JsonObject, { pointer }: Parameter): boolean {
  const schema = schemaAt(document, pointer);
  return typeIs(schema, 'integer') || typeIs(schema, 'number');
}

function numberIn(document: JsonObject, { pointer }: Parameter, keyword: string): number | undefined {
  const value: Json | undefined = schemaAt(document, pointer)[keyword];
  return typeof value === 'number' ? value : undefined;
}

function maxItemsOf(shape: ObjectShape | undefined, itemsProperty: string | undefined): number | undefined {
  const value = shape?.properties.get(itemsProperty ?? '')?.schema['maxItems'];
  return typeof value === 'number' ? value : undefined;
}

/** Query parameters that are named as a property of an item; and the names of those that are not. */
export function filtersOf(
  document: JsonObject,
  { parameters }: Operation,
  { properties }: ObjectShape,
  paging: Paging,
): { readonly filters: readonly Filter[]; readonly others: readonly string[] } {
  const filters: Filter[] = [];
  const others: string[] = [];
  for (const parameter of parameters) {
    if (parameter.in !== 'query' || parameter.name === paging.limit || parameter.name === paging.position) continue;
    const property = OTHERS.test(parameter.name) ? undefined : propertyNamed(parameter.name, properties);
    if (property === undefined) {
      others.push(parameter.name);
      continue;
    }
    const isArray = typeIs(schemaAt(document, parameter.pointer), 'array');
    const separator = isArray && !parameter.explode ? (SEPARATORS[parameter.style] ?? ',') : undefined;
    filters.push({ parameter: parameter.name, property, ...(separator === undefined ? {} : { separator }) });
  }
  return { filters, others };
}

const SEPARATORS: Readonly<Record<string, string>> = { form: ',', spaceDelimited: ' ', pipeDelimited: '|' };

/** Spelling conventions and one plural are no difference: `country_code` and `countryCode`, `tags` and `tag`. */
function propertyNamed(name: string, properties: ReadonlyMap<string, PropertyShape>): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_[\]]/g, '');
  const names = [...properties.keys()];
  const wanted = plain(name);
  return (
    names.find((each) => each === name) ??
    names.find((each) => plain(each) === wanted) ??
    names.find((each) => plain(each) === wanted.replace(/s$/, '') || plain(each).replace(/s$/, '') === wanted)
  );
}
