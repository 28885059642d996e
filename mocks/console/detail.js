// One exchange: what was sent, what came back, and why it was refused.
import { copyButton, duration, el, headerTable, pretty, statusClass } from './dom.js';

/**
 * @param {any} detail as GET /exchanges/{id} answers
 * @param {{ onTry: (nearest: any) => void, onFilter: (text: string) => void }} actions
 * @returns {Node[]}
 */
export function exchangeDetail({ id, exchange, excerpts, nearest }, actions) {
  const { request, response, refusal, connection } = exchange;
  const status = response?.status ?? 0;
  return [
    el(
      'div',
      { class: 'title' },
      el('h2', { class: 'mono', tabindex: '-1' }, `${request.method} ${targetOf(request.url)}`),
      el(
        'span',
        { class: statusClass(status, refusal !== undefined) },
        status === 0 ? (connection ?? 'no answer') : status,
      ),
    ),
    facts(id, exchange, actions),
    ...(refusal === undefined ? [] : [el('h3', {}, 'Why it was refused'), ...reasonBoxes(refusal, excerpts)]),
    ...(nearest === undefined ? [] : nearestBox(nearest, actions)),
    el('h3', {}, 'Request headers'),
    headerTable(request.headers),
    ...bodyOf('Request body', request.body),
    ...(response === undefined ? [] : [el('h3', {}, 'Response headers'), headerTable(response.headers)]),
    ...bodyOf('Response body', response?.body),
  ];
}

/** @param {string} url */
function targetOf(url) {
  return /^[a-z]+:\/\/[^/]*(\/.*)$/s.exec(url)?.[1] ?? url;
}

function facts(id, { service, operationId, consumer, client, startedAt, durationMs }, { onFilter }) {
  const filter = (name, value) =>
    value === undefined
      ? undefined
      : el(
          'button',
          { type: 'button', class: 'link', onclick: () => onFilter(`${name}:${value}`), title: 'Show only these' },
          value,
        );
  const rows = [
    ['Number', String(id)],
    ['Service', service],
    ['Operation', filter('op', operationId)],
    ['Consumer', client ?? filter('consumer', consumer) ?? 'sent no credential'],
    ['Started', startedAt],
    ['Took', duration(durationMs)],
  ];
  const known = rows.filter(([, value]) => value !== undefined);
  return el('dl', { class: 'facts' }, ...known.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]));
}

/** Those that broke the same line stand together above it. */
function reasonBoxes(refusal, excerpts) {
  const byLine = new Map();
  for (const reason of refusal) {
    const line = reason.where === undefined ? '' : `${reason.where.source}:${reason.where.line}`;
    byLine.set(line, [...(byLine.get(line) ?? []), reason]);
  }
  return [...byLine].map(([line, reasons]) => {
    const excerpt = excerpts.find((each) => `${each.source}:${each.line}` === line);
    return el(
      'div',
      { class: 'reason' },
      ...reasons.map(({ place, message }) =>
        el('p', {}, ...(place === undefined ? [] : [el('strong', {}, place), ' ']), message),
      ),
      line === '' ? undefined : el('span', { class: 'where mono' }, line),
      excerpt === undefined ? undefined : excerptBox(excerpt),
    );
  });
}

function excerptBox({ source, line, lines }) {
  const depths = lines.flatMap(({ text }) => (text.trim() === '' ? [] : [text.search(/\S/)]));
  const depth = Math.min(...depths);
  const rows = lines.map(({ number, text }) =>
    el('span', number === line ? { class: 'meant' } : {}, el('i', {}, number), text.slice(depth)),
  );
  return el('pre', { class: 'excerpt', tabindex: '0', 'aria-label': `${source}, line ${line}` }, ...rows);
}

function nearestBox(nearest, { onTry }) {
  const { request, changes, curl } = nearest;
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  const text = [`${request.method} ${request.target}`, ...headers];
  return [
    el('h3', {}, 'The nearest request that the contract allows'),
    el('ul', { class: 'changes' }, ...changes.map((change) => el('li', {}, change))),
    el(
      'pre',
      { tabindex: '0' },
      [...text, ...(request.body === undefined ? [] : ['', pretty(request.body)])].join('\n'),
    ),
    el(
      'div',
      { class: 'actions' },
      el('button', { type: 'button', class: 'primary', onclick: () => onTry(nearest) }, 'Try it'),
      copyButton('Copy as curl', () => curl),
    ),
  ];
}

function bodyOf(title, body) {
  if (body === undefined || body === '') return [];
  return [el('h3', {}, title), el('pre', { tabindex: '0' }, pretty(body))];
}
