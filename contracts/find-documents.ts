import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { EXIT, type TallyErrorData } from './error.ts';
import type { ContractKind } from './model.ts';
import { codeOf } from './thrown.ts';

/** A contract's root document as the layout names it. */
export interface FoundDocument {
  readonly kind: ContractKind;
  /** Absolute. */
  readonly file: string;
  /** The folders' names; a pact has neither. */
  readonly name?: string;
  readonly version?: string;
}

/** `contracts/<folder>/<name>/<version>/<one of names>`; JSON Schemas and XSDs sit beside the document and are none. */
const LAYOUT: readonly { readonly folder: string; readonly kind: ContractKind; readonly names: readonly string[] }[] = [
  {
    folder: 'apis',
    kind: 'openapi',
    names: ['openapi.yaml', 'openapi.yml', 'openapi.json', 'swagger.yaml', 'swagger.yml', 'swagger.json'],
  },
  { folder: 'events', kind: 'asyncapi', names: ['asyncapi.yaml', 'asyncapi.yml', 'asyncapi.json'] },
  {
    folder: 'files',
    kind: 'file',
    names: ['datapackage.json', 'datapackage.yaml', 'datapackage.yml', 'file.yaml', 'file.yml', 'file.json'],
  },
];

/** The root documents of a workspace, and an error for each version folder without one. */
export async function findDocuments(
  root: string,
): Promise<{ readonly documents: readonly FoundDocument[]; readonly empty: readonly TallyErrorData[] }> {
  const documents: FoundDocument[] = [];
  const empty: TallyErrorData[] = [];
  for (const { folder, kind, names } of LAYOUT) {
    for (const version of await versionFolders(path.join(root, 'contracts', folder))) {
      const file = names.find((name) => version.files.includes(name));
      if (file === undefined) empty.push(withoutDocument(path.relative(root, version.path), names, version.files));
      else documents.push({ kind, file: path.join(version.path, file), name: version.name, version: version.version });
    }
  }
  documents.push(...(await pacts(path.join(root, 'contracts', 'pacts'))));
  return { documents, empty };
}

interface VersionFolder {
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
}

async function versionFolders(folder: string): Promise<readonly VersionFolder[]> {
  const found: VersionFolder[] = [];
  for (const name of await foldersIn(folder)) {
    for (const version of await foldersIn(path.join(folder, name))) {
      const at = path.join(folder, name, version);
      found.push({ path: at, name, version, files: (await entriesOf(at)).map((entry) => entry.name) });
    }
  }
  return found;
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder);
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name)
    .toSorted();
}

async function pacts(folder: string): Promise<readonly FoundDocument[]> {
  const names = (await entriesOf(folder))
    .map((entry) => entry.name)
    .filter((name) => name.endsWith('.json') && !name.startsWith('.'));
  return names.toSorted().map((name) => ({ kind: 'pact', file: path.join(folder, name) }));
}

/** A folder that is not there holds nothing: every part of the layout is optional. */
async function entriesOf(folder: string): Promise<readonly { readonly name: string; isDirectory(): boolean }[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error) ?? '')) return [];
    throw error;
  });
}

function withoutDocument(folder: string, names: readonly string[], files: readonly string[]): TallyErrorData {
  const where = folder.split(path.sep).join('/');
  return {
    code: 'CONTRACT_DOCUMENT_MISSING',
    where,
    why:
      files.length === 0
        ? 'the folder is empty'
        : `none of ${names.join(', ')} is in it; found ${files.toSorted().slice(0, 8).join(', ')}`,
    fix: `add ${where}/${names[0]}, or remove the folder`,
    exitCode: EXIT.usage,
  };
}
