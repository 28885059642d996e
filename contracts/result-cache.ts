import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { makeFolder } from './make-folder.ts';
import type { UnplacedFinding } from './unplaced-finding.ts';
import type { Workspace } from './workspace.ts';

/** Findings of earlier runs over the same bytes. Safe to delete at any time. */
export interface ResultCache {
  /** What was found earlier under the same key, else what `find` finds now. `inputs` is all that the outcome depends on. */
  findings(
    inputs: readonly string[],
    find: () => Promise<readonly UnplacedFinding[]>,
  ): Promise<readonly UnplacedFinding[]>;
}

/** `.tally/cache` of the workspace; for bare documents the user's cache folder, so that nothing appears beside them. */
export function openResultCache(
  workspace: Pick<Workspace, 'root' | 'configSource'>,
  env: NodeJS.ProcessEnv = process.env,
): ResultCache {
  const own = path.join(workspace.root, '.tally', 'cache');
  const folder =
    workspace.configSource === undefined
      ? path.join(env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'tallystick')
      : own;
  return {
    findings: async (inputs, find) => {
      const key = createHash('sha256')
        .update(JSON.stringify([FORMAT, ...inputs]))
        .digest('hex');
      const file = path.join(folder, `${key}.json`);
      const known = await readEntry(file);
      if (known !== undefined) return known;
      const found = await find();
      await writeEntry(file, found);
      return found;
    },
  };
}

/** Changes whenever the shape of an entry or the meaning of a finding does. */
const FORMAT = 'findings 2';

/** An entry that cannot be read counts as none. */
async function readEntry(file: string): Promise<readonly UnplacedFinding[] | undefined> {
  try {
    const entry: unknown = JSON.parse(await readFile(file, 'utf8'));
    return Array.isArray(entry) && entry.every(isUnplacedFinding) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isUnplacedFinding(value: unknown): value is UnplacedFinding {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['code', 'message', 'pointer', 'severity'].map((key): unknown => Reflect.get(value, key));
  return texts.every((text) => typeof text === 'string');
}

/** Written beside and renamed, so that a reader never sees half of it. A folder that cannot be written to costs only time. */
async function writeEntry(file: string, findings: readonly UnplacedFinding[]): Promise<void> {
  const beside = `${file}.${process.pid}`;
  try {
    await makeFolder(path.dirname(file));
    await writeFile(path.join(path.dirname(file), '.gitignore'), '*\n');
    await writeFile(beside, JSON.stringify(findings));
    await rename(beside, file);
  } catch {
    return;
  }
}
