import { existsSync } from 'node:fs';
import { cp, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contract } from '../../contracts/index.ts';
import type { Command, CommandInput } from '../command.ts';

// Beside the compiled command as beside its source.
const TEMPLATE = fileURLToPath(new URL('../templates/workspace', import.meta.url));

/** Where a contract of each kind belongs in a workspace. */
const FOLDERS = { openapi: 'apis', asyncapi: 'events', file: 'files', pact: 'pacts' } as const;

/** `tally init`: a new workspace that `tally run` passes at once, or one more contract in the nearest workspace. */
export const init: Command = {
  id: 'init',
  summary: 'Lay out a workspace, or add contracts to it',
  usage: '[CONTRACT…]',
  examples: [
    { command: 'tally init && tally run', summary: 'a workspace with an example, and everything in it checked' },
    { command: 'tally init openapi.yaml', summary: 'put a contract, and what it refers to, where tally looks for it' },
  ],
  options: { force: { type: 'boolean', summary: 'Replace files that are there already' } },
  arguments: [0, Infinity],
  run: async (input) => {
    const written = input.args.length === 0 ? await layOut(input) : await addContracts(input);
    for (const file of written) input.stdout.write(`wrote ${file}\n`);
    input.stdout.write(`next: tally ${input.args.length === 0 ? 'run' : 'check'}\n`);
    return 0;
  },
};

async function layOut(input: CommandInput): Promise<readonly string[]> {
  const entries = await readdir(TEMPLATE, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(TEMPLATE, join(entry.parentPath, entry.name)));
  // npm leaves a file named .gitignore out of a package, so the template carries it without the dot.
  const copies = files
    .toSorted()
    .map((file) => ({ from: join(TEMPLATE, file), to: file === 'gitignore' ? '.gitignore' : file }));
  return await copyAll(input, input.cwd, copies);
}

/** Into the workspace around the current folder; where there is none, the current folder becomes one. */
async function addContracts(input: CommandInput): Promise<readonly string[]> {
  const { nearestRoot, openWorkspace, writeFileAtomically } = await import('../../contracts/index.ts');
  for (const name of input.args) await refuseFolder(name, input.cwd);
  const { config, contracts } = await openWorkspace(input.args, input.cwd);
  const around = await nearestRoot(input.cwd);
  const root = around ?? input.cwd;
  const copies = await Promise.all(contracts.map(({ contract }) => copiesOf(contract, input.cwd)));
  const written = await copyAll(input, root, copies.flat());
  if (around !== undefined) return written;
  await writeFileAtomically(join(root, 'tally.yaml'), `version: 1\nname: ${config.name}\n`);
  return [...written, 'tally.yaml'];
}

async function refuseFolder(name: string, cwd: string): Promise<void> {
  const found = await stat(resolve(cwd, name)).catch(() => undefined);
  if (found?.isDirectory() !== true) return;
  const { TallyError } = await import('../../contracts/index.ts');
  throw new TallyError({
    code: 'CONTRACT_IS_FOLDER',
    where: name,
    why: 'it is a folder, and contracts are added by their documents',
    fix: `name the documents in it; for a new workspace there: cd ${name} && tally init`,
  });
}

interface Copy {
  /** Absolute. */
  readonly from: string;
  /** Relative to the workspace. */
  readonly to: string;
}

/** A contract and the files that it refers to, which keep their places beside it. */
async function copiesOf(contract: Contract, cwd: string): Promise<readonly Copy[]> {
  const from = resolve(cwd, contract.source);
  if (contract.kind === 'pact') return [{ from, to: `contracts/pacts/${contract.name}.json` }];
  if (contract.kind === 'postman') throw await noContract(contract);
  const folder = `contracts/${FOLDERS[contract.kind]}/${contract.name}/${contract.version}`;
  const others = companionsOf(contract);
  const outside = others.find((path) => path.startsWith('..') || isAbsolute(path));
  if (outside !== undefined) throw await outsideError(contract, outside);
  return [
    { from, to: `${folder}/${await documentName(contract)}` },
    ...others.map((path) => ({ from: join(dirname(from), path), to: `${folder}/${path}` })),
  ];
}

async function noContract({ source }: Contract): Promise<Error> {
  const { TallyError } = await import('../../contracts/index.ts');
  return new TallyError({
    code: 'CONTRACT_IS_COLLECTION',
    where: source,
    why: 'a Postman collection shows requests by example, and promises nothing that a workspace could hold a provider to',
    fix: `convert it to OpenAPI and add that; tally mock ${source} answers from it as it is`,
  });
}

/** As the layout knows it. */
async function documentName({ kind, source, specification }: Contract): Promise<string> {
  const extension = /\.ya?ml$/.test(source) ? 'yaml' : 'json';
  if (kind !== 'file') return `${kind}.${extension}`;
  if (/^(xsd|json-schema)/.test(specification)) throw await schemaAloneError(source);
  return /^file\.\w+$/.test(basename(source)) ? `file.${extension}` : `datapackage.${extension}`;
}

/** Relative to the contract's folder: what its references lead to, its examples and the schemas of its files. */
function companionsOf({ document, files, source }: Contract): readonly string[] {
  const named = files.flatMap(({ examples, schemaSource }) => [...examples, ...(schemaSource ? [schemaSource] : [])]);
  const beside = named.map((path) => posix.relative(posix.dirname(source), path));
  return [...new Set([...Object.keys(document['x-tally-files'] ?? {}), ...beside])];
}

async function schemaAloneError(source: string) {
  const { TallyError } = await import('../../contracts/index.ts');
  return new TallyError({
    code: 'CONTRACT_WITHOUT_VERSION',
    where: source,
    why: 'a schema alone says neither which file it describes nor in which version',
    fix: 'write a datapackage.json that names it, and add that',
  });
}

async function outsideError(contract: Contract, path: string) {
  const { TallyError } = await import('../../contracts/index.ts');
  return new TallyError({
    code: 'CONTRACT_NOT_SELF_CONTAINED',
    where: contract.source,
    why: `it refers to ${path}, which lies outside its own folder`,
    fix: 'move the file below the contract, then add it',
  });
}

/** Nothing is written when anything would be replaced, unless `--force` says so. */
async function copyAll(input: CommandInput, into: string, copies: readonly Copy[]): Promise<readonly string[]> {
  const { makeFolder } = await import('../../contracts/index.ts');
  const shown = ({ to }: Copy): string => relative(input.cwd, join(into, to)).split(sep).join('/');
  const taken = copies.filter((copy) => existsSync(join(into, copy.to)));
  if (taken.length > 0 && !input.flags.boolean('force')) throw await existsError(taken.map(shown));
  for (const { from, to } of copies) {
    const target = join(into, to);
    await makeFolder(dirname(target));
    if (from !== target) await cp(from, target);
  }
  return copies.map(shown);
}

async function existsError(taken: readonly string[]) {
  const { TallyError } = await import('../../contracts/index.ts');
  const more = taken.length > 3 ? ` and ${taken.length - 3} more` : '';
  return new TallyError({
    code: 'FILE_EXISTS',
    where: `${taken.slice(0, 3).join(', ')}${more}`,
    why: `${taken.length === 1 ? 'it is' : 'they are'} there already, and nothing was written`,
    fix: `start in an empty folder, or replace ${taken.length === 1 ? 'it' : 'them'} with --force`,
  });
}
