// The console: views, and the stream of what happens.
import { ApiError, events, get, takeToken } from './api.js';
import { exchangeDetail } from './detail.js';
import { el, show } from './dom.js';
import { operationsList } from './operations.js';
import { openSection } from './sections.js';
import { filterOf, trafficList } from './traffic.js';
import { usageTable } from './usage.js';

const byId = (id) => document.getElementById(id);
const PAGE = 1_000;
const PAGES = 10;

function notice(text) {
  byId('notice').hidden = text === undefined;
  byId('notice').textContent = text ?? '';
}

function connection(state, text) {
  byId('connection').dataset.state = state;
  byId('connection').textContent = text;
}

function counted({ requests, refused }) {
  byId('counts').textContent = `${requests.toLocaleString('en')} requests, ${refused.toLocaleString('en')} refused`;
}

/** A list on the left and what is chosen of it on the right; on a phone one at a time. */
function twoPanes(left, hint) {
  const right = el('div', { class: 'right' }, el('p', { class: 'empty' }, hint));
  const view = el('div', { class: 'view' }, left, right);
  const close = () => {
    view.classList.remove('open');
    show(right, el('p', { class: 'empty' }, hint));
  };
  return {
    view,
    close,
    open: (...nodes) => {
      view.classList.add('open');
      show(right, el('button', { type: 'button', class: 'back', onclick: () => history.back() }, 'Back'), ...nodes);
      right.scrollTop = 0;
      if (history.state !== 'open') history.pushState('open', '');
    },
  };
}

function filterBox(label, placeholder, onInput) {
  return el('input', {
    type: 'search',
    'aria-label': label,
    'aria-keyshortcuts': '/',
    placeholder,
    spellcheck: 'false',
    autocomplete: 'off',
    oninput: (event) => onInput(event.target.value),
  });
}

function trafficView(onTry) {
  const traffic = trafficList((id) => void choose(id));
  const filter = filterBox('Filter traffic', 'Filter: refused  status:4xx  op:…  consumer:…', (text) => {
    traffic.filter(filterOf(text));
    sayEmpty(text);
  });
  const har = el(
    'button',
    { type: 'button', title: 'All that are kept, as HAR 1.2', onclick: () => void saveHar() },
    'HAR',
  );
  traffic.box.prepend(el('div', { class: 'bar' }, filter, har));
  const panes = twoPanes(traffic.box, 'Choose a request to see what was sent, what came back and why it was refused.');
  let latest;

  function sayEmpty(text) {
    const lines =
      text === ''
        ? ['No requests yet.', 'They appear here as they happen. Operations has one to try.']
        : ['Nothing fits the filter.'];
    traffic.say(...lines.map((line) => el('p', {}, line)));
  }

  async function choose(id) {
    latest = id;
    try {
      const detail = await get(`/exchanges/${id}`);
      if (latest === id) panes.open(...exchangeDetail(detail, { onTry, onFilter }));
    } catch (error) {
      if (latest === id) panes.open(el('p', { class: 'reason' }, error.message));
    }
  }

  function onFilter(text) {
    filter.value = text;
    filter.dispatchEvent(new Event('input'));
    panes.view.classList.remove('open');
  }

  sayEmpty('');
  return {
    ...panes,
    traffic,
    filter,
    close: () => {
      latest = undefined;
      traffic.unchoose();
      panes.close();
      traffic.list.focus();
    },
  };
}

