import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TallyError } from './error.ts';
import { nearMiss } from './near-miss.ts';

/** Files of one revision of a git repository, written into a folder of their own. */
export interface ExtractedRevision {
  /** Absolute; holds the files at the paths they have in the repository. */
  readonly root: string;
  /** What was asked for, relative to `root`; '' is all of it. */
  readonly path: string;
  /** `git:main:`, what a path of it is told by. */
  readonly prefix: string;
  /** Removes the folder. */
  close(): Promise<void>;
}

/**
 * Takes a file, and every file it names, or a folder out of a revision: `git:main:contracts/apis/parcels/openapi.yaml`. The
 * working tree is not touched. The path is the repository's, as in `git show`; one that is only there as seen from `cwd` is
 * taken, too.
 *
 * @throws TallyError GIT_UNAVAILABLE, GIT_REPOSITORY_MISSING, GIT_REVISION_UNKNOWN, GIT_PATH_MISSING
 */
export async function extractRevision(name: string, cwd: string): Promise<ExtractedRevision> {
  const { revision, file } = partsOf(name);
  const tree = await readTree(name, revision, cwd);
  const asked = await pathIn(name, tree, revision, file, cwd);
  const root = await mkdtemp(path.join(tmpdir(), 'tally-revision-'));
  const close = async (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    await extract(tree, asked, root, cwd);
    return { root, path: asked, prefix: `git:${revision}:`, close };
  } catch (thrown) {
    await close();
    throw thrown;
  }
}

/** By path: the id of the blob. Links and submodules are left out. */
type Tree = ReadonlyMap<string, string>;

function partsOf(name: string): { readonly revision: string; readonly file: string } {
  const [, revision = '', file = ''] = /^git:([^:]*):?(.*)$/s.exec(name) ?? [];
  // A revision that looks like a flag would be taken for one.
  if (revision !== '' && !revision.startsWith('-')) return { revision, file };
  throw new TallyError({
    code: 'GIT_REVISION_UNKNOWN',
    where: name,
    why: 'it names no revision',
    fix: 'write git:REVISION:PATH, for example git:main:openapi.yaml',
  });
}

async function readTree(name: string, revision: string, cwd: string): Promise<Tree> {
  const inside = await git(['rev-parse', '--git-dir'], cwd);
  if (inside.exitCode !== 0) {
    throw new TallyError({
      code: 'GIT_REPOSITORY_MISSING',
      where: name,
      why: `${cwd} is in no git repository`,
      fix: 'run it inside the repository, or name a file',
    });
  }
  const commit = await git(['rev-parse', '--verify', '--quiet', `${revision}^{tree}`], cwd);
  if (commit.exitCode !== 0) throw await unknownRevision(name, revision, cwd);
  const listed = await git(['ls-tree', '-r', '-z', '--full-tree', commit.output.toString('utf8').trim()], cwd);
  if (listed.exitCode !== 0) throw await unknownRevision(name, revision, cwd);
  const entries = listed.output.toString('utf8').split('\0');
  return new Map(
    entries.flatMap((entry) => {
      const [, mode = '', id = '', file = ''] = /^(\d+) blob ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
      return mode.startsWith('100') ? [[file, id]] : [];
    }),
  );
}

async function unknownRevision(name: string, revision: string, cwd: string): Promise<TallyError> {
  const refs = await git(['for-each-ref', '--format=%(refname:short)', 'refs/heads', 'refs/tags', 'refs/remotes'], cwd);
  const names = refs.output.toString('utf8').split('\n').filter(Boolean);
  const near = nearMiss(revision, names);
  const shallow = await git(['rev-parse', '--is-shallow-repository'], cwd);
  const isShallow = shallow.output.toString('utf8').trim() === 'true';
  return new TallyError({
    code: 'GIT_REVISION_UNKNOWN',
    where: name,
    why: `the repository has no revision '${revision}'${isShallow ? '; it is a shallow clone' : ''}`,
    fix: isShallow
      ? `fetch it: git fetch --depth=1 origin ${revision}, or clone with the whole history`
      : near === undefined
        ? 'name a branch, a tag or a commit; git fetch may bring it'
        : `did you mean ${near}?`,
  });
}

