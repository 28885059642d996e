import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { codeOf } from './thrown.ts';

/**
 * Makes a folder, and those above it that are missing. Not `mkdir` with `recursive`: that never returns below a folder
 * which takes no entries and says ENOENT (/proc, an automounter's), and says ENOENT of a file system that is read-only.
 */
export async function makeFolder(folder: string, mode?: number): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (cause) {
    if (await isFolder(folder)) return;
    const above = path.dirname(folder);
    if (codeOf(cause) !== 'ENOENT' || (await isFolder(above))) throw cause;
    await makeFolder(above, mode);
    await makeFolder(folder, mode);
  }
}

async function isFolder(name: string): Promise<boolean> {
  return (await stat(name).catch(() => undefined))?.isDirectory() === true;
}