async function saveHar() {
  const blob = new Blob([JSON.stringify(await get('/har'), undefined, 2)], { type: 'application/json' });
  const link = el('a', { href: URL.createObjectURL(blob), download: 'tally-mock.har' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function operationsView() {
  const left = el('div', { class: 'left' });
  const panes = twoPanes(left, 'Choose an operation to try it.');
  let list;
  const filter = filterBox('Filter operations', 'Filter operations', (text) => list?.filter(text));
  const load = async () => {
    const [{ services }, { operations }] = await Promise.all([get('/services'), get('/operations')]);
    list = operationsList({ services, operations }, { onOpen: panes.open });
    show(left, el('div', { class: 'bar' }, filter), list.list);
    if (filter.value !== '') list.filter(filter.value);
  };
  return { ...panes, filter, load, openNearest: async (nearest) => list.openNearest(nearest) };
}

function tabs(views) {
  let current;
  const buttons = views.map(({ id, title }, place) =>
    el(
      'button',
      { type: 'button', role: 'tab', id: `tab-${id}`, 'aria-controls': `view-${id}`, onclick: () => select(place) },
      title,
    ),
  );
  function select(place) {
    current = views[place];
    for (const [index, button] of buttons.entries()) {
      button.setAttribute('aria-selected', String(index === place));
      button.tabIndex = index === place ? 0 : -1;
      views[index].view.hidden = index !== place;
    }
    current.onShow?.();
  }
  for (const { id, view } of views) {
    view.id = `view-${id}`;
    view.setAttribute('role', 'tabpanel');
    view.setAttribute('aria-labelledby', `tab-${id}`);
  }
  const bar = byId('tabs');
  show(bar, ...buttons);
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const place = (views.indexOf(current) + step + views.length) % views.length;
    select(place);
    buttons[place].focus();
  });
  show(byId('views'), ...views.map(({ view }) => view));
  select(0);
  return { select: (id) => select(views.findIndex((each) => each.id === id)), current: () => current };
}

/** All that is newer than what is there. */
async function catchUp(traffic, counts) {
  if (counts.requests < traffic.newest()) traffic.clear();
  const known = traffic.newest();
  const pages = [];
  let cursor;
  do {
    const page = await get(`/exchanges?limit=${PAGE}${cursor === undefined ? '' : `&cursor=${cursor}`}`);
    pages.push(page.exchanges.filter(({ id }) => id > known));
    cursor = pages.at(-1).length < PAGE ? undefined : page.cursor;
  } while (cursor !== undefined && pages.length < PAGES);
  traffic.add(pages.flat().toReversed());
}

async function follow(traffic) {
  for await (const { type, data } of events(new AbortController().signal)) {
    connection('live', 'live');
    notice(undefined);
    counted(data.counts);
    const isNext = type === 'exchanges' && !data.isCut && data.exchanges[0]?.id === traffic.newest() + 1;
    if (isNext) traffic.add(data.exchanges);
    else if (data.counts.requests !== traffic.newest()) await catchUp(traffic, data.counts);
  }
}

async function followForEver(traffic) {
  for (let waitMs = 500; ; waitMs = Math.min(5_000, waitMs * 2)) {
    try {
      await follow(traffic);
      waitMs = 500;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return refused();
    }
    connection('lost', 'not connected, trying again');
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}

function refused() {
  connection('lost', 'not connected');
  notice(
    'This page needs the token of the running mock: open the whole address that tally mock printed after “console:”.',
  );
}

function onKey(event, current) {
  const isTyping = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && current.filter !== undefined) {
    event.preventDefault();
    current.filter.focus();
  }
  if (event.key !== 'Escape') return;
  if (event.target === current.filter) {
    current.filter.value = '';
    current.filter.dispatchEvent(new Event('input'));
    current.filter.blur();
  } else current.close?.();
}

async function start() {
  if (!takeToken()) return refused();
  const operations = operationsView();
  let bar;
  const traffic = trafficView((nearest) => {
    bar.select('operations');
    void operations.openNearest(nearest);
  });
  try {
    await operations.load();
    const { sections } = await get('/sections');
    const usagePage = el('div', { class: 'page' });
    const showUsage = async () => show(usagePage, usageTable((await get('/usage')).usage));
    bar = tabs([
      { id: 'traffic', title: 'Traffic', ...traffic },
      { id: 'operations', title: 'Operations', ...operations },
      {
        id: 'usage',
        title: 'Usage',
        view: el('div', { class: 'view single' }, usagePage),
        onShow: () => void showUsage(),
      },
      ...sections.map((section) => {
        const page = el('div', { class: 'page' });
        return {
          ...section,
          view: el('div', { class: 'view single' }, page),
          onShow: () => void openSection(section, page),
        };
      }),
    ]);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return refused();
    return notice(error.message);
  }
  document.addEventListener('keydown', (event) => onKey(event, bar.current()));
  addEventListener('popstate', () => bar.current().close?.());
  await followForEver(traffic.traffic);
}

void start();
