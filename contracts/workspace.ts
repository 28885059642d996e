import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { compareVersions } from './compare-versions.ts';
import type { Config } from './config.ts';
import { TallyError, type TallyErrorData } from './error.ts';
import { findDocuments, type FoundDocument } from './find-documents.ts';
import { kebabCase } from './kebab-case.ts';
import { kindOf, kinds } from './kinds/index.ts';
import { layoutFindings } from './layout-findings.ts';
import { relativeTo } from './load-document.ts';
import type { Contract, ContractKind, ParsedContract } from './model.ts';
import { nearMiss } from './near-miss.ts';
import { foreignEncoding, parseDocumentText } from './parse-document.ts';
import { configProblems } from './config-and-contracts.ts';
import { configError, defaultConfig, readConfig } from './read-config.ts';
import { rootMembers } from './root-members.ts';
import { fileReason } from './thrown.ts';
import { uniqueContracts } from './unique-contracts.ts';

/** A folder with `tally.yaml` and the rooms' data, or one bare document standing in for it. */
export interface Workspace {
  /** Absolute. */
  readonly root: string;
  /** Path of `tally.yaml` relative to `root`; absent for bare documents. */
  readonly configSource?: string;
  readonly config: Config;
  /** Sorted by kind, name and SemVer. Never empty. */
  readonly contracts: readonly ParsedContract[];
  /** Contracts of the layout that could not be read at all, each with its place; `tally check` reports them. */
  readonly unreadable: readonly TallyErrorData[];
}

export const CONFIG_FILE = 'tally.yaml';

/**
 * Opens the workspace that the paths name: none is the nearest `tally.yaml` at or above `cwd`, a folder is the workspace
 * in it (or the part of a workspace that lies in that folder), documents stand for themselves.
 *
 * A contract that cannot be read does not hide the others: it is in `unreadable`, unless none can be read.
 *
 * @throws TallyError WORKSPACE_MISSING, WORKSPACE_AMBIGUOUS, CONFIG_UNREADABLE, CONFIG_INVALID (with the line),
 *   CONTRACTS_NONE, CONTRACT_UNREADABLE, CONTRACT_KIND_UNKNOWN
 */
export async function openWorkspace(paths: readonly string[], cwd: string): Promise<Workspace> {
  const named = await Promise.all(paths.map((each) => statOf(each, cwd)));
  const folder = named.find((each) => each.isFolder);
  if (folder === undefined && named.length > 0)
    return openDocuments(
      named.map((each) => each.file),
      cwd,
    );
  if (named.length > 1) throw ambiguous(paths);
  return openFolder(folder?.file ?? cwd, folder !== undefined);
}

/**
 * The contract of this kind, name and version; the newest one when no version is asked for.
 *
 * @throws TallyError CONTRACT_UNKNOWN, CONTRACT_VERSION_UNKNOWN
 */
export function findContract(
  workspace: Pick<Workspace, 'contracts'>,
  kind: ContractKind,
  name: string,
  version?: string,
): Contract {
  const ofKind = workspace.contracts.map(({ contract }) => contract).filter((contract) => contract.kind === kind);
  const named = ofKind.filter((contract) => contract.name === name);
  const found = version === undefined ? named.at(-1) : named.find((contract) => contract.version === version);
  if (found !== undefined) return found;
  throw named.length === 0 ? unknownName(kind, name, ofKind) : unknownVersion(kind, name, version ?? '', named);
}

interface Named {
  readonly file: string;
  readonly isFolder: boolean;
}

async function statOf(name: string, cwd: string): Promise<Named> {
  if (/^https?:\/\//i.test(name))
    throw unreadableContract(
      name,
      'it is an address, and contracts are read from files',
      'download it and give the file',
    );
  const file = path.resolve(cwd, name);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined)
    throw unreadableContract(
      name,
      'there is no such file or folder',
      'check the path, it is relative to the current folder',
    );
  return { file, isFolder: found.isDirectory() };
}

