import { visibleText } from './visible-text.ts';

/** A code span whose fence is longer than any run of backticks inside (CommonMark §6.1). */
export function markdownCode(text: string): string {
  const line = visibleText(text).replaceAll(/\s+/g, ' ').trim();
  const ticks = '`'.repeat(longestRun(line, /`+/g) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return line === '' ? '–' : `${ticks}${pad}${line}${pad}${ticks}`;
}

/** A fenced block whose fence is longer than any run of backticks inside. */
export function markdownFence(text: string, language = 'text'): string[] {
  const inside = visibleText(text);
  const ticks = '`'.repeat(Math.max(3, longestRun(inside, /`+/g) + 1));
  return [`${ticks}${language}`, inside, ticks];
}

function longestRun(text: string, run: RegExp): number {
  return Math.max(0, ...(text.match(run) ?? []).map((match) => match.length));
}
