import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TallyError } from '../contracts/index.ts';
import type { Format } from './format.ts';
import type { Report } from './report.ts';

/**
 * Writes a report in several formats, each file whole or not at all. Folders are made.
 *
 * @param root what relative paths start from
 * @throws TallyError REPORT_UNWRITABLE
 */
export async function writeReports(
  report: Report,
  outputs: readonly { readonly format: Format; readonly path: string }[],
  root: string,
): Promise<void> {
  for (const { format, path } of outputs) await writeWhole(resolve(root, path), format.render(report, {}));
}

/** A reader sees the old file or the new one, never half of it: rename within a folder is atomic. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw unwritable(path, cause);
  }
}

function unwritable(path: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'REPORT_UNWRITABLE',
    where: path,
    why: cause instanceof Error ? cause.message : String(cause),
    fix: 'name a file in a folder that may be written to',
    cause,
  });
}
