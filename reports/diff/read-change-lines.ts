import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Where } from '../../contracts/index.ts';
import type { Snippet } from '../report.ts';

const MAX_LINE_CHARS = 240;
const LINES_AROUND = 2;

/** A place to read from: the folder that sources are relative to, and what goes before them (`git:main:`). */
export interface LineSource {
  readonly root: string;
  readonly prefix: string;
}

/**
 * Reads the lines of a document around a place, each file once. Undefined where the file is not there; of a document in
 * one line only its beginning.
 *
 * @param redact applied to every line: a contract's examples may hold a secret
 */
export function changeLineReader(
  redact: (text: string) => string,
): (from: LineSource, where: Where) => Snippet | undefined {
  const files = new Map<string, readonly string[]>();
  return ({ root, prefix }, { source, line }) => {
    const file = resolve(root, source.startsWith(prefix) ? source.slice(prefix.length) : source);
    const lines = files.get(file) ?? linesOf(file);
    files.set(file, lines);
    if (line > lines.length) return undefined;
    const firstLine = Math.max(1, line - LINES_AROUND);
    const around = lines.slice(firstLine - 1, line + LINES_AROUND);
    return { firstLine, lines: around.map((text) => redact(text.slice(0, MAX_LINE_CHARS))) };
  };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch {
    // The change stands without its line.
    return [];
  }
}
