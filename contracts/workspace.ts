import type { Config } from './config.ts';
import type { ParsedContract } from './model.ts';

/** A folder with `tally.yaml` and the rooms' data, or one bare document standing in for it. */
export interface Workspace {
  /** Absolute. */
  readonly root: string;
  /** Path of `tally.yaml` relative to `root`; absent for bare documents. */
  readonly configSource?: string;
  readonly config: Config;
  /** Sorted by kind, name and SemVer. Never empty. */
  readonly contracts: readonly ParsedContract[];
}

/**
 * Opens the workspace that the paths name: none is the nearest `tally.yaml` at or above `cwd`, a folder is the workspace
 * in it, documents stand for themselves.
 *
 * @throws TallyError WORKSPACE_MISSING, CONFIG_INVALID (with the line), CONTRACTS_NONE, CONTRACT_UNREADABLE …
 */
export async function openWorkspace(_paths: readonly string[], _cwd: string): Promise<Workspace> {
  throw new Error('not built yet');
}
