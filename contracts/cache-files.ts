import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';
import type { Workspace } from './workspace.ts';

/** `.tally/cache` of the workspace; for bare documents the user's cache folder, so that nothing appears beside them. */
export function cacheFolder(
  workspace: Pick<Workspace, 'root' | 'configSource'>,
  env: NodeJS.ProcessEnv = process.env,
): string {
  if (workspace.configSource !== undefined) return path.join(workspace.root, '.tally', 'cache');
  return path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'tallystick');
}

/** An entry that cannot be read, or is no JSON, counts as none. */
export async function readCached(file: string): Promise<unknown> {
  try {
    const entry: unknown = JSON.parse(await readFile(file, 'utf8'));
    return entry;
  } catch {
    return undefined;
  }
}

/**
 * Written beside and renamed, so that no reader in any process sees half of it. A folder that cannot be written to costs
 * only time.
 */
export async function writeCached(file: string, entry: unknown): Promise<void> {
  const folder = path.dirname(file);
  // Two machines that share the folder may have one process id.
  const beside = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    await makeFolder(folder, 0o700);
    await writeFile(path.join(folder, '.gitignore'), '*\n');
    await writeFile(beside, JSON.stringify(entry), { mode: 0o600 });
    await rename(beside, file);
    await forgetOldest(folder);
  } catch {
    await rm(beside, { force: true }).catch(() => undefined);
  }
}

/** Every edit of a document leaves an entry behind; a large one takes a megabyte. */
const MAX_ENTRIES = 300;

async function forgetOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== '.gitignore');
  if (names.length <= MAX_ENTRIES) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const found = await stat(file).catch(() => undefined);
      return { file, writtenAt: found?.mtimeMs ?? 0 };
    }),
  );
  const oldest = aged.toSorted((a, b) => a.writtenAt - b.writtenAt).slice(0, names.length - MAX_ENTRIES / 2);
  for (const { file } of oldest) await rm(file, { force: true });
}
