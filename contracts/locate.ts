import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Document, Node } from 'yaml';
import type { Where } from './finding.ts';
import { JsonText, jsonSyntaxError } from './json-text.ts';
import { joinPointer, splitPointer } from './json-pointer.ts';
import type { Contract } from './model.ts';
import { yaml } from './yaml-library.ts';

/** The member of a document under which forms that Swagger 2.0 describes by parameters sit as schemas. */
export const FORMS_KEY = 'x-tally-forms';

/**
 * The file, line and column of a pointer into `contract.document`. Where the pointer leads nowhere, the nearest parent
 * that exists. Positions are found on demand and remembered: finding the first in a file of 13 MB takes well under a
 * second.
 */
export function locate(root: string, contract: Pick<Contract, 'source'>, pointer: string): Where {
  const keys = splitPointer(pointer);
  const [first, second, ...rest] = keys;
  if (second === undefined) return locateIn(root, contract.source, pointer);
  if (first === 'x-tally-files') {
    const folder = path.posix.dirname(contract.source);
    return locateIn(root, path.posix.join(folder, second), joinPointer('', ...rest));
  }
  if (first === FORMS_KEY) return locateIn(root, contract.source, second);
  return locateIn(root, contract.source, pointer);
}

/** The same for a file that is no contract, `tally.yaml` or a pact. `source` is relative to `root`. */
export function locateIn(root: string, source: string, pointer: string): Where {
  const positions = positionsOf(path.resolve(root, source));
  const position = positions?.(splitPointer(pointer)) ?? { line: 1, column: 1 };
  return { source, pointer, ...position };
}

/** Forgets what is remembered of a file: it is about to be read anew. */
export function forgetSource(file: string): void {
  remembered.delete(file);
}

/** Takes over the text of a file that was just read: what was remembered of it is forgotten. */
export function rememberSource(file: string, text: string): void {
  remembered.set(file, { stamp: stampOf(file), positions: positionsIn(file, text), checkedAt: Date.now() });
}

type Position = Pick<Where, 'line' | 'column'>;
type Positions = (keys: readonly string[]) => Position;

const remembered = new Map<string, { readonly stamp: string; readonly positions: Positions; checkedAt: number }>();
/** A burst of look-ups (one a finding) asks the file system once. */
const RECHECK_MS = 500;

function positionsOf(file: string): Positions | undefined {
  const known = remembered.get(file);
  const now = Date.now();
  if (known !== undefined && now - known.checkedAt < RECHECK_MS) return known.positions;
  try {
    if (known !== undefined && known.stamp === stampOf(file)) {
      known.checkedAt = now;
      return known.positions;
    }
    rememberSource(file, readFileSync(file, 'utf8'));
    return remembered.get(file)?.positions;
  } catch {
    // A file that is gone has no positions; what the finding says still holds.
    return undefined;
  }
}

function stampOf(file: string): string {
  const { mtimeMs, size } = statSync(file);
  return `${mtimeMs} ${size}`;
}

/** Nothing is read before the first look-up. */
function positionsIn(file: string, text: string): Positions {
  let positions: Positions | undefined;
  return (keys) => {
    positions ??= isJson(file, text) ? jsonPositions(text) : yamlPositions(text);
    return positions(keys);
  };
}

function isJson(file: string, text: string): boolean {
  return file.endsWith('.json') || (/^\s*[{[]/.test(text) && jsonSyntaxError(text) === undefined);
}

function jsonPositions(text: string): Positions {
  const json = new JsonText(text);
  return (keys) => json.positionOf(json.offsetOf(keys));
}

function yamlPositions(text: string): Positions {
  const { LineCounter, parseDocument } = yaml();
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, logLevel: 'silent' });
  return (keys) => {
    const { line, col } = lineCounter.linePos(yamlOffset(document, keys));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
}

function yamlOffset(document: Document, keys: readonly string[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const key of keys) {
    const child = yamlChild(document, node, key);
    if (child === undefined) return offset;
    offset = child.offset ?? offset;
    node = child.node;
  }
  return offset;
}

function yamlChild(
  document: Document,
  parent: unknown,
  key: string,
): { node: unknown; offset: number | undefined } | undefined {
  const { isCollection, isMap, isPair } = yaml();
  const node = follow(document, parent);
  if (!isCollection(node)) return undefined;
  if (!isMap(node)) {
    const item: unknown = node.items[Number(key)];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  for (const pair of node.items) {
    if (isPair(pair) && keyOf(pair.key) === key) return { node: pair.value, offset: startOf(pair.key) };
  }
  return mergedChild(document, node.items, key);
}

/** A member that comes in by `<<: *anchor`. */
function mergedChild(
  document: Document,
  pairs: readonly { key: unknown; value: unknown }[],
  key: string,
): { node: unknown; offset: number | undefined } | undefined {
  for (const pair of pairs) {
    if (keyOf(pair.key) !== '<<') continue;
    const found = yamlChild(document, pair.value, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function follow(document: Document, node: unknown): unknown {
  return isAliasNode(node) ? node.resolve(document) : node;
}

function isAliasNode(node: unknown): node is { resolve(document: Document): Node | undefined } {
  return typeof node === 'object' && node !== null && 'resolve' in node && typeof node.resolve === 'function';
}

function keyOf(key: unknown): string {
  return yaml().isScalar(key) ? String(key.value) : '';
}

function startOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  const start: unknown = node.range[0];
  return typeof start === 'number' ? start : undefined;
}
