/**
 * The page's only script, allowed by its hash. Everything can be read without it: it opens what is folded for printing,
 * copies a command, searches, and unfolds the suites that a filter leaves something of.
 */
export const SCRIPT = /* js */ `
(() => {
  const list = (selector) => [...document.querySelectorAll(selector)];
  let folded = [];
  addEventListener('beforeprint', () => {
    folded = list('details:not([open])');
    for (const one of folded) one.open = true;
  });
  addEventListener('afterprint', () => {
    for (const one of folded) one.open = false;
  });
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-copy]');
    if (!button) return;
    const code = button.parentElement.querySelector('code');
    const select = () => getSelection().selectAllChildren(code);
    const done = () => { button.textContent = 'Copied'; };
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, select);
    else select();
  });
  for (const button of list('button[data-copy]')) button.hidden = false;
  const results = list('.result').map((node) => ({ node, text: node.textContent.toLowerCase() }));
  for (const radio of list('.tile input')) {
    radio.addEventListener('change', () => {
      if (radio.value === 'all') return;
      for (const suite of list('.suite.has-' + radio.value)) suite.open = true;
      if (radio.value === 'passed') for (const passes of list('.passes')) passes.open = true;
    });
  }
  const box = document.getElementById('search');
  box.parentElement.hidden = false;
  box.addEventListener('input', () => {
    const wanted = box.value.trim().toLowerCase();
    for (const { node, text } of results) node.hidden = wanted !== '' && !text.includes(wanted);
    for (const suite of list('.suite')) {
      const some = wanted === '' || suite.querySelector('.result:not([hidden])') !== null;
      suite.hidden = !some;
      if (some && wanted !== '') suite.open = true;
    }
    for (const passes of list('.passes')) {
      passes.hidden = passes.querySelector('.result:not([hidden])') === null;
      if (wanted !== '') passes.open = true;
    }
  });
})();
`;
