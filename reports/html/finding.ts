import { isObject, type Exchange, type Finding, type Json } from '../../contracts/index.ts';
import { curlOf } from '../curl.ts';
import { snippetKey } from '../read-snippets.ts';
import type { Report, Snippet } from '../report.ts';
import { cut, duration, placeOf, plain } from '../wording.ts';
import { html, type Markup } from './markup.ts';

const MAX_MESSAGE_CHARS = 5000;
const MAX_VALUE_CHARS = 4000;
const MAX_BODY_CHARS = 20_000;

/** One finding: what is wrong, on which line of the contract, what was seen on the wire, what to do. */
export function findingPanel(finding: Finding, report: Report): Markup {
  const snippet = report.snippets?.[snippetKey(finding.where)];
  return html`<article class="finding ${finding.severity}">
    <header>
      <b>${finding.severity}</b><code>${finding.code}</code><code class="place">${placeOf(finding.where)}</code>
    </header>
    <p class="message" dir="auto">${cut(finding.message, MAX_MESSAGE_CHARS)}</p>
    ${meta(finding)}${values(finding)}${finding.fix !== undefined && html`<p class="fix" dir="auto"><b>Fix</b> ${cut(finding.fix, MAX_MESSAGE_CHARS)}</p>`}${snippet && contractLines(finding, snippet)}${finding.exchange && exchangePanel(finding.exchange)}
  </article>`;
}

function meta({ operationId, instancePointer, where, related = [] }: Finding): Markup | false {
  const parts = [
    operationId !== undefined && html`<span>operation <code>${operationId}</code></span>`,
    instancePointer !== undefined &&
      instancePointer !== '' &&
      html`<span>in the body at <code>${instancePointer}</code></span>`,
    where.pointer !== '' && html`<span>in the contract at <code>${where.pointer}</code></span>`,
    ...related.map((other) => html`<span>see <code>${placeOf(other)}</code></span>`),
  ].filter((part) => part !== false);
  return parts.length > 0 && html`<p class="meta">${parts}</p>`;
}

function values({ expected, actual }: Finding): Markup | false {
  if (expected === undefined && actual === undefined) return false;
  return html`<div class="pair">${value('Expected', expected)}${value('Actual', actual)}</div>`;
}

function value(label: string, given: Json | undefined): Markup | false {
  return (
    given !== undefined &&
    html`<div>
      <span class="label">${label}</span>
      <pre class="wrap" tabindex="0">${cut(readable(given), MAX_VALUE_CHARS)}</pre>
    </div>`
  );
}

function readable(given: Json): string {
  if (typeof given === 'string') return given.includes('\n') ? given : plain(given);
  return plain(given, Array.isArray(given) || isObject(given) ? 2 : 0);
}

function contractLines({ where }: Finding, { firstLine, lines }: Snippet): Markup {
  const rows = lines.map((text, at) => {
    const hit = firstLine + at === where.line;
    return html`<span${hit && html` class="hit"`}><i>${firstLine + at}</i>${text}</span>`;
  });
  return html`<div>
    <span class="label">Contract</span>
    <pre class="snippet" tabindex="0">${rows}</pre>
  </div>`;
}

function exchangePanel(exchange: Exchange): Markup {
  const { request, response } = exchange;
  const answer =
    response === undefined ? `no answer: ${exchange.connection ?? 'unknown reason'}` : `${response.status}`;
  return html`<details class="more">
    <summary>
      Request and response: ${request.method.toUpperCase()} → ${answer}, ${duration(exchange.durationMs)}
    </summary>
    <div class="pair">
      <div>
        <span class="label">Request</span>
        <pre class="wrap" tabindex="0">
${`${request.method.toUpperCase()} ${request.url}\n${message(request.headers, request.body)}`}</pre>
      </div>
      <div>
        <span class="label">Response</span>
        <pre class="wrap" tabindex="0">
${response === undefined ? answer : `${response.status}\n${message(response.headers, response.body)}`}</pre>
      </div>
    </div>
    ${curl(exchange)}
  </details>`;
}

function curl({ request }: Exchange): Markup | false {
  const command = curlOf(request);
  return (
    command !== undefined &&
    command.length <= MAX_BODY_CHARS &&
    html`<div class="copy">
      <span class="label">Repeat it</span><button type="button" data-copy hidden>Copy</button>
      <pre class="wrap"><code>${command}</code></pre>
    </div>`
  );
}

function message(headers: Readonly<Record<string, string>>, body: string | undefined): string {
  const lines = Object.entries(headers).map(([name, text]) => `${name}: ${text}`);
  return body === undefined ? lines.join('\n') : `${lines.join('\n')}\n\n${cut(prettyBody(body), MAX_BODY_CHARS)}`;
}

function prettyBody(body: string): string {
  if (!/^\s*[[{]/.test(body)) return body;
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    // Looks like JSON and is none: that may be what the finding is about, so it is shown as it came.
    return body;
  }
}
