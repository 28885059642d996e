import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { TallyError } from './error.ts';
import type { Finding } from './finding.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { escapePointer, joinPointer, pointerOfReference, referenceTo, splitPointer, valueAt } from './json-pointer.ts';
import { locateIn, rememberSource } from './locate.ts';
import { nearMiss } from './near-miss.ts';
import { parseDocumentText, textOf } from './parse-document.ts';
import { findReferences, type Reference, type References } from './references.ts';
import { fileReason } from './thrown.ts';

/** A document with every file it refers to. */
export interface LoadedDocument {
  /** The root; another file sits whole under `x-tally-files/<its path from the root document's folder>`. */
  readonly document: JsonObject;
  /** Of the root document, relative to the workspace root. */
  readonly source: string;
  /** `sha256:` and hex, over the bytes of all files. */
  readonly digest: string;
  /** `ref-unresolved`, `ref-remote`. */
  readonly findings: readonly Finding[];
}

/** The member of the root document under which other files sit. */
export const FILES_KEY = 'x-tally-files';

/**
 * Reads a YAML or JSON document and every file it refers to (circles too, each file once) into one plain document whose
 * references are all local. Nothing is fetched over a network.
 *
 * @throws TallyError CONTRACT_UNREADABLE with file and line
 */
export async function loadDocument(file: string, root: string): Promise<LoadedDocument> {
  const rootFile = path.resolve(root, file);
  const files = await readAll(rootFile, root);
  const main = files.get(rootFile);
  const source = relativeTo(root, rootFile);
  if (main === undefined || !isObject(main.content)) throw notAnObject(source, main?.content);
  const others = [...files.values()].filter((each) => each !== main);
  const findings = [...files.values()].flatMap((each) => rewriteReferences(each, files, root));
  const document: Record<string, Json> = main.content;
  if (others.length > 0) document[FILES_KEY] = Object.fromEntries(others.map((each) => [each.key, each.content]));
  findings.push(...emptyCircles(document, files, root));
  return { document, source, digest: digestOf([...files.values()]), findings };
}

/** Path relative to the workspace root with forward slashes; absolute where it lies outside. */
export function relativeTo(root: string, file: string): string {
  const relative = path.relative(root, file);
  const outside = relative.startsWith('..') || path.isAbsolute(relative);
  return (outside ? file : relative).split(path.sep).join('/');
}

interface LoadedFile extends References {
  readonly file: string;
  /** Path from the root document's folder, with forward slashes; '' for the root document. */
  readonly key: string;
  readonly bytes: Buffer;
  readonly content: Json;
}

async function readAll(rootFile: string, root: string): Promise<Map<string, LoadedFile>> {
  const files = new Map<string, LoadedFile>();
  const waiting = [rootFile];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    const loaded = await readOne(file, rootFile, root);
    files.set(file, loaded);
    for (const reference of loaded.references) {
      const target = fileOf(reference, file);
      if (target !== undefined && !files.has(target) && (await isDocument(target))) waiting.push(target);
    }
  }
  return files;
}

async function readOne(file: string, rootFile: string, root: string): Promise<LoadedFile> {
  const source = relativeTo(root, file);
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new TallyError({
      code: 'CONTRACT_UNREADABLE',
      where: source,
      why: fileReason(cause),
      fix: 'name a file that exists and can be read',
      cause,
    });
  });
  const text = textOf(bytes, source);
  rememberSource(file, text);
  const content = parseDocumentText(text, source);
  const key = file === rootFile ? '' : path.relative(path.dirname(rootFile), file).split(path.sep).join('/');
  return { file, key, bytes, content, ...findReferences(content, text) };
}

