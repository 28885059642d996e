import path from 'node:path';
import type { Finding } from '../finding.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { joinPointer, pointerOfReference, referenceTo, splitPointer } from '../json-pointer.ts';
import { FILES_KEY, loadDocument } from '../load-document.ts';
import { findReferences } from '../references.ts';

/** The Data Package that the schema becomes part of. */
interface Package {
  readonly root: string;
  readonly folder: string;
  readonly document: Record<string, Json>;
  readonly findings: Finding[];
  /** What the contract's digest is over. */
  readonly bytes: Uint8Array[];
}

/**
 * Puts a JSON Schema, and the files that it refers to, into the document under `x-tally-files`, and lets the resource refer
 * to it: a validator is compiled from a pointer into the document. Returns the schema.
 */
export async function embeddedSchema(
  into: Package,
  resource: { readonly value: Record<string, Json> },
  reference: string,
): Promise<JsonObject> {
  const key = path.posix.normalize(reference.replaceAll('\\', '/'));
  const loaded = await loadDocument(path.resolve(into.folder, reference), into.root);
  into.findings.push(...loaded.findings);
  const { [FILES_KEY]: others, ...schema } = loaded.document;
  // The schema's own bytes count already; what it refers to must count, too.
  if (others !== undefined) into.bytes.push(Buffer.from(loaded.digest));
  const files: Record<string, Json> = { [key]: schema };
  for (const [name, content] of Object.entries(isObject(others) ? others : {})) files[besides(key, name)] = content;
  for (const content of Object.values(files)) moveReferences(content, key);
  into.document[FILES_KEY] = { ...(isObject(into.document[FILES_KEY]) ? into.document[FILES_KEY] : {}), ...files };
  resource.value['schema'] = { $ref: referenceTo(joinPointer('', FILES_KEY, key)) };
  return schema;
}

/** Names are relative to the schema's folder and become relative to the document's. */
function besides(key: string, name: string): string {
  return path.posix.join(path.posix.dirname(key), name);
}

function moveReferences(content: Json, key: string): void {
  for (const { holder, key: member, text } of findReferences(content).references) {
    const pointer = pointerOfReference(text);
    if (pointer === undefined) continue;
    const [first, name = '', ...rest] = splitPointer(pointer);
    holder[member] = referenceTo(
      first === FILES_KEY
        ? joinPointer('', FILES_KEY, besides(key, name), ...rest)
        : joinPointer('', FILES_KEY, key) + pointer,
    );
  }
}
