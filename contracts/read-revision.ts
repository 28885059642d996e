import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { compareVersions } from './compare-versions.ts';
import { TallyError } from './error.ts';
import { extractRevision } from './extract-revision.ts';
import { findDocuments } from './find-documents.ts';
import { kindOf, kinds } from './kinds/index.ts';
import type { ParsedContract } from './model.ts';
import { rootMembers } from './root-members.ts';
import { codeOf, messageOf } from './thrown.ts';
import { openWorkspace } from './workspace.ts';

/** What one argument of a comparison stands for. */
export interface Revision {
  /** As it was named: `openapi.yaml`, `git:main:openapi.yaml`. */
  readonly name: string;
  /** Absolute folder that sources are relative to. */
  readonly root: string;
  /** Goes before a source so that it names one file in one revision: `git:main:`, or ''. */
  readonly prefix: string;
  /** Never empty, without pacts, sorted by kind, name and version. */
  readonly contracts: readonly ParsedContract[];
  /** Forgets what was only written to be read: lines are found before this. */
  close(): Promise<void>;
}

/**
 * Reads a document, a folder with one in it, a workspace, or either of them at a revision of git (`git:REV:PATH`).
 *
 * @throws TallyError CONTRACT_UNREADABLE, CONTRACT_KIND_UNKNOWN, CONTRACTS_NONE, CONTRACT_AMBIGUOUS and those of
 *   `extractRevision`
 */
export async function readRevision(name: string, cwd: string): Promise<Revision> {
  if (!name.startsWith('git:')) return readPlace(name, path.resolve(cwd, name), { name, root: cwd, prefix: '' });
  const extracted = await extractRevision(name, cwd);
  const { root, prefix } = extracted;
  const close = async (): Promise<void> => extracted.close();
  try {
    return { ...(await readPlace(name, path.join(root, extracted.path), { name, root, prefix })), close };
  } catch (thrown) {
    await close();
    throw atRevision(thrown, prefix);
  }
}

/** The copy that was read is gone when the error is: it names the file in its revision. */
function atRevision(thrown: unknown, prefix: string): unknown {
  if (!(thrown instanceof TallyError) || thrown.where.startsWith('git:')) return thrown;
  return new TallyError({ ...thrown.toJSON(), where: `${prefix}${thrown.where}`, cause: thrown });
}

async function readPlace(
  name: string,
  place: string,
  revision: Pick<Revision, 'name' | 'root' | 'prefix'>,
): Promise<Revision> {
  const isFolder = (await stat(place).catch(() => undefined))?.isDirectory() === true;
  const contracts = isFolder
    ? await contractsIn(name, place, revision.root)
    : await contractsOf(revision.prefix === '' ? name : place, revision.root);
  const compared = contracts.filter(({ contract }) => contract.kind !== 'pact' && contract.kind !== 'postman');
  if (compared.length === 0) throw none(name);
  return { ...revision, contracts: compared, close: async () => undefined };
}

async function contractsOf(file: string, root: string): Promise<readonly ParsedContract[]> {
  return (await openWorkspace([file], root)).contracts;
}

/** A workspace's contracts; those of the folders under `contracts/apis/<name>/`; or the one document in a folder. */
async function contractsIn(name: string, folder: string, root: string): Promise<readonly ParsedContract[]> {
  const laidOut = await laidOutIn(folder, root);
  if (laidOut.length > 0) return laidOut;
  const documents = await documentsIn(folder);
  const [first, second] = documents;
  if (first !== undefined && second === undefined) return contractsOf(first, root);
  throw first === undefined ? none(name) : ambiguous(name, documents);
}

async function laidOutIn(folder: string, root: string): Promise<readonly ParsedContract[]> {
  const { documents } = await findDocuments(folder);
  const contracts: ParsedContract[] = [];
  for (const { kind, file, name } of documents) {
    if (kind === 'pact') continue;
    const reader = kinds.find((each) => each.id === kind);
    const parsed = await reader?.parse(file, { root, ...(name === undefined ? {} : { name }) });
    if (parsed !== undefined) contracts.push(parsed);
  }
  return contracts.toSorted(({ contract: a }, { contract: b }) => compareVersions(a.version, b.version));
}

/** A document of the layout's name is the contract, and others beside it are its parts. */
const NAMES = /^(openapi|swagger|asyncapi|datapackage|file)\.(ya?ml|json)$/;

async function documentsIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/i.test(entry.name))
    .map(({ name }) => name);
  const named = files.filter((file) => NAMES.test(file)).toSorted();
  const found: string[] = [];
  for (const file of named.length > 0 ? named : files.toSorted()) {
    const at = path.join(folder, file);
    if (named.length > 0 || (await isContract(at))) found.push(at);
  }
  return found;
}

async function isContract(file: string): Promise<boolean> {
  try {
    const kind = kindOf(rootMembers(await readFile(file, 'utf8')), file);
    return kind !== undefined && kind.id !== 'pact' && kind.id !== 'postman';
  } catch (thrown) {
    throw new TallyError({
      code: 'CONTRACT_UNREADABLE',
      where: file,
      why: codeOf(thrown) ?? messageOf(thrown),
      fix: 'make the file readable',
      cause: thrown,
    });
  }
}

function none(name: string): TallyError {
  return new TallyError({
    code: 'CONTRACTS_NONE',
    where: name,
    why: 'no API, event or file contract was found there',
    fix: 'name a document, or a folder with one in it: openapi.yaml, asyncapi.yaml, datapackage.json, file.yaml',
  });
}

function ambiguous(name: string, documents: readonly string[]): TallyError {
  const names = documents.map((each) => path.basename(each));
  return new TallyError({
    code: 'CONTRACT_AMBIGUOUS',
    where: name,
    why: `there are several contracts in it: ${names.join(', ')}`,
    fix: `name one of them: ${path.posix.join(name, names[0] ?? '')}`,
  });
}
