import {
  essenceOf,
  isObject,
  valueAt,
  type Contract,
  type JsonObject,
  type MediaType,
  type Operation,
  type Response,
} from '../contracts/index.ts';
import { followed, itemsPointer, objectShape, type ObjectShape } from './object-shape.ts';
import { filtersOf, pagingOf, type Filter, type Paging } from './resource-paging.ts';

/** What a contract tells of the things that are kept behind it. Plain data. */
export interface ResourceModel {
  readonly resources: readonly Resource[];
  /** By operation id. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Operations whose answer stays the example, and why. */
  readonly fallbacks: readonly Fallback[];
  /** What is derived only in part. */
  readonly notes: readonly Fallback[];
}

export interface Fallback {
  readonly operationId: string;
  readonly reason: string;
}

/** A collection and its items: `/parcels` and `/parcels/{parcelId}`. */
export interface Resource {
  readonly collectionPath: string;
  readonly itemPath?: string;
  /** Of the item's path. */
  readonly idParameter?: string;
  /** The property of an item by which it is found. */
  readonly idProperty: string;
  /** The resource whose item this collection is part of. */
  readonly parent?: string;
  /** What an item looks like, as it is read. */
  readonly item: ItemSchema;
  /** Names of the properties that the server alone sets. */
  readonly serverOwned: ReadonlySet<string>;
  /** Whether a client can make an item be there. */
  readonly isWritable: boolean;
}

interface ItemSchema {
  readonly pointer: string;
  readonly shape: ObjectShape;
}

type Action = 'create' | 'list' | 'get' | 'update' | 'replace' | 'remove';

/** What an operation does to its resource. */
export interface Role {
  readonly action: Action;
  readonly operation: Operation;
  readonly resource: Resource;
  /** The answer when all goes well. */
  readonly success: Success;
  /** Of a `replace`: the answer where there was nothing before. */
  readonly created?: Success;
  /** The header that makes a repeat safe, in lower case. */
  readonly idempotencyHeader?: string;
  readonly list?: ListForm;
}

export interface Success {
  readonly status: number;
  readonly response: Response;
  /** None where the answer has no body. */
  readonly media?: MediaType;
}

/** How items stand in an answer of `list`. */
export interface ListForm {
  /** None where the answer is the bare array. */
  readonly itemsProperty?: string;
  readonly shape?: ObjectShape;
  readonly paging: Paging;
  readonly filters: readonly Filter[];
}

/** Judged by paths, schemas, media types and links; never by what an operation calls itself. */
export function resourceModel(contract: Contract): ResourceModel {
  const byPath = new Map<string, Operation[]>();
  for (const operation of contract.operations) {
    byPath.set(operation.path, [...(byPath.get(operation.path) ?? []), operation]);
  }
  const roles = new Map<string, Role>();
  const resources: Resource[] = [];
  const reasons = new Map<string, string>();
  const notes: Fallback[] = [];
  for (const candidate of candidatesOf([...byPath.keys()])) {
    const found = readResource(contract, byPath, candidate);
    if (typeof found === 'string') {
      for (const path of [candidate.collectionPath, candidate.itemPath]) {
        for (const { id } of byPath.get(path ?? '') ?? []) if (!reasons.has(id)) reasons.set(id, found);
      }
      continue;
    }
    resources.push(found.resource);
    for (const role of found.roles) roles.set(role.operation.id, role);
    for (const { operationId, reason } of found.fallbacks) reasons.set(operationId, reason);
    notes.push(...found.notes);
  }
  const fallbacks = contract.operations
    .filter(({ id }) => !roles.has(id))
    .map(({ id }) => ({ operationId: id, reason: reasons.get(id) ?? NO_RESOURCE }));
  return { resources, roles, fallbacks, notes: notes.filter(({ operationId }) => roles.has(operationId)) };
}

const NO_RESOURCE = 'its path belongs to no collection and no item of one';

interface Candidate {
  readonly collectionPath: string;
  readonly itemPath?: string;
  readonly idParameter?: string;
}

