import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeImports, type Import } from './import-rules.ts';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
// Static imports and re-exports, types included, import() and import types: whatever names a relative file.
const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\1/g;

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', '*.ts'], {
  cwd: ROOT,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
const problems = judgeImports(files.flatMap(importsOf));
for (const problem of problems) console.error(problem);
console.log(`imports: ${files.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 && files.length > 0 ? 0 : 1;

function importsOf(from: string): readonly Import[] {
  const text = readFileSync(join(ROOT, from), 'utf8');
  return [...withoutTemplates(text).matchAll(SPECIFIER)].map((match) => ({
    from,
    to: posix.normalize(posix.join(posix.dirname(from), match[2] ?? '')),
    line: text.slice(0, match.index).split('\n').length,
  }));
}

/** Blanks template literals: code that a test writes into a file is no import of ours. Lengths stay, so lines do. */
function withoutTemplates(text: string): string {
  return text.replaceAll(/`(?:\\.|[^`\\])*`/gs, (template) => template.replaceAll(/[^\n]/g, ' '));
}
