import { count } from '../wording.ts';
import type { DiffReport } from './diff-report.ts';

/** `BREAKING  2 changes break, 1 may break, 5 do neither.` in two parts. */
export function diffSentence({ verdict, comparisons }: DiffReport): string {
  const changes = comparisons.flatMap((each) => each.changes);
  const number = (severity: string): number => changes.filter((change) => change.severity === severity).length;
  const [errors, warnings, rest] = [number('error'), number('warning'), number('info')];
  if (changes.length === 0) return 'Nothing changed that anybody could notice.';
  if (verdict === 'compatible') return `${count(rest, 'change')}, none of which can break a client.`;
  const parts = [
    ...(errors > 0 ? [`${count(errors, 'change')} ${errors === 1 ? 'breaks' : 'break'} clients`] : []),
    ...(warnings > 0 ? [`${errors > 0 ? warnings : count(warnings, 'change')} may break them`] : []),
    ...(rest > 0 ? [`${rest} ${rest === 1 ? 'does' : 'do'} neither`] : []),
  ];
  return `${parts.join(', ')}.`.replace('may break them', errors > 0 ? 'may break them' : 'may break clients');
}
