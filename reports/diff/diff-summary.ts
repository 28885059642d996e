import type { Severity } from '../../contracts/index.ts';
import { count } from '../wording.ts';
import type { DiffReport } from './diff-report.ts';

/** `2 changes break clients, 1 may break them, 5 do neither.` */
export function diffSentence({ comparisons }: DiffReport): string {
  const changes = comparisons.flatMap((each) => each.changes);
  if (changes.length === 0) return 'Nothing changed that anybody could notice.';
  const number = (severity: Severity): number => changes.filter((change) => change.severity === severity).length;
  const [errors, warnings, rest] = [number('error'), number('warning'), number('info')];
  if (errors + warnings === 0) return `${count(rest, 'change')}, none of which can break a client.`;
  const broken = `${count(errors, 'change')} ${errors === 1 ? 'breaks' : 'break'} clients`;
  const doubtful = errors === 0 ? `${count(warnings, 'change')} may break clients` : `${warnings} may break them`;
  const parts = [
    ...(errors > 0 ? [broken] : []),
    ...(warnings > 0 ? [doubtful] : []),
    ...(rest > 0 ? [`${rest} ${rest === 1 ? 'does' : 'do'} neither`] : []),
  ];
  return `${parts.join(', ')}.`;
}
