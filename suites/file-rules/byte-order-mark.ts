import type { FileRule, FileSubject } from '../file-rule.ts';

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** V07. A mark that the reader does not expect becomes part of the first column's name. */
export const byteOrderMark: FileRule<FileSubject> = {
  id: 'V07',
  summary: 'The byte order mark is there or not, as the contract says',
  stops: false,
  run({ bytes, exchange, file }) {
    const marked = bytes.subarray(0, 3).equals(MARK);
    const wanted = exchange['bom'];
    if ((wanted === 'forbid' && marked) || (wanted === 'require' && !marked)) {
      const message = marked ? 'it begins with a byte order mark' : 'it does not begin with a byte order mark';
      return [
        {
          code: 'v07-byte-order-mark',
          message,
          expected: wanted,
          actual: marked,
          line: 1,
          pointer: `${file.pointer}/x-exchange/bom`,
        },
      ];
    }
    return [];
  },
};
