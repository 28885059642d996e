/**
 * How long does `tally check` take on a large document, the first time and again, and how long does bare Spectral?
 *
 *     npm run build && npx tsx load/bench/check.ts [DOCUMENT] [ROUNDS] [SLOW-ROUNDS]
 *
 * Spectral runs with the ruleset that we lint with: its own, less the rules about examples, which `tally check` holds
 * against their schemas itself, and with ours. So it does less than our first run: no examples, no structure, no
 * versions. What takes long (the first run, Spectral) takes part in the first SLOW-ROUNDS rounds only.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { tableOf, takeTurns, type Candidate } from './take-turns.ts';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GITHUB = path.join(
  path.dirname(require.resolve('@octokit/openapi/package.json')),
  'generated/api.github.com.json',
);

const [given = GITHUB, rounds = '5', slowRounds = '3'] = process.argv.slice(2);

const folder = await mkdtemp(path.join(tmpdir(), 'tally-bench-'));
const document = path.join(folder, path.basename(given));
const cache = path.join(folder, 'cache');
const check = {
  cwd: folder,
  command: [path.join(ROOT, 'dist/cli/main.js'), 'check', path.basename(document)],
  env: { XDG_CACHE_HOME: cache },
};

const candidates: readonly Candidate[] = [
  {
    ...check,
    name: 'tally check, first',
    rounds: Number(slowRounds),
    prepare: async () => await rm(cache, { recursive: true, force: true }),
  },
  { ...check, name: 'tally check, again', times: 3 },
  {
    name: 'bare Spectral, our ruleset',
    cwd: folder,
    rounds: Number(slowRounds),
    command: [
      '--import',
      pathToFileURL(require.resolve('tsx')).href,
      fileURLToPath(new URL('./spectral-process.ts', import.meta.url)),
      document,
      path.join(ROOT, 'contracts/rulesets/tally.yaml'),
    ],
  },
  { name: 'node -e 0', cwd: folder, command: ['-e', '0'], times: 3 },
];

try {
  await cp(given, document);
  const samples = await takeTurns(candidates, Number(rounds));
  process.stdout.write(tableOf(path.basename(given), samples, 'node -e 0'));
} finally {
  await rm(folder, { recursive: true, force: true });
}