async function openFolder(folder: string, isNamed: boolean): Promise<Workspace> {
  const root = await nearestRoot(folder);
  if (root === undefined) throw await missing(folder, isNamed);
  const config = await readConfig(path.join(root, CONFIG_FILE), CONFIG_FILE);
  const { documents, empty } = await findDocuments(root);
  const read = await readAll(documents, root);
  const contracts = uniqueContracts(sorted(read.flatMap((each) => ('contract' in each ? [each] : []))), root);
  const unreadable = [...empty, ...read.flatMap((each) => ('contract' in each ? [] : [each]))];
  const problems = configProblems(
    config,
    contracts.map(({ contract }) => contract),
    unreadable.length > 0,
    await consumersIn(root),
  );
  if (problems.length > 0) throw await configError(path.join(root, CONFIG_FILE), CONFIG_FILE, problems);
  const whole = { root, configSource: CONFIG_FILE, config: withVersions(config, contracts), contracts, unreadable };
  return isNamed && folder !== root ? checkNotEmpty(partOf(whole, folder), folder) : checkNotEmpty(whole);
}

/** Consumers whose suite is here: the folders under `suites/consumers`. */
async function consumersIn(root: string): Promise<readonly string[]> {
  const entries = await readdir(path.join(root, 'suites', 'consumers'), { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/** The nearest folder with a `tally.yaml`, this one or one above it. */
export async function nearestRoot(from: string): Promise<string | undefined> {
  for (let folder = from; ; folder = path.dirname(folder)) {
    if (await exists(path.join(folder, CONFIG_FILE))) return folder;
    if (folder === path.dirname(folder)) return undefined;
  }
}

async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}

/** What of a workspace lies in one of its folders. */
function partOf(workspace: Workspace, folder: string): Workspace {
  const prefix = `${relativeTo(workspace.root, folder)}/`;
  return {
    ...workspace,
    contracts: workspace.contracts.filter(({ contract }) => contract.source.startsWith(prefix)),
    unreadable: workspace.unreadable.filter(({ where }) => where.startsWith(prefix)),
  };
}

function checkNotEmpty(workspace: Workspace, folder = path.join(workspace.root, 'contracts')): Workspace {
  if (workspace.contracts.length > 0) return workspace;
  const [first] = workspace.unreadable;
  if (first !== undefined) throw new TallyError(first);
  throw new TallyError({
    code: 'CONTRACTS_NONE',
    where: folder,
    why: 'no contract was found there',
    fix: 'add one, for example contracts/apis/<name>/<version>/openapi.yaml, or let `tally init` do it',
  });
}

async function readAll(
  documents: readonly FoundDocument[],
  root: string,
): Promise<readonly (ParsedContract | TallyErrorData)[]> {
  return Promise.all(documents.map((document) => readOne(document, root)));
}

async function readOne(document: FoundDocument, root: string): Promise<ParsedContract | TallyErrorData> {
  const kind = kinds.find((each) => each.id === document.kind);
  if (kind === undefined) throw new Error(`the layout names a kind that does not exist: ${document.kind}`);
  try {
    const parsed = await kind.parse(document.file, {
      root,
      ...(document.name === undefined ? {} : { name: document.name }),
    });
    return {
      contract: parsed.contract,
      findings: [...parsed.findings, ...layoutFindings(parsed.contract, document, root)],
    };
  } catch (thrown) {
    if (thrown instanceof TallyError) return thrown.toJSON();
    throw thrown;
  }
}

function sorted(contracts: readonly ParsedContract[]): readonly ParsedContract[] {
  const text = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return contracts.toSorted(
    ({ contract: a }, { contract: b }) =>
      text(a.kind, b.kind) || text(a.name, b.name) || compareVersions(a.version, b.version) || text(a.source, b.source),
  );
}

/** A provider that names no versions serves the newest one at its root. */
function withVersions(config: Config, contracts: readonly ParsedContract[]): Config {
  const providers = Object.entries(config.providers).map(([name, provider]) => {
    const newest = contracts.findLast(({ contract }) => contract.kind === 'openapi' && contract.name === name)?.contract
      .version;
    return [
      name,
      Object.keys(provider.versions).length > 0 || newest === undefined
        ? provider
        : { ...provider, versions: { [newest]: '' } },
    ];
  });
  return { ...config, providers: Object.fromEntries(providers) };
}

async function openDocuments(files: readonly string[], cwd: string): Promise<Workspace> {
  const contracts: ParsedContract[] = [];
  for (const file of new Set(files)) contracts.push(await openDocument(file, cwd));
  const title = contracts[0]?.contract.title ?? '';
  const name = kebabCase(title) || path.basename(files[0] ?? cwd);
  return { root: cwd, config: defaultConfig(name), contracts: uniqueContracts(sorted(contracts), cwd), unreadable: [] };
}

async function openDocument(file: string, cwd: string): Promise<ParsedContract> {
  const source = relativeTo(cwd, file);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw unreadableContract(source, fileReason(cause), 'make the file readable');
  });
  const members = rootMembers(text);
  const kind = kindOf(members, file);
  if (kind !== undefined) return kind.parse(file, { root: cwd });
  if (text.trim() === '') throw unreadableContract(`${source}:1:1`, 'the file is empty', 'give a contract');
  const encoding = foreignEncoding(text);
  if (encoding !== undefined) throw unreadableContract(source, `it is written in ${encoding}`, 'save it in UTF-8');
  if (text.includes('\0')) throw unreadableContract(source, 'it is no text', 'give a YAML or JSON document');
  // What is broken says more than what is not there.
  parseDocumentText(text, source);
  throw unknownKind(source, Object.keys(members ?? {}));
}

