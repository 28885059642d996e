// The traffic as it happens. Of thousands of lines only those in sight are in the document.
import { duration, el, show, statusClass } from './dom.js';

const KEPT = 10_000;
const AROUND = 6;

/**
 * @param {(id: number | undefined) => void} onChoose
 * @returns the list, and what feeds it
 */
export function trafficList(onChoose) {
  /** Oldest first. */
  let all = [];
  let shown = [];
  let fits = () => true;
  let chosen;
  let isDue = false;
  const rows = new Map();

  const spacer = el('div', { class: 'spacer' });
  const list = el('div', {
    class: 'traffic',
    role: 'listbox',
    tabindex: '0',
    'aria-label': 'Requests, newest first',
    onscroll: render,
    onkeydown: onKey,
  });
  list.append(spacer);
  const empty = el('div', { class: 'empty' });
  const box = el('div', { class: 'left' }, list, empty);
  new ResizeObserver(render).observe(list);

  const rowHeight = () => Number.parseFloat(getComputedStyle(list).getPropertyValue('--row'));
  const at = (place) => shown[shown.length - 1 - place];
  const placeOf = (id) => shown.length - 1 - shown.findIndex((each) => each.id === id);

  function render() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  }

  function draw() {
    const height = rowHeight();
    list.hidden = shown.length === 0;
    empty.hidden = shown.length > 0;
    spacer.style.height = `${shown.length * height}px`;
    const first = Math.max(0, Math.floor(list.scrollTop / height) - AROUND);
    const last = Math.min(shown.length, Math.ceil((list.scrollTop + list.clientHeight) / height) + AROUND);
    const wanted = new Set();
    let before = spacer;
    for (let place = first; place < last; place++) {
      const summary = at(place);
      wanted.add(summary.id);
      let row = rows.get(summary.id);
      if (row === undefined) {
        row = rowOf(summary);
        rows.set(summary.id, row);
      }
      // In the order in which they are read.
      if (before.nextSibling !== row) before.after(row);
      before = row;
      row.style.top = `${place * height}px`;
      row.setAttribute('aria-selected', String(summary.id === chosen));
      row.setAttribute('aria-posinset', String(place + 1));
      row.setAttribute('aria-setsize', String(shown.length));
    }
    for (const [id, row] of rows) {
      if (wanted.has(id)) continue;
      row.remove();
      rows.delete(id);
    }
    if (chosen !== undefined && rows.has(chosen)) list.setAttribute('aria-activedescendant', `exchange-${chosen}`);
    else list.removeAttribute('aria-activedescendant');
  }

  function rowOf(summary) {
    const { id, method, target, status, operationId, service, refusal, startedAt, durationMs } = summary;
    const why = refusal === undefined ? [service, operationId].filter(Boolean).join(' · ') : reasonText(refusal);
    return el(
      'div',
      {
        class: refusal === undefined ? 'row' : 'row refused',
        role: 'option',
        id: `exchange-${id}`,
        title: refusal === undefined ? target : why,
        onclick: () => choose(id),
      },
      el('span', { class: statusClass(status, refusal !== undefined) }, status === 0 ? '—' : status),
      el('span', { class: 'what mono' }, `${method} ${target}`),
      el(
        'span',
        { class: 'when' },
        startedAt.slice(11, 19),
        el('span', { class: 'fraction' }, startedAt.slice(19, 23)),
      ),
      el('span', { class: 'why' }, why),
      el('span', { class: 'took' }, duration(durationMs)),
    );
  }

  function choose(id) {
    chosen = id;
    onChoose(id);
    render();
  }

  function onKey(event) {
    const page = Math.max(1, Math.floor(list.clientHeight / rowHeight()) - 1);
    const place = chosen === undefined ? -1 : placeOf(chosen);
    const moves = {
      ArrowDown: place + 1,
      ArrowUp: Math.max(0, place - 1),
      PageDown: place + page,
      PageUp: Math.max(0, place - page),
      Home: 0,
      End: shown.length - 1,
    };
    if (!Object.hasOwn(moves, event.key) || shown.length === 0) return;
    event.preventDefault();
    const next = Math.min(shown.length - 1, moves[event.key]);
    const height = rowHeight();
    const top = next * height;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
    choose(at(next).id);
  }

  return {
    box,
    list,
    empty,
    newest: () => all.at(-1)?.id ?? 0,
    /** @param added oldest first, newer than all that are there */
    add: (added) => {
      all.push(...added);
      const more = added.filter(fits);
      shown.push(...more);
      if (all.length > KEPT * 1.1) {
        all = all.slice(-KEPT);
        shown = all.filter(fits);
      }
      // What is being read stays where it is.
      if (list.scrollTop > 0) list.scrollTop += more.length * rowHeight();
      render();
    },
    filter: (test) => {
      fits = test;
      shown = all.filter(fits);
      list.scrollTop = 0;
      render();
      return shown.length;
    },
    clear: () => {
      all = [];
      shown = [];
      chosen = undefined;
      render();
    },
    /** @param {...Node} children */
    say: (...children) => show(empty, ...children),
    unchoose: () => {
      chosen = undefined;
      render();
    },
  };
}

/** @param {{ message: string, place?: string }} refusal */
export function reasonText({ place, message }) {
  return place === undefined ? message : `${place}: ${message}`;
}

/**
 * Words that all must be there: `refused`, `status:4xx`, `op:createParcel`, `consumer:1a2b`, and any other anywhere.
 *
 * @param {string} text
 */
export function filterOf(text) {
  const tests = text.toLowerCase().split(/\s+/).filter(Boolean).map(testOf);
  return (summary) => tests.every((test) => test(summary));
}

function testOf(word) {
  const [, name, value] = /^(status|op|consumer):(.*)$/.exec(word) ?? [];
  if (word === 'refused') return ({ refusal }) => refusal !== undefined;
  if (name === 'op') return ({ operationId = '' }) => operationId.toLowerCase().includes(value);
  if (name === 'consumer') return ({ consumer = '' }) => consumer.toLowerCase().includes(value);
  if (name === 'status') return ({ status }) => String(status).startsWith(value.replace(/x+$/, ''));
  return (summary) => textOf(summary).includes(word);
}

function textOf({ method, target, status, operationId, service, consumer, refusal }) {
  const words = [method, target, status, operationId, service, consumer, refusal?.message, refusal?.place];
  return words
    .filter((each) => each !== undefined)
    .join(' ')
    .toLowerCase();
}
