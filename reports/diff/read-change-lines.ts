import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Where } from '../../contracts/index.ts';
import type { Snippet } from '../report.ts';

const MAX_LINE_CHARS = 240;
const LINES_AROUND = 2;
const CHARS_BEFORE = 20;

/** A place to read from: the folder that sources are relative to, and what goes before them (`git:main:`). */
export interface LineSource {
  readonly root: string;
  readonly prefix: string;
}

/**
 * Reads the lines of a document around a place, each file once. Undefined where the file is not there.
 *
 * @param redact applied to every line: a contract's examples may hold a secret
 */
export function changeLineReader(
  redact: (text: string) => string,
): (from: LineSource, where: Where) => Snippet | undefined {
  const files = new Map<string, readonly string[]>();
  return ({ root, prefix }, { source, line, column }) => {
    const file = resolve(root, source.startsWith(prefix) ? source.slice(prefix.length) : source);
    const lines = files.get(file) ?? linesOf(file);
    files.set(file, lines);
    if (line > lines.length) return undefined;
    const firstLine = Math.max(1, line - LINES_AROUND);
    const around = lines.slice(firstLine - 1, line + LINES_AROUND);
    return { firstLine, lines: around.map((text) => redact(visiblePart(text, column))) };
  };
}

/** Of a document in one line, what stands around the place. */
function visiblePart(text: string, column: number): string {
  const start = text.length > MAX_LINE_CHARS && column > MAX_LINE_CHARS / 2 ? column - CHARS_BEFORE : 0;
  return `${start > 0 ? '… ' : ''}${text.slice(start, start + MAX_LINE_CHARS)}`;
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // The change stands without its line.
    return [];
  }
}