/** Every path that ends in one parameter, and what stands before it; then collections without items of their own. */
function candidatesOf(paths: readonly string[]): readonly Candidate[] {
  const items = paths.flatMap((path): readonly (Candidate & { readonly itemPath: string })[] => {
    const [, collection = '', idParameter = ''] = /^(.*)\/\{([^{}/]+)\}\/?$/.exec(path) ?? [];
    if (collection === '') return [];
    const slashed = paths.includes(`${collection}/`) && !paths.includes(collection) ? `${collection}/` : collection;
    return [{ collectionPath: slashed, itemPath: path, idParameter }];
  });
  const taken = new Set(items.map(({ collectionPath }) => collectionPath));
  const alone = paths.filter((path) => !taken.has(path) && !items.some(({ itemPath }) => itemPath === path));
  // Parents come before their children, so that a child can name its own.
  return [...items, ...alone.map((collectionPath) => ({ collectionPath }))].toSorted(
    (a, b) => a.collectionPath.split('/').length - b.collectionPath.split('/').length,
  );
}

interface Found {
  readonly resource: Resource;
  readonly roles: readonly Role[];
  readonly fallbacks: readonly Fallback[];
  readonly notes: readonly Fallback[];
}

/** @returns a reason where there is no resource */
function readResource(
  { document }: Contract,
  byPath: ReadonlyMap<string, readonly Operation[]>,
  candidate: Candidate,
): Found | string {
  const { collectionPath, itemPath, idParameter } = candidate;
  const onCollection = byPath.get(collectionPath) ?? [];
  const onItem = itemPath === undefined ? [] : (byPath.get(itemPath) ?? []);
  const by = (operations: readonly Operation[], method: string) => operations.find((each) => each.method === method);
  const post = by(onCollection, 'post');
  const get = by(onItem, 'get');
  const listed = listOf(document, by(onCollection, 'get'));
  if (itemPath === undefined && (listed === undefined || post === undefined)) {
    return post === undefined ? NO_RESOURCE : 'nothing that it makes can be read again by another operation';
  }
  const item = itemSchema(document, get, listed, [by(onItem, 'put'), by(onItem, 'patch'), post]);
  if (item === undefined) return 'no answer says what an item of the collection looks like (a JSON object)';
  const idProperty = idPropertyOf(document, item.shape, candidate, post);
  if (idProperty === undefined) return `no property of an item is its {${idParameter ?? 'id'}}`;
  const writers = [post, by(onItem, 'put')];
  const resource: Resource = {
    ...candidate,
    idProperty,
    item,
    serverOwned: serverOwned(document, item.shape, idProperty, writers),
    isWritable: writers.some((each) => each !== undefined && successOf(each) !== undefined),
  };
  const parent = parentOf(collectionPath, [...byPath.keys()]);
  return assignRoles(
    document,
    parent === undefined ? resource : { ...resource, parent },
    {
      list: by(onCollection, 'get'),
      create: post,
      get,
      update: by(onItem, 'patch'),
      replace: by(onItem, 'put'),
      remove: by(onItem, 'delete'),
    },
    [...onCollection, ...onItem],
  );
}

function assignRoles(
  document: JsonObject,
  resource: Resource,
  operations: Readonly<Record<Action, Operation | undefined>>,
  all: readonly Operation[],
): Found {
  const roles: Role[] = [];
  const fallbacks: Fallback[] = [];
  const notes: Fallback[] = [];
  for (const action of ACTIONS) {
    const operation = operations[action];
    if (operation === undefined) continue;
    const role = roleOf(document, resource, action, operation, notes);
    if (typeof role === 'string') fallbacks.push({ operationId: operation.id, reason: role });
    else roles.push(role);
  }
  const known = new Set(Object.values(operations));
  for (const operation of all) {
    if (known.has(operation)) continue;
    const reason = `what ${operation.method.toUpperCase()} does to ${operation.path} is not in the contract`;
    fallbacks.push({ operationId: operation.id, reason });
  }
  return { resource, roles, fallbacks, notes };
}

const ACTIONS: readonly Action[] = ['create', 'list', 'get', 'update', 'replace', 'remove'];

