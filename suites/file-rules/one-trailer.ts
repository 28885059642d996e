import { objectOf, type FileDeparture, type FileRule, type TableSubject } from '../file-rule.ts';

/** V20. A file without its trailer was cut off on the way, whatever else it holds. */
export const oneTrailer: FileRule<TableSubject> = {
  id: 'V20',
  summary: 'There is one trailer, and it is the last row',
  stops: false,
  run({ table, exchange, file }) {
    const { match } = objectOf(exchange['trailer']);
    if (typeof match !== 'string') return [];
    const base = { expected: match, pointer: `${file.pointer}/x-exchange/trailer/match` };
    const [first, second] = table.trailers;
    const lastLine = table.rows.at(-1)?.line ?? table.header?.line ?? 1;
    const missing: FileDeparture = {
      ...base,
      code: 'v20-trailer-missing',
      message: 'it has no trailer: it may have been cut off',
      actual: null,
      line: lastLine,
    };
    if (!first) return [missing];
    if (second)
      return [
        {
          ...base,
          code: 'v20-trailer-repeated',
          message: `it has ${table.trailers.length} trailers`,
          actual: table.trailers.length,
          line: second.line,
        },
      ];
    if (table.trailerIsLast) return [];
    return [
      {
        ...base,
        code: 'v20-trailer-not-last',
        message: 'rows come after the trailer',
        actual: first.line,
        line: first.line,
      },
    ];
  },
};
