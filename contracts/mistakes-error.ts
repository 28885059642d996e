import type { Where } from './finding.ts';
import type { SchemaMistake } from './explain-schema-error.ts';
import { TallyError } from './error.ts';

/** All mistakes in a file of ours at once, in the order of the file; the first one's place is the error's. */
export function mistakesError<T extends SchemaMistake>(
  code: string,
  source: string,
  mistakes: readonly T[],
  place: (mistake: T) => Pick<Where, 'line' | 'column'>,
): TallyError {
  const sorted = mistakes
    .map((mistake) => ({ ...mistake, ...place(mistake) }))
    .toSorted((a, b) => a.line - b.line || a.column - b.column);
  const at = ({ line, column }: Pick<Where, 'line' | 'column'>): string => `${source}:${line}:${column}`;
  const [first] = sorted;
  if (first === undefined) throw new Error('an error without a mistake');
  return new TallyError({
    code,
    where: at(first),
    why: sorted
      .map((mistake, index) => (index === 0 ? mistake.why : `${at(mistake)} ${mistake.why}`))
      .join('\n       '),
    fix: [...new Set(sorted.map((mistake) => mistake.fix))].join('; '),
  });
}
