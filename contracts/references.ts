import { isObject, type Json } from './json.ts';
import { escapePointer } from './json-pointer.ts';

/** A reference as it stands in one file: `holder[key]` is its text. */
export interface Reference {
  readonly holder: Record<string, Json>;
  readonly key: string;
  readonly text: string;
  /** Pointer of `holder` in its file. */
  readonly pointer: string;
  /** The absolute `$id` that encloses it, or ''. */
  readonly base: string;
  /** A discriminator mapping may be a plain schema name: it is no mistake when it leads nowhere. */
  readonly optional: boolean;
}

/** What a file offers to references other than pointers: `$id` (whole URLs) and `$anchor` (`id#anchor`). */
export interface References {
  readonly references: readonly Reference[];
  readonly anchors: ReadonlyMap<string, string>;
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Finds every reference of an OpenAPI or AsyncAPI document, `text` as it was written
 * (without it the search takes longer). A member called `$ref` is none where it is a name chosen by the
 * author (in `properties`) or part of example data.
 */
export function findReferences(document: Json, text?: string): References {
  // Looking for `$id` in every object of a large document takes as long as all the rest.
  const hasIds = text === undefined || /\$(id|anchor|dynamicAnchor)\b/.test(text);
  const search: Search = { references: [], anchors: new Map(), ids: new Map(), path: [], hasIds };
  visit(document, 'object', '', search);
  return search;
}

/**
 * `object` has the specification's members, `names` those that the author chose, `data` is anything at all, `examples` has
 * Example Objects by name.
 */
type Role = 'object' | 'names' | 'data' | 'examples';

interface Search {
  readonly references: Reference[];
  readonly anchors: Map<string, string>;
  readonly ids: Map<string, string>;
  readonly path: (string | number)[];
  readonly hasIds: boolean;
}

const DATA = new Set(['example', 'default', 'const', 'enum', 'value']);
const NAMES = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
  'dependentSchemas',
  'schemas',
  'responses',
  'callbacks',
  'paths',
  'webhooks',
  'links',
  'securitySchemes',
  'requestBodies',
  'pathItems',
  'channels',
  'messages',
  'operations',
  'variables',
  'content',
  'encoding',
  'additionalOperations',
  'mediaTypes',
  'servers',
  'messageTraits',
  'operationTraits',
]);

function visit(node: Json, role: Role, base: string, search: Search): void {
  if (typeof node !== 'object' || node === null || role === 'data') return;
  if (Array.isArray(node)) return visitItems(node, role, base, search);
  if (!isObject(node)) return;
  // `paths: { $ref: … }` is in no specification and in many documents; a property named `$ref` has a schema, no text.
  const ownBase = register(node, base, search);
  for (const key in node) {
    const child = node[key];
    if (child === undefined || child === null || typeof child !== 'object') continue;
    search.path.push(key);
    if (key === 'mapping' && search.path.at(-2) === 'discriminator') addMapping(child, ownBase, search);
    else visit(child, roleOf(key, child, role), ownBase, search);
    search.path.pop();
  }
}

function visitItems(items: readonly Json[], role: Role, base: string, search: Search): void {
  for (let index = 0; index < items.length; index++) {
    search.path.push(index);
    visit(items[index] ?? null, role, base, search);
    search.path.pop();
  }
}

function roleOf(key: string, child: Json, parent: Role): Role {
  if (parent === 'names') return 'object';
  if (parent === 'examples') return 'object';
  if (DATA.has(key) || (key.startsWith('x-') && key !== 'x-webhooks')) return 'data';
  // A list is data (JSON Schema, AsyncAPI); a map holds Example Objects (OpenAPI 3) or data by media type (2.0).
  if (key === 'examples') return Array.isArray(child) ? 'data' : 'examples';
  if (NAMES.has(key) || (key === 'parameters' && !Array.isArray(child))) return 'names';
  // OpenAPI's headers are named by the author; AsyncAPI's are one schema.
  return key === 'headers' && isObject(child) && typeof child['type'] !== 'string' ? 'names' : 'object';
}

/** Notes `$ref`, `$id` and anchors of an object; returns the base that its children are read against. */
function register(node: Record<string, Json>, base: string, search: Search): string {
  const ownBase = search.hasIds ? registerIds(node, base, search) : base;
  const text = node['$ref'];
  if (typeof text === 'string') add(node, '$ref', text, ownBase, false, search);
  return ownBase;
}

function registerIds(node: Record<string, Json>, base: string, search: Search): string {
  const id = typeof node['$id'] === 'string' ? absolute(node['$id'], base) : undefined;
  const ownBase = id ?? base;
  if (id !== undefined) search.ids.set(id, pointerOf(search));
  for (const name of ['$anchor', '$dynamicAnchor']) {
    const anchor = node[name];
    if (typeof anchor === 'string') search.anchors.set(`${ownBase}#${anchor}`, pointerOf(search));
  }
  return ownBase;
}

function addMapping(mapping: Json, base: string, search: Search): void {
  if (!isObject(mapping)) return;
  for (const [name, text] of Object.entries(mapping)) {
    if (typeof text === 'string' && /[#/]|\.(json|ya?ml)$/.test(text)) add(mapping, name, text, base, true, search);
  }
}

function add(
  holder: Record<string, Json>,
  key: string,
  text: string,
  base: string,
  optional: boolean,
  search: Search,
): void {
  search.references.push({ holder, key, text, pointer: pointerOf(search), base, optional });
}

function pointerOf(search: Search): string {
  return search.path.map((key) => `/${escapePointer(key)}`).join('');
}

/** Without its empty fragment; an `$id` that is no URL is taken as it stands. */
function absolute(id: string, base: string): string {
  const plain = id.replace(/#$/, '');
  return base !== '' && URL.canParse(plain, base) ? new URL(plain, base).href : plain;
}
