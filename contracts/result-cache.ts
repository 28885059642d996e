import { createHash } from 'node:crypto';
import path from 'node:path';
import { cacheFolder, readCached, writeCached } from './cache-files.ts';
import type { Change } from './change.ts';
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
  /** The same for what changed between two versions, whose lines are kept: `inputs` names both files, too. */
  changes(inputs: readonly string[], compare: () => readonly Change[]): Promise<readonly Change[]>;
}

export function openResultCache(
  workspace: Pick<Workspace, 'root' | 'configSource'>,
  env: NodeJS.ProcessEnv = process.env,
): ResultCache {
  const folder = cacheFolder(workspace, env);
  return {
    findings: async (inputs, find) => await remember(folder, inputs, isUnplacedFinding, find),
    changes: async (inputs, compare) => await remember(folder, inputs, isChange, compare),
  };
}

async function remember<T>(
  folder: string,
  inputs: readonly string[],
  isWhole: (value: unknown) => value is T,
  find: () => readonly T[] | Promise<readonly T[]>,
): Promise<readonly T[]> {
  const key = createHash('sha256')
    .update(JSON.stringify([ownDigest(), ...inputs]))
    .digest('hex');
  const file = path.join(folder, `${key}.json`);
  const known = await readCached(file);
  if (Array.isArray(known) && known.every(isWhole)) return known;
  const found = await find();
  await writeCached(file, found);
  return found;
}

function isUnplacedFinding(value: unknown): value is UnplacedFinding {
  return hasTexts(value, 'code', 'message', 'pointer', 'severity');
}

function isChange(value: unknown): value is Change {
  return hasTexts(value, 'code', 'message', 'direction', 'severity') && 'where' in value;
}

function hasTexts(value: unknown, ...keys: readonly string[]): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return keys.every((key) => typeof Reflect.get(value, key) === 'string');
}
