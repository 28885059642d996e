import { isObject, type Json, type JsonObject } from './json.ts';
import { joinPointer } from './json-pointer.ts';
import type { Contract, Operation } from './model.ts';
import { memberOf, objectAt } from './object-at.ts';
import { spokenValue } from './spoken-value.ts';

/** Where an API or one of its operations is served. */
export interface Servers {
  /** Pointer of the object that lists them. */
  readonly holder: string;
  readonly list: readonly Server[];
}

export interface Server {
  /** Without a slash at its end; empty for the place the document came from. */
  readonly url: string;
  readonly variables: JsonObject;
  readonly pointer: string;
}

/** Of the document as a whole. */
export function serversOfDocument(contract: Contract): Servers {
  return serversIn(contract, ['']);
}

/** The operation's own, else those of its path, else the document's: OpenAPI 3.1 §4.8.9. */
export function serversOfOperation(contract: Contract, { pointer, itemPointer }: Operation): Servers {
  return serversIn(contract, [pointer, itemPointer ?? pointer, '']);
}

/** Nothing listed is the place the document came from: OpenAPI 3.1 §4.8.1. */
function serversIn(contract: Contract, holders: readonly string[]): Servers {
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

/** An address in its two parts: `https://a.test` and `/v1`, variables as they are by default. Both may be empty. */
export function addressOf({ url, variables }: Server): { readonly origin: string; readonly path: string } {
  const filled = url.replaceAll(/\{([^{}]*)\}/g, (variable, name: string) => {
    const { default: value } = memberOf(variables, name);
    return typeof value === 'string' ? value : variable;
  });
  const [, origin = '', path = ''] = /^((?:[a-z][a-z\d+.-]*:)?\/\/[^/]*)?(.*)$/is.exec(filled) ?? [];
  return { origin, path: path.replace(/^(?=[^/])/, '/').replace(/\/+$/, '') };
}
