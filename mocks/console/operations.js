// Services, their operations, and a request to try for each.
import { get } from './api.js';
import { el, show } from './dom.js';
import { tryForm } from './try.js';

/** @param {{ services: any[], operations: any[] }} known @param {{ onOpen: (...nodes: Node[]) => void }} actions */
export function operationsList({ services, operations }, { onOpen }) {
  const list = el('div', { class: 'operations', role: 'group', 'aria-label': 'Operations', onkeydown: onKey });
  const serviceOf = (operation) =>
    services.find(({ name, version }) => name === operation.service && version === operation.version);

  function draw(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const nodes = services.flatMap((service) => {
      const fitting = operations.filter(
        (each) =>
          each.service === service.name &&
          each.version === service.version &&
          words.every((word) => textOf(each).includes(word)),
      );
      return fitting.length === 0 ? [] : [heading(service), ...fitting.map(button)];
    });
    show(list, ...(nodes.length === 0 ? [el('p', { class: 'empty' }, 'Nothing fits the filter.')] : nodes));
    rove(buttons()[0]);
  }

  function heading({ name, version, url, operations }) {
    return el('h3', { class: 'service' }, `${name} ${version} `, el('small', {}, `${operations} operations · ${url}`));
  }

  function button(operation) {
    const { method, path, id, summary, deprecated } = operation;
    return el(
      'button',
      {
        type: 'button',
        class: deprecated ? 'operation deprecated' : 'operation',
        tabindex: '-1',
        onclick: (event) => void open(operation, event.currentTarget),
      },
      el('b', {}, method),
      el('span', { class: 'mono' }, path),
      el(
        'small',
        {},
        [id === `${method} ${path}` ? undefined : id, summary, deprecated ? 'deprecated' : undefined]
          .filter(Boolean)
          .join(' · '),
      ),
    );
  }

  const buttons = () => [...list.querySelectorAll('button')];

  /** One of them is reached by Tab, the others by the arrows. */
  function rove(to) {
    for (const each of buttons()) each.tabIndex = each === to ? 0 : -1;
  }

  function onKey(event) {
    const all = buttons();
    const place = all.indexOf(document.activeElement);
    const moves = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: all.length - 1 };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    const next = all[Math.min(all.length - 1, Math.max(0, moves[event.key]))];
    rove(next);
    next?.focus();
  }

  async function open(operation, chosen) {
    for (const each of buttons()) each.setAttribute('aria-current', String(each === chosen));
    rove(chosen);
    const query = new URLSearchParams({
      service: operation.service,
      version: operation.version,
      operation: operation.id,
    });
    try {
      const { request, missing } = await get(`/example?${query}`);
      openRequest(operation, request, missing);
    } catch (error) {
      onOpen(el('p', { class: 'reason' }, error.message));
    }
  }

  function openRequest(operation, request, missing) {
    const { source, line } = operation.where;
    onOpen(
      el('h2', { tabindex: '-1' }, operation.summary ?? operation.id),
      el('p', { class: 'mono' }, `${operation.service} ${operation.version} · ${operation.id}`),
      el('p', { class: 'mono' }, `${source}:${line}`),
      tryForm({ service: serviceOf(operation), request, missing }),
    );
  }

  draw('');
  return {
    list,
    filter: draw,
    /** @param {any} nearest */
    openNearest: ({ service, version, request }) => {
      onOpen(
        el('h2', { tabindex: '-1' }, 'The nearest request that the contract allows'),
        tryForm({ service: serviceOf({ service, version }), request }),
      );
    },
  };
}

function textOf({ id, method, path, summary = '', service, version }) {
  return [id, method, path, summary, service, version].join(' ').toLowerCase();
}
