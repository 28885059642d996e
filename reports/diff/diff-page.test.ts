import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { diffHtml } from './diff-html.ts';
import type { DiffedChange } from './diff-report.ts';

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

/** In CI a missing browser fails; on a machine without one these cannot say anything. */
const describeInBrowser = present || inCi ? describe : describe.skip;

const EVIL = `"><img src=x onerror="document.title='run'"></pre></title><script>document.title='run'</script>`;
const at = { source: EVIL, pointer: '', line: 2, column: 1 };
const snippet = { firstLine: 1, lines: [`${EVIL}:`, `  ${EVIL} ${'long '.repeat(80)}`] };
const CHANGE: DiffedChange = {
  code: 'response-type-changed',
  severity: 'error',
  message: `the type of '${EVIL}' changed`,
  fix: EVIL,
  usage: EVIL,
  where: at,
  direction: 'response',
  operation: `GET /${EVIL}`,
  base: at,
  revision: at,
  lines: { base: snippet, revision: snippet },
};

describeInBrowser('the page of a diff, of a document that holds markup', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(width: number, noise: string[]): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.on('console', (message) => noise.push(message.text()));
    page.on('request', (request) => noise.push(request.url()));
    page.on('dialog', async (dialog) => {
      noise.push(dialog.message());
      await dialog.dismiss();
    });
    const again = { ...CHANGE, operation: 'POST /' };
    const comparisons = [
      { base: EVIL, revision: EVIL, changes: [CHANGE, again, { ...again, severity: 'info' as const }] },
    ];
    await page.setContent(diffHtml({ tool: { name: EVIL, version: '1' }, verdict: 'breaking', comparisons }));
    return page;
  }

  test('runs nothing and loads nothing', async () => {
    const noise: string[] = [];
    const page = await open(1200, noise);
    expect(await page.title()).toContain('<script>');
    expect(await page.locator('script, img').count()).toBe(0);
    expect(await page.locator('.finding .message').innerText()).toBe(CHANGE.message);
    expect(noise).toEqual([]);
  });

  test('fits a phone, where long lines scroll by themselves', async () => {
    const page = await open(390, []);
    const width = await page.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);
  });
});
