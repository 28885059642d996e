#!/usr/bin/env node
import { runTally } from './run-tally.ts';

const controller = new AbortController();
let interrupts = 0;

/** The first Ctrl-C stops the work, closes servers and writes the report; a second one ends the process at once. */
function interrupt(): void {
  interrupts += 1;
  if (interrupts > 1) process.exit(130);
  controller.abort(new Error('interrupted'));
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// `tally … | head` closes our stdout: that is no failure of ours, and no reason for a stack trace.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runTally(process.argv.slice(2), {
  cwd: process.cwd(),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  terminal: process.stderr.isTTY && process.env['NO_COLOR'] === undefined && process.env['CI'] === undefined,
  signal: controller.signal,
});