/** The file that a reference leads to, or undefined where it stays in its own or is a URL. */
function fileOf(reference: Reference, file: string): string | undefined {
  const name = reference.text.split('#', 1)[0] ?? '';
  if (name === '' || isUrl(name)) return undefined;
  return path.resolve(path.dirname(file), decode(name));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isUrl(text: string): boolean {
  return /^([a-z][a-z\d+.-]+:|\/\/)/i.test(text);
}

async function isDocument(file: string): Promise<boolean> {
  if (file.includes('\0')) return false;
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && found.isFile() && /\.(json|ya?ml)$/i.test(file);
}

type Files = ReadonlyMap<string, LoadedFile>;

function rewriteReferences(from: LoadedFile, files: Files, root: string): Finding[] {
  const findings: Finding[] = [];
  const targets = new Map<string, Target | undefined>();
  for (const reference of from.references) {
    const key = `${reference.base} ${reference.text}`;
    // Ten thousand references of a large document name a thousand places.
    const target = targets.has(key) ? targets.get(key) : targetOf(reference, from, files);
    targets.set(key, target);
    if (typeof target === 'object')
      reference.holder[reference.key] = referenceTo(mergedPointer(target.file, target.pointer));
    else if (!reference.optional) findings.push(unresolved(reference, from, files, root));
  }
  return findings;
}

function mergedPointer(file: LoadedFile, pointer: string): string {
  return file.key === '' ? pointer : `/${FILES_KEY}/${escapePointer(file.key)}${pointer}`;
}

interface Target {
  readonly file: LoadedFile;
  readonly pointer: string;
}

function targetOf(reference: Reference, from: LoadedFile, files: Files): Target | undefined {
  const [name, fragment] = splitReference(reference.text);
  const named = name === '' ? undefined : byId(reference, name, files);
  const file = named?.file ?? (name === '' ? from : files.get(fileOf(reference, from.file) ?? ''));
  if (file === undefined) return undefined;
  const pointer = within(file, named?.pointer ?? '', fragment, named?.id ?? (name === '' ? reference.base : ''));
  return pointer !== undefined && valueAt(file.content, pointer) !== undefined ? { file, pointer } : undefined;
}

function within(file: LoadedFile, start: string, fragment: string, base: string): string | undefined {
  if (fragment === '') return start;
  if (fragment.startsWith('/')) return start + (pointerOfReference(`#${fragment}`) ?? '');
  return file.anchors.get(`${base}#${fragment}`) ?? file.anchors.get(`#${fragment}`);
}

/** The schema whose `$id` a reference names: JSON Schema 2020-12 §8.2.1, as far as it goes without a network. */
function byId(reference: Reference, name: string, files: Files): (Target & { readonly id: string }) | undefined {
  const base = reference.base;
  const wanted = [name, base !== '' && URL.canParse(name, base) ? new URL(name, base).href : name];
  for (const file of files.values()) {
    for (const id of wanted) {
      const pointer = file.ids.get(id);
      if (pointer !== undefined) return { file, pointer, id };
    }
  }
  return undefined;
}

function splitReference(text: string): [string, string] {
  const at = text.indexOf('#');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function unresolved(reference: Reference, from: LoadedFile, files: Files, root: string): Finding {
  const where = locateIn(root, relativeTo(root, from.file), joinPointer(reference.pointer, reference.key));
  const [name, fragment] = splitReference(reference.text);
  const common = { severity: 'error', where, actual: reference.text } as const;
  if (isUrl(name)) {
    return {
      ...common,
      code: 'ref-remote',
      message: `the reference ${reference.text} leads to another host, and nothing is fetched`,
      fix: 'copy the document beside this one and refer to it by a relative path',
    };
  }
  const target = name === '' ? from : files.get(fileOf(reference, from.file) ?? '');
  if (target === undefined) {
    return {
      ...common,
      code: 'ref-unresolved',
      message: `the reference ${reference.text} leads to a file that does not exist or is no JSON or YAML`,
      fix: 'correct the path; it is relative to the file that the reference stands in',
    };
  }
  const near = nearestPointer(target.content, fragment);
  return {
    ...common,
    code: 'ref-unresolved',
    message: `the reference ${reference.text} leads nowhere`,
    fix: near === undefined ? 'add what it names, or correct it' : `did you mean ${name}${referenceTo(near)}?`,
  };
}

/** The pointer with its first wrong key replaced by the most similar one that exists. */
function nearestPointer(content: Json, fragment: string): string | undefined {
  let pointer = '';
  const keys = splitPointer(pointerOfReference(`#${fragment}`) ?? '');
  for (const [index, key] of keys.entries()) {
    if (valueAt(content, joinPointer(pointer, key)) === undefined) {
      const parent = valueAt(content, pointer);
      const near = isObject(parent) ? nearMiss(key, Object.keys(parent)) : undefined;
      const whole = near === undefined ? undefined : joinPointer(pointer, near, ...keys.slice(index + 1));
      return whole !== undefined && valueAt(content, whole) !== undefined ? whole : undefined;
    }
    pointer = joinPointer(pointer, key);
  }
  return undefined;
}

/** References that lead only to each other, never to anything that says something. */
function emptyCircles(document: JsonObject, files: Files, root: string): Finding[] {
  const findings: Finding[] = [];
  const sound = new Set<Json | undefined>();
  for (const file of files.values()) {
    for (const reference of file.references) {
      const text = reference.holder['$ref'];
      if (reference.key !== '$ref' || sound.has(text)) continue;
      if (!isEmptyCircle(document, text)) {
        sound.add(text);
        continue;
      }
      const where = locateIn(root, relativeTo(root, file.file), joinPointer(reference.pointer, '$ref'));
      findings.push({
        code: 'ref-unresolved',
        severity: 'error',
        message: `the reference ${reference.text} leads back to itself`,
        fix: 'let one of the references in the circle say what is meant',
        actual: reference.text,
        where,
      });
    }
  }
  return findings;
}

function isEmptyCircle(document: JsonObject, first: Json | undefined): boolean {
  const seen = new Set<Json>();
  let reference = first;
  while (typeof reference === 'string') {
    if (seen.has(reference)) return true;
    seen.add(reference);
    const pointer = pointerOfReference(reference);
    const target = pointer === undefined ? undefined : valueAt(document, pointer);
    // Beside other keywords a reference is one constraint of several (3.1): the schema still says something.
    reference = isObject(target) && Object.keys(target).length === 1 ? target['$ref'] : undefined;
  }
  return false;
}

function digestOf(files: readonly LoadedFile[]): string {
  const hash = createHash('sha256');
  const sorted = files.toSorted((left, right) => (left.key < right.key ? -1 : 1));
  for (const file of sorted) hash.update(`${file.key}\0${file.bytes.length}\0`).update(file.bytes);
  return `sha256:${hash.digest('hex')}`;
}

function notAnObject(source: string, content: Json | undefined): TallyError {
  const what =
    content === null || content === undefined
      ? 'empty'
      : Array.isArray(content)
        ? 'a list'
        : `only a ${typeof content}`;
  return new TallyError({
    code: 'CONTRACT_UNREADABLE',
    where: `${source}:1:1`,
    why: `the document is ${what}`,
    fix: 'a contract is a JSON or YAML object; begin with its version, for example "openapi: 3.1.0"',
  });
}
