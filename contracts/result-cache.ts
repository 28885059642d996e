import { createHash } from 'node:crypto';
import path from 'node:path';
import { cacheFolder, readCached, writeCached } from './cache-files.ts';
import { ownDigest } from './own-digest.ts';
import type { UnplacedFinding } from './unplaced-finding.ts';
import type { Workspace } from './workspace.ts';

/** Findings of earlier runs over the same bytes. Safe to delete at any time, to share, and to use from parallel runs. */
export interface ResultCache {
  /**
   * What was found earlier under the same key, else what `find` finds now. `inputs` is all that the outcome depends on
   * besides our own code and the libraries.
   */
  findings(
    inputs: readonly string[],
    find: () => Promise<readonly UnplacedFinding[]>,
  ): Promise<readonly UnplacedFinding[]>;
}

export function openResultCache(
  workspace: Pick<Workspace, 'root' | 'configSource'>,
  env: NodeJS.ProcessEnv = process.env,
): ResultCache {
  const folder = cacheFolder(workspace, env);
  return {
    findings: async (inputs, find) => {
      const key = createHash('sha256')
        .update(JSON.stringify([ownDigest(), ...inputs]))
        .digest('hex');
      const file = path.join(folder, `${key}.json`);
      const known = await readCached(file);
      if (areFindings(known)) return known;
      const found = await find();
      await writeCached(file, found);
      return found;
    },
  };
}

function areFindings(entry: unknown): entry is readonly UnplacedFinding[] {
  return Array.isArray(entry) && entry.every(isUnplacedFinding);
}

function isUnplacedFinding(value: unknown): value is UnplacedFinding {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['code', 'message', 'pointer', 'severity'].map((key): unknown => Reflect.get(value, key));
  return texts.every((text) => typeof text === 'string');
}
