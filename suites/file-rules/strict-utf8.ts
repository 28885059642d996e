import type { FileRule, FileSubject } from '../file-rule.ts';

/** V06. Latin-1 that happens to be read as UTF-8 loses letters without a word: the bytes are checked one by one. */
export const strictUtf8: FileRule<FileSubject> = {
  id: 'V06',
  summary: 'The bytes are strict UTF-8 without NUL',
  stops: true,
  run({ bytes, file }) {
    const at = firstBadByte(bytes);
    if (at === undefined) return [];
    const line = countLines(bytes, at);
    const actual = `byte 0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')} at offset ${at}`;
    const pointer = `${file.pointer}/encoding`;
    return [
      {
        code: 'v06-not-utf8',
        message: `${actual} is no text in UTF-8`,
        fix: 'write the file in UTF-8',
        expected: 'utf-8',
        actual,
        line,
        pointer,
      },
    ];
  },
};

function firstBadByte(bytes: Buffer): number | undefined {
  const nul = bytes.indexOf(0);
  if (nul >= 0) return nul;
  if (isUtf8(bytes)) return undefined;
  // The first bad byte: the longest beginning that is UTF-8, by bisection over a streaming decoder.
  let [good, bad] = [0, bytes.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isUtf8(bytes.subarray(0, middle), true)) good = middle;
    else bad = middle;
  }
  return good;
}

function isUtf8(bytes: Buffer, stream = false): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream });
    return true;
  } catch {
    return false;
  }
}

function countLines(bytes: Buffer, end: number): number {
  let lines = 1;
  for (let at = bytes.indexOf(10); at >= 0 && at < end; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
}
