import { describe, expect, test } from '@jest/globals';
import type { Where } from '../../contracts/index.ts';
import { diffHtml } from './diff-html.ts';
import { diffMarkdown } from './diff-markdown.ts';
import type { DiffedChange, DiffReport } from './diff-report.ts';
import { diffText } from './diff-text.ts';

const at = (source: string, line: number): Where => ({ source, pointer: '/a', line, column: 3 });
const snippet = (text: string, line: number): { firstLine: number; lines: readonly string[] } => ({
  firstLine: line - 1,
  lines: ['before:', `  ${text}`, 'after:'],
});

const BREAKS: DiffedChange = {
  code: 'response-required-property-removed',
  severity: 'error',
  message: "in the 200 response, the property 'weightGrams' was removed",
  fix: 'keep it',
  where: at('new.yaml', 12),
  operationId: 'getParcel',
  direction: 'response',
  operation: 'GET /parcels/{parcelId}',
  base: at('git:main:old.yaml', 9),
  revision: at('new.yaml', 12),
  lines: { base: snippet('weightGrams:', 9), revision: snippet('properties:', 12) },
  usage: 'breaks checkout (2 interactions), nobody else uses it',
};
const ADDS: DiffedChange = {
  code: 'operation-added',
  severity: 'info',
  message: 'GET /quotes is new',
  where: at('new.yaml', 30),
  direction: 'both',
  operation: 'GET /quotes',
  revision: at('new.yaml', 30),
  lines: {},
};
const MAY: DiffedChange = {
  code: 'server-removed',
  severity: 'warning',
  message: 'the API is no longer served at <script>',
  where: at('old.yaml', 2),
  direction: 'request',
  base: at('old.yaml', 2),
  lines: {},
};

const report = (...changes: readonly DiffedChange[]): DiffReport => ({
  tool: { name: 'tallystick', version: '0.0.0' },
  verdict: changes.some(({ severity }) => severity === 'error')
    ? 'breaking'
    : changes.some(({ severity }) => severity === 'warning')
      ? 'warning'
      : 'compatible',
  comparisons: [{ base: 'parcels 1.0.0', revision: 'parcels 1.1.0', changes }],
});

describe('as text', () => {
  test('changes stand by operation, both sides with their lines, the summary last', () => {
    expect(diffText(report(MAY, BREAKS, ADDS))).toBe(`parcels 1.0.0 → parcels 1.1.0
- old.yaml
+ new.yaml

the document
  ! may break  the API is no longer served at <script>  server-removed
      2  -

GET /parcels/{parcelId}  getParcel
  ✗ breaks  in the 200 response, the property 'weightGrams' was removed  response-required-property-removed
      git:main:old.yaml:9  - weightGrams:
                       12  + properties:
      who  breaks checkout (2 interactions), nobody else uses it
      fix  keep it

GET /quotes
  · info  GET /quotes is new  operation-added

BREAKING  1 change breaks clients, 1 may break them, 1 does neither.
`);
  });

  test.each([
    [[], 'COMPATIBLE  Nothing changed that anybody could notice.\n'],
    [[ADDS], 'COMPATIBLE  1 change, none of which can break a client.\n'],
    [[MAY, MAY], 'WARNING  2 changes may break clients.\n'],
    [[BREAKS, BREAKS], 'BREAKING  2 changes break clients.\n'],
  ])('%#: the last line says what it amounts to', (changes, expected) => {
    expect(
      diffText(report(...changes))
        .split('\n')
        .slice(-2)
        .join('\n'),
    ).toBe(expected);
  });

  test('what several operations share is shown with the first of them, and who is hurt with each', () => {
    const again: DiffedChange = { ...BREAKS, operation: 'POST /parcels', operationId: 'createParcel', usage: 'nobody' };
    const added: DiffedChange = { ...ADDS, operation: 'POST /parcels' };
    expect(
      diffText(report(BREAKS, ADDS, again, added))
        .split('\n\n')
        .slice(-2)[0],
    ).toBe(`POST /parcels  createParcel
  ✗ breaks  in the 200 response, the property 'weightGrams' was removed  response-required-property-removed  as in GET /parcels/{parcelId}
      who  nobody
  · 1 more as above, in what it shares with others`);
  });

  test('one remedy for several changes in a row stands below the last', () => {
    const next: DiffedChange = { ...BREAKS, base: at('old.yaml', 20) };
    expect(diffText(report(BREAKS, next)).match(/fix {2}keep it/g)).toHaveLength(1);
    expect(diffText(report(BREAKS, { ...next, fix: 'send it' })).match(/ {6}fix /g)).toHaveLength(2);
  });

  test('in a narrow terminal the code has a line of its own', () => {
    expect(diffText(report(BREAKS), { columns: 80 })).toContain(`
  ✗ breaks  in the 200 response, the property 'weightGrams' was removed
      response-required-property-removed
`);
  });

  test('that usage is unknown is said once', () => {
    const usage = 'who uses it is unknown: no pact is for parcels 1.0.0';
    const text = diffText(report({ ...BREAKS, usage }, { ...MAY, usage }));
    expect(text.match(/who uses it is unknown/g)).toHaveLength(1);
  });

  test('a thousand changes are cut, and say so', () => {
    const text = diffText(report(...Array.from({ length: 1000 }, () => ({ ...ADDS }))));
    expect(text.split('\n').length).toBeLessThan(120);
    expect(text).toContain('… and 900 more changes: --format json has them all');
  });

  test('what a document says cannot steer a terminal', () => {
    expect(diffText(report({ ...MAY, message: 'a\u001b[2Jb\nc' }))).toContain('a\\u001b[2Jb c');
  });
});

