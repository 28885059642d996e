// The reference provider as its own process: serves on PORT until it is told to stop or its parent is gone.
import { fstatSync } from 'node:fs';
import { errorCode } from './error-code.ts';
import { startProvider, type Provider } from './server.ts';
import { readSettings, SettingsError } from './settings.ts';

try {
  const settings = readSettings(process.env);
  const provider = await startProvider(settings, process.stderr);
  stopOnSignals(provider);
  if (settings.harness) stopWithParent(provider);
  process.stdout.write(`${JSON.stringify({ listening: provider.port })}\n`);
} catch (error) {
  process.stderr.write(explain(error));
  process.exitCode = 2;
}

function stopOnSignals(provider: Provider): void {
  process.once('SIGTERM', () => void stop(provider));
  process.once('SIGINT', () => void stop(provider));
}

/** A harness that dies closes our stdin. A terminal, a file or nothing there says nothing of the sort. */
function stopWithParent(provider: Provider): void {
  const stdin = fstatSync(0);
  if (!stdin.isFIFO() && !stdin.isSocket()) return;
  process.stdin.once('end', () => void stop(provider));
  process.stdin.once('error', () => void stop(provider));
  process.stdin.resume();
}

async function stop(provider: Provider): Promise<void> {
  await provider.close();
  process.exit(0);
}

function explain(error: unknown): string {
  if (error instanceof SettingsError)
    return `${error.code}  the provider cannot start\n  why  ${error.message}\n  fix  ${error.fix}\n`;
  if (errorCode(error) === 'EADDRINUSE') {
    return `PORT_IN_USE  the provider cannot start\n  why  something serves on port ${process.env['PORT']} already\n  fix  stop it, or set PORT to another port or to 0\n`;
  }
  const why = error instanceof Error ? error.message : String(error);
  return `START_FAILED  the provider cannot start\n  why  ${why}\n  fix  see the reason above\n`;
}
