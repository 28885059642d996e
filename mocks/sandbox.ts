import { createHash } from 'node:crypto';
import type { IHttpRequest } from '@stoplight/prism-http';
import {
  canonicalJson,
  essenceOf,
  isObject,
  type Contract,
  type Json,
  type JsonObject,
  type Operation,
} from '../contracts/index.ts';
import type { PropertyShape } from './object-shape.ts';
import { plainText } from './plain-text.ts';
import { matchesFilters, pageOf, wrapPage } from './sandbox-list.ts';
import type { Resource, ResourceModel, Role, Success } from './resource-model.ts';
import {
  headersOf,
  isDocumented,
  refusalAnswer,
  validatorOf,
  type Refusal,
  type SandboxAnswer,
} from './sandbox-problems.ts';
import {
  nextRevision,
  type Change,
  type Collection,
  type KeptAnswer,
  type SandboxStore,
  type Stored,
} from './sandbox-store.ts';
import { changedItem, isLink, mergePatched, newId, newItem, type Maker } from './sandbox-values.ts';
import type { Random } from './seeded-random.ts';
import { outcomeOf } from './covered.ts';
import { SEVERITIES, type Diagnostic } from './violation.ts';

/** A request that is to be answered from what is kept. */
interface Asked {
  readonly method: string;
  /** Template of the path: the operation's. */
  readonly path: string;
  readonly input: IHttpRequest;
  readonly accept: string | undefined;
  /** What is wrong with the request; warnings do not matter. */
  readonly violations: readonly Diagnostic[];
  /** Of the client's certificate. */
  readonly client?: string | undefined;
}

/** Answers the requests of one version of an API from what is kept for it. */
export interface Sandbox {
  readonly model: ResourceModel;
  /** @returns undefined where the contract's example is to answer; a promise where the state is written to a file */
  answer(asked: Asked): SandboxAnswer | Promise<SandboxAnswer> | undefined;
}

export interface SandboxParts {
  readonly contract: Contract;
  readonly model: ResourceModel;
  readonly store: SandboxStore;
  /** Of the service, without a trailing slash: links and `Location` begin with it. */
  readonly url: string;
  readonly random: Random;
  readonly now: () => number;
  /** Who sends a request. */
  readonly consumerOf: (input: IHttpRequest, client: string | undefined) => string;
  /** Makes changes last. @returns a promise where that takes time; it rejects where it failed */
  readonly commit: (changes: readonly Change[]) => Promise<void> | undefined;
  readonly warn: (text: string) => void;
}

/** How many objects all consumers of a service may keep: anyone may send any number. */
const OBJECTS = 100_000;

/** One request on its way. */
interface Task {
  readonly parts: SandboxParts;
  readonly role: Role;
  readonly asked: Asked;
  readonly maker: Maker;
  readonly consumer: string;
  /** Whole path of the collection, its parameters filled in. */
  readonly at: string;
  readonly collection: Collection;
  /** The item's id in the path. */
  readonly id: string | undefined;
  readonly before: Stored | undefined;
  /** What reading an object was answered with: it takes longer to write and judge an answer than all the rest. */
  readonly memo: WeakMap<Stored, SandboxAnswer>;
}

/** What a request leads to. */
interface Done {
  readonly answer: SandboxAnswer;
  readonly changes: readonly Change[];
}

export function createSandbox(parts: SandboxParts): Sandbox {
  const { contract, model } = parts;
  const roles = new Map(
    contract.operations.flatMap(({ id, method, path }) => {
      const role = model.roles.get(id);
      return role === undefined ? [] : [[`${method} ${path}`, role] as const];
    }),
  );
  const inProgress = new Set<string>();
  const memo = new WeakMap<Stored, SandboxAnswer>();
  return {
    model,
    answer: (asked) => {
      const role = roles.get(`${asked.method} ${asked.path}`);
      if (role === undefined) return ofLostItem(parts, asked);
      if (!isJsonAccepted(asked.accept, role.success)) return undefined;
      const task = taskOf(parts, role, asked, memo);
      if (task === undefined) return undefined;
      if (outcomeOf(asked.violations) !== 'valid') return missingHeader(task);
      return role.idempotencyHeader === undefined ? settle(task, act(task)) : once(task, inProgress);
    },
  };
}