/** A path may be written with `./`, from the current folder; and `git:main:.` is everything. */
async function pathIn(name: string, tree: Tree, revision: string, file: string, cwd: string): Promise<string> {
  const plain = path.posix.normalize(file.replaceAll('\\', '/')).replace(/^\.\/?$|\/+$/g, '');
  const prefix = (await git(['rev-parse', '--show-prefix'], cwd)).output.toString('utf8').trim();
  const seen = path.posix.normalize(`${prefix}${plain}`).replace(/\/+$/, '');
  const candidates = file.startsWith('./') ? [seen] : [plain, seen];
  const found = candidates.find((each) => each === '' || each === '.' || isIn(tree, each));
  if (found !== undefined) return found === '.' ? '' : found;
  const near = nearMiss(plain, [...tree.keys()]);
  throw new TallyError({
    code: 'GIT_PATH_MISSING',
    where: name,
    why: `the revision ${revision} has no file or folder '${file}'`,
    fix:
      near === undefined
        ? 'the path is the one in the repository, as in git show REVISION:PATH'
        : `did you mean ${near}?`,
  });
}

function isIn(tree: Tree, file: string): boolean {
  if (tree.has(file)) return true;
  const prefix = `${file}/`;
  return [...tree.keys()].some((each) => each.startsWith(prefix));
}

const DOCUMENT = /\.(json|ya?ml|xsd|csv|ndjson|xml)$/i;

async function extract(tree: Tree, asked: string, root: string, cwd: string): Promise<void> {
  const prefix = asked === '' ? '' : `${asked}/`;
  const first = tree.has(asked)
    ? [asked]
    : [...tree.keys()].filter((each) => each.startsWith(prefix) && DOCUMENT.test(each));
  const done = new Set<string>(first);
  for (let waiting = first; waiting.length > 0;) {
    const contents = await readBlobs(tree, waiting, cwd);
    const named = new Set<string>();
    for (const [file, content] of contents) {
      await write(root, file, content);
      for (const each of filesNamedIn(content.toString('utf8'), path.posix.dirname(file))) named.add(each);
    }
    waiting = [...named].filter((each) => tree.has(each) && !done.has(each));
    for (const each of waiting) done.add(each);
  }
}

/** A tree may hold any path, one out of the folder too. */
async function write(root: string, file: string, content: Buffer): Promise<void> {
  const target = path.resolve(root, file);
  if (!target.startsWith(root + path.sep)) return;
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, content);
}

/**
 * Whatever in a document looks like the path of another: references, mappings, external examples, schemas of files. That
 * some of it is none costs nothing, only what exists is taken. Bounded, so that no text makes the search quadratic.
 */
function filesNamedIn(text: string, folder: string): readonly string[] {
  const names = text.matchAll(/[^\s"'`<>()[\]{},:#?]{1,300}\.(?:json|ya?ml|xsd|csv|ndjson|xml)(?![\w.])/gi);
  return [...new Set([...names].map(([name]) => name))].map((name) => path.posix.join(folder, decoded(name)));
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** `git cat-file --batch` answers each id by `<id> blob <size>`, the content and a line feed. */
async function readBlobs(
  tree: Tree,
  files: readonly string[],
  cwd: string,
): Promise<readonly (readonly [file: string, content: Buffer])[]> {
  const ids = files.map((file) => tree.get(file) ?? '');
  const { output } = await git(['cat-file', '--batch'], cwd, `${ids.join('\n')}\n`);
  let at = 0;
  return files.map((file) => {
    const end = output.indexOf('\n', at);
    const size = Number(output.toString('latin1', at, end).split(' ')[2]);
    const content = output.subarray(end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    return [file, content] as const;
  });
}

interface GitOutcome {
  readonly exitCode: number | null;
  readonly output: Buffer;
}

async function git(args: readonly string[], cwd: string, input = ''): Promise<GitOutcome> {
  return new Promise((fulfil, reject) => {
    const child = spawn('git', args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.on('error', (cause) => reject(unavailable(args, cause)));
    child.on('close', (exitCode) => fulfil({ exitCode, output: Buffer.concat(chunks) }));
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    // It may end before it has read everything; how it ended says what happened.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function unavailable(args: readonly string[], cause: Error): TallyError {
  return new TallyError({
    code: 'GIT_UNAVAILABLE',
    where: `git ${args[0] ?? ''}`,
    why: cause.message,
    fix: 'install git, or name files instead of git:REVISION:PATH',
    cause,
  });
}
