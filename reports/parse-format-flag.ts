import { nearMiss, TallyError } from '../contracts/index.ts';
import type { Format } from './format.ts';
import { formats } from './formats/index.ts';

/**
 * Reads one `--format` flag: `text` goes to stdout (no path), `junit=reports/out/junit.xml` into a file.
 *
 * @throws TallyError FORMAT_UNKNOWN with the nearest format, FORMAT_PATH_MISSING
 */
export function parseFormatFlag(flag: string): { format: Format; path?: string } {
  const at = flag.indexOf('=');
  const format = formatNamed(at === -1 ? flag : flag.slice(0, at));
  if (at === -1) return { format };
  const path = flag.slice(at + 1);
  if (path === '') throw pathMissing(flag, format);
  return path === '-' ? { format } : { format, path };
}

/**
 * The format with this id.
 *
 * @throws TallyError FORMAT_UNKNOWN with the nearest format
 */
export function formatNamed(id: string): Format {
  const format = formats.find((candidate) => candidate.id === id);
  if (format) return format;
  const ids = formats.map((candidate) => candidate.id);
  const near = nearMiss(id, ids);
  throw new TallyError({
    code: 'FORMAT_UNKNOWN',
    where: `--format ${id}`,
    why: `there is no format "${id}"; there are ${ids.join(', ')}`,
    fix: near === undefined ? 'name one of these' : `did you mean ${near}?`,
  });
}

/**
 * The format that a file's name asks for, `report.html` for one.
 *
 * @throws TallyError FORMAT_UNKNOWN where its ending is no format's
 */
export function formatOfFile(file: string): Format {
  const format = formats.find(({ extension }) => file.endsWith(`.${extension}`));
  if (format) return format;
  const endings = formats.map(({ extension }) => `.${extension}`);
  throw new TallyError({
    code: 'FORMAT_UNKNOWN',
    where: `--output ${file}`,
    why: `no format is written to files of this name; there are ${endings.join(', ')}`,
    fix: `say which one it is: --format json=${file}`,
  });
}

function pathMissing(flag: string, format: Format): TallyError {
  return new TallyError({
    code: 'FORMAT_PATH_MISSING',
    where: `--format ${flag}`,
    why: 'no file name follows the equals sign',
    fix: `name a file, ${format.id}=report.${format.extension}, or leave the equals sign out to print it`,
  });
}