/** @returns a reason where the operation has no role */
function roleOf(
  document: JsonObject,
  resource: Resource,
  action: Action,
  operation: Operation,
  notes: Fallback[],
): Role | string {
  const success = successOf(operation);
  if (success === undefined) return 'the contract has no successful answer (2xx) for it';
  if (success.response.content.length > 0 && success.media === undefined) {
    return `it is answered in ${success.response.content.map(({ mediaType }) => mediaType).join(', ')}, not in JSON`;
  }
  const takesBody = action === 'create' || action === 'update' || action === 'replace';
  const { requestBody } = operation;
  if (takesBody && action !== 'create' && (requestBody === undefined || jsonOf(requestBody.content) === undefined)) {
    return 'it takes no JSON body';
  }
  if (takesBody && requestBody !== undefined && jsonOf(requestBody.content) === undefined)
    return 'it takes no JSON body';
  const idempotencyHeader = operation.parameters
    .find((each) => each.in === 'header' && /^(x-)?idempotency-key$/i.test(each.name))
    ?.name.toLowerCase();
  const role = {
    action,
    operation,
    resource,
    success,
    ...(idempotencyHeader === undefined || action === 'get' || action === 'list' ? {} : { idempotencyHeader }),
  };
  if (action === 'list') return listRole(document, role, notes);
  if ((action === 'get' || action === 'update') && success.media === undefined && action === 'get') {
    return 'its answer has no body';
  }
  const created = action === 'replace' ? successAt(operation, 201) : undefined;
  return created === undefined ? role : { ...role, created };
}

function listRole(document: JsonObject, role: Omit<Role, 'list'>, notes: Fallback[]): Role | string {
  const { operation, resource } = role;
  const listed = listOf(document, operation);
  if (listed === undefined) return 'its answer is neither an array nor an object with one array in it';
  const paging = pagingOf(document, operation, listed.shape, listed.itemsProperty);
  const { filters, others } = filtersOf(document, operation, resource.item.shape, paging);
  for (const name of others) {
    notes.push({ operationId: operation.id, reason: `?${name} changes nothing: no property of an item has that name` });
  }
  const { itemsProperty, shape } = listed;
  return {
    ...role,
    list: {
      ...(itemsProperty === undefined ? {} : { itemsProperty }),
      ...(shape === undefined ? {} : { shape }),
      paging,
      filters,
    },
  };
}

interface Listed {
  readonly itemsProperty?: string;
  readonly shape?: ObjectShape;
  readonly items: ItemSchema;
}

/** An array of objects, or an object with exactly one such array. */
function listOf(document: JsonObject, operation: Operation | undefined): Listed | undefined {
  const media = operation === undefined ? undefined : successOf(operation)?.media;
  if (media === undefined) return undefined;
  const bare = arrayOf(document, media.pointer);
  if (bare !== undefined) return { items: bare };
  const shape = objectShape(document, media.pointer);
  const arrays = [...(shape?.properties ?? [])].flatMap(([name, { pointer }]) => {
    const items = arrayOf(document, pointer);
    return items === undefined ? [] : [{ name, items }];
  });
  const [only, another] = arrays;
  const chosen =
    another === undefined
      ? only
      : arrays.find(({ name }) => /^(items|data|results|value|values|content|records|elements)$/i.test(name));
  if (chosen === undefined || shape === undefined) return undefined;
  return { itemsProperty: chosen.name, shape, items: chosen.items };
}

function arrayOf(document: JsonObject, pointer: string): ItemSchema | undefined {
  const items = itemsPointer(document, pointer);
  return items === undefined ? undefined : shaped(document, items);
}

function shaped(document: JsonObject, pointer: string): ItemSchema | undefined {
  const at = followed(document, pointer);
  const shape = objectShape(document, at);
  return shape === undefined || shape.properties.size === 0 ? undefined : { pointer: at, shape };
}

function itemSchema(
  document: JsonObject,
  get: Operation | undefined,
  listed: Listed | undefined,
  others: readonly (Operation | undefined)[],
): ItemSchema | undefined {
  const answered = (operation: Operation | undefined): ItemSchema | undefined => {
    const media = operation === undefined ? undefined : successOf(operation)?.media;
    return media === undefined ? undefined : shaped(document, media.pointer);
  };
  const candidates = [answered(get), listed?.items, ...others.map(answered)];
  return candidates.find((each) => each !== undefined);
}

