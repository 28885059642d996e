import { appendFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Report } from '../reports/index.ts';
import type { CommandInput } from './command.ts';

/** GitHub refuses a step's summary above 1 MiB as a whole; several runs of a step share it. */
const MAX_BYTES = 900_000;
/** A report that is cut shorter than this says nothing. */
const MIN_BYTES = 2000;

/**
 * Appends the Markdown report to the summary of the step that runs, where `GITHUB_STEP_SUMMARY` names its file. A summary
 * that cannot be written costs nothing but itself.
 */
export async function appendStepSummary(
  report: Report,
  { env, log }: Pick<CommandInput, 'env' | 'log'>,
): Promise<void> {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (file === undefined || file === '') return;
  const { formatNamed } = await import('../reports/index.ts');
  const room = MAX_BYTES - (await sizeOf(file));
  if (room < MIN_BYTES) return log.warn('the step summary is full: this report is not in it');
  const text = withinBytes((maxChars) => formatNamed('markdown').render(report, { maxChars }), room);
  await appendFile(file, text).catch((cause: unknown) =>
    log.warn(`the step summary was not written: ${cause instanceof Error ? cause.message : String(cause)}`),
  );
}

/** Characters are counted when it is cut, bytes by GitHub: one character is at most three bytes. */
function withinBytes(render: (maxChars: number) => string, room: number): string {
  const text = render(room);
  if (Buffer.byteLength(text) <= room) return text;
  const shorter = render(Math.floor(room / 3));
  return Buffer.byteLength(shorter) <= room
    ? shorter
    : Buffer.from(shorter)
        .subarray(0, room - 3)
        .toString('utf8');
}

async function sizeOf(file: string): Promise<number> {
  const found = await stat(file).catch(() => undefined);
  return found?.size ?? 0;
}

/** The workspace's folder within the checked-out repository (`GITHUB_WORKSPACE`, `CI_PROJECT_DIR`); '' is its root. */
export function folderInRepository(root: string, env: CommandInput['env']): string {
  const repository = env['GITHUB_WORKSPACE'] ?? env['CI_PROJECT_DIR'];
  if (repository === undefined || repository === '') return '';
  const relative = path.relative(repository, root);
  return relative.startsWith('..') || path.isAbsolute(relative) ? '' : relative.split(path.sep).join('/');
}