/** What belongs to an item is an example; but there is none where there is no item: its label, its picture. */
function ofLostItem(parts: SandboxParts, asked: Asked): SandboxAnswer | undefined {
  const { contract, model, store, random, now } = parts;
  const operation = contract.operations.find(({ method, path }) => method === asked.method && path === asked.path);
  const owner = model.resources.findLast(
    ({ itemPath, isWritable }) => isWritable && itemPath !== undefined && asked.path.startsWith(`${itemPath}/`),
  );
  if (operation === undefined || owner?.itemPath === undefined || !isDocumented(operation, 404)) return undefined;
  if (outcomeOf(asked.violations) !== 'valid') return undefined;
  const values = segmentsOf(owner.itemPath, asked.input.url.path);
  if (values === undefined) return undefined;
  const at = filled(owner.collectionPath, values.slice(0, -1));
  const id = values.at(-1) ?? '';
  if (store.collection(parts.consumerOf(asked.input, asked.client), at).objects.has(id)) return undefined;
  const maker = { document: contract.document, random, nowMs: now() };
  return refusalAnswer(contract, operation, notFound(`${at}/${id}`), maker, []);
}

function taskOf(parts: SandboxParts, role: Role, asked: Asked, memo: Task['memo']): Task | undefined {
  const { itemPath, collectionPath } = role.resource;
  const isItem = asked.path === itemPath;
  const values = segmentsOf(asked.path, asked.input.url.path);
  if (values === undefined) return undefined;
  const id = isItem ? values.at(-1) : undefined;
  const at = filled(collectionPath, isItem ? values.slice(0, -1) : values);
  const consumer = parts.consumerOf(asked.input, asked.client);
  const collection = parts.store.collection(consumer, at);
  return {
    parts,
    role,
    asked,
    maker: { document: parts.contract.document, random: parts.random, nowMs: parts.now() },
    consumer,
    at,
    collection,
    id,
    memo,
    before: id === undefined ? undefined : collection.objects.get(id),
  };
}

