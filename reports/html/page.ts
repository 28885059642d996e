import { createHash } from 'node:crypto';
import { groupBySuite } from '../group-results.ts';
import { htmlDocument } from './document.ts';
import { html, raw, type Markup } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STATUSES, suitePanel } from './suite.ts';
import { tallyStick } from './tally-stick.ts';
import type { Report, ReportedContract } from '../report.ts';
import { duration, figure, verdictSentence } from '../wording.ts';

/** The whole page. The policy in its head allows its own style and its one script, by hash, and nothing else. */
export function page(report: Report): Markup {
  return htmlDocument({
    title: `${capital(report.verdict)} · ${report.name} · tally ${report.command}`,
    tool: report.tool,
    skip: { to: 'results', label: 'the results' },
    style: filterRules(),
    policy: `script-src 'sha256-${hashOf(SCRIPT)}'; `,
    body: [
      html`${masthead(report)}
        <main>${results(report)}${missing(report)}${contracts(report)}${run(report)}</main>
        <footer class="foot">
          <div class="wide">${report.tool.name} ${report.tool.version} · run <code>${report.runId}</code></div>
        </footer>
        ${raw(`<script>${SCRIPT}</script>`)}`,
    ],
  });
}

function masthead(report: Report): Markup {
  return html`<header class="masthead ${report.verdict}">
    <div class="wide">
      <div class="brand">
        <span>${report.name}</span>
        <nav aria-label="On this page">
          <a href="#results">Results</a>${report.missing.length > 0 && html`<a href="#missing">Missing evidence</a>`}<a
            href="#contracts"
            >Contracts</a
          ><a href="#run">Run</a>
        </nav>
      </div>
      <h1><span class="verdict">${capital(report.verdict)}</span>${verdictSentence(report)}</h1>
      <p class="facts">
        <span><code>${`tally ${report.command}`}</code></span
        ><span>${moment(report.startedAt)}</span><span>took <b>${duration(report.durationMs)}</b></span
        ><span>exit code <b>${report.exitCode}</b></span>
      </p>
      ${tallyStick(report.results)}${tiles(report)}
    </div>
  </header>`;
}

/** Radio buttons: the filter works by style alone, and by keyboard. */
function tiles({ summary }: Report): Markup {
  const counts: [string, number][] = [
    ['all', summary.total],
    ...STATUSES.map((status): [string, number] => [status, summary[status]]),
  ];
  const labels = counts.map(([status, count]) => {
    const tone = count === 0 ? `${status} none` : status;
    return html`<label class="tile ${tone}"
      ><input type="radio" name="show" value="${status}" id="show-${status}" ${status === 'all' && html` checked`} /><b
        >${figure(count)}</b
      ><span>${status === 'all' ? (count === 1 ? 'check' : 'checks') : status}</span></label
    >`;
  });
  return html`<fieldset class="tiles">
    <legend class="hush">Show only checks with this status</legend>
    ${labels}
  </fieldset>`;
}

function filterRules(): string {
  const rules = STATUSES.map((status) => {
    const chosen = `body:has(#show-${status}:checked)`;
    const others = `.result:not(.${status}), .suite:not(.has-${status})${status === 'passed' ? '' : ', .passes'}`;
    return `${chosen} :is(${others}) { display: none; }`;
  });
  return `@media screen {\n${rules.join('\n')}\n}\n`;
}

function results(report: Report): Markup {
  const suites = [...groupBySuite(report.results)].map(([suite, inSuite]) => suitePanel(suite, inSuite, report));
  return html`<section class="wide" id="results" aria-labelledby="results-title">
    <div class="head">
      <h2 id="results-title">Results by suite</h2>
      <label class="search" hidden
        ><span class="hush">Search the results</span
        ><input id="search" type="search" placeholder="Search the results" autocomplete="off"
      /></label>
    </div>
    ${suites.length === 0 ? html`<p class="dim">No check ran.</p>` : suites}
  </section>`;
}

function missing(report: Report): Markup | false {
  if (report.missing.length === 0) return false;
  return html`<section class="wide" id="missing" aria-labelledby="missing-title">
    <div class="head">
      <h2 id="missing-title">Missing evidence</h2>
      <span class="dim">What this run does not prove</span>
    </div>
    <ul class="panel missing">
      ${report.missing.map((line) => html`<li dir="auto">${line}</li>`)}
    </ul>
  </section>`;
}

function contracts(report: Report): Markup {
  const head = ['Contract', 'Version', 'Written in', 'Source'].map((name) => html`<th scope="col">${name}</th>`);
  return html`<section class="wide" id="contracts" aria-labelledby="contracts-title">
    <div class="head"><h2 id="contracts-title">Contracts</h2></div>
    <div class="panel scroll" tabindex="0" role="group" aria-label="Contracts">
      <table>
        <thead>
          <tr>
            ${head}
          </tr>
        </thead>
        <tbody>
          ${report.contracts.map(contractRow)}
        </tbody>
      </table>
    </div>
  </section>`;
}

function contractRow({ kind, name, version, specification, source, digest }: ReportedContract): Markup {
  const written = specification.startsWith(kind) ? specification : `${kind} ${specification}`;
  return html`<tr>
    <th scope="row">${name}</th>
    <td>${version}</td>
    <td>${written}</td>
    <td class="source"><code>${source}</code><br /><code class="digest">${digest}</code></td>
  </tr>`;
}

function run(report: Report): Markup {
  const { environment } = report;
  const machine: [string, string][] = [
    ['System', `${environment.os}, ${environment.arch}`],
    ['Processor', `${environment.cpu}, ${environment.cores} cores`],
    ['Memory', `${(environment.memoryBytes / 2 ** 30).toFixed(1)} GiB`],
    ['Node.js', environment.node],
  ];
  const facts: [string, string][] = [
    ['Run', report.runId],
    ['Started', moment(report.startedAt)],
    ['Finished', moment(report.finishedAt)],
    ['Fails on', report.failOn],
    ['Redacted values', figure(report.redactions)],
    ...Object.entries(report.seeds).map(([name, seed]): [string, string] => [`Seed “${name}”`, String(seed)]),
  ];
  return html`<section class="wide columns" id="run">
    <section aria-labelledby="run-title">
      <div class="head"><h2 id="run-title">Run</h2></div>
      ${pairs(facts)}
    </section>
    <section aria-labelledby="machine-title">
      <div class="head"><h2 id="machine-title">Machine</h2></div>
      ${pairs(machine)}
    </section>
  </section>`;
}

function pairs(rows: readonly (readonly [string, string])[]): Markup {
  return html`<dl class="pairs">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

/** `2026-05-04 10:15:07 UTC`. */
function moment(iso: string): string {
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function hashOf(script: string): string {
  return createHash('sha256').update(script).digest('base64');
}
