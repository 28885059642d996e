import { mkdtempSync, rmSync, existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import { readReport } from '../read-report.ts';
import type { Report } from '../report.ts';
import { html } from './html.ts';

const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const inCi = process.env['CI'] !== undefined && process.env['CI'] !== 'false';
const present = existsSync(CHROMIUM);
if (!present) process.stderr.write(`the HTML report is not opened: no browser at ${CHROMIUM}; set CHROMIUM_PATH\n`);

/** In CI a missing browser fails; on a machine without one these cannot say anything. */
const describeInBrowser = present || inCi ? describe : describe.skip;

describeInBrowser('the HTML report in a browser', () => {
  let browser: Browser;
  let folder: string;
  let sample: Report;
  const noise: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    folder = mkdtempSync(join(tmpdir(), 'report-'));
    sample = await readReport(new URL('../samples/report.json', import.meta.url).pathname);
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  async function open(report: Report, width = 1280): Promise<Page> {
    const file = join(folder, 'index.html');
    writeFileSync(file, html.render(report, {}));
    noise.length = 0;
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const address = pathToFileURL(file).href;
    page.on('console', (message) => noise.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) noise.push(`request: ${request.url()}`);
    });
    await page.goto(address);
    return page;
  }

  test('opens without a console message, an error or a network request', async () => {
    const page = await open(sample);
    expect(await page.title()).toBe('Broken · parcel-carrier · tally run');
    expect(await page.locator('h1').textContent()).toContain('3 checks of 49 failed.');
    expect(noise).toEqual([]);
    await page.close();
  });

  test('does nothing that its text asks for, and would not be let to', async () => {
    const evil =
      '<script>document.title="owned"</script><img src="http://127.0.0.1:9/x" onerror="document.title=\'owned\'">';
    const page = await open(
      reportOf([
        resultOf({
          subject: evil,
          suite: evil,
          status: 'failed',
          findings: [findingOf({ message: evil, actual: evil })],
        }),
      ]),
    );
    expect(await page.title()).toContain('Broken');
    expect(await page.locator('.message').first().textContent()).toBe(evil);
    expect(noise).toEqual([]);
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src="http://127.0.0.1:9/x">'); document.body.append(Object.assign(document.createElement('script'), { textContent: 'document.title = "owned"' }))`,
    );
    expect(await page.title()).toContain('Broken');
    await page.close();
  });

  test.each([320, 390, 1280])('does not scroll sideways at %i pixels, everything unfolded', async (width) => {
    const long = 'x'.repeat(400);
    const results = [
      ...sample.results,
      resultOf({
        subject: long,
        id: long,
        status: 'failed',
        findings: [
          findingOf({
            message: long,
            code: long,
            expected: long,
            where: { source: long, pointer: long, line: 1, column: 1 },
          }),
        ],
      }),
    ];
    const page = await open({ ...sample, results, missing: [...sample.missing, long] }, width);
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await page.close();
  });

  test('filters by status, by keyboard', async () => {
    const page = await open(sample);
    await page.locator('#show-all').focus();
    await page.keyboard.press('ArrowRight');
    expect(await page.locator('.result:visible').count()).toBe(sample.summary.failed);
    expect(await page.locator('.suite:visible h3').allTextContents()).toEqual(['provider', 'conformance', 'load']);
    await page.close();
  });

  test('searches', async () => {
    const page = await open(sample);
    await page.locator('#search').fill('quoteParcel · 200');
    expect(await page.locator('.result:visible').count()).toBe(3);
    await page.locator('#search').fill('');
    expect(await page.locator('.suite:visible').count()).toBe(9);
    await page.close();
  });

  test('unfolds everything for printing and folds it again', async () => {
    const page = await open(sample);
    const folded = await page.locator('details:not([open])').count();
    expect(folded).toBeGreaterThan(0);
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    expect(await page.locator('details:not([open])').count()).toBe(0);
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    expect(await page.locator('details:not([open])').count()).toBe(folded);
    await page.close();
  });

  test.each(['light', 'dark'] as const)(
    'has contrast enough to read in the %s theme (WCAG 2.2, 1.4.3)',
    async (scheme) => {
      const page = await open(sample);
      await page.emulateMedia({ colorScheme: scheme });
      await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
      expect(await page.evaluate(LOW_CONTRAST)).toEqual([]);
      await page.close();
    },
  );

  test('names everything: landmarks, one first heading, table heads, labels', async () => {
    const page = await open(sample);
    await page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
    expect(await page.getByRole('main').count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    expect(await page.getByRole('radio', { name: '3 failed' }).count()).toBe(1);
    expect(await page.getByRole('searchbox', { name: 'Search the results' }).count()).toBe(1);
    expect(await page.getByRole('img', { name: 'Latency: ms over second' }).count()).toBe(1);
    expect(await page.locator('table:not(:has(th[scope=col]))').count()).toBe(0);
    await page.close();
  });

  test('shows 5,000 results', async () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      resultOf({ subject: `operation ${at}`, ...(at % 50 === 0 ? { status: 'failed', findings: [findingOf()] } : {}) }),
    );
    const page = await open(reportOf(many));
    await page.locator('#show-failed').check();
    expect(await page.locator('.suite > summary').first().isVisible()).toBe(true);
    await page.close();
  });
});

/** Every text node against the nearest background that is not see-through: 4.5 to 1, 3 to 1 for large text. */
const LOW_CONTRAST = `(() => {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgb = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const behind = (node) => { for (let one = node; one; one = one.parentElement) { const colour = rgb(getComputedStyle(one).backgroundColor); if (colour[3] > 250) return colour; } return [255, 255, 255]; };
  const poor = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility() || node.closest('svg, script, .hush')) continue;
    const style = getComputedStyle(node);
    const pair = [light(rgb(style.color)), light(behind(node))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) poor.add(node.className + ' ' + walk.currentNode.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return [...poor];
})()`;
