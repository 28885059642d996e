import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asTallyError, type Contract } from '../contracts/index.ts';
import { readContract, type LoadedContract } from './load-contract.ts';
import type { TrafficLog } from './traffic-log.ts';
import { stampsOf, watchFiles } from './watch-files.ts';

/** Follows the documents that are mocked, and has each good version of them served. */
export interface Reloader {
  readonly close: () => void;
}

export interface ReloadSettings {
  /** Of the workspace. */
  readonly root: string;
  /** What is served now, by place in the list of services. */
  readonly served: () => readonly Contract[];
  /** Serves this version from now on; false where it could not be agreed on, and is to be read again. */
  readonly replace: (index: number, loaded: LoadedContract) => Promise<boolean>;
  readonly log: Pick<TrafficLog, 'info' | 'warn'>;
}

/** A file that is still being written looks broken. */
const STABLE_MS = 150;

/**
 * A change is loaded beside what is served and takes its place in one step. What cannot be served is told, with its line,
 * and the last good version stays.
 */
export function followDocuments(settings: ReloadSettings): Reloader {
  const documents = settings.served().map((contract, index) => followed(settings, contract, index));
  const state = { isClosed: false, isBusy: false, isDue: false };
  const watcher = watchFiles(() => void readAll());
  const follow = (): void => watcher.follow(documents.flatMap((document) => document.files()));
  /** One after the other, and again where something happened meanwhile. */
  async function readAll(): Promise<void> {
    state.isDue = true;
    if (state.isBusy) return;
    state.isBusy = true;
    while (state.isDue && !state.isClosed) {
      state.isDue = false;
      for (const document of documents) await document.read(() => state.isClosed);
      if (!state.isClosed) follow();
    }
    state.isBusy = false;
  }
  follow();
  return {
    close: () => {
      state.isClosed = true;
      watcher.close();
    },
  };
}

/** The root document and every file it refers to, absolute. */
function filesOf(root: string, { source, document }: Contract): readonly string[] {
  const main = path.resolve(root, source);
  const others = document['x-tally-files'];
  const names = typeof others === 'object' && others !== null ? Object.keys(others) : [];
  return [main, ...names.map((name) => path.resolve(path.dirname(main), name))];
}

interface FollowedDocument {
  readonly files: () => readonly string[];
  /** Reads it where it has changed since the last time; never rejects. */
  readonly read: (isClosed: () => boolean) => Promise<void>;
}

function followed(settings: ReloadSettings, first: Contract, index: number): FollowedDocument {
  const { root, served, log } = settings;
  let files = filesOf(root, first);
  let stamps = stampsOf(files);
  /** What was told last, while it is broken. */
  let broken: string | undefined;

  async function readOnce(): Promise<'served' | 'again'> {
    const current = served()[index] ?? first;
    const before = files;
    const loaded = await readContract(root, current);
    // What Prism read must be what we read.
    if (stampsOf(before) !== stamps) return 'again';
    files = filesOf(root, loaded.contract);
    stamps = stampsOf(files);
    const isUnchanged = loaded.contract.digest === current.digest;
    if (!isUnchanged && !(await settings.replace(index, loaded))) return 'again';
    tellServed(loaded.contract, isUnchanged);
    return 'served';
  }

  function tellServed({ source, operations }: Contract, isUnchanged: boolean): void {
    const what = `${operations.length} ${operations.length === 1 ? 'operation' : 'operations'}`;
    if (broken !== undefined) log.warn(`${source} is in order again and served as it is now, ${what}`);
    else if (!isUnchanged) log.info(`${source} has changed and is served as it is now, ${what}`);
    broken = undefined;
  }

  async function tellBroken(thrown: unknown, isClosed: () => boolean): Promise<'told' | 'again'> {
    await wait(STABLE_MS, undefined, { ref: false });
    if (isClosed()) return 'told';
    if (stampsOf(files) !== stamps) return 'again';
    const { code, where, why, fix } = asTallyError(thrown);
    const text = `${first.source} has changed and cannot be served, its last good version stays\n  ${code}  ${where}\n  ${why}\n  ${fix}`;
    if (text !== broken) log.warn(text);
    broken = text;
    return 'told';
  }

  return {
    files: () => files,
    read: async (isClosed) => {
      // While it is broken, a file that we do not know yet may be what is missing.
      if (broken === undefined && stampsOf(files) === stamps) return;
      for (let state = 'again'; state === 'again' && !isClosed();) {
        stamps = stampsOf(files);
        state = await readOnce().catch(async (thrown: unknown) => await tellBroken(thrown, isClosed));
      }
    },
  };
}
