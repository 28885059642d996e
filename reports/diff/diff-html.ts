import type { Severity } from '../../contracts/index.ts';
import { htmlDocument } from '../html/document.ts';
import { html, type Markup } from '../html/markup.ts';
import type { Snippet } from '../report.ts';
import { count, cut } from '../wording.ts';
import {
  byOperation,
  mainSource,
  sidesOf,
  toldBefore,
  usageOf,
  type DiffedChange,
  type DiffedContracts,
  type DiffReport,
  type OperationChanges,
  type Side,
} from './diff-report.ts';
import { diffSentence } from './diff-summary.ts';

/**
 * One self-contained page with the lines of both documents next to each other. It has no script, and its policy forbids
 * everything but its own style.
 */
export function diffHtml(report: DiffReport): string {
  const names = report.comparisons.map(({ base, revision }) => `${base} → ${revision}`).join(', ');
  return htmlDocument({
    title: cut(`${WORDS[report.verdict]} · ${names} · tally diff`, 200),
    tool: report.tool,
    skip: { to: 'changes', label: 'the changes' },
    style: OWN_STYLE,
    body: [
      html`<header class="masthead ${TONES[report.verdict]}">
          <div class="wide">
            <div class="brand"><span>tally diff</span></div>
            <h1><span class="verdict">${WORDS[report.verdict]}</span>${diffSentence(report)}</h1>
          </div>
        </header>
        <main id="changes">${report.comparisons.filter(({ changes }) => changes.length > 0).map(comparison)}</main>
        <footer class="foot"><div class="wide">${report.tool.name} ${report.tool.version}</div></footer>`,
    ],
  }).source;
}

/** Changes stand by themselves, not below a check: they need no room for its mark. */
const OWN_STYLE = `.changes { padding: 14px 16px 16px; }
.changes ul { padding: 0; list-style: none; display: grid; gap: 4px; }
.changes li b { color: var(--tone); font-weight: 600; margin-right: 0.5em; }
.changes li.info { color: var(--dim); }
.files { display: grid; gap: 2px; margin: 0 0 12px; }
`;

const WORDS = { breaking: 'Breaking', warning: 'May break', compatible: 'Compatible' } as const;
const TONES = { breaking: 'broken', warning: 'warning', compatible: 'kept' } as const;
const LABELS: Readonly<Record<Severity, string>> = { error: 'breaks', warning: 'may break', info: 'info' };
const MAX_MESSAGE_CHARS = 5000;
/** Beyond it an operation's changes stay folded: a page of a hundred open ones is read by nobody. */
const MAX_OPEN = 30;

function comparison(compared: DiffedContracts): Markup {
  const { base, revision, changes } = compared;
  const { unknown } = usageOf(compared);
  const told = toldBefore(changes);
  const files = (['base', 'revision'] as const).flatMap((side) => mainSource(changes, side) ?? []);
  return html`<section class="wide">
    <div class="head">
      <h2>${base} → ${revision}</h2>
      <span class="dim">${count(changes.length, 'change')}</span>
    </div>
    <p class="dim files">${files.map((file, at) => html`<code>${at === 0 ? '−' : '+'} ${file}</code>`)}</p>
    ${byOperation(changes).map((group, at) => operation(group, at < MAX_OPEN, unknown === undefined, told))}
    ${unknown !== undefined && html`<p class="dim" dir="auto">${unknown}</p>`}
  </section>`;
}

function operation(
  { name, changes }: OperationChanges,
  mayOpen: boolean,
  withUsage: boolean,
  told: ReadonlyMap<DiffedChange, string>,
): Markup {
  const important = changes.filter((change) => change.severity !== 'info' && !told.has(change));
  const rest = changes.filter((change) => !important.includes(change));
  const open = mayOpen && changes.some(({ severity }) => severity !== 'info');
  return html`<details class="suite panel" ${open && html` open`}>
    <summary>
      <h3>${name === '' ? 'The document' : name}</h3>
      <span class="chips">${chips(changes)}</span>
    </summary>
    <div class="results">
      <div class="body changes">
        ${important.map((change) => panel(change, withUsage))}
        ${
          rest.length > 0 &&
          html`<ul>
            ${rest.map((change) => plainLine(change, told.get(change), withUsage))}
          </ul>`
        }
      </div>
    </div>
  </details>`;
}

function chips(changes: readonly DiffedChange[]): readonly Markup[] {
  return (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const number = changes.filter((change) => change.severity === severity).length;
    return number === 0 ? [] : [html`<span class="${severity}">${number} ${LABELS[severity]}</span>`];
  });
}

function panel(change: DiffedChange, withUsage: boolean): Markup {
  return html`<article class="finding ${change.severity}">
    <header><b>${LABELS[change.severity]}</b><code>${change.code}</code></header>
    <p class="message" dir="auto">${cut(change.message, MAX_MESSAGE_CHARS)}</p>
    <div class="pair">${sidesOf(change).map(side)}</div>
    ${withUsage && change.usage !== undefined && html`<p class="meta" dir="auto"><span>${change.usage}</span></p>`}
    ${change.fix !== undefined && html`<p class="fix" dir="auto"><b>Fix</b> ${change.fix}</p>`}
  </article>`;
}

/** What breaks nobody needs no evidence, and what was told before has it there. */
function plainLine(change: DiffedChange, told: string | undefined, withUsage: boolean): Markup {
  const { message, code, severity, usage } = change;
  return html`<li class="${severity}" dir="auto">
    ${severity !== 'info' && html`<b>${LABELS[severity]}</b>`}${cut(message, MAX_MESSAGE_CHARS)}
    <code class="dim">${code}</code
    >${told !== undefined && html` <span class="dim">as in ${told}</span>`}${withUsage && usage !== undefined && html`<br /><span class="dim">${usage}</span>`}
  </li>`;
}

function side({ mark, where, snippet }: Side): Markup {
  return html`<div>
    <span class="label">${mark === '-' ? 'Base' : 'Revision'} <code>${`${where.source}:${where.line}`}</code></span>
    ${snippet !== undefined && lines(snippet, where.line)}
  </div>`;
}

/** Without the indentation that all lines have in common: two columns are narrow. */
function lines({ firstLine, lines: texts }: Snippet, line: number): Markup {
  const depths = texts.filter((text) => text.trim() !== '').map((text) => text.length - text.trimStart().length);
  const common = Math.min(...depths);
  const rows = texts.map((whole, at) => {
    const text = whole.slice(common);
    const hit = firstLine + at === line;
    return html`<span${hit && html` class="hit"`}><i>${firstLine + at}</i>${text}</span>`;
  });
  return html`<pre class="snippet" tabindex="0">${rows}</pre>`;
}