describe('as Markdown', () => {
  test('what breaks is open, the rest is folded away', () => {
    expect(diffMarkdown(report(BREAKS, ADDS))).toBe(`## ❌ 1 change breaks clients, 1 does neither.

### \`parcels 1.0.0\` → \`parcels 1.1.0\`

#### \`GET /parcels/{parcelId}\`

❌ **breaks** \`in the 200 response, the property 'weightGrams' was removed\` · \`response-required-property-removed\`

\`\`\`diff
- git:main:old.yaml:9  weightGrams:
+ new.yaml:12  properties:
\`\`\`

Who: \`breaks checkout (2 interactions), nobody else uses it\`

Fix: \`keep it\`

<details><summary>1 change that cannot break a client</summary>

- \`GET /quotes\`: \`GET /quotes is new\` · \`operation-added\`

</details>

<sub>tallystick 0.0.0</sub>
`);
  });

  test('what several operations share is one line in the others', () => {
    const again: DiffedChange = { ...BREAKS, operation: 'POST /parcels' };
    const added: DiffedChange = { ...ADDS, operation: 'POST /parcels' };
    const text = diffMarkdown(report(BREAKS, ADDS, again, added));
    expect(text).toContain(
      "- ❌ **breaks** `in the 200 response, the property 'weightGrams' was removed`, as in `GET /parcels/{parcelId}`: `breaks checkout (2 interactions), nobody else uses it`\n",
    );
    expect(text).toContain('- … and 1 of the same in operations that share them\n');
  });

  test('it fits a comment, and counts what it left out', () => {
    const text = diffMarkdown(report(...Array.from({ length: 1000 }, () => ({ ...BREAKS }))));
    expect(text.length).toBeLessThan(60_000);
    expect(text).toMatch(/_… and \d+ more changes: see --format json\._/);
  });
});

describe('as HTML', () => {
  test('the lines of both documents stand next to each other, and nothing of them is markup', () => {
    const page = diffHtml(report(BREAKS, MAY, ADDS));
    expect(page).toContain('<span class="label">Base <code>git:main:old.yaml:9</code></span>');
    expect(page).toContain('<span class="hit"><i>9</i>  weightGrams:</span>');
    expect(page).toContain('<span class="hit"><i>12</i>  properties:</span>');
    expect(page).toContain('breaks checkout (2 interactions), nobody else uses it');
    expect(page).toContain('the API is no longer served at &lt;script&gt;');
    expect(page).not.toContain('<script');
  });

  test('that usage is unknown is said once', () => {
    const usage = 'who uses it is unknown: no pact is for parcels 1.0.0';
    expect(diffHtml(report({ ...BREAKS, usage }, { ...MAY, usage })).match(/who uses it is unknown/g)).toHaveLength(1);
  });

  test('what several operations share is one line in the others', () => {
    const page = diffHtml(report(BREAKS, { ...BREAKS, operation: 'POST /parcels' }));
    expect(page.match(/class="finding error"/g)).toHaveLength(1);
    expect(page).toContain('<span class="dim">as in GET /parcels/{parcelId}</span>');
  });

  test('it loads nothing', () => {
    expect(diffHtml(report(BREAKS))).toContain("default-src 'none'");
    expect(diffHtml(report(BREAKS))).not.toMatch(/(src|href)="(?!#|data:,)/);
  });
});
