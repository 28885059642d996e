import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Where } from '../../contracts/index.ts';

const MAX_LINE_CHARS = 240;

/** A place to read from: the folder that sources are relative to, and what goes before them (`git:main:`). */
export interface LineSource {
  readonly root: string;
  readonly prefix: string;
}

/**
 * Reads single lines of documents, without their indentation, each file once. Undefined where the file is not there; of a
 * document in one line only its beginning.
 *
 * @param redact applied to every line: a contract's examples may hold a secret
 */
export function changeLineReader(
  redact: (text: string) => string,
): (from: LineSource, where: Where) => string | undefined {
  const files = new Map<string, readonly string[]>();
  return ({ root, prefix }, { source, line }) => {
    const file = resolve(root, source.startsWith(prefix) ? source.slice(prefix.length) : source);
    const lines = files.get(file) ?? linesOf(file);
    files.set(file, lines);
    const text = lines[line - 1];
    return text === undefined ? undefined : redact(text.slice(0, MAX_LINE_CHARS).trim());
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
