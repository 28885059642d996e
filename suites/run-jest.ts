import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { EXIT, signalWithin, TallyError } from '../contracts/index.ts';
import { readTestRun, type TestFile } from './test-run.ts';

export interface JestOptions {
  /** Absolute. The tests' own configuration of jest, if they have one, is not used. */
  readonly root: string;
  /** Absolute paths of the test files. */
  readonly files: readonly string[];
  /** How many test files run at once. */
  readonly workers: number;
  /** For all files together. */
  readonly timeoutMs: number;
  /** Variables that the tests see besides those of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** One line of what jest and the libraries under it print, native ones included. */
  readonly onLine?: (line: string) => void;
}

/** What jest prints is kept to this many characters: it is read only when no result came. */
const OUTPUT_CHARACTERS = 16_384;
/**
 * jest's own command would hand over to a jest that it finds in the working directory, whatever its version. The folder
 * of the configuration is named as a project, because with `--config` jest 30.5 still looks for a package.json at or
 * above the working directory, and throws where there is none.
 */
const START = 'void require(process.argv[2]).run(process.argv.slice(3), __dirname);\n';
const require = createRequire(import.meta.url);

/**
 * Runs test files in a jest of ours, in a process group of its own, and reads the results it writes. The workspace
 * needs no jest, no transform and no configuration; what this writes stands outside the workspace.
 *
 * @throws TallyError JEST_TIMED_OUT, JEST_CRASHED; AbortError when the signal fires
 */
export async function runJest(options: JestOptions): Promise<readonly TestFile[]> {
  const directory = await mkdtemp(join(tmpdir(), 'tally-jest-'));
  try {
    // Jest resolves symbolic links in what it reports; so do we, to recognise our own files.
    const root = await realpath(options.root);
    await writeFile(join(directory, 'jest.config.json'), JSON.stringify(jestConfig(root)));
    await writeFile(join(directory, 'jest.cjs'), START);
    const output = await runProcess({ ...options, root }, directory);
    return readTestRun(root, await readOutcome(join(directory, 'results.json'), output));
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The configuration that our jest runs any workspace's tests with: TypeScript, ESM, and our libraries where it has none. */
export function jestConfig(root: string): Readonly<Record<string, unknown>> {
  const parser = { syntax: 'typescript', tsx: false };
  return {
    rootDir: root,
    roots: [join(root, 'suites', 'consumers')],
    testMatch: ['**/*.test.{ts,mts,js,mjs}'],
    testEnvironment: 'node',
    testTimeout: 30_000,
    watchman: false,
    extensionsToTreatAsEsm: ['.ts', '.mts'],
    transform: {
      '\\.m?ts$': [
        require.resolve('@swc/jest'),
        { swcrc: false, jsc: { parser, target: 'es2023' }, module: { type: 'es6' } },
      ],
    },
    moduleNameMapper: ourModules(root),
  };
}

/**
 * Modules that are ours to give. `https-proxy-agent` 9, which Pact asks for, is ESM only and does not load in jest; the
 * override in our package.json holds only in this repository, not where our package is installed.
 */
function ourModules(root: string): Readonly<Record<string, string>> {
  const fromWorkspace = createRequire(join(root, 'tally.yaml'));
  const missing = ['@pact-foundation/pact', 'nock'].filter((name) => !resolves(fromWorkspace, name));
  const mapped = ['https-proxy-agent', ...missing].map((name) => [`^${name}$`, require.resolve(name)]);
  return { ...Object.fromEntries(mapped), '^tallystick/suites$': besideThisFile('pact-with') };
}

function resolves(from: NodeJS.Require, name: string): boolean {
  try {
    from.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** `.ts` in this repository, `.js` in the package. */
function besideThisFile(name: string): string {
  const own = fileURLToPath(import.meta.url);
  return join(own, '..', `${name}${own.endsWith('.ts') ? '.ts' : '.js'}`);
}

async function runProcess(options: JestOptions, directory: string): Promise<string> {
  options.signal.throwIfAborted();
  const child = spawn(process.execPath, jestArguments(options, directory), {
    cwd: options.root,
    env: testEnvironment(options.env),
    // A group of its own, so that its workers end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = signalWithin(options.signal, options.timeoutMs);
  const kill = (): void => killGroup(child);
  stop.addEventListener('abort', kill, { once: true });
  const output = await outputOf(child, options.onLine);
  stop.removeEventListener('abort', kill);
  // What a test started and forgot ends with it.
  killGroup(child);
  options.signal.throwIfAborted();
  if (stop.aborted) throw timedOut(options.timeoutMs);
  return output;
}

function jestArguments(options: JestOptions, directory: string): string[] {
  const flags = {
    outputFile: join(directory, 'results.json'),
    maxWorkers: options.workers,
  };
  // A test that leaves a socket open must not keep the whole run waiting.
  const switches = ['--json', '--testLocationInResults', '--ci', '--silent', '--forceExit'];
  return [
    '--experimental-vm-modules',
    '--no-warnings',
    join(directory, 'jest.cjs'),
    require.resolve('jest'),
    ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ...switches,
    '--runTestsByPath',
    ...options.files,
  ];
}

function testEnvironment(added: JestOptions['env']): NodeJS.ProcessEnv {
  const { JEST_WORKER_ID: _outer, ...inherited } = process.env;
  // Pact's native library reports its use to an analytics service unless told not to, and reads the real environment:
  // a test could not set this from inside jest.
  return { ...inherited, NO_COLOR: '1', FORCE_COLOR: '0', PACT_DO_NOT_TRACK: 'true', ...added };
}

function outputOf(child: ChildProcess, onLine: JestOptions['onLine']): Promise<string> {
  let kept = '';
  const hear = (chunk: Buffer): void => {
    const text = stripVTControlCharacters(chunk.toString('utf8'));
    kept = (kept + text).slice(-OUTPUT_CHARACTERS);
    for (const line of text.split('\n').filter((line) => line.trim() !== '')) onLine?.(line);
  };
  child.stdout?.on('data', hear);
  child.stderr?.on('data', hear);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve(kept));
  });
}

/** Ends a process and all that it started; one that has ended already is left alone. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // ESRCH: the group is gone, which is what was wanted.
  }
}

async function readOutcome(path: string, output: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new TallyError({
      code: 'JEST_CRASHED',
      where: 'the test runner wrote no results',
      why: output.trim().split('\n').slice(-12).join('\n') || 'it printed nothing',
      fix: 'run again with --debug to see all that it prints',
      exitCode: EXIT.inconclusive,
      cause,
    });
  }
}

function timedOut(timeoutMs: number): TallyError {
  return new TallyError({
    code: 'JEST_TIMED_OUT',
    where: 'the test files under suites/consumers',
    why: `they had not ended after ${timeoutMs / 1000} s`,
    fix: 'look for a test that waits for ever, or raise the time limit',
    exitCode: EXIT.inconclusive,
  });
}
