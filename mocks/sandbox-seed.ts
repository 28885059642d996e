import {
  didYouMean,
  isObject,
  schemaValidator,
  TallyError,
  type Contract,
  type Json,
  type JsonObject,
  type Operation,
} from '../contracts/index.ts';
import { plainText } from './plain-text.ts';
import { isLink } from './sandbox-values.ts';
import { successOf, type Resource, type ResourceModel } from './resource-model.ts';
import { validatorOf } from './sandbox-problems.ts';
import type { SavedCollections, Stored } from './sandbox-store.ts';

/** Objects by the whole path of their collection. */
type Objects = Map<string, Map<string, JsonObject>>;

/** What the contract's own examples show: what is read first, then what is listed, made and changed. */
export function seedOfExamples(contract: Contract, { resources, roles }: ResourceModel): SavedCollections {
  const objects: Objects = new Map();
  for (const resource of resources) {
    const own = [...roles.values()].filter((role) => role.resource === resource);
    const [path] = own.flatMap(({ operation }) => collectionAt(resource, operation) ?? []);
    if (path === undefined || !isUnder(objects, resource, path)) continue;
    const fits = validatorOf(contract, resource.item.pointer);
    const found = new Map<string, JsonObject>();
    objects.set(path, found);
    for (const action of ['get', 'list', 'create', 'replace', 'update'] as const) {
      const role = own.find((each) => each.action === action);
      for (const value of role === undefined ? [] : examplesOf(role.operation, role.list?.itemsProperty)) {
        const kept = withoutLinks(resource, value);
        const id = kept[resource.idProperty];
        if (id !== undefined && !found.has(plainText(id)) && fits(kept)) found.set(plainText(id), kept);
      }
    }
    addNamed(
      resource,
      own.map(({ operation }) => operation),
      found,
      fits,
    );
  }
  return saved(objects);
}

/** An id that an operation has for its example is there too, so that its example request works. */
function addNamed(
  { idParameter, idProperty }: Resource,
  operations: readonly Operation[],
  found: Map<string, JsonObject>,
  fits: (value: Json) => boolean,
): void {
  const [model] = found.values();
  if (model === undefined) return;
  for (const { parameters } of operations) {
    const id = parameters.find((each) => each.in === 'path' && each.name === idParameter)?.example;
    if ((typeof id !== 'string' && typeof id !== 'number') || found.has(plainText(id))) continue;
    const named = { ...model, [idProperty]: id };
    if (fits(named)) found.set(plainText(id), named);
  }
}

/** The path of a collection, by the examples of its parameters. */
function collectionAt({ collectionPath }: Resource, { parameters }: Operation): readonly string[] {
  const names = [...collectionPath.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name);
  const values = names.map((name) => parameters.find((each) => each.in === 'path' && each.name === name)?.example);
  if (values.some((value) => typeof value !== 'string' && typeof value !== 'number')) return [];
  let index = 0;
  return [collectionPath.replaceAll(/\{[^{}]+\}/g, () => encodeURIComponent(plainText(values[index++])))];
}

function isUnder(objects: Objects, { parent }: Resource, path: string): boolean {
  if (parent === undefined) return true;
  const above = path.split('/').slice(0, -1);
  return objects.get(above.slice(0, -1).join('/'))?.has(decodeURIComponent(above.at(-1) ?? '')) === true;
}

function examplesOf(operation: Operation, itemsProperty: string | undefined): readonly JsonObject[] {
  const values = successOf(operation)?.media?.examples.map(({ value }) => value) ?? [];
  return values.flatMap((value) => {
    const inner = isObject(value) && itemsProperty !== undefined ? (value[itemsProperty] ?? []) : value;
    return (Array.isArray(inner) ? inner : [inner]).filter((each: Json) => isObject(each));
  });
}

function withoutLinks({ item, serverOwned }: Resource, value: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => {
      const property = item.shape.properties.get(name);
      return property === undefined || !(serverOwned.has(name) && isLink(name, property));
    }),
  );
}

function saved(objects: Objects): SavedCollections {
  return Object.fromEntries(
    [...objects].map(([path, found]) => {
      const stored = [...found].map(([id, value], index): Stored => ({ id, value, revision: 1, order: index + 1 }));
      return [path, { objects: stored, floor: 0, nextOrder: stored.length + 1 }];
    }),
  );
}

/**
 * What a person has written down: `{ "/parcels": [{ "id": … }] }`.
 *
 * @param where names the file in errors
 * @throws TallyError STATE_SEED_INVALID
 */
export function seedOfFile(
  content: Json,
  contract: Contract,
  { resources }: ModelPart,
  where: string,
): SavedCollections {
  if (!isObject(content)) throw invalid(where, 'it is no JSON object', EXPECTED);
  const objects: Objects = new Map();
  for (const [path, items] of Object.entries(content)) {
    const resource = resources.find(({ collectionPath }) => isFilled(collectionPath, path));
    if (resource === undefined) {
      const known = resources.map(({ collectionPath }) => collectionPath);
      const near = didYouMean(path, known);
      throw invalid(
        where,
        `${contract.name} ${contract.version} has no collection ${path}${near}`,
        `collections are ${known.join(', ') || 'none'}`,
      );
    }
    if (!Array.isArray(items)) throw invalid(`${where}, ${path}`, 'it is no array of objects', EXPECTED);
    objects.set(
      path,
      new Map(
        items.map((item: Json, index) => seeded(contract, resource, item, `${where}, ${path}, item ${index + 1}`)),
      ),
    );
  }
  return saved(objects);
}

type ModelPart = Pick<ResourceModel, 'resources'>;

const EXPECTED = 'write { "/collection": [ { … }, … ] }, with the objects as they are read';

function seeded(
  contract: Contract,
  { item, idProperty }: Resource,
  value: Json,
  where: string,
): readonly [string, JsonObject] {
  if (!isObject(value)) throw invalid(where, 'it is no object', EXPECTED);
  const [problem] = schemaValidator(contract, item.pointer, 'response')(value);
  const id = value[idProperty];
  if (problem !== undefined) {
    const near = problemNear(problem.instancePointer, value, item.shape.properties.keys());
    throw invalid(
      `${where}${problem.instancePointer}`,
      `it does not fit the contract: ${problem.message}${near}`,
      `correct it as ${contract.source} says at ${item.pointer}`,
    );
  }
  if (id === undefined)
    throw invalid(where, `it has no ${idProperty}, by which it would be found`, `give it a ${idProperty}`);
  return [plainText(id), value];
}

/** A member that the schema does not know may be meant for one that is missing. */
function problemNear(pointer: string, value: JsonObject, names: Iterable<string>): string {
  const known = [...names];
  if (pointer !== '') return '';
  const unknown = Object.keys(value).filter((name) => !known.includes(name));
  const missing = known.filter((name) => !(name in value));
  for (const name of unknown) {
    const near = didYouMean(name, missing);
    if (near !== '') return `; it has "${name}"${near}`;
  }
  return '';
}

function isFilled(template: string, path: string): boolean {
  const wanted = template.split('/');
  const given = path.split('/');
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => /^\{[^{}]+\}$/.test(segment) || segment === given[index])
  );
}

function invalid(where: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'STATE_SEED_INVALID', where, why, fix });
}
