import { createHmac, randomBytes } from 'node:crypto';
import type { IHttpRequest } from '@stoplight/prism-http';
import { isObject, type Contract, type Json } from '../contracts/index.ts';
import { apiKeysOf } from './mark-api-keys.ts';
import { resourceModel, type ResourceModel } from './resource-model.ts';
import { createSandbox, type Sandbox } from './sandbox.ts';
import { seedOfExamples, seedOfFile } from './sandbox-seed.ts';
import {
  changesOf,
  createSandboxStore,
  type Change,
  type SandboxStore,
  type SavedCollections,
  type Snapshot,
} from './sandbox-store.ts';
import { seededRandom, unseededRandom } from './seeded-random.ts';

/** What the mocks remember, over all services; and how to set it back. */
export interface StateControl {
  /** By `name version` of a service. Plain data, for `restore`. */
  snapshot(): StateSnapshot;
  /** Everything as it was then; services that are not in it begin anew. */
  restore(snapshot: StateSnapshot): Promise<void>;
  /** Everything as at the start: examples or the seed file. */
  reset(): Promise<void>;
}

type StateSnapshot = Readonly<Record<string, Snapshot>>;

/** One change of one service's state. */
export interface ServiceChange {
  /** `name version` */
  readonly service: string;
  readonly change: Change;
}

/** Where changes last. */
export interface StateLog {
  readonly salt: string;
  /** Done when they are on the disk. */
  append(changes: readonly ServiceChange[]): Promise<void>;
  close(): Promise<void>;
}

export interface SandboxStates extends StateControl {
  /** The changes that lead to the present state, also of services that are not open. */
  present(): readonly ServiceChange[];
  /** A new reading of a contract goes on with what was kept under its name and version. */
  open(contract: Contract, url: string): Sandbox;
  close(): Promise<void>;
}

export interface StateSettings {
  readonly seed?: { readonly content: Json; readonly source: string };
  /** Ids are the same in every run. */
  readonly randomSeed?: string | undefined;
  readonly log?: StateLog;
  /** What the log already holds. */
  readonly changes?: readonly ServiceChange[];
  readonly now?: () => number;
  readonly warn: (text: string) => void;
}

export function createSandboxStates(settings: StateSettings): SandboxStates {
  const stores = new Map<string, SandboxStore>();
  const salt = settings.log?.salt ?? randomBytes(16).toString('base64url');
  const now = settings.now ?? Date.now;
  const waiting = grouped(settings.changes ?? []);
  const commit = (service: string, store: SandboxStore, changes: readonly Change[]): Promise<void> | undefined => {
    for (const change of changes) store.apply(change);
    return settings.log?.append(changes.map((change) => ({ service, change })));
  };
  const replaceAll = async (snapshots: StateSnapshot): Promise<void> => {
    const all = [...stores].map(async ([service, store]) => {
      const snapshot = snapshots[service];
      await commit(service, store, [{ do: 'clear' }, ...(snapshot === undefined ? [] : changesOf(snapshot))]);
    });
    await Promise.all(all);
  };
  return {
    present: () => [
      ...[...stores].flatMap(([service, store]) => store.changes().map((change) => ({ service, change }))),
      ...[...waiting].flatMap(([service, changes]) =>
        stores.has(service) ? [] : changes.map((change) => ({ service, change })),
      ),
    ],
    open: (contract, url) => {
      const service = `${contract.name} ${contract.version}`;
      const model = resourceModel(contract);
      const store = stores.get(service) ?? createSandboxStore(seedOf(settings.seed, contract, model));
      if (!stores.has(service)) for (const change of waiting.get(service) ?? []) store.apply(change);
      stores.set(service, store);
      return createSandbox({
        contract,
        model,
        store,
        url,
        now,
        random: settings.randomSeed === undefined ? unseededRandom(now()) : seededRandom(settings.randomSeed),
        consumerOf: consumersOf(contract, salt),
        commit: (changes) => commit(service, store, changes),
        warn: settings.warn,
      });
    },
    snapshot: () => Object.fromEntries([...stores].map(([service, store]) => [service, store.snapshot()])),
    restore: replaceAll,
    reset: async () => await replaceAll({}),
    close: async () => await settings.log?.close(),
  };
}

/** A file for several services has a part for each, under its name and version or its name. */
function seedOf(seed: StateSettings['seed'], contract: Contract, model: ResourceModel): SavedCollections {
  if (seed === undefined) return seedOfExamples(contract, model);
  const { content, source } = seed;
  if (
    !isObject(content) ||
    Object.keys(content).some((name) => name.startsWith('/')) ||
    Object.keys(content).length === 0
  ) {
    return seedOfFile(content, contract, model, source);
  }
  const service = `${contract.name} ${contract.version}`;
  const name = [service, contract.name].find((each) => each in content);
  return name === undefined
    ? seedOfExamples(contract, model)
    : seedOfFile(content[name] ?? null, contract, model, `${source}, ${name}`);
}

function grouped(changes: readonly ServiceChange[]): ReadonlyMap<string, readonly Change[]> {
  const byService = new Map<string, Change[]>();
  for (const { service, change } of changes) {
    const known = byService.get(service) ?? [];
    known.push(change);
    byService.set(service, known);
  }
  return byService;
}

/** Digests are kept of so many credentials: anyone may send any number. */
const KNOWN = 1_000;

/** Who sends a request: a digest of the credential; everyone without one is the same. */
function consumersOf(contract: Contract, salt: string): (input: IHttpRequest, client: string | undefined) => string {
  const keys = apiKeysOf(contract);
  const cookies = Object.values(contract.securitySchemes).flatMap((scheme) =>
    scheme.type === 'apiKey' && scheme.in === 'cookie' ? [scheme.name] : [],
  );
  const known = new Map<string, string>();
  return ({ headers = {}, url: { query = {} } }, client) => {
    const sent = [
      headers['authorization'],
      ...keys.map(({ in: place, name }) => (place === 'header' ? headers[name] : [query[name] ?? []].flat()[0])),
      ...cookies.map((name) => cookieOf(headers['cookie'], name)),
    ].filter((each) => each !== undefined && each !== '');
    const said = sent.length > 0 ? sent.join('\n') : client;
    if (said === undefined) return 'anonymous';
    const consumer = known.get(said) ?? createHmac('sha256', salt).update(said).digest('base64url').slice(0, 22);
    if (known.size < KNOWN) known.set(said, consumer);
    return consumer;
  };
}

function cookieOf(header: string | undefined, name: string): string | undefined {
  const pair = header?.split(';').find((each) => each.trim().startsWith(`${name}=`));
  return pair?.trim().slice(name.length + 1);
}
