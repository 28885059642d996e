/**
 * How long does `tally check` take on a large document, the first time and again, and how long does bare Spectral?
 *
 *     npm run build && npx tsx load/bench/check.ts [DOCUMENT] [ROUNDS]
 *
 * Everything runs in processes of its own, start included, as a CI job pays for it. The candidates take turns, so that a
 * busy moment of the machine hits them alike.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const require = createRequire(import.meta.url);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const GITHUB = path.join(
  path.dirname(require.resolve('@octokit/openapi/package.json')),
  'generated/api.github.com.json',
);

const [given = GITHUB, rounds = '5'] = process.argv.slice(2);

interface Candidate {
  readonly name: string;
  /** How often in a round. */
  readonly times: number;
  readonly command: readonly string[];
  /** Before each run. */
  readonly prepare: () => Promise<void>;
}

const folder = await mkdtemp(path.join(tmpdir(), 'tally-bench-'));
const document = path.join(folder, path.basename(given));
const cache = path.join(folder, 'cache');
const tally = [path.join(ROOT, 'dist/cli/main.js'), 'check', path.basename(document)];

const candidates: readonly Candidate[] = [
  {
    name: 'tally check, first',
    times: 1,
    command: tally,
    prepare: async () => await rm(cache, { recursive: true, force: true }),
  },
  { name: 'tally check, again', times: 5, command: tally, prepare: async () => undefined },
  {
    name: 'bare Spectral',
    times: 1,
    command: [
      '--import',
      pathToFileURL(require.resolve('tsx')).href,
      fileURLToPath(new URL('./spectral-process.ts', import.meta.url)),
      document,
    ],
    prepare: async () => undefined,
  },
  { name: 'node -e 0', times: 5, command: ['-e', '0'], prepare: async () => undefined },
];

/** Wall-clock time of one process in milliseconds. */
async function measure({ command, prepare }: Candidate): Promise<number> {
  await prepare();
  const startedAt = performance.now();
  const child = spawn(process.execPath, command, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, XDG_CACHE_HOME: cache, CI: '1' },
  });
  const [code] = await once(child, 'exit');
  // A document with findings ends with 1.
  if (code !== 0 && code !== 1) throw new Error(`${command.join(' ')} ended with ${code}`);
  return performance.now() - startedAt;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(2).padStart(7);
}

function line(name: string, samples: readonly number[], peer: number): string {
  const sorted = samples.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const spread = `${seconds(sorted[0] ?? 0)} –${seconds(sorted.at(-1) ?? 0)}`;
  return `${name.padEnd(22)}${seconds(median)} s   ${spread} s   n ${String(samples.length).padStart(2)}   ${(median / peer).toFixed(3)} × Spectral\n`;
}

try {
  await cp(given, document);
  const samples = new Map<string, number[]>(candidates.map(({ name }) => [name, []]));
  for (let round = 0; round < Number(rounds); round++) {
    for (const candidate of candidates) {
      for (let run = 0; run < candidate.times; run++) samples.get(candidate.name)?.push(await measure(candidate));
    }
  }
  const spectral = (samples.get('bare Spectral') ?? []).toSorted((a, b) => a - b);
  const peer = spectral[Math.floor(spectral.length / 2)] ?? 1;
  const machine = `${cpus()[0]?.model ?? 'a processor'}, ${availableParallelism()} cores`;
  process.stdout.write(`${path.basename(given)} · Node ${process.version} · ${machine} · medians, and spread\n`);
  for (const { name } of candidates) process.stdout.write(line(name, samples.get(name) ?? [], peer));
} finally {
  await rm(folder, { recursive: true, force: true });
}
