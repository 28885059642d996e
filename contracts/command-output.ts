import { spawn } from 'node:child_process';

/** How a command ended. `output` is what it printed on stdout, never its errors. */
export type CommandOutcome =
  | { readonly output: string }
  | { readonly failure: 'timeout' | 'too-much-output' | 'not-started' }
  | { readonly failure: 'exit'; readonly exitCode: number | null };

const MAX_OUTPUT_BYTES = 1024 * 1024;

/** Runs a command line in a shell with nothing on its stdin. In time or killed, with every process that it started. */
export async function commandOutput(
  command: string,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<CommandOutcome> {
  const { cwd, env, timeoutMs } = options;
  // A group of its own: a shell that is killed alone leaves the rest of its pipeline running, which keeps stdout open.
  const child = spawn(command, {
    cwd,
    env,
    shell: true,
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new Promise((fulfil) => {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const end = (outcome: CommandOutcome): void => {
      clearTimeout(timer);
      fulfil(outcome);
    };
    const stop = (failure: 'timeout' | 'too-much-output'): void => {
      killGroup(child.pid);
      child.stdout.destroy();
      end({ failure });
    };
    const timer = setTimeout(() => stop('timeout'), timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_OUTPUT_BYTES) stop('too-much-output');
      else chunks.push(chunk);
    });
    child.on('error', () => end({ failure: 'not-started' }));
    child.on('close', (exitCode) =>
      end(exitCode === 0 ? { output: Buffer.concat(chunks).toString('utf8') } : { failure: 'exit', exitCode }),
    );
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime.
  }
}
