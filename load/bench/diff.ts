/**
 * How long does `tally diff` take on two versions of a large document, and how long does api-smart-diff (npm), which
 * judges changes by their place and not by direction or meaning? Parsing both is the least that anybody has to do.
 *
 *     npm run build && npx tsx load/bench/diff.ts [BASE-VERSION] [REVISION-VERSION] [ROUNDS]
 *
 * The versions are those of `@octokit/openapi`, GitHub's description; they and the peer are fetched from npm into a
 * folder that is removed again.
 */
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { tableOf, takeTurns, type Candidate } from './take-turns.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PEER = 'api-smart-diff@1.0.6';
const PEER_PROCESS = `
const { readFileSync } = require('node:fs');
const { apiCompare } = require('api-smart-diff');
const [before, after] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')));
console.log(apiCompare(before, after).diffs.length, 'differences');
`;
const PARSE = `for (const file of process.argv.slice(1)) JSON.parse(require('node:fs').readFileSync(file, 'utf8'));`;

const [base = '22.0.0', revision = '23.0.2', rounds = '5'] = process.argv.slice(2);
const folder = await mkdtemp(path.join(tmpdir(), 'tally-bench-'));

/** Installs packages into a folder of their own and runs none of their scripts. */
async function install(name: string, ...packages: readonly string[]): Promise<string> {
  const into = path.join(folder, name);
  await mkdir(into);
  await writeFile(path.join(into, 'package.json'), '{ "private": true }\n');
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', ...packages], {
    cwd: into,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return into;
}

async function document(version: string): Promise<string> {
  const into = await install(version, `@octokit/openapi@${version}`);
  return path.join(into, 'node_modules/@octokit/openapi/generated/api.github.com.json');
}

try {
  const documents = [await document(base), await document(revision)];
  const peer = await install('peer', PEER);
  await writeFile(path.join(peer, 'peer.cjs'), PEER_PROCESS);
  const candidates: readonly Candidate[] = [
    { name: 'tally diff', cwd: folder, command: [MAIN, 'diff', ...documents, '--format', 'json'] },
    { name: PEER, cwd: peer, command: ['peer.cjs', ...documents] },
    { name: 'JSON.parse of both', cwd: folder, command: ['-e', PARSE, ...documents], times: 3 },
  ];
  const samples = await takeTurns(candidates, Number(rounds));
  process.stdout.write(tableOf(`GitHub's description, ${base} to ${revision}`, samples, PEER));
} finally {
  await rm(folder, { recursive: true, force: true });
}
