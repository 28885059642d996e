// Whatever else can be controlled: faults, scenarios, the sandbox, deliveries. Each is a list with buttons.
import { change, get } from './api.js';
import { el, pretty, show } from './dom.js';

/** @param {{ id: string, title: string }} section @param {Element} page */
export async function openSection({ id, title }, page) {
  const again = () => openSection({ id, title }, page);
  try {
    const list = await get(`/${id}`);
    show(page, el('h2', {}, title), buttons(list.actions, page, again), ...itemsOf(list, page, again));
  } catch (error) {
    show(page, el('h2', {}, title), el('p', { class: 'reason' }, error.message));
  }
}

function itemsOf(list, page, again) {
  if (!Array.isArray(list.items)) return [el('pre', {}, pretty(JSON.stringify(list)))];
  if (list.items.length === 0) return [el('p', { class: 'empty' }, 'There is nothing here yet.')];
  return list.items.map(({ title, detail, actions }) =>
    el(
      'div',
      { class: 'item' },
      el('strong', {}, title),
      detail === undefined ? undefined : el('p', {}, detail),
      buttons(actions, page, again),
    ),
  );
}

function buttons(actions = [], page, again) {
  const run = async ({ method, path, body }) => {
    try {
      await change(method, path, body);
      await again();
    } catch (error) {
      page.append(el('p', { class: 'reason', role: 'alert' }, error.message));
    }
  };
  return el(
    'div',
    { class: 'actions' },
    ...actions.map((action) => el('button', { type: 'button', onclick: () => void run(action) }, action.label)),
  );
}