/** Values of a template's parameters. @returns undefined where one shares its segment with something else */
function segmentsOf(template: string, path: string): readonly string[] | undefined {
  const sent = path.split('/');
  const values: string[] = [];
  for (const [index, segment] of template.split('/').entries()) {
    if (!segment.includes('{')) continue;
    if (!/^\{[^{}]+\}$/.test(segment)) return undefined;
    const value = decoded(sent[index] ?? '');
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function filled(template: string, values: readonly string[]): string {
  let index = 0;
  return template.replaceAll(/\{[^{}]+\}/g, () => encodeURIComponent(values[index++] ?? ''));
}

/** The parent's item must be there, and its parent's. */
function lostParent({ parts, role, at, consumer }: Task): string | undefined {
  let { resource } = role;
  let path = at;
  while (resource.parent !== undefined) {
    const parent = parts.model.resources.find(({ collectionPath }) => collectionPath === resource.parent);
    if (parent === undefined || !parent.isWritable) return undefined;
    const above = path.split('/').slice(0, -1);
    const id = decodeURIComponent(above.at(-1) ?? '');
    path = above.slice(0, -1).join('/');
    if (!parts.store.collection(consumer, path).objects.has(id)) return `${path}/${id}`;
    resource = parent;
  }
  return undefined;
}

function act(task: Task): Done | undefined {
  const lost = lostParent(task);
  if (lost !== undefined) return refused(task, notFound(lost));
  switch (task.role.action) {
    case 'create':
      return create(task);
    case 'list':
      return list(task);
    case 'get':
      return get(task);
    case 'update':
      return update(task);
    case 'replace':
      return replace(task);
    default:
      return remove(task);
  }
}

/** Does what was found right, and answers when it is safe. */
function settle(
  { parts, consumer, role }: Task,
  done: Done | undefined,
): SandboxAnswer | Promise<SandboxAnswer> | undefined {
  if (done === undefined || done.changes.length === 0) return done?.answer;
  return saved(parts, role, parts.commit([...parts.store.opening(consumer), ...done.changes]), done.answer);
}

function saved(
  parts: SandboxParts,
  role: Role,
  isSafe: Promise<void> | undefined,
  answer: SandboxAnswer,
): SandboxAnswer | Promise<SandboxAnswer> {
  if (isSafe === undefined) return answer;
  return isSafe.then(
    () => answer,
    (thrown: unknown) => {
      parts.warn(
        `the state of ${role.operation.id} was not written: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      );
      return unsaved();
    },
  );
}

function unsaved(): SandboxAnswer {
  const detail = 'The state file cannot be written: the change is kept in memory only. Nothing was acknowledged.';
  const body = JSON.stringify({ type: 'about:blank', title: 'State not written', status: 503, detail });
  const headers = ['Content-Type', 'application/problem+json', 'Content-Length', String(Buffer.byteLength(body))];
  return { status: 503, headers, body, refusal: detail };
}

/** A repeat of a key is answered as the first request was (rule R04; draft-ietf-httpapi-idempotency-key-header). */
function once(task: Task, inProgress: Set<string>): SandboxAnswer | Promise<SandboxAnswer> | undefined {
  const { parts, role, asked, consumer, maker } = task;
  const sent = (asked.input.headers ?? {})[role.idempotencyHeader ?? ''];
  if (sent === undefined || sent === '') return settle(task, act(task));
  const key = `${role.operation.id} ${sent}`;
  const running = `${consumer} ${key}`;
  if (inProgress.has(running)) return refuse(task, KEY_IN_PROGRESS);
  const fingerprint = fingerprintOf(asked.input);
  const known = parts.store.answerTo(consumer, key, maker.nowMs);
  if (known !== undefined && known.fingerprint !== fingerprint) return refuse(task, KEY_REUSED);
  if (known !== undefined) return replayed(task, known);
  const done = act(task);
  if (done === undefined) return undefined;
  const { status, headers, body = null } = done.answer;
  const kept: Change = {
    do: 'answer',
    consumer,
    key,
    answer: { fingerprint, atMs: maker.nowMs, status, headers, body },
  };
  const settled = settle(task, { answer: done.answer, changes: [...done.changes, kept] });
  if (!(settled instanceof Promise)) return settled;
  inProgress.add(running);
  return settled.finally(() => inProgress.delete(running));
}

/** Told again only when it is safe: the first answer may have been lost because its state could not be written. */
function replayed(
  { parts, role }: Task,
  { status, headers, body }: KeptAnswer,
): SandboxAnswer | Promise<SandboxAnswer> {
  const answer = { status, headers, body: body ?? undefined };
  return saved(parts, role, parts.commit([]), answer);
}

function fingerprintOf({ method, url, body }: IHttpRequest): string {
  const said = typeof body === 'string' ? body : canonicalJson((body ?? null) as Json);
  return createHash('sha256').update(`${method} ${url.path}\n${said}`).digest('base64url');
}

const KEY_REUSED: Refusal = {
  statuses: [422, 409, 400],
  title: 'Idempotency key reused',
  detail: 'This key was used with another request. Take a new key.',
  words: /reus|another|mismatch|different/i,
};

const KEY_IN_PROGRESS: Refusal = {
  statuses: [409],
  title: 'Request in progress',
  detail: 'A request with this key is in progress. Repeat it a little later.',
  words: /progress|concurrent/i,
};

/** A required header that has a status of its own where the contract documents one: RFC 6585 §3, rule R04. */
function missingHeader(task: Task): SandboxAnswer | undefined {
  const { role, asked } = task;
  const errors = asked.violations.filter(({ severity }) => SEVERITIES[severity] === 'Error');
  const [only, another] = errors;
  if (only === undefined || another !== undefined || only.path?.[0] !== 'header' || only.code !== 'required')
    return undefined;
  const headers = asked.input.headers ?? {};
  const isMissing = (name: string | undefined): boolean =>
    name !== undefined && isRequired(role.operation, name) && headers[name] === undefined;
  if (isMissing('if-match') && isDocumented(role.operation, 428)) return refuse(task, CONDITION_MISSING);
  if (isMissing(role.idempotencyHeader) && isDocumented(role.operation, 400)) return refuse(task, KEY_MISSING);
  return undefined;
}

function isRequired({ parameters }: Operation, header: string): boolean {
  return parameters.some((each) => each.in === 'header' && each.required && each.name.toLowerCase() === header);
}

const CONDITION_MISSING: Refusal = {
  statuses: [428],
  title: 'Precondition required',
  detail: 'Send the ETag of the copy that was changed in If-Match.',
  words: /precondition|if-match/i,
};

const KEY_MISSING: Refusal = {
  statuses: [400],
  title: 'Idempotency key missing',
  detail: 'Send a key of your own in Idempotency-Key, the same one with every repeat.',
  words: /idempotency|key/i,
};

function create(task: Task): Done | undefined {
  const { parts, role, asked, maker, collection, at } = task;
  const { resource } = role;
  const sent = bodyOf(asked.input);
  if (sent === undefined) return undefined;
  if (parts.store.size() >= OBJECTS) return refused(task, FULL);
  const given = resource.serverOwned.has(resource.idProperty) ? undefined : sent[resource.idProperty];
  if (given !== undefined && collection.objects.has(plainText(given))) return refused(task, exists(plainText(given)));
  const property = resource.item.shape.properties.get(resource.idProperty);
  const id =
    given ?? newId(maker, property?.pointer ?? '', (each) => collection.objects.has(each), collection.nextOrder - 1);
  const value = newItem(maker, resource, withParents(task, sent), exampleOf(role), id);
  const object = {
    id: plainText(id),
    value,
    revision: nextRevision(collection, undefined),
    order: collection.nextOrder,
  };
  const answer = itemAnswer(task, role.success, object, `${at}/${encodeURIComponent(object.id)}`);
  return answer === undefined
    ? undefined
    : { answer, changes: [{ do: 'put', consumer: task.consumer, in: at, object }] };
}

/** `userId` of `/users/{userId}/posts` is a property of the post too, where it has one of that name. */
function withParents({ role, asked }: Task, sent: JsonObject): JsonObject {
  const { resource } = role;
  const names = [...resource.collectionPath.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
  const values = segmentsOf(resource.collectionPath, asked.input.url.path) ?? [];
  const known = names.flatMap((name, index): readonly (readonly [string, Json])[] => {
    const property = resource.item.shape.properties.get(name);
    const value = values[index];
    if (property === undefined || value === undefined || name in sent) return [];
    return [[name, isNumeric(property) ? Number(value) : value]];
  });
  return known.length === 0 ? sent : { ...sent, ...Object.fromEntries(known) };
}

function isNumeric({ schema }: PropertyShape): boolean {
  return schema['type'] === 'integer' || schema['type'] === 'number';
}

/** What a new item looks like by the contract's own example. */
function exampleOf({ success, resource }: Role): JsonObject | undefined {
  const found = success.media?.examples.map(({ value }) => value).find((value) => isObject(value));
  return isObject(found) && resource.idProperty in found ? found : undefined;
}

function list(task: Task): Done | undefined {
  const { role, asked, collection, parts } = task;
  const { list: form, success } = role;
  if (form === undefined || success.media === undefined) return undefined;
  const query = asked.input.url.query ?? {};
  const found = [...collection.objects.values()].filter(({ value }) => matchesFilters(form.filters, value, query));
  const page = pageOf(form.paging, found, query, collection);
  if (page === undefined) return refused(task, CURSOR_UNKNOWN);
  const link = (position: string | number): string => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query))
      for (const each of [value ?? []].flat()) search.append(name, each);
    search.set(form.paging.position ?? '', String(position));
    return `${parts.url}${asked.input.url.path}?${search.toString()}`;
  };
  const items = page.items.map((object) => rendered(role.resource, object.value, undefined, ''));
  const self = parts.url + asked.input.url.path;
  const body = wrapPage(form, { ...page, items }, { link, self, document: parts.contract.document });
  if (!validatorOf(parts.contract, success.media.pointer)(body)) return unfit(task);
  const next = page.next === undefined ? undefined : link(page.next);
  const headers = next === undefined ? [] : ['Link', `<${next}>; rel="next"`];
  return { answer: jsonAnswer(task, success, body, headers), changes: [] };
}

const CURSOR_UNKNOWN: Refusal = {
  statuses: [400, 422],
  title: 'Unknown cursor',
  detail: 'This cursor is none that was given out here. Begin again without one.',
  words: /cursor/i,
};

function get(task: Task): Done | undefined {
  const { role, before, asked, id = '' } = task;
  const object = before ?? (role.resource.isWritable ? undefined : echoed(role, id));
  if (object === undefined) return refused(task, notFound(asked.input.url.path));
  const tag = entityTag(object);
  const known = asked.input.headers?.['if-none-match'];
  if (known !== undefined && hasTag(role.success) && matchesTag(known, tag, true)) {
    return { answer: { status: 304, headers: ['ETag', tag], body: undefined }, changes: [] };
  }
  const answer = task.memo.get(object) ?? itemAnswer(task, role.success, object);
  if (answer === undefined) return undefined;
  task.memo.set(object, answer);
  return { answer, changes: NONE };
}

const NONE: readonly Change[] = [];

/** Where nobody can make an item, every id has one: the example's, with this id. */
function echoed(role: Role, id: string): Stored | undefined {
  const example = exampleOf(role);
  const property = role.resource.item.shape.properties.get(role.resource.idProperty);
  if (example === undefined || property === undefined) return undefined;
  const value = { ...example, [role.resource.idProperty]: isNumeric(property) ? Number(id) : id };
  return { id, value, revision: 1, order: 0 };
}

function update(task: Task): Done | undefined {
  const { role, before, asked, maker, at, consumer, parts } = task;
  const patch = bodyOf(asked.input);
  if (before === undefined) return refused(task, notFound(asked.input.url.path));
  if (patch === undefined) return undefined;
  const unmet = failedCondition(task);
  if (unmet !== undefined) return refused(task, unmet);
  const value = changedItem(maker, role.resource, mergePatched(role.resource, before.value, patch));
  const object = { ...before, value, revision: nextRevision(task.collection, before) };
  const { resource } = role;
  if (!validatorOf(parts.contract, resource.item.pointer)(rendered(resource, value, undefined, '')))
    return refused(task, UNFIT_CHANGE);
  const answer = itemAnswer(task, role.success, object);
  return answer === undefined ? undefined : { answer, changes: [{ do: 'put', consumer, in: at, object }] };
}

const UNFIT_CHANGE: Refusal = {
  statuses: [422, 400, 409],
  title: 'Unprocessable change',
  detail: 'With this change the object would not be as the contract says.',
  words: /valid/i,
};

function replace(task: Task): Done | undefined {
  const { role, before, asked, maker, at, consumer, collection, parts, id = '' } = task;
  const { resource } = role;
  const sent = bodyOf(asked.input);
  if (sent === undefined) return undefined;
  const mayCreate = role.created !== undefined;
  if (before === undefined && !mayCreate) return refused(task, notFound(asked.input.url.path));
  if (before === undefined && parts.store.size() >= OBJECTS) return refused(task, FULL);
  const unmet = failedCondition(task);
  if (unmet !== undefined) return refused(task, unmet);
  const property = resource.item.shape.properties.get(resource.idProperty);
  const given = before?.value[resource.idProperty] ?? (property !== undefined && isNumeric(property) ? Number(id) : id);
  const fresh = newItem(maker, resource, withParents(task, sent), before?.value ?? exampleOf(role), given);
  const value =
    before === undefined ? fresh : changedItem(maker, resource, { ...fresh, ...kept(resource, before.value) });
  const order = before?.order ?? collection.nextOrder;
  const object = { id, value, revision: nextRevision(collection, before), order };
  const success = before === undefined ? (role.created ?? role.success) : role.success;
  const answer = itemAnswer(
    task,
    success,
    object,
    before === undefined ? `${at}/${encodeURIComponent(id)}` : undefined,
  );
  return answer === undefined ? undefined : { answer, changes: [{ do: 'put', consumer, in: at, object }] };
}

/** What the server alone sets outlives a replacement. */
function kept({ serverOwned }: Resource, value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([name]) => serverOwned.has(name)));
}

function remove(task: Task): Done | undefined {
  const { role, before, asked, at, consumer } = task;
  if (before === undefined) return refused(task, notFound(asked.input.url.path));
  const unmet = failedCondition(task);
  if (unmet !== undefined) return refused(task, unmet);
  const answer = role.success.media === undefined ? bare(task, role.success) : itemAnswer(task, role.success, before);
  return answer === undefined ? undefined : { answer, changes: [{ do: 'remove', consumer, in: at, id: before.id }] };
}

/** RFC 9110 §13.1: If-Match before If-None-Match. */
function failedCondition({ asked, before }: Task): Refusal | undefined {
  const { 'if-match': match, 'if-none-match': none } = asked.input.headers ?? {};
  const tag = before === undefined ? undefined : entityTag(before);
  const isMet =
    (match === undefined || (tag !== undefined && matchesTag(match, tag, false))) &&
    (none === undefined || tag === undefined || !matchesTag(none, tag, true));
  return isMet ? undefined : CHANGED;
}

const CHANGED: Refusal = {
  statuses: [412],
  title: 'Precondition failed',
  detail: 'It has changed since that copy. Read it again.',
  words: /precondition|changed/i,
};

const FULL: Refusal = {
  statuses: [507],
  title: 'Insufficient storage',
  detail: `The sandbox keeps no more than ${OBJECTS} objects. Delete some, or reset it.`,
  words: /storage/i,
};

function notFound(path: string): Refusal {
  return { statuses: [404, 410], title: 'Not found', detail: `There is nothing at ${path}.`, words: /not.?found/i };
}

function exists(id: string): Refusal {
  return {
    statuses: [409, 422, 400],
    title: 'Conflict',
    detail: `There is one with the id ${id} already.`,
    words: /exist|conflict|duplicate/i,
  };
}

function entityTag({ revision }: Stored): string {
  return `"r${revision}"`;
}

/** @param isWeak whether a weak tag is as good as a strong one (RFC 9110 §8.8.3.2) */
function matchesTag(header: string, tag: string, isWeak: boolean): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((each) => {
    const sent = each.trim();
    return sent === tag || (isWeak && sent === `W/${tag}`);
  });
}

function hasTag({ response }: Success): boolean {
  return response.headers.some(({ name }) => name.toLowerCase() === 'etag');
}

function refused(task: Task, refusal: Refusal): Done {
  return { answer: refuse(task, refusal), changes: [] };
}

function refuse({ parts, role, maker, before }: Task, refusal: Refusal): SandboxAnswer {
  const known = before === undefined ? [] : ['ETag', entityTag(before)];
  return refusalAnswer(parts.contract, role.operation, refusal, maker, known);
}

/** An answer with an item in it. @param location where a new one is read, below the service's address */
function itemAnswer(task: Task, success: Success, object: Stored, location?: string): SandboxAnswer | undefined {
  const { parts, role, at } = task;
  const place = `${at}/${encodeURIComponent(object.id)}`;
  const own = [...locationHeader(task, success, location), 'ETag', entityTag(object)];
  if (success.media === undefined) return bare(task, success, own);
  const whole = rendered(role.resource, object.value, role, parts.url + place);
  const fits = validatorOf(parts.contract, success.media.pointer);
  if (fits(whole)) return jsonAnswer(task, success, whole, own);
  return unfit(task);
}

function unfit({ parts, role }: Task): undefined {
  parts.warn(
    `${role.operation.id}: what is kept does not fit the contract's schema of its answer, so the example answered and nothing was changed`,
  );
}

function bare({ parts, maker }: Task, { status, response }: Success, known: readonly string[] = []): SandboxAnswer {
  const length = status === 204 ? [] : ['Content-Length', '0'];
  return { status, headers: [...headersOf(parts.contract, response, known, maker), ...length], body: undefined };
}

function jsonAnswer(
  { parts, maker }: Task,
  { status, media, response }: Success,
  body: Json,
  known: readonly string[],
): SandboxAnswer {
  const headers = headersOf(parts.contract, response, known, maker);
  const said = JSON.stringify(body);
  const type = media?.mediaType ?? '';
  const contentType = type.includes('*') ? 'application/json' : type;
  const length = String(Buffer.byteLength(said));
  return { status, headers: ['Content-Type', contentType, ...headers, 'Content-Length', length], body: said };
}

/** As the header's schema wants it: with the whole address, or from the root. */
function locationHeader({ parts }: Task, { response }: Success, location: string | undefined): readonly string[] {
  if (location === undefined) return [];
  const declared = response.headers.find(({ name }) => name.toLowerCase() === 'location');
  if (declared === undefined) return [];
  const address = parts.url + location;
  const fits = validatorOf(parts.contract, declared.pointer);
  const found = [address, new URL(address).pathname, location].find((each) => fits(each));
  return ['Location', found ?? address];
}

/** What a client sees of an item: nothing write-only, and links to where it is. */
function rendered({ item }: Resource, value: JsonObject, role: Role | undefined, address: string): JsonObject {
  const { properties, isClosed } = item.shape;
  const seen = Object.entries(value).filter(([name]) => {
    const property = properties.get(name);
    return property === undefined ? !isClosed : !property.isWriteOnly;
  });
  if (role === undefined) return Object.fromEntries(seen);
  const links = [...properties].flatMap(([name, property]): readonly (readonly [string, Json])[] => {
    if (name in value || !isLink(name, property)) return [];
    return [[name, /^_?links$/i.test(name) ? { self: address } : address]];
  });
  return Object.fromEntries([...seen, ...links]);
}

function bodyOf({ body }: IHttpRequest): JsonObject | undefined {
  return isObject(body) ? body : undefined;
}

function isJsonAccepted(accept: string | undefined, { media }: Success): boolean {
  if (accept === undefined || accept === '' || media === undefined) return true;
  const own = essenceOf(media.mediaType);
  return accept.split(',').some((range) => {
    const name = essenceOf(range);
    if (/;\s*q=0(\.0*)?\s*(;|$)/i.test(range)) return false;
    return name === own || name === '*/*' || name === 'application/*' || own.includes('*');
  });
}
