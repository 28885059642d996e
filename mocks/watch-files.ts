import { statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';

/** Notices changes of files, however they come about: written in place, or replaced by a rename as editors do. */
export interface FileWatcher {
  /** The files from now on, absolute. */
  readonly follow: (files: Iterable<string>) => void;
  readonly close: () => void;
}

/** Saving one document takes an editor several steps. */
const SETTLE_MS = 30;
/** Some file systems (of containers, over networks) tell nothing: then this is how soon a change is seen. */
const POLL_MS = 1_000;

/** @param onEvent something happened in a folder of the files; usually, not always, to one of them */
export function watchFiles(onEvent: () => void): FileWatcher {
  const folders = new Map<string, FSWatcher | undefined>();
  let followed: readonly string[] = [];
  let stamps = '';
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    stamps = stampsOf(followed);
    onEvent();
  };
  const soon = (): void => {
    timer ??= setTimeout(tell, SETTLE_MS);
  };
  const poll = setInterval(() => {
    if (stampsOf(followed) !== stamps) soon();
  }, POLL_MS).unref();
  const drop = (folder: string): void => {
    folders.get(folder)?.close();
    folders.delete(folder);
  };
  return {
    follow: (files) => {
      followed = [...new Set(files)].toSorted();
      stamps = stampsOf(followed);
      const wanted = new Set(followed.map((file) => path.dirname(file)));
      for (const folder of folders.keys()) if (!wanted.has(folder)) drop(folder);
      for (const folder of wanted) if (!folders.has(folder)) folders.set(folder, watchFolder(folder, soon));
    },
    close: () => {
      clearInterval(poll);
      clearTimeout(timer);
      for (const folder of folders.keys()) drop(folder);
    },
  };
}

/** What changes with every write and every replacement of a file; that it is missing counts too. */
export function stampsOf(files: readonly string[]): string {
  return files.map(stampOf).join('\n');
}

function stampOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? 'missing' : `${found.ino} ${found.size} ${found.mtimeNs}`;
}

/** A folder, not the file: a file that was replaced is another one. Where this does not work, polling does. */
function watchFolder(folder: string, onEvent: () => void): FSWatcher | undefined {
  try {
    return watch(folder, { persistent: false }, onEvent).on('error', () => undefined);
  } catch {
    return undefined;
  }
}
