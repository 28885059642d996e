import type { FileRule, FileSubject, TableSubject } from '../file-rule.ts';
import { byteOrderMark } from './byte-order-mark.ts';
import { cellConstraints } from './cell-constraints.ts';
import { cellCount } from './cell-count.ts';
import { cellRequired } from './cell-required.ts';
import { cellType } from './cell-type.ts';
import { controlTotals } from './control-totals.ts';
import { fileName } from './file-name.ts';
import { fileSize } from './file-size.ts';
import { formulaInjection } from './formula-injection.ts';
import { header } from './header.ts';
import { lineEndings } from './line-endings.ts';
import { oneTrailer } from './one-trailer.ts';
import { strictUtf8 } from './strict-utf8.ts';
import { uniqueValues } from './unique-values.ts';

/** Rules about the bytes of any file, sorted by id: V01, V02, V06, V07, V08. */
export const byteRules: readonly FileRule<FileSubject>[] = [fileName, fileSize, strictUtf8, byteOrderMark, lineEndings];

/** Rules about the rows of a table, sorted by id: V10 to V15, V18, V20, V23. */
export const tableRules: readonly FileRule<TableSubject>[] = [
  header,
  cellCount,
  cellType,
  cellRequired,
  cellConstraints,
  uniqueValues,
  controlTotals,
  oneTrailer,
  formulaInjection,
];
