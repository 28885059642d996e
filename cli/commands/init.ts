import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contract } from '../../contracts/index.ts';
import type { Command, CommandInput } from '../command.ts';

// Beside the compiled command as beside its source.
const TEMPLATE = fileURLToPath(new URL('../templates/workspace', import.meta.url));

/** Where a contract of each kind belongs in a workspace. */
const FOLDERS = { openapi: 'apis', asyncapi: 'events', file: 'files', pact: 'pacts' } as const;

/** `tally init`: a new workspace that `tally run` passes at once, or one more contract in the workspace. */
export const init: Command = {
  id: 'init',
  summary: 'Lay out a workspace, or add contracts to it',
  usage: '[CONTRACT…]',
  examples: [
    { command: 'tally init && tally run', summary: 'a workspace with an example, and everything in it checked' },
    { command: 'tally init openapi.yaml', summary: 'put a contract where the workspace looks for it' },
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
  return await copyAll(input, copies);
}

async function addContracts(input: CommandInput): Promise<readonly string[]> {
  const { openWorkspace } = await import('../../contracts/index.ts');
  const { contracts, root } = await openWorkspace(input.args, input.cwd);
  const copies = await Promise.all(contracts.map(({ contract }) => copiesOf(contract, root)));
  return await copyAll(input, copies.flat());
}

interface Copy {
  /** Absolute. */
  readonly from: string;
  /** Relative to the workspace. */
  readonly to: string;
}

/** A contract and the files that it refers to, which keep their places beside it. */
async function copiesOf(contract: Contract, root: string): Promise<readonly Copy[]> {
  const from = isAbsolute(contract.source) ? contract.source : join(root, contract.source);
  const extension = /\.ya?ml$/.test(from) ? 'yaml' : 'json';
  if (contract.kind === 'pact') return [{ from, to: `contracts/pacts/${contract.name}.json` }];
  const folder = `contracts/${FOLDERS[contract.kind]}/${contract.name}/${contract.version}`;
  const rootName = contract.kind === 'file' ? 'datapackage' : contract.kind;
  const others = Object.keys(contract.document['x-tally-files'] ?? {});
  const outside = others.find((path) => path.startsWith('..') || isAbsolute(path));
  if (outside !== undefined) throw await outsideError(contract, outside);
  return [
    { from, to: `${folder}/${rootName}.${extension}` },
    ...others.map((path) => ({ from: join(dirname(from), path), to: `${folder}/${path}` })),
  ];
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
async function copyAll(input: CommandInput, copies: readonly Copy[]): Promise<readonly string[]> {
  const taken = copies.filter((copy) => existsSync(join(input.cwd, copy.to)));
  if (taken.length > 0 && !input.flags.boolean('force')) throw await existsError(taken);
  for (const { from, to } of copies) {
    const target = join(input.cwd, to);
    await mkdir(dirname(target), { recursive: true });
    if (from !== target) await cp(from, target);
  }
  return copies.map((copy) => copy.to.split(sep).join('/'));
}

async function existsError(taken: readonly Copy[]) {
  const { TallyError } = await import('../../contracts/index.ts');
  return new TallyError({
    code: 'FILE_EXISTS',
    where: taken.map((copy) => copy.to).join(', '),
    why: 'it is there already, and nothing was written',
    fix: 'start in an empty folder, or replace it with tally init --force',
  });
}
