import type { Document, LineCounter, Node } from 'yaml';
import { yaml } from './yaml-library.ts';

/** The 1-based place of a value in a YAML document, of its key where `key` is set, of the nearest parent where it is not there. */
export function positionOf(
  document: Document,
  lines: LineCounter,
  at: { readonly path: readonly string[]; readonly key?: boolean },
): { line: number; column: number } {
  const offset = offsetOf(document, at.path, at.key ?? false);
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

function offsetOf(document: Document, path: readonly string[], key: boolean): number {
  for (let length = path.length; length >= 0; length--) {
    const found = length === path.length && !key ? nodeAt(document, path) : keyAt(document, path.slice(0, length));
    const start = found?.range?.[0];
    if (start !== undefined) return start;
  }
  return 0;
}

function nodeAt(document: Document, path: readonly string[]): Node | undefined {
  const node = path.length === 0 ? document.contents : document.getIn(path.map(indexOrKey), true);
  return isNode(node) ? node : undefined;
}

/** The key of the last step; an item of a list has none and stands for itself. */
function keyAt(document: Document, path: readonly string[]): Node | undefined {
  const { isMap, isScalar } = yaml();
  const parent = nodeAt(document, path.slice(0, -1));
  if (!isMap(parent)) return nodeAt(document, path);
  const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === path.at(-1));
  return isNode(pair?.key) ? pair.key : undefined;
}

function indexOrKey(step: string): string | number {
  return /^\d+$/.test(step) ? Number(step) : step;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'range' in value;
}
