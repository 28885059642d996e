import type { Result, Status } from '../../contracts/index.ts';
import { groupBySuite } from '../group-results.ts';
import { html, raw, type Markup } from './markup.ts';

const WIDTH = 1000;
const HEIGHT = 46;
const MAX_NOTCHES = 240;
const SUITE_GAP = 1.4;

/** Worst first: where one notch stands for several checks, it shows the worst. */
const WORST: readonly Status[] = ['failed', 'errored', 'inconclusive', 'warned', 'skipped', 'passed'];

/** The whole run at a glance: one notch a check, cut deep where something is wrong, with a gap between suites. */
export function tallyStick(results: readonly Result[]): Markup {
  const suites = [...groupBySuite(results).values()];
  const perNotch = Math.max(1, Math.ceil(results.length / MAX_NOTCHES));
  const notches = suites.map((suite) => chunks(suite, perNotch).map(worstOf));
  const columns = notches.flat().length + SUITE_GAP * Math.max(0, suites.length - 1);
  const width = WIDTH / Math.max(columns, 30);
  return html`<svg class="stick" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">
    <rect class="wood" x="0" y="13" width="${WIDTH}" height="20" rx="3" />
    ${raw(bars(notches, width))}
  </svg>`;
}

function bars(suites: readonly (readonly Status[])[], width: number): string {
  let x = 0;
  let drawn = '';
  for (const suite of suites) {
    for (const status of suite) {
      drawn += bar(status, x + width * 0.2, Math.min(width * 0.6, 9));
      x += width;
    }
    x += width * SUITE_GAP;
  }
  return drawn;
}

function bar(status: Status, x: number, width: number): string {
  const deep = status !== 'passed' && status !== 'skipped';
  const y = deep ? 0 : 13;
  return `<rect class="${status}" x="${x.toFixed(2)}" y="${y}" width="${width.toFixed(2)}" height="${deep ? HEIGHT : 20}"/>`;
}

function worstOf(results: readonly Result[]): Status {
  return WORST.find((status) => results.some((result) => result.status === status)) ?? 'passed';
}

function chunks<T>(values: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < values.length; at += size) groups.push(values.slice(at, at + size));
  return groups;
}
