import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder, readCached, writeCached } from './cache-files.ts';
import type { Severity } from './finding.ts';
import { isObject } from './json.ts';
import { FILES_KEY } from './load-document.ts';
import type { Contract, ParsedContract } from './model.ts';
import { ownDigest } from './own-digest.ts';
import { defaultConfig } from './read-config.ts';
import type { Result } from './result.ts';
import { ownRulesets, withExtended } from './ruleset-files.ts';
import { CONFIG_FILE, nearestRoot, openWorkspace, type Workspace } from './workspace.ts';

/** What a check of the same bytes found, and where to keep what this one finds. */
export interface CheckMemory {
  /** Absent where nothing is remembered, or the bytes have changed. */
  readonly results?: readonly Result[];
  /** Remembers the results of a check that ran to its end. */
  keep(results: readonly Result[]): Promise<void>;
}

const memories = new WeakMap<Workspace, CheckMemory>();

/** The memory of a workspace that `openForCheck` opened. */
export function memoryOf(workspace: Workspace): CheckMemory | undefined {
  return memories.get(workspace);
}

/**
 * Opens a workspace for `tally check`. Where the bytes of all its inputs (documents, what they refer to, rulesets,
 * `tally.yaml`), our own code and the day are those of an earlier check, nothing is parsed: the contracts then have names
 * and digests but no content, and `memoryOf` has the results.
 *
 * @throws TallyError as `openWorkspace` does
 */
export async function openForCheck(paths: readonly string[], cwd: string): Promise<Workspace> {
  const inputs = await inputsOf(paths, cwd);
  if (inputs === undefined) return await openWorkspace(paths, cwd);
  const file = memoryFile(inputs);
  const entry = await rememberedIn(file, inputs.root);
  const workspace = entry === undefined ? await openWorkspace(paths, cwd) : workspaceOf(inputs, entry);
  const keep = async (results: readonly Result[]): Promise<void> => {
    const isComplete = workspace.unreadable.length === 0 && results.every(isRepeatable);
    // A document that was changed while it was checked has another digest by now.
    if (isComplete && file === memoryFile(inputs)) await writeCached(file, entryOf(workspace, inputs, results));
  };
  memories.set(workspace, { keep, ...(entry === undefined ? {} : { results: entry.results }) });
  return workspace;
}

/** What could not run may run the next time; what leads nowhere may lead somewhere once a file is there. */
function isRepeatable({ status, findings }: Result): boolean {
  if (status === 'errored' || status === 'inconclusive') return false;
  return !findings.some(({ code }) => code === 'ref-unresolved');
}

interface Inputs {
  readonly root: string;
  readonly configSource?: string;
  /** What was asked for, relative to the root. */
  readonly asked: readonly string[];
  /** Absolute: what is known to be read before anything is read. */
  readonly files: readonly string[];
}

async function inputsOf(paths: readonly string[], cwd: string): Promise<Inputs | undefined> {
  const named = paths.map((each) => path.resolve(cwd, each));
  const areFolders = await Promise.all(named.map(isFolder));
  // Several folders, or folders beside documents, are a mistake that is explained elsewhere.
  if (areFolders.includes(true) && paths.length > 1) return undefined;
  const isBare = areFolders.includes(false);
  const root = isBare ? cwd : await nearestRoot(named[0] ?? cwd);
  if (root === undefined) return undefined;
  const rulesets = await withExtended(await ownRulesets(root));
  const own = isBare ? named : [path.join(root, CONFIG_FILE), ...(await filesUnder(path.join(root, 'contracts')))];
  return {
    root,
    asked: named.map((each) => path.relative(root, each)),
    files: [...new Set([...own, ...rulesets])].toSorted(),
    ...(isBare ? {} : { configSource: CONFIG_FILE }),
  };
}

async function isFolder(file: string): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.isDirectory() === true;
}

async function filesUnder(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => path.join(entry.parentPath, entry.name));
}

/** Named by everything the outcome depends on; deprecation and waivers depend on the day. */
function memoryFile(inputs: Inputs): string {
  const hash = createHash('sha256').update(ownDigest()).update(new Date().toISOString().slice(0, 10));
  hash.update(JSON.stringify(inputs.asked));
  for (const file of inputs.files) hash.update(`${path.relative(inputs.root, file)}\0${digestOfFile(file)}\0`);
  return path.join(cacheFolder(inputs), `check-${hash.digest('hex')}.json`);
}

/** Read at once: the promise reads a large file in dozens of turns, each of which waits where the machine is busy. */
function digestOfFile(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'missing';
  }
}

type ContractName = Pick<Contract, 'kind' | 'name' | 'version' | 'title' | 'source' | 'digest' | 'specification'>;

/** What is kept: data that a report can be made of, and the digests of files that only the documents themselves name. */
interface Entry {
  readonly name: string;
  readonly failOn: Severity;
  readonly contracts: readonly ContractName[];
  /** By path relative to the root. */
  readonly others: Readonly<Record<string, string>>;
  readonly results: readonly Result[];
}

async function rememberedIn(file: string, root: string): Promise<Entry | undefined> {
  const entry = await readCached(file);
  if (!isEntry(entry)) return undefined;
  for (const [source, digest] of Object.entries(entry.others))
    if (digestOfFile(path.resolve(root, source)) !== digest) return undefined;
  return entry;
}

/** Its name is a digest of all it was made from: what has the right members was written by us, whole. */
function isEntry(entry: unknown): entry is Entry {
  if (!isObject(entry) || typeof entry['name'] !== 'string' || !isObject(entry['others'])) return false;
  const { contracts, results } = entry;
  if (!Array.isArray(contracts) || !Array.isArray(results)) return false;
  return contracts.every(isObject) && results.every((result) => isObject(result) && Array.isArray(result['findings']));
}

function entryOf(workspace: Workspace, inputs: Inputs, results: readonly Result[]): Entry {
  const contracts = workspace.contracts.map(({ contract }) => contract);
  const others = [...new Set(contracts.flatMap((contract) => filesOf(contract, inputs.root)))];
  const known = new Set(inputs.files);
  const digests = others
    .filter((file) => !known.has(file))
    .map((file) => [path.relative(inputs.root, file), digestOfFile(file)] as const);
  return {
    name: workspace.config.name,
    failOn: workspace.config.gates.failOn,
    contracts: contracts.map(({ kind, name, version, title, source, digest, specification }) => {
      return { kind, name, version, title, source, digest, specification };
    }),
    others: Object.fromEntries(digests),
    results,
  };
}

/** Everything that a contract was read from, absolute. */
function filesOf({ source, document, files }: Contract, root: string): readonly string[] {
  const main = path.resolve(root, source);
  const referred = document[FILES_KEY];
  const named = files.flatMap(({ schemaSource, examples }) => [
    ...(schemaSource === undefined ? [] : [schemaSource]),
    ...examples,
  ]);
  return [
    main,
    ...(isObject(referred) ? Object.keys(referred).map((key) => path.resolve(path.dirname(main), key)) : []),
    ...named.map((each) => path.resolve(root, each)),
  ];
}

function workspaceOf({ root, configSource }: Inputs, entry: Entry): Workspace {
  const config = defaultConfig(entry.name);
  return {
    root,
    ...(configSource === undefined ? {} : { configSource }),
    config: { ...config, gates: { failOn: entry.failOn } },
    contracts: entry.contracts.map(withoutContent),
    unreadable: [],
  };
}

function withoutContent(name: ContractName): ParsedContract {
  const nothing = { operations: [], messages: [], interactions: [], files: [], securitySchemes: {}, document: {} };
  return { contract: { ...name, ...nothing }, findings: [] };
}
