// Everything that is shown goes through here: values become text, never markup.

/**
 * @param {string} tag
 * @param {Record<string, string | number | boolean | ((event: any) => void) | undefined>} [props] `class`, `on…` listeners, and attributes; undefined and false are left out
 * @param {...(Node | string | number | undefined)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : `${value}`);
  }
  node.append(
    ...children
      .filter((child) => child !== undefined)
      .map((child) => (typeof child === 'number' ? String(child) : child)),
  );
  return node;
}

/**
 * @param {Element} parent
 * @param {...(Node | undefined)} children
 */
export function show(parent, ...children) {
  parent.replaceChildren(...children.filter((child) => child !== undefined));
}

/** A button that copies a text, and says so. @param {string} label @param {() => string} text */
export function copyButton(label, text) {
  const button = el('button', { type: 'button', onclick: () => void copy(button, label, text()) }, label);
  return button;
}

/** @param {HTMLElement} button @param {string} label @param {string} text */
async function copy(button, label, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
  } catch {
    // Without the permission a person copies by hand.
    button.after(el('pre', {}, text));
    button.textContent = 'Copy by hand';
  }
  setTimeout(() => (button.textContent = label), 1_500);
}

/** JSON with line breaks, everything else as it is. @param {string} text */
export function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    return text;
  }
}

/** @param {Record<string, string>} headers */
export function headerTable(headers) {
  const rows = Object.entries(headers).map(([name, value]) =>
    el('tr', {}, el('td', { class: 'mono' }, name), el('td', { class: 'mono' }, value)),
  );
  return rows.length === 0
    ? el('p', { class: 'empty' }, 'none')
    : el('table', { class: 'headers' }, el('tbody', {}, ...rows));
}

/** @param {number} ms */
export function duration(ms) {
  if (ms < 1) return `${Math.round(ms * 1_000)} µs`;
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 2 : 1)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** @param {number} status @param {boolean} isRefused */
export function statusClass(status, isRefused) {
  return `status s${Math.floor(status / 100)}${isRefused ? ' refused' : ''}`;
}
