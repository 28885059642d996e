import { randomBytes } from 'node:crypto';
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';

/**
 * Replaces a file in one step: whoever reads it sees the old content or the new, never a part, also after a crash. Its
 * folder is made where it is missing; permissions of the file that was there are kept, and a link to it stays a link.
 */
export async function writeFileAtomically(file: string, content: string | Uint8Array): Promise<void> {
  const before = await stat(file).catch(() => undefined);
  // A pipe or a device (/dev/stdout, /dev/null) takes what is written to it: a file renamed over it would destroy it.
  if (before?.isFile() === false) return await writeFile(file, content);
  const target = before === undefined ? file : await realpath(file);
  const folder = path.dirname(target);
  await makeFolder(folder);
  // In the same folder: a rename between file systems would be a copy.
  const temporary = path.join(folder, `.tally-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await writeFile(temporary, content, { flag: 'wx', flush: true });
    if (before !== undefined) await chmod(temporary, before.mode & 0o777);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
