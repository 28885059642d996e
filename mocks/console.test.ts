import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startControl, type ControlOptions, type ControlServer } from './control-api.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';

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
if (!present) process.stderr.write(`the console is not opened: no browser at ${CHROMIUM}; set CHROMIUM_PATH\n`);

/** In CI a missing browser fails; on a machine without one these cannot say anything. */
const describeInBrowser = present || inCi ? describe : describe.skip;

const EVIL = '<img src=x onerror="document.title=\'owned\'"><script>document.title="owned"</script>';

const DOCUMENT = `openapi: 3.0.3
info: { title: 'Evil ${EVIL.replaceAll("'", "''")}', version: 1.0.0 }
paths:
  /notes:
    post:
      operationId: '${EVIL.replaceAll("'", "''")}'
      summary: '${EVIL.replaceAll("'", "''")}'
      requestBody:
        content:
          application/json:
            schema: { type: object, required: [text], properties: { text: { type: string, maxLength: 20 } } }
            example: { text: hello }
      responses:
        '201': { description: Noted., content: { application/json: { example: { text: hello } } } }
  /notes/{id}:
    get:
      operationId: getNote
      parameters:
        - { name: id, in: path, required: true, example: 7, schema: { type: integer } }
        - { name: word, in: query, schema: { type: string, maxLength: 5 } }
      responses:
        '200': { description: A note., content: { application/json: { example: { text: hello } } } }
`;

