import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { parseFormatFlag } from '../reports/index.ts';
import { commands } from './commands/index.ts';
import { parseArguments } from './parse-arguments.ts';

const FOLDER = new URL('../docs/workflows/', import.meta.url);
const files = readdirSync(FOLDER);

/** Every text in a document, whatever it is under. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

/** The command lines of `tally` in scripts, as words. */
function tallyLines(file: string): readonly (readonly string[])[] {
  const texts = textsIn(parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  const lines = texts.flatMap((text) => text.split('\n')).filter((line) => /(^|\s)npx tally /.test(line));
  return lines.map((line) => {
    const [, command = ''] = /npx tally (.*?)(?:\s+\|\|.*)?$/.exec(line) ?? [];
    return (command.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
  });
}

test('there is a workflow for GitHub and one for GitLab', () => {
  expect(files).toEqual(['github.yml', 'gitlab.yml']);
});

describe.each(files)('the workflow %s', (file) => {
  test('checks and verifies every change, and runs all of it by night', () => {
    expect([...new Set(tallyLines(file).map(([verb]) => verb))]).toEqual(['check', 'diff', 'verify', 'run']);
  });

  test.each(tallyLines(file).map((words) => [words.join(' '), words] as const))(
    'tally %s uses only what there is',
    async (_, [verb, ...rest]) => {
      const command = commands.find(({ id }) => id === verb);
      if (command === undefined) throw new Error(`there is no verb ${verb}`);
      const { flags } = await parseArguments(command, rest);
      const formats = flags.strings('format').map((flag) => parseFormatFlag(flag));
      expect(formats.filter(({ path }) => path === undefined).length).toBeLessThanOrEqual(1);
      for (const { path } of formats) if (path !== undefined) expect(path).toMatch(/^reports\/out\//);
    },
  );

  test('keeps the cache, the reports and their SARIF', () => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8');
    for (const needed of ['.tally/cache', 'sarif=reports/out/check.sarif', 'reports/out'])
      expect(text).toContain(needed);
  });
});

/** The scripts of a file that hold a text, as the runner hands them to a shell. */
function scriptWith(file: string, needle: string): string {
  const found = textsIn(parse(readFileSync(new URL(file, FOLDER), 'utf8'))).find((text) => text.includes(needle));
  if (found === undefined) throw new Error(`${file} has no script with ${needle}`);
  return found;
}

describe('the step that says what changed, in a repository with a branch that breaks its API', () => {
  const api = (type: string): string =>
    `openapi: 3.0.3\ninfo: { title: Clock, version: 1.0.0 }\npaths: { /time: { get: { responses: { '200': { description: ok, content: { application/json: { schema: { type: ${type} } } } } } } } }\n`;
  const file = 'contracts/apis/clock/1.0.0/openapi.yaml';
  let folder: string;
  let repository: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'tally-workflow-'));
    repository = path.join(folder, 'repository');
    mkdirSync(path.join(repository, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(repository, 'tally.yaml'), 'version: 1\nname: time\n');
    writeFileSync(path.join(repository, file), api('string'));
    const git = (...argv: readonly string[]): void => {
      const who = ['-c', 'user.name=a', '-c', 'user.email=a@a.example', '-c', 'init.defaultBranch=main'];
      execFileSync('git', [...who, ...argv], { cwd: repository, stdio: 'pipe' });
    };
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'first');
    git('update-ref', 'refs/remotes/origin/main', 'HEAD');
    git('remote', 'add', 'origin', repository);
    writeFileSync(path.join(repository, file), api('integer'));
    // `npx tally` of this working tree.
    const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const npx = `#!/bin/sh\nshift\nexec '${process.execPath}' --import '${tsx}' '${main}' "$@"\n`;
    writeFileSync(path.join(folder, 'npx'), npx, { mode: 0o755 });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  function run(script: string, env: Readonly<Record<string, string>>): number | null {
    const PATH = `${folder}:${process.env['PATH']}`;
    // As GitHub's runner does (`bash -e`); GitLab's stops at the first error as well.
    return spawnSync('bash', ['-e', '-c', script], { cwd: repository, env: { ...env, PATH }, timeout: 60_000 }).status;
  }

  test('on GitHub it ends well, and the break stands in the summary', () => {
    const summary = path.join(folder, 'summary.md');
    expect(run(scriptWith('github.yml', 'tally diff'), { BASE: 'main', GITHUB_STEP_SUMMARY: summary })).toBe(0);
    expect(readFileSync(summary, 'utf8')).toContain('changed from string to integer');
  });

  test('on GitLab the break stands in the artifacts', () => {
    run(scriptWith('gitlab.yml', 'tally diff'), { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' });
    const read = (name: string): string => readFileSync(path.join(repository, 'reports/out', name), 'utf8');
    expect(read('diff.md')).toContain('changed from string to integer');
    expect(read('diff.html')).toContain('changed from string to integer');
  });
});
