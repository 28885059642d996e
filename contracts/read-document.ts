import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { TallyError } from './error.ts';
import { isObject, type JsonObject } from './json.ts';
import { relativeTo } from './load-document.ts';
import { forgetSource } from './locate.ts';
import { parseDocumentText, textOf } from './parse-document.ts';
import { fileReason } from './thrown.ts';

/** One file as it stands, nothing it refers to. */
export interface SingleDocument {
  readonly document: JsonObject;
  /** Relative to the workspace root. */
  readonly source: string;
  /** `sha256:` and hex, over its bytes. */
  readonly digest: string;
}

/**
 * Reads a JSON or YAML document whose `$ref`s, if it has any, are data: a pact, a Data Package.
 *
 * @throws TallyError CONTRACT_UNREADABLE with file and line
 */
export async function readDocument(file: string, root: string): Promise<SingleDocument> {
  const source = relativeTo(root, path.resolve(root, file));
  const bytes = await readFile(path.resolve(root, file)).catch((cause: unknown) => {
    throw unreadable(source, fileReason(cause), 'make the file readable', cause);
  });
  forgetSource(path.resolve(root, file));
  const document = parseDocumentText(textOf(bytes, source), source);
  if (!isObject(document))
    throw unreadable(`${source}:1:1`, 'the document is no map', 'a contract is a JSON or YAML object');
  return { document, source, digest: digestOf([bytes]) };
}

/** `sha256:` and hex, over files in order. */
export function digestOf(files: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  // The lengths keep `ab` + `c` apart from `a` + `bc`.
  for (const bytes of files) hash.update(files.length === 1 ? '' : `${bytes.length}\0`).update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

function unreadable(where: string, why: string, fix: string, cause?: unknown): TallyError {
  return new TallyError({ code: 'CONTRACT_UNREADABLE', where, why, fix, cause });
}