/** As a link says, else the parameter's own name, `id`, or the parameter's name without the resource's in front. */
function idPropertyOf(
  document: JsonObject,
  { properties }: ObjectShape,
  { idParameter, collectionPath }: Candidate,
  create: Operation | undefined,
): string | undefined {
  const linked =
    idParameter === undefined || create === undefined ? undefined : linkedProperty(document, create, idParameter);
  if (linked !== undefined && properties.has(linked)) return linked;
  const parameter = idParameter ?? 'id';
  const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_]/g, '');
  const singular = plain((collectionPath.split('/').findLast((each) => each !== '') ?? '').replace(/s$/, ''));
  const short = plain(parameter).replace(singular, '');
  const wanted = [plain(parameter), ...(short === '' ? [] : [short]), 'id', `${singular}id`, 'uuid', 'key', 'slug'];
  const ends = /(id|uuid|key|slug|name|code|number)$/.exec(plain(parameter))?.[1];
  for (const name of ends === undefined ? wanted : [...wanted, ends]) {
    const found = [...properties.keys()].find((each) => plain(each) === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** OpenAPI 3.1 §4.8.20: `parameters: { parcelId: $response.body#/id }`. */
function linkedProperty(document: JsonObject, create: Operation, parameter: string): string | undefined {
  const response = successOf(create)?.response;
  const links = response === undefined ? undefined : valueAt(document, `${followed(document, response.pointer)}/links`);
  for (const link of isObject(links) ? Object.values(links) : []) {
    const parameters = isObject(link) ? link['parameters'] : undefined;
    const expression = isObject(parameters) ? (parameters[parameter] ?? parameters[`path.${parameter}`]) : undefined;
    const [, property] = typeof expression === 'string' ? (/^\$response\.body#\/([^/]+)$/.exec(expression) ?? []) : [];
    if (property !== undefined) return property;
  }
  return undefined;
}

/** Read-only ones, and those that no body of a client has room for. */
function serverOwned(
  document: JsonObject,
  { properties }: ObjectShape,
  idProperty: string,
  writers: readonly (Operation | undefined)[],
): ReadonlySet<string> {
  const bodies = writers.flatMap((operation) => {
    const media = jsonOf(operation?.requestBody?.content ?? []);
    const shape = media === undefined ? undefined : objectShape(document, media.pointer);
    return shape === undefined ? [] : [shape];
  });
  const owned = [...properties].filter(([name, { isReadOnly }]) => {
    const written = bodies.flatMap(({ properties: declared }) => declared.get(name) ?? []);
    if (isReadOnly || written.some((each) => each.isReadOnly)) return true;
    if (name === idProperty && bodies.length === 0) return true;
    return bodies.length > 0 && written.length === 0;
  });
  return new Set(owned.map(([name]) => name));
}

/** The item path that a collection's path begins with, without its parameter: `/users` of `/users/{userId}/posts`. */
function parentOf(collectionPath: string, paths: readonly string[]): string | undefined {
  const [, before] = /^(.*)\/\{[^{}/]+\}\/[^{}]+$/.exec(collectionPath) ?? [];
  const item = collectionPath.replace(/\/[^{}]+$/, '');
  return before !== undefined && paths.includes(item) ? before : undefined;
}

/** The first 2xx of a contract, in order of the numbers. */
export function successOf({ responses }: Operation): Success | undefined {
  const [first] = responses
    .filter(({ status }) => /^2(\d\d|XX)$/i.test(status))
    .toSorted((a, b) => (a.status.toUpperCase() < b.status.toUpperCase() ? -1 : 1));
  return first === undefined
    ? undefined
    : successWith(first, /^2\d\d$/.test(first.status) ? Number(first.status) : 200);
}

function successAt({ responses }: Operation, status: number): Success | undefined {
  const found = responses.find((each) => each.status === String(status));
  return found === undefined ? undefined : successWith(found, status);
}

function successWith(response: Response, status: number): Success {
  const media = jsonOf(response.content);
  return media === undefined ? { status, response } : { status, response, media };
}

/** The JSON of several media types; `application/json` first. */
export function jsonOf(content: readonly MediaType[]): MediaType | undefined {
  const essence = ({ mediaType }: MediaType): string => essenceOf(mediaType);
  return (
    content.find((each) => essence(each) === 'application/json') ??
    content.find((each) => /^application\/([\w.-]+\+)?json$/.test(essence(each))) ??
    content.find((each) => essence(each) === '*/*' || essence(each) === 'application/*')
  );
}
