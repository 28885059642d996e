import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Some lines of a contract. */
export interface SourceExcerpt {
  readonly source: string;
  /** The one that is meant. */
  readonly line: number;
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

const BEFORE = 2;
const AFTER = 4;
/** A document may be one line of 13 MB. */
const CHARACTERS = 300;

/** @returns undefined where the file is gone or has become shorter */
export async function sourceExcerpt(
  root: string,
  { source, line }: { readonly source: string; readonly line: number },
): Promise<SourceExcerpt | undefined> {
  try {
    const text = await readFile(path.resolve(root, source), 'utf8');
    const all = text.split('\n');
    const first = Math.max(1, line - BEFORE);
    const lines = all
      .slice(first - 1, line + AFTER)
      .map((each, index) => ({ number: first + index, text: each.replace(/\r$/, '').slice(0, CHARACTERS) }));
    return line > all.length ? undefined : { source, line, lines };
  } catch {
    return undefined;
  }
}
