import { resolve } from 'node:path';
import { fileReason, TallyError, writeFileAtomically } from '../contracts/index.ts';
import type { Format, RenderOptions } from './format.ts';
import type { Report } from './report.ts';

/**
 * Writes a report in several formats, each file whole or not at all. Folders are made. A file that cannot be written
 * does not keep the others from being written.
 *
 * @param root what relative paths start from
 * @throws TallyError REPORT_UNWRITABLE for the first that could not be written
 */
export async function writeReports(
  report: Report,
  outputs: readonly { readonly format: Format; readonly path: string }[],
  root: string,
  options: RenderOptions = {},
): Promise<void> {
  const errors: TallyError[] = [];
  for (const { format, path } of outputs) {
    const file = resolve(root, path);
    await writeFileAtomically(file, format.render(report, options)).catch((cause: unknown) => {
      errors.push(unwritable(file, cause));
    });
  }
  if (errors[0]) throw errors[0];
}

function unwritable(file: string, cause: unknown): TallyError {
  return new TallyError({
    code: 'REPORT_UNWRITABLE',
    where: file,
    why: fileReason(cause),
    fix: 'name a file in a folder that may be written to',
    cause,
  });
}
