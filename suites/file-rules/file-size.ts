import type { FileDeparture, FileRule, FileSubject } from '../file-rule.ts';

/** What no contract allows to be larger: the file is read whole. */
const HARD_LIMIT_BYTES = 200_000_000;

/** V02. A file that is too large is not read at all: it would be the reader that suffers. */
export const fileSize: FileRule<FileSubject> = {
  id: 'V02',
  summary: 'The file is neither empty nor larger than the contract allows',
  stops: true,
  run({ bytes, exchange, file }) {
    const maxBytes = typeof exchange['maxBytes'] === 'number' ? exchange['maxBytes'] : HARD_LIMIT_BYTES;
    const pointer = `${file.pointer}/x-exchange/maxBytes`;
    const departures: FileDeparture[] = [];
    if (bytes.length === 0)
      departures.push({
        code: 'v02-file-empty',
        message: 'it is empty',
        expected: 'at least one byte',
        actual: 0,
        pointer,
      });
    if (bytes.length > maxBytes) {
      const message = `it has ${bytes.length} bytes; the contract allows ${maxBytes}`;
      departures.push({ code: 'v02-file-too-large', message, expected: maxBytes, actual: bytes.length, pointer });
    }
    return departures;
  },
};
