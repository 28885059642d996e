import type { Finding, Measure, Result, Status } from '../../contracts/index.ts';
import { bySeverity, codeCounts } from '../group-results.ts';
import { summaryOf, type Report } from '../report.ts';
import { count, cut, duration, figure, placeOf, quantity } from '../wording.ts';
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
/** Findings of one check that are shown with contract lines and exchange. */
const MAX_PANELS = 25;
const MAX_LISTED_CHARS = 500;
const MAX_PASSES_SHOWN = 4;
/** From here on the browser lays a suite's lines out as they come into view. */
const MANY = 300;
const MAX_REASON_CHARS = 2000;

/** One suite: problems first and unfolded; many passes beside them stay folded. */
export function suitePanel(suite: string, results: readonly Result[], report: Report): Markup {
  const sorted = results.toSorted((a, b) => STATUSES.indexOf(a.status) - STATUSES.indexOf(b.status));
  const statuses = STATUSES.filter((status) => results.some((result) => result.status === status));
  const open = results.some((result) => isUnfolded(result, report));
  const matrix = sharedMeasures(results);
  const lines = sorted.map((result, at) => ({ result, line: resultLine(result, report, at < MAX_OPEN, matrix) }));
  const folds = open && lines.filter(({ result }) => isPlain(result)).length > MAX_PASSES_SHOWN;
  const shown = folds ? lines.filter(({ result }) => !isPlain(result)) : lines;
  const folded = folds ? lines.filter(({ result }) => isPlain(result)) : [];
  return html`<details
    class="suite panel ${statuses.map((status) => `has-${status}`).join(' ')}"
    ${open && html` open`}
  >
    <summary>
      <h3>${suite}</h3>
      ${chips(results, statuses)}
    </summary>
    ${matrix.size > 0 && measureMatrix(results, matrix)}
    <div class="results${results.length > MANY && ' long'}">
      ${shown.map(({ line }) => line)}${
        folded.length > 0 &&
        html`<details class="passes">
          <summary>${folded.length} passed</summary>
          ${folded.map(({ line }) => line)}
        </details>`
      }
    </div>
  </details> `;
}

/** What a reader came for: what broke or stayed open, charts; warnings where nothing is worse. */
function isUnfolded({ status, charts }: Result, { verdict }: Report): boolean {
  if (status === 'passed' || status === 'skipped') return charts !== undefined;
  return status !== 'warned' || verdict === 'kept';
}

/** A pass with nothing to look at. */
function isPlain({ status, findings, charts, measures }: Result): boolean {
  return status === 'passed' && findings.length === 0 && charts === undefined && measures === undefined;
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
  const open = mayOpen && isUnfolded(result, report);
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
  const worst = bySeverity(findings);
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
    ...worst.slice(0, MAX_PANELS).map((finding) => findingPanel(finding, report)),
    ...(worst.length > MAX_PANELS ? [findingList(worst.slice(MAX_PANELS))] : []),
    ...(shown.length > 0 ? [measureTable(shown, result.status)] : []),
    ...(charts.length > 0 ? [html`<div class="charts">${charts.map(lineChart)}</div>`] : []),
  ];
  return parts.length === 0 ? undefined : html`${parts}`;
}

/** The rest of a long list, a line each, in a fold of its own. */
function findingList(findings: readonly Finding[]): Markup {
  const rows = findings.map(
    ({ severity, code, message, where }) =>
      html`<tr>
        <td class="state ${severity}">${severity}</td>
        <td class="source">
          <code>${code}</code> ${cut(message, MAX_LISTED_CHARS)}<br /><code class="dim">${placeOf(where)}</code>
        </td>
      </tr>`,
  );
  return html`<details class="more">
    <summary>${count(findings.length, 'more finding')}: ${codeCounts(findings)}</summary>
    <div class="scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Severity</th>
            <th scope="col">Finding</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`;
}

/** With a gate beside each figure that was held to one; columns that would be empty are left out. */
function measureTable(measures: readonly Measure[], status: Status): Markup {
  const columns = MEASURE_COLUMNS.filter((column) => measures.some((measure) => column.wanted(measure)));
  const rows = measures.map((measure) => {
    return html`<tr>
      <th scope="row">${measure.name}</th>
      ${columns.map((column) => html`<td${column.numeric && html` class="n"`}>${column.cell(measure, status)}</td>`)}
    </tr>`;
  });
  const heads = columns.map(({ title, numeric }) => html`<th scope="col" ${numeric && html` class="n"`}>${title}</th>`);
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Measures">
    <table>
      <thead>
        <tr>
          <th scope="col">Measure</th>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

interface Column {
  readonly title: string;
  readonly numeric: boolean;
  wanted(measure: Measure): boolean;
  cell(measure: Measure, status: Status): Markup | string | false;
}

const MEASURE_COLUMNS: readonly Column[] = [
  { title: 'Value', numeric: true, wanted: () => true, cell: ({ value, unit }) => quantity(value, unit) },
  {
    title: '95 % interval',
    numeric: true,
    wanted: ({ interval }) => interval !== undefined,
    cell: ({ interval, unit }) =>
      interval !== undefined && `${quantity(interval[0], unit)} to ${quantity(interval[1], unit)}`,
  },
  { title: 'n', numeric: true, wanted: ({ n }) => n !== undefined, cell: ({ n }) => n !== undefined && figure(n) },
  {
    title: 'Gate',
    numeric: false,
    wanted: ({ name, threshold }) => threshold !== undefined && threshold !== name,
    cell: ({ threshold }) => threshold !== undefined && html`<code>${threshold}</code>`,
  },
  {
    title: 'Verdict',
    numeric: false,
    wanted: ({ threshold }) => threshold !== undefined,
    cell: ({ threshold }, status) => threshold !== undefined && html`<span class="state ${status}">${status}</span>`,
  },
];

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
