import type { Measure, Result, Status } from '../../contracts/index.ts';
import { summaryOf, type Report } from '../report.ts';
import { cut, duration, figure, quantity } from '../wording.ts';
import { lineChart } from './chart.ts';
import { findingPanel } from './finding.ts';
import { html, type Markup } from './markup.ts';

export const STATUSES: readonly Status[] = ['failed', 'errored', 'inconclusive', 'warned', 'skipped', 'passed'];
const MARKS: Record<Status, string> = {
  passed: '✓',
  failed: '✗',
  warned: '!',
  inconclusive: '?',
  skipped: '–',
  errored: '✗',
};
/** Beyond it a suite's problems stay folded: a page of a hundred open findings is read by nobody. */
const MAX_OPEN = 12;
const MAX_REASON_CHARS = 2000;

/** One suite: problems first and unfolded, passes as lines. */
export function suitePanel(suite: string, results: readonly Result[], report: Report): Markup {
  const sorted = results.toSorted((a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status));
  const statuses = STATUSES.filter((status) => results.some((result) => result.status === status));
  const open =
    statuses.some((status) => status !== 'passed' && status !== 'skipped') || results.some(({ charts }) => charts);
  const matrix = sharedMeasures(results);
  return html`<details
    class="suite panel ${statuses.map((status) => `has-${status}`).join(' ')}"
    ${open && html` open`}
  >
    <summary>
      <h3>${suite}</h3>
      ${chips(results, statuses)}
    </summary>
    ${matrix.size > 0 && measureMatrix(results, matrix)}
    <div class="results">${sorted.map((result, at) => resultLine(result, report, at < MAX_OPEN, matrix))}</div>
  </details> `;
}

function chips(results: readonly Result[], statuses: readonly Status[]): Markup {
  const summary = summaryOf(results);
  return html`<span class="chips"
    >${statuses.map((status) => html`<span class="${status}">${summary[status]} ${status}</span>`)}</span
  >`;
}

function resultLine(result: Result, report: Report, mayOpen: boolean, matrix: Matrix): Markup {
  const body = resultBody(result, report, matrix);
  const head = html`<span class="dot" aria-hidden="true">${MARKS[result.status]}</span
    ><span class="what"
      ><span class="hush">${result.status}: </span><bdi>${result.subject}</bdi>
      <code>${result.id}</code>${reason(result)}</span
    >${inline(result)}<time>${duration(result.durationMs)}</time>`;
  if (body === undefined) return html`<div class="result ${result.status}"><div class="line">${head}</div></div> `;
  const open = mayOpen && (result.status !== 'passed' || result.charts !== undefined);
  return html`<details class="result ${result.status}" ${open && html` open`}>
    <summary class="line">${head}</summary>
    <div class="body">${body}</div>
  </details> `;
}

/** The only figure of a result, a gate's mostly, is read on its line. */
function inline({ measures = [] }: Result): Markup | false {
  const [only, ...others] = measures;
  return (
    only !== undefined && others.length === 0 && html`<span class="only">${quantity(only.value, only.unit)}</span>`
  );
}

function reason(result: Result): Markup | false {
  return (
    result.reason !== undefined && html`<span class="why" dir="auto">${cut(result.reason, MAX_REASON_CHARS)}</span>`
  );
}

function resultBody(result: Result, report: Report, matrix: Matrix): Markup | undefined {
  const { error, findings, charts = [], measures = [] } = result;
  const own = measures.filter((measure) => !isShared(measure, matrix));
  const shown = measures.length === 1 && result.status === 'passed' ? [] : own;
  const parts = [
    ...(error
      ? [
          html`<div class="finding error">
            <header><b>could not run</b><code>${error.code}</code><code class="place">${error.where}</code></header>
            <p class="message">${error.why}</p>
            <p class="fix"><b>Fix</b> ${error.fix}</p>
          </div>`,
        ]
      : []),
    ...findings.map((finding) => findingPanel(finding, report)),
    ...(shown.length > 0 ? [measureTable(shown, result.status)] : []),
    ...(charts.length > 0 ? [html`<div class="charts">${charts.map(lineChart)}</div>`] : []),
  ];
  return parts.length === 0 ? undefined : html`${parts}`;
}

/** With a gate beside each figure that was held to one. */
function measureTable(measures: readonly Measure[], status: Status): Markup {
  const gated = measures.some(({ threshold }) => threshold !== undefined);
  const rows = measures.map((measure) => {
    const { name, value, unit, n, interval, threshold } = measure;
    const gate =
      threshold === undefined
        ? html`<td></td>
            <td></td>`
        : html`<td><code>${threshold}</code></td>
            <td class="state ${status}">${status}</td>`;
    return html`<tr>
      <th scope="row">${name}</th>
      <td class="n">${quantity(value, unit)}</td>
      <td class="n">${interval && `${quantity(interval[0], unit)} to ${quantity(interval[1], unit)}`}</td>
      <td class="n">${n !== undefined && figure(n)}</td>
      ${gated && gate}
    </tr>`;
  });
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          <th scope="col" class="n">Value</th>
          <th scope="col" class="n">95 % interval</th>
          <th scope="col" class="n">n</th>
          ${
            gated &&
            html`<th scope="col">Gate</th>
              <th scope="col">Verdict</th>`
          }
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** Names and units of what several results of a suite measured, such as the percentiles of each operation. */
type Matrix = ReadonlyMap<string, string>;

function sharedMeasures(results: readonly Result[]): Matrix {
  const seen = new Map<string, number>();
  const shared = new Map<string, string>();
  for (const { name, unit } of results.flatMap(ungated)) {
    const times = (seen.get(name) ?? 0) + 1;
    seen.set(name, times);
    if (times === 2) shared.set(name, unit);
  }
  // One figure in common is no table.
  return shared.size < 3 ? new Map() : shared;
}

function measureMatrix(results: readonly Result[], matrix: Matrix): Markup {
  const measuring = results.filter((result) => ungated(result).some((measure) => isShared(measure, matrix)));
  const rows = measuring.map((result) => {
    const cells = [...matrix.keys()].map((name) => ungated(result).find((measure) => measure.name === name));
    return html`<tr>
      <th scope="row">${result.subject}</th>
      ${cells.map((cell) => html`<td class="n">${cell && figure(cell.value)}</td>`)}
    </tr>`;
  });
  const heads = [...matrix].map(
    ([name, unit]) => html`<th scope="col" class="n">${name}${unit !== 'count' && html`<br />${unit}`}</th>`,
  );
  return html`<div class="figures scroll" tabindex="0" role="group" aria-label="Measured">
    <table>
      <thead>
        <tr>
          <th scope="col">Measured</th>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function ungated({ measures = [] }: Result): readonly Measure[] {
  return measures.filter(({ threshold }) => threshold === undefined);
}

function isShared({ name, threshold }: Measure, matrix: Matrix): boolean {
  return threshold === undefined && matrix.has(name);
}