function unknownKind(source: string, members: readonly string[]): TallyError {
  const [wrong, right] = members
    .map((member) => [member, nearMiss(member, ['openapi', 'swagger', 'asyncapi', 'interactions', 'resources'])])
    .find(([, near]) => near !== undefined) ?? [undefined, undefined];
  return new TallyError({
    code: 'CONTRACT_KIND_UNKNOWN',
    where: `${source}:1:1`,
    why: `it is none of ${kinds.map((kind) => kind.id).join(', ')}${members.length === 0 ? '' : `; its members are ${members.slice(0, 6).join(', ')}`}`,
    fix:
      wrong === undefined
        ? 'an OpenAPI document begins with "openapi: 3.1.0", an AsyncAPI document with "asyncapi: 3.0.0"'
        : `"${wrong}": did you mean "${right}"?`,
  });
}

function unreadableContract(where: string, why: string, fix: string): TallyError {
  return new TallyError({ code: 'CONTRACT_UNREADABLE', where, why, fix });
}

function ambiguous(paths: readonly string[]): TallyError {
  return new TallyError({
    code: 'WORKSPACE_AMBIGUOUS',
    where: paths.join(' '),
    why: 'a folder stands for a whole workspace, and can be given only alone',
    fix: 'give one folder, or only documents',
  });
}

async function missing(folder: string, isNamed: boolean): Promise<TallyError> {
  const misspelt = (await exists(path.join(folder, 'tally.yml')))
    ? 'tally.yml'
    : (await exists(path.join(folder, 'tally.json')))
      ? 'tally.json'
      : undefined;
  return new TallyError({
    code: 'WORKSPACE_MISSING',
    where: folder,
    why:
      misspelt === undefined
        ? `there is no ${CONFIG_FILE} here${isNamed ? '' : ' or in a folder above'}`
        : `there is a ${misspelt}, but the file is called ${CONFIG_FILE}`,
    fix:
      misspelt === undefined
        ? 'run `tally init` to lay out a workspace, or give a document: tally check openapi.yaml'
        : `rename it to ${CONFIG_FILE}`,
  });
}

const FOLDERS: Readonly<Record<ContractKind, string>> = {
  openapi: 'contracts/apis',
  asyncapi: 'contracts/events',
  file: 'contracts/files',
  pact: 'contracts/pacts',
  postman: 'contracts/apis',
};

function unknownName(kind: ContractKind, name: string, ofKind: readonly Contract[]): TallyError {
  const names = [...new Set(ofKind.map((contract) => contract.name))];
  const near = nearMiss(name, names);
  return new TallyError({
    code: 'CONTRACT_UNKNOWN',
    where: `${FOLDERS[kind]} has no contract ${name}`,
    why: names.length === 0 ? `there are no contracts of the kind ${kind}` : `found ${names.join(', ')}`,
    fix: near === undefined ? `add it under ${FOLDERS[kind]}/${name}` : `did you mean ${near}?`,
  });
}

function unknownVersion(kind: ContractKind, name: string, version: string, named: readonly Contract[]): TallyError {
  const versions = named.map((contract) => contract.version);
  const folder = `${FOLDERS[kind]}/${name}`;
  return new TallyError({
    code: 'CONTRACT_VERSION_UNKNOWN',
    where: `${folder} has no version ${version}`,
    why: `found ${versions.join(', ')}`,
    fix:
      kind === 'pact'
        ? `ask for ${versions.join(' or ')}`
        : `add ${folder}/${version}/${path.posix.basename(named.at(-1)?.source ?? '')}, or ask for ${versions.at(-1)}`,
  });
}
