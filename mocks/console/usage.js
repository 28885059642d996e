// Who called what, counted over the exchanges that are kept.
import { el } from './dom.js';

/** @param {any[]} usage @returns {Node} */
export function usageTable(usage) {
  if (usage.length === 0) return el('p', { class: 'empty' }, 'Nobody has called anything yet.');
  const head = ['Consumer', 'Service', 'Operation', 'Requests', 'Refused', 'Statuses', 'Last'];
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Usage' },
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el('tr', {}, ...head.map((name) => el('th', /Requests|Refused/.test(name) ? { class: 'number' } : {}, name))),
      ),
      el('tbody', {}, ...usage.map(rowOf)),
    ),
  );
}

function rowOf({ consumer, service, operationId, requests, refused, statuses, lastAt }) {
  const counted = Object.entries(statuses).map(([status, count]) => `${status === '0' ? 'none' : status} × ${count}`);
  return el(
    'tr',
    {},
    el('td', { class: 'mono' }, consumer ?? '—'),
    el('td', {}, service ?? '—'),
    el('td', { class: 'mono' }, operationId ?? '—'),
    el('td', { class: 'number' }, requests),
    el('td', { class: 'number' }, refused),
    el('td', {}, counted.join(', ')),
    el('td', {}, lastAt.slice(11, 23)),
  );
}
