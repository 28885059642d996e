// A request to try: the contract's example to begin with, sent by the control API to the mock's own port.
import { change } from './api.js';
import { copyButton, duration, el, headerTable, pretty, show, statusClass } from './dom.js';

/**
 * @param {{ service: { name: string, version: string, url: string }, request: any, missing?: string[] }} start
 * @returns {Node}
 */
export function tryForm({ service, request, missing = [] }) {
  const target = el('input', {
    class: 'mono',
    name: 'target',
    value: request.target,
    spellcheck: 'false',
    autocomplete: 'off',
  });
  const headers = el('textarea', { name: 'headers', rows: '4', spellcheck: 'false' });
  headers.value = Object.entries(request.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
  const body = el('textarea', { name: 'body', rows: request.body === undefined ? '2' : '10', spellcheck: 'false' });
  body.value = request.body === undefined ? '' : pretty(request.body);
  const answer = el('div', { 'aria-live': 'polite' });
  const send = el('button', { class: 'primary' }, 'Send');
  const wanted = () => ({
    service: service.name,
    version: service.version,
    method: request.method,
    target: target.value,
    headers: headersOf(headers.value),
    ...(body.value === '' ? {} : { body: body.value }),
  });
  const sendIt = async () => {
    send.disabled = true;
    try {
      show(answer, ...answerOf(await change('POST', '/try', wanted())));
    } catch (error) {
      show(answer, el('p', { class: 'reason' }, error.message));
    }
    send.disabled = false;
  };
  return el(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault();
        void sendIt();
      },
    },
    missing.length === 0
      ? undefined
      : el('p', { class: 'reason' }, `The contract gives no example of ${missing.join(', ')}: fill it in.`),
    el(
      'label',
      {},
      'Path and query',
      el('span', { class: 'address' }, el('b', { class: 'mono' }, request.method), target),
    ),
    el('label', {}, 'Headers', headers),
    el('label', {}, 'Body', body),
    el(
      'div',
      { class: 'actions' },
      send,
      copyButton('Copy as curl', () => curlOf(wanted(), service.url)),
    ),
    answer,
  );
}

/** @param {string} text */
function headersOf(text) {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')).trim(), line.slice(line.indexOf(':') + 1).trim()]),
  );
}

function answerOf({ response, connection, durationMs }) {
  if (response === undefined) return [el('h3', {}, 'Answer'), el('p', { class: 'reason' }, `no answer: ${connection}`)];
  return [
    el('h3', {}, 'Answer'),
    el(
      'p',
      {},
      el('span', { class: statusClass(response.status, false) }, response.status),
      ` in ${duration(durationMs)}`,
    ),
    ...(response.body === undefined ? [] : [el('h3', {}, 'Body'), el('pre', { tabindex: '0' }, pretty(response.body))]),
    el('h3', {}, 'Headers'),
    headerTable(response.headers),
  ];
}

function curlOf({ method, target, headers, body }, url) {
  const told = Object.entries(headers).flatMap(([name, value]) => ['-H', quoted(`${name}: ${value}`)]);
  const way = method === 'GET' ? [] : ['-X', method];
  return [
    'curl',
    '-i',
    ...way,
    ...told,
    ...(body === undefined ? [] : ['--data-raw', quoted(body)]),
    quoted(url + target),
  ].join(' ');
}

function quoted(text) {
  return /^[\w:/.@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
