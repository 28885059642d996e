import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));

/** Every script that Node loads while it runs a command line of the built `tally`. V8's coverage lists them. */
function scriptsLoadedBy(...argv: string[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tally-coverage-'));
  try {
    execFileSync(process.execPath, [MAIN, ...argv], {
      env: { ...process.env, NODE_OPTIONS: '', NODE_V8_COVERAGE: folder },
    });
    return readdirSync(folder).flatMap((file) => {
      const { result }: { result: readonly { url: string }[] } = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return result.map(({ url }) => url);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the help loads our own small files and no library', () => {
  const scripts = scriptsLoadedBy('--help');
  expect(scripts.some((url) => url.endsWith('/dist/cli/run-tally.js'))).toBe(true);
  expect(scripts.filter((url) => url.includes('/node_modules/'))).toEqual([]);
});

test('a verb that needs a library loads it, so that the test above can fail', () => {
  expect(scriptsLoadedBy('list').some((url) => url.includes('/node_modules/'))).toBe(true);
});
