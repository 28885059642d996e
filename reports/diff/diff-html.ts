import type { Severity } from '../../contracts/index.ts';
import { html, raw, type Markup } from '../html/markup.ts';
import { STYLE } from '../html/style.ts';
import type { Snippet } from '../report.ts';
import { count, cut } from '../wording.ts';
import {
  byOperation,
  sidesOf,
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
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";
  const names = report.comparisons.map(({ base, revision }) => `${base} → ${revision}`).join(', ');
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${raw(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="generator" content="${report.tool.name} ${report.tool.version}" />
        <link rel="icon" href="data:," />
        <title>${cut(`${WORDS[report.verdict]} · ${names} · tally diff`, 200)}</title>
        ${raw(`<style>${STYLE}</style>`)}
      </head>
      <body>
        <a class="hush skip" href="#changes">Skip to the changes</a>
        <header class="masthead ${TONES[report.verdict]}">
          <div class="wide">
            <div class="brand"><span>tally diff</span></div>
            <h1><span class="verdict">${WORDS[report.verdict]}</span>${diffSentence(report)}</h1>
            <p class="facts">${counts(report)}</p>
          </div>
        </header>
        <main id="changes">${report.comparisons.filter(({ changes }) => changes.length > 0).map(comparison)}</main>
        <footer class="foot"><div class="wide">${report.tool.name} ${report.tool.version}</div></footer>
      </body>
    </html> `.source;
}

const WORDS = { breaking: 'Breaking', warning: 'May break', compatible: 'Compatible' } as const;
const TONES = { breaking: 'broken', warning: 'warning', compatible: 'kept' } as const;
const LABELS: Readonly<Record<Severity, string>> = { error: 'breaks', warning: 'may break', info: 'info' };
const MAX_MESSAGE_CHARS = 5000;
/** Beyond it an operation's changes stay folded: a page of a hundred open ones is read by nobody. */
const MAX_OPEN = 30;

function counts({ comparisons }: DiffReport): readonly Markup[] {
  const changes = comparisons.flatMap((each) => each.changes);
  return (['error', 'warning', 'info'] as const).map((severity) => {
    const number = changes.filter((change) => change.severity === severity).length;
    return html`<span>${LABELS[severity]} <b>${number}</b></span>`;
  });
}

function comparison(compared: DiffedContracts): Markup {
  const { base, revision, changes } = compared;
  const { unknown } = usageOf(compared);
  return html`<section class="wide">
    <div class="head">
      <h2>${base} → ${revision}</h2>
      <span class="dim">${count(changes.length, 'change')}</span>
    </div>
    ${byOperation(changes).map((group, at) => operation(group, at < MAX_OPEN, unknown === undefined))}
    ${unknown !== undefined && html`<p class="dim" dir="auto">${unknown}</p>`}
  </section>`;
}

function operation({ name, changes }: OperationChanges, mayOpen: boolean, withUsage: boolean): Markup {
  const important = changes.filter(({ severity }) => severity !== 'info');
  const rest = changes.filter(({ severity }) => severity === 'info');
  const open = mayOpen && important.length > 0;
  return html`<details class="suite panel" ${open && html` open`}>
    <summary>
      <h3>${name === '' ? 'The document' : name}</h3>
      <span class="chips">${chips(changes)}</span>
    </summary>
    <div class="results">
      <div class="body">${important.map((change) => panel(change, withUsage))}${rest.map(plainLine)}</div>
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

/** What breaks nobody needs no evidence. */
function plainLine({ message, code, severity }: DiffedChange): Markup {
  return html`<p class="${severity}" dir="auto">
    ${cut(message, MAX_MESSAGE_CHARS)} <code class="dim">${code}</code>
  </p>`;
}

function side({ mark, where, snippet }: Side): Markup {
  return html`<div>
    <span class="label">${mark === '-' ? 'Base' : 'Revision'} <code>${`${where.source}:${where.line}`}</code></span>
    ${snippet !== undefined && lines(snippet, where.line)}
  </div>`;
}

function lines({ firstLine, lines: texts }: Snippet, line: number): Markup {
  const rows = texts.map((text, at) => {
    const hit = firstLine + at === line;
    return html`<span${hit && html` class="hit"`}><i>${firstLine + at}</i>${text}</span>`;
  });
  return html`<pre class="snippet" tabindex="0">${rows}</pre>`;
}
