#!/usr/bin/env node
import type { Surroundings } from './command.ts';
import { reportError, runTally } from './run-tally.ts';

const { argv, env, stderr, stdout } = process;
const controller = new AbortController();
let interruptedAtMs: number | undefined;

/** npm passes on the Ctrl-C that the terminal has sent us already: what comes this soon is the same one. */
const SAME_INTERRUPT_MS = 500;

/** The first Ctrl-C stops the work, closes servers and writes the report; a second one ends the process at once. */
function interrupt(): void {
  const nowMs = performance.now();
  interruptedAtMs ??= nowMs;
  if (nowMs - interruptedAtMs > SAME_INTERRUPT_MS) process.exit(130);
  controller.abort(new Error('interrupted'));
}

/** `tally … | head` closes our stdout: nobody reads on, but reports are still written and the exit code still counts. */
async function onOutputError(where: string, cause: NodeJS.ErrnoException): Promise<void> {
  if (cause.code === 'EPIPE') return;
  const { fileReason, TallyError } = await import('../contracts/index.ts');
  const fix = 'make room, or have the report written elsewhere with --output';
  await endWith(new TallyError({ code: 'OUTPUT_UNWRITABLE', where, why: fileReason(cause), fix, cause }));
}

/** Also for what nobody caught: that must not look like a finding (Node's exit code 1), nor bury the reader in a stack. */
async function endWith(thrown: unknown): Promise<never> {
  process.exit(await reportError(thrown, surroundings, argv.includes('--debug')));
}

// https://no-color.org: present and not empty.
const plain = env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '';
const surroundings: Surroundings = {
  cwd: process.cwd(),
  env,
  stdout,
  stderr,
  colour: stdout.isTTY && !plain,
  terminal: stderr.isTTY && !plain && env['CI'] === undefined,
  signal: controller.signal,
};

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
process.on('uncaughtException', (thrown) => void endWith(thrown));
stdout.on('error', (cause) => void onOutputError('standard output', cause));
stderr.on('error', (cause) => void onOutputError('standard error', cause));

process.exitCode = await runTally(argv.slice(2), surroundings);
