import type { FileRule, FileSubject } from '../file-rule.ts';

const ENDS = { lf: '\n', crlf: '\r\n' } as const;

/** V08. Line ends inside quoted cells count as well: a sender has one way to write them. */
export const lineEndings: FileRule<FileSubject> = {
  id: 'V08',
  summary: 'Every line ends as the contract says',
  stops: false,
  run({ bytes, exchange, file }) {
    const wanted = exchange['lineEnding'];
    if (wanted !== 'lf' && wanted !== 'crlf') return [];
    const lines = bytes.toString('utf8').split(/(?<=\r\n|\n|\r(?!\n))/);
    const wrong = lines.flatMap((line, index) =>
      /[\r\n]$/.test(line) && !endsWith(line, ENDS[wanted]) ? [index + 1] : [],
    );
    const [first] = wrong;
    if (first === undefined) return [];
    const message = `${wrong.length} of ${lines.length} lines do not end with ${wanted.toUpperCase()}`;
    return [
      {
        code: 'v08-line-ending',
        message,
        expected: wanted,
        actual: wrong.length,
        line: first,
        pointer: `${file.pointer}/x-exchange/lineEnding`,
      },
    ];
  },
};

function endsWith(line: string, end: string): boolean {
  return end === '\n' ? line.endsWith('\n') && !line.endsWith('\r\n') : line.endsWith(end);
}
