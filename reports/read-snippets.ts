import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import type { Where } from '../contracts/index.ts';
import type { Report, Snippet } from './report.ts';

const LINES_AROUND = 3;
const MAX_SNIPPETS = 500;
const MAX_LINE_CHARS = 240;

/**
 * The report with the lines of the contracts around each finding. Only files inside `root` are read; one that is not
 * there, or not inside, has no snippet.
 *
 * @param redact applied to every line: a contract's examples may hold a secret
 */
export function readSnippets(report: Report, root: string, redact = (text: string): string => text): Report {
  const linesOf = lineReader(root);
  const snippets: Record<string, Snippet> = {};
  for (const where of report.results.flatMap(({ findings }) => findings.map((finding) => finding.where))) {
    const key = snippetKey(where);
    if (key in snippets) continue;
    const snippet = snippetAt(linesOf(where.source), where.line, redact);
    if (snippet) snippets[key] = snippet;
    if (Object.keys(snippets).length >= MAX_SNIPPETS) break;
  }
  return { ...report, snippets };
}

/** The key of `Report.snippets`. */
export function snippetKey({ source, line }: Pick<Where, 'source' | 'line'>): string {
  return `${source}:${line}`;
}

function snippetAt(lines: readonly string[], line: number, redact: (text: string) => string): Snippet | undefined {
  if (line < 1 || line > lines.length) return undefined;
  const firstLine = Math.max(1, line - LINES_AROUND);
  const around = lines.slice(firstLine - 1, line + LINES_AROUND);
  return { firstLine, lines: around.map((text) => redact(text).slice(0, MAX_LINE_CHARS)) };
}

function lineReader(root: string): (source: string) => readonly string[] {
  const files = new Map<string, readonly string[]>();
  return (source) => {
    const known = files.get(source);
    if (known) return known;
    const lines = readInside(root, source)?.split(/\r?\n/) ?? [];
    files.set(source, lines);
    return lines;
  };
}

/** A finding's source may come from a contract that somebody else wrote: no `..`, no link out of the workspace. */
function readInside(root: string, source: string): string | undefined {
  try {
    const path = realpathSync(resolve(root, source));
    const inside = relative(realpathSync(root), path);
    return inside.startsWith('..') || isAbsolute(inside) ? undefined : readFileSync(path, 'utf8');
  } catch {
    // Not there, a URL, a folder: the finding stands without its lines.
    return undefined;
  }
}
