import { patternOf } from '../../contracts/index.ts';
import type { FileRule, FileSubject } from '../file-rule.ts';

/** V01. `{date}` is a day that exists, YYYYMMDD; any other placeholder is some word without a dot or a slash. */
export const fileName: FileRule<FileSubject> = {
  id: 'V01',
  summary: 'The file is named as the contract says',
  stops: false,
  run({ name, exchange, file }) {
    const naming = exchange['naming'];
    if (typeof naming !== 'string' || isNamed(name, naming)) return [];
    return [
      {
        code: 'v01-file-name',
        message: `its name is not ${naming}`,
        fix: 'name the file as the contract says',
        expected: naming,
        actual: name,
        pointer: `${file.pointer}/x-exchange/naming`,
      },
    ];
  },
};

function isNamed(name: string, naming: string): boolean {
  const source = naming
    .split(/(\{\w+\})/)
    .map((part) => (part === '{date}' ? '(\\d{8})' : /^\{\w+\}$/.test(part) ? '[^./\\\\]+' : escape(part)))
    .join('');
  // Of many placeholders side by side each may stand for anything: not being able to tell is no mistake.
  const isLike = patternOf(`^${source}$`).test(name);
  if (isLike !== true) return isLike === undefined;
  const match = new RegExp(`^${source}$`).exec(name);
  return match !== null && match.slice(1).every(isDay);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function isDay(digits: string): boolean {
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
