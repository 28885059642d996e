import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compareVersions } from './compare-versions.ts';
import { TallyError } from './error.ts';
import { explainSchemaError, type SchemaMistake } from './explain-schema-error.ts';
import { joinPointer } from './json-pointer.ts';
import { forgetSource, locateIn } from './locate.ts';
import { mistakesError } from './mistakes-error.ts';
import type { Contract, ContractKind } from './model.ts';
import { parseDocumentText } from './parse-document.ts';
import { codeOf, messageOf } from './thrown.ts';
import { writeFileAtomically } from './write-file.ts';

/** A contract version that was released. */
export interface Release {
  readonly kind: ContractKind;
  readonly name: string;
  readonly version: string;
  /** Of the document and every file that it refers to: see `Contract.digest`. */
  readonly digest: string;
  /** Day of the release in UTC: `2026-03-02`. */
  readonly date: string;
}

/** Relative to the workspace root. */
export const RELEASES_FILE = 'contracts/releases.json';

/**
 * The releases of a workspace; none where there is no `contracts/releases.json`.
 *
 * @throws TallyError RELEASES_UNREADABLE, RELEASES_INVALID (with every mistake in it, each with its line)
 */
export async function readReleases(root: string): Promise<readonly Release[]> {
  const file = path.join(root, RELEASES_FILE);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw unreadable(messageOf(cause), cause);
  });
  if (text === undefined) return [];
  forgetSource(file);
  const value = parsed(text);
  const mistakes = await mistakesIn(value);
  if (mistakes.length > 0)
    throw mistakesError('RELEASES_INVALID', RELEASES_FILE, mistakes, (mistake) =>
      locateIn(root, RELEASES_FILE, joinPointer('', ...mistake.path)),
    );
  return (value as { readonly releases: readonly Release[] }).releases;
}

/** The release of a contract's version, if it was released. */
export function releaseOf(contract: Contract, releases: readonly Release[]): Release | undefined {
  return releases.find((each) => keyOf(each) === keyOf(contract));
}

/**
 * Records every contract that was not released before: its document does not change any more. What is recorded stays as
 * it is. The file is written in one step, sorted, and only where there is something to add.
 *
 * @returns what was added
 * @throws TallyError as `readReleases`
 */
export async function recordReleases(
  root: string,
  contracts: readonly Contract[],
  today: string,
): Promise<readonly Release[]> {
  const before = await readReleases(root);
  const added = contracts
    .filter((contract) => contract.kind !== 'pact' && releaseOf(contract, before) === undefined)
    .map(({ kind, name, version, digest }): Release => ({ kind, name, version, digest, date: today }));
  if (added.length === 0) return [];
  const releases = [...before, ...added].toSorted(inOrder);
  const text = `${JSON.stringify({ version: 1, releases }, undefined, 2)}\n`;
  await writeFileAtomically(path.join(root, RELEASES_FILE), text);
  return added.toSorted(inOrder);
}

function keyOf({ kind, name, version }: Pick<Release, 'kind' | 'name' | 'version'>): string {
  return `${kind} ${name} ${version}`;
}

function inOrder(a: Release, b: Release): number {
  const text = (left: string, right: string): number => (left < right ? -1 : Number(left > right));
  return text(a.kind, b.kind) || text(a.name, b.name) || compareVersions(a.version, b.version);
}

function parsed(text: string): unknown {
  try {
    return parseDocumentText(text, RELEASES_FILE);
  } catch (cause) {
    if (!(cause instanceof TallyError)) throw cause;
    throw new TallyError({ ...cause.toJSON(), code: 'RELEASES_UNREADABLE', cause });
  }
}

async function mistakesIn(value: unknown): Promise<readonly SchemaMistake[]> {
  const [{ Ajv }, schema] = await Promise.all([
    import('ajv'),
    readFile(new URL('schemas/releases.schema.json', import.meta.url), 'utf8'),
  ]);
  const validate = new Ajv({ allErrors: true, verbose: true, strict: true }).compile(JSON.parse(schema));
  return validate(value) ? [] : (validate.errors ?? []).map((error) => explainSchemaError(error, 'the file'));
}

function unreadable(why: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'RELEASES_UNREADABLE',
    where: RELEASES_FILE,
    why,
    fix: 'make the file readable',
    cause,
  });
}