describeInBrowser('the console in a browser', () => {
  let browser: Browser;
  let folder = '';
  const running: { close(): Promise<void> }[] = [];
  const noise: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    folder = await mkdtemp(path.join(tmpdir(), 'tally-console-'));
    await writeFile(path.join(folder, 'notes.yaml'), DOCUMENT);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.close()));
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  async function start(
    sections: ControlOptions['sections'] = [],
    journalSize = 10_000,
  ): Promise<{ mocks: MockServer; control: ControlServer }> {
    const { context } = await contextFor(['notes.yaml'], folder);
    const mocks = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, verboseLevel: 'silent', journalSize });
    const control = await startControl(context, mocks, { port: 0, sections });
    running.push(control, mocks);
    return { mocks, control };
  }

  async function open(control: ControlServer, width = 1280): Promise<Page> {
    noise.length = 0;
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    page.on('console', (message) => noise.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noise.push(`error: ${error.message}`));
    page.on('request', (request) => {
      if (!request.url().startsWith(`${control.url}/`)) noise.push(`request: ${request.url()}`);
    });
    running.push(page);
    await page.goto(control.consoleUrl);
    await page.locator('#connection[data-state=live]').waitFor();
    return page;
  }

  const send = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test('shows traffic as it happens, the reason of a refusal, its line, and a nearest request that works', async () => {
    const { mocks, control } = await start();
    const page = await open(control);
    expect([await page.locator('.row').count(), new URL(page.url()).hash]).toEqual([0, '']);
    await send(`${mocks.url}/notes`, { text: 'a text of far more than twenty characters' });
    const row = page.locator('.row.refused');
    await row.waitFor();
    expect(await row.locator('.why').textContent()).toContain('body.text: Request body property text must NOT have');
    await row.click();
    const meant = page.locator('.excerpt .meant');
    await meant.waitFor();
    expect(await meant.textContent()).toContain('maxLength: 20');
    expect(await page.locator('.changes li').allTextContents()).toEqual(['body.text: "hello"']);
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('form .status').waitFor();
    expect(await page.locator('form .status').textContent()).toBe('201');
    await page.getByRole('tab', { name: 'Traffic' }).click();
    // The page is told of its own call as of any other: a moment later.
    await page.locator('.row').nth(1).waitFor();
    expect(await page.locator('.row .status').allTextContents()).toEqual(['201', '422']);
    expect(await page.locator('#counts').textContent()).toBe('2 requests, 1 refused');
    expect(noise).toEqual([]);
  });

  test('tries the example of an operation, filled in', async () => {
    const { control } = await start();
    const page = await open(control);
    await page.getByRole('tab', { name: 'Operations' }).click();
    await page.locator('.operation', { hasText: 'getNote' }).click();
    await page.locator('form').waitFor();
    expect(await page.locator('input[name=target]').inputValue()).toBe('/notes/7');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('form .status').waitFor();
    expect(await page.locator('form pre').first().textContent()).toContain('"text": "hello"');
    await page.locator('input[name=target]').fill('/notes/seven');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('form .status', { hasText: '422' }).waitFor();
    expect(noise).toEqual([]);
  });

  test('does nothing that a path, query, header, body, name or section asks for', async () => {
    const list = {
      items: [{ id: EVIL, title: EVIL, detail: EVIL }],
      actions: [{ label: EVIL, method: 'POST', path: '/x' }],
    };
    const handle = () => ({ status: 200, body: list });
    const section = { id: 'evil', title: EVIL, routes: [{ method: 'GET' as const, path: '', summary: EVIL, handle }] };
    const { mocks, control } = await start([section]);
    const page = await open(control);
    await send(`${mocks.url}/${EVIL}?word=${EVIL}`, { [EVIL]: EVIL }, { 'x-evil': EVIL });
    await send(
      `${mocks.url}/notes?${EVIL}=${EVIL}`,
      { text: EVIL },
      { 'x-evil': EVIL, authorization: `Bearer ${EVIL}` },
    );
    await page.locator('.row').nth(1).waitFor();
    for (const place of [0, 1]) {
      await page.locator('.row').nth(place).click();
      await page.locator('#view-traffic dt', { hasText: 'Number' }).waitFor();
      expect(await page.locator('#view-traffic .right').textContent()).toContain('onerror');
    }
    await page.getByRole('tab', { name: 'Operations' }).click();
    await page.locator('.operation').first().click();
    await page.locator('form').waitFor();
    await page.getByRole('tab', { name: 'Usage' }).click();
    await page.locator('#view-usage tbody tr').first().waitFor();
    await page.getByRole('tab').nth(3).click();
    await page.locator('.item').waitFor();
    expect(await page.locator('#view-evil').textContent()).toContain(EVIL);
    expect(await page.evaluate('[document.title, document.querySelectorAll("script, img").length]')).toEqual([
      'tally mock',
      2,
    ]);
    expect(noise).toEqual([]);
  });

  test('would not be let to make markup of a text', async () => {
    const { control } = await start();
    const page = await open(control);
    await expect(page.evaluate('document.body.insertAdjacentHTML("beforeend", "<u>x</u>")')).rejects.toThrow(
      /TrustedHTML/,
    );
    expect(await page.locator('u').count()).toBe(0);
  });

  test('keeps few of ten thousand exchanges in the document, and reaches all by the keyboard', async () => {
    const { mocks, control } = await start();
    const page = await open(control);
    for (let sent = 0; sent < 10_000; sent += 50)
      await Promise.all(Array.from({ length: 50 }, (_, at) => fetch(`${mocks.url}/notes/${sent + at}`)));
    await page.locator('#counts', { hasText: '10,000 requests' }).waitFor();
    const list = page.getByRole('listbox');
    await page.locator('.row[aria-setsize="10000"]').first().waitFor();
    await list.focus();
    await page.keyboard.press('End');
    await page.locator('.row[aria-posinset="10000"][aria-selected=true]').waitFor();
    expect(await page.locator('.row[aria-selected=true] .what').textContent()).toContain('/notes/');
    expect(await page.locator('.row').count()).toBeLessThan(60);
    await page.keyboard.press('/');
    await page.keyboard.type('/notes/4321');
    await page.locator('.row[aria-setsize="1"]').waitFor();
    expect(await page.locator('.row .what').allTextContents()).toEqual(['GET /notes/4321']);
    await page.keyboard.press('Escape');
    await page.locator('.row[aria-setsize="10000"]').first().waitFor();
    expect(noise).toEqual([]);
  });

  test('shows one thing at a time at phone width, and nothing wider than it', async () => {
    const { mocks, control } = await start();
    const page = await open(control, 390);
    await send(`${mocks.url}/notes?a=${'x'.repeat(600)}`, { text: 5 });
    await page.locator('.row').click();
    await page.getByRole('button', { name: 'Back' }).waitFor();
    expect(await page.getByRole('listbox').isVisible()).toBe(false);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByRole('listbox').waitFor();
    expect(noise).toEqual([]);
  });

  test('says what it needs without a token', async () => {
    const { control } = await start();
    const page = await browser.newPage();
    running.push(page);
    await page.goto(control.url);
    await page.locator('#notice:not([hidden])').waitFor();
    expect(await page.locator('#notice').textContent()).toContain('needs the token');
  });

  test('says so when another mock has taken the place of the one that it showed', async () => {
    const { mocks, control } = await start();
    const page = await open(control);
    await control.close();
    const { context } = await contextFor(['notes.yaml'], folder);
    running.push(await startControl(context, mocks, { port: Number(new URL(control.url).port) }));
    await page.locator('#notice:not([hidden])').waitFor();
    expect(await page.locator('#connection').textContent()).toBe('not connected');
  });
});
