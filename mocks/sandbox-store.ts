import type { JsonObject } from '../contracts/index.ts';

/** One object that is kept. Never changed: a change puts another in its place. */
export interface Stored {
  readonly id: string;
  readonly value: JsonObject;
  /** Counts its versions, from 1; an id that is used again goes on counting. */
  readonly revision: number;
  /** Its place among those of its collection: the order in which they were made. */
  readonly order: number;
}

/** An answer that is given again when its request is repeated with the same key. */
export interface KeptAnswer {
  /** Of method, path and body. */
  readonly fingerprint: string;
  readonly atMs: number;
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string | null;
}

/** One step of the state. Doing it twice is doing it once. */
export type Change =
  /** A consumer's objects part from the seed. */
  | { readonly do: 'open'; readonly consumer: string; readonly collections: SavedCollections }
  | { readonly do: 'put'; readonly consumer: string; readonly in: string; readonly object: Stored }
  /** Everything below it goes too. */
  | { readonly do: 'remove'; readonly consumer: string; readonly in: string; readonly id: string }
  | { readonly do: 'answer'; readonly consumer: string; readonly key: string; readonly answer: KeptAnswer }
  | { readonly do: 'clear' };

export type SavedCollections = Readonly<Record<string, SavedCollection>>;

interface SavedCollection {
  readonly objects: readonly Stored[];
  readonly floor: number;
  readonly nextOrder: number;
}

/** Everything that is kept, as plain data. */
export interface Snapshot {
  readonly consumers: Readonly<Record<string, SavedConsumer>>;
}

interface SavedConsumer {
  readonly collections: SavedCollections;
  readonly answers: Readonly<Record<string, KeptAnswer>>;
}

/** Objects of one collection under its whole path: `/users/7/posts`. */
export interface Collection {
  /** In order of their making. */
  readonly objects: ReadonlyMap<string, Stored>;
  /** The highest revision of any object that was removed: no entity tag comes twice. */
  readonly floor: number;
  readonly nextOrder: number;
}

interface MutableCollection {
  readonly objects: Map<string, Stored>;
  floor: number;
  nextOrder: number;
}

interface Consumer {
  readonly collections: Map<string, MutableCollection>;
  readonly answers: Map<string, KeptAnswer>;
}

/** What all consumers of one version of an API have stored. */
export interface SandboxStore {
  collection(consumer: string, path: string): Collection;
  answerTo(consumer: string, key: string, nowMs: number): KeptAnswer | undefined;
  /** What must be done before a consumer's first own change. */
  opening(consumer: string): readonly Change[];
  apply(change: Change): void;
  /** @returns how many objects there are, over all consumers */
  size(): number;
  snapshot(): Snapshot;
  /** The changes that lead from nothing to here. */
  changes(): readonly Change[];
}

/** Of every consumer, after the draft: keys are kept for a day. */
const ANSWERS_MS = 24 * 60 * 60 * 1000;
const ANSWERS = 10_000;
const NOTHING: Collection = { objects: new Map(), floor: 0, nextOrder: 1 };

/** @param seed what every consumer begins with, by the whole path of its collection */
export function createSandboxStore(seed: SavedCollections): SandboxStore {
  const seeded = collectionsOf(seed);
  const consumers = new Map<string, Consumer>();
  let objects = 0;
  const collection = (consumer: string, path: string): Collection =>
    (consumers.get(consumer)?.collections ?? seeded).get(path) ?? NOTHING;
  const own = (consumer: string): Consumer => {
    const known = consumers.get(consumer) ?? { collections: new Map(), answers: new Map() };
    consumers.set(consumer, known);
    return known;
  };
  const apply = (change: Change): void => {
    if (change.do === 'clear') {
      consumers.clear();
      objects = 0;
      return;
    }
    const before = consumers.get(change.consumer);
    const counted = before === undefined ? 0 : countOf(before);
    if (change.do === 'open')
      consumers.set(change.consumer, {
        collections: collectionsOf(change.collections),
        answers: new Map(before?.answers),
      });
    else if (change.do === 'answer') keep(own(change.consumer).answers, change.key, change.answer);
    else if (change.do === 'put') {
      objects += put(own(change.consumer).collections, change.in, change.object);
      return;
    } else remove(own(change.consumer).collections, change.in, change.id);
    objects += countOf(own(change.consumer)) - counted;
  };
  const snapshot = (): Snapshot => ({
    consumers: Object.fromEntries(
      [...consumers].map(([name, { collections, answers }]) => [
        name,
        { collections: savedCollections(collections), answers: Object.fromEntries(answers) },
      ]),
    ),
  });
  return {
    collection,
    apply,
    snapshot,
    size: () => objects,
    answerTo: (consumer, key, nowMs) => {
      const found = consumers.get(consumer)?.answers.get(key);
      return found === undefined || nowMs - found.atMs > ANSWERS_MS ? undefined : found;
    },
    opening: (consumer) =>
      consumers.has(consumer) ? [] : [{ do: 'open', consumer, collections: savedCollections(seeded) }],
    changes: () => changesOf(snapshot()),
  };
}

/** The changes that make a snapshot out of nothing. */
export function changesOf({ consumers }: Snapshot): readonly Change[] {
  return Object.entries(consumers).flatMap(([consumer, { collections, answers }]): readonly Change[] => [
    { do: 'open', consumer, collections },
    ...Object.entries(answers).map(([key, answer]): Change => ({ do: 'answer', consumer, key, answer })),
  ]);
}

function collectionsOf(saved: SavedCollections): Map<string, MutableCollection> {
  return new Map(
    Object.entries(saved).map(([path, { objects, floor, nextOrder }]) => [
      path,
      { objects: new Map(objects.map((each) => [each.id, each])), floor, nextOrder },
    ]),
  );
}

function savedCollections(collections: ReadonlyMap<string, MutableCollection>): SavedCollections {
  return Object.fromEntries(
    [...collections].map(([path, { objects, floor, nextOrder }]) => [
      path,
      { objects: [...objects.values()], floor, nextOrder },
    ]),
  );
}

/** @returns how many objects there are more */
function put(collections: Map<string, MutableCollection>, path: string, object: Stored): number {
  const collection = collections.get(path) ?? { objects: new Map(), floor: 0, nextOrder: 1 };
  collections.set(path, collection);
  const before = collection.objects.size;
  collection.objects.set(object.id, object);
  collection.nextOrder = Math.max(collection.nextOrder, object.order + 1);
  return collection.objects.size - before;
}

function remove(collections: Map<string, MutableCollection>, path: string, id: string): void {
  const collection = collections.get(path);
  const object = collection?.objects.get(id);
  if (collection !== undefined && object !== undefined) {
    collection.objects.delete(id);
    collection.floor = Math.max(collection.floor, object.revision);
  }
  const below = `${path}/${encodeURIComponent(id)}/`;
  for (const each of collections.keys()) if (each.startsWith(below)) collections.delete(each);
}

function keep(answers: Map<string, KeptAnswer>, key: string, answer: KeptAnswer): void {
  answers.delete(key);
  answers.set(key, answer);
  const [oldest] = answers.keys();
  if (answers.size > ANSWERS && oldest !== undefined) answers.delete(oldest);
}

function countOf({ collections }: Consumer): number {
  let count = 0;
  for (const { objects } of collections.values()) count += objects.size;
  return count;
}

/** The revision of an object that takes the place of another, or of none. */
export function nextRevision({ floor }: Collection, before: Stored | undefined): number {
  return (before?.revision ?? floor) + 1;
}
