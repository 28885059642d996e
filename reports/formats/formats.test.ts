import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { XmlDocument } from 'libxml2-wasm';
import type { Where } from '../../contracts/index.ts';
import { findingOf, reportOf, resultOf } from '../fixtures/report-of.ts';
import { readReport } from '../read-report.ts';
import { buildReport, type Report } from '../report.ts';
import { formats } from './index.ts';

const SAMPLES = new URL('../samples/', import.meta.url);
/** After a wanted change: UPDATE_SAMPLES=1 npx jest reports/formats, then look at the difference. */
const UPDATE = process.env['UPDATE_SAMPLES'] === '1';

let sample: Report;
beforeAll(async () => {
  sample = await readReport(new URL('report.json', SAMPLES).pathname);
});

test('every format in this folder is listed, sorted by id', () => {
  const files = readdirSync(new URL('.', import.meta.url)).filter(
    (file) => !file.startsWith('index.') && !file.includes('.test.'),
  );
  expect(formats.map(({ id }) => `${id}.ts`)).toEqual(files.toSorted());
});

test('the sample has every status, an exchange and charts, and says what it amounts to', () => {
  const { results } = sample;
  expect(new Set(results.map(({ status }) => status)).size).toBe(6);
  expect(results.some(({ charts }) => charts !== undefined)).toBe(true);
  expect(results.some(({ findings }) => findings.some(({ exchange }) => exchange !== undefined))).toBe(true);
  expect(buildReport(sample)).toMatchObject({
    summary: sample.summary,
    verdict: sample.verdict,
    missing: sample.missing,
  });
});

/** Everything that a contract, a server or a machine may put into a report. */
const AWKWARD = [
  '\u001b[2J\u0007control',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  ']]> & "quotes" \'single\' `ticks` ``` | pipe',
  '@everyone #1 https://example.com/ **bold** [link](javascript:alert(1))',
  'emoji 👩‍👩‍👧 and half of one \ud83d!',
  'עברית \u202egnihtemos\u202c',
  'several\r\nlines\n\n# of text',
  '</details></style></title>--><!--',
].join(' ');

const awkward = reportOf(
  [
    resultOf({
      suite: AWKWARD,
      subject: AWKWARD,
      status: 'failed',
      findings: [
        findingOf({
          code: 'awkward',
          message: AWKWARD,
          fix: AWKWARD,
          expected: { [AWKWARD]: AWKWARD },
          actual: AWKWARD,
          operationId: AWKWARD,
          instancePointer: AWKWARD,
          where: { source: `${AWKWARD}.yaml`, pointer: AWKWARD, line: 1, column: 1 },
          exchange: {
            request: { method: AWKWARD, url: AWKWARD, headers: { [AWKWARD]: AWKWARD }, body: AWKWARD },
            response: { status: 200, headers: {}, body: `{"${'x'.repeat(50_000)}` },
            startedAt: AWKWARD,
            durationMs: Infinity,
          },
        }),
      ],
    }),
    resultOf({ subject: 'long', status: 'failed', findings: [findingOf({ message: 'long '.repeat(20_000) })] }),
    resultOf({
      subject: 'figures',
      status: 'failed',
      durationMs: Number.NaN,
      measures: [
        { name: AWKWARD, value: Number.NaN, unit: AWKWARD, threshold: AWKWARD, interval: [-Infinity, Infinity] },
        { name: 'ratio', value: Infinity, unit: 'ratio' },
      ],
      charts: [
        {
          title: AWKWARD,
          xLabel: AWKWARD,
          yLabel: AWKWARD,
          series: [
            {
              name: AWKWARD,
              points: [
                [0, Number.NaN],
                [Number.NaN, 1],
                [2, Infinity],
              ],
            },
            { name: 'none', points: [] },
            { name: 'one', points: [[1, 1]] },
          ],
        },
        { title: 'empty', xLabel: '', yLabel: '', series: [] },
      ],
    }),
    resultOf({
      subject: 'no answer',
      status: 'failed',
      findings: [
        findingOf({
          exchange: {
            request: { method: 'get', url: 'http://127.0.0.1:1/', headers: {} },
            startedAt: '2026-05-04T08:15:02.000Z',
            durationMs: 1,
            connection: 'ECONNREFUSED',
          },
        }),
      ],
    }),
    resultOf({
      subject: 'stopped',
      status: 'errored',
      reason: AWKWARD,
      error: { code: 'STOPPED', where: AWKWARD, why: AWKWARD, fix: AWKWARD, exitCode: 3 },
    }),
    resultOf({ subject: 'undefined members', status: 'skipped' }),
  ],
  {
    name: AWKWARD,
    command: AWKWARD,
    runId: AWKWARD,
    seeds: { [AWKWARD]: 1 },
    contracts: [
      { kind: 'openapi', name: AWKWARD, version: AWKWARD, source: AWKWARD, digest: AWKWARD, specification: AWKWARD },
    ],
  },
);

describe.each(formats)('the format $id', (format) => {
  const render = (report: Report): string => format.render(report, {});
  const file = new URL(`report.${format.extension}`, SAMPLES);

  test('writes the sample as it always has', () => {
    const text = render(sample);
    if (UPDATE) writeFileSync(file, text);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  test('says code, message and place of every finding', () => {
    const messages = sample.results.flatMap(({ findings }) => findings).map(({ message }) => message);
    // Quotes are the only characters in the sample that a format has to write otherwise.
    const text = unquoted(render(sample));
    for (const message of messages) expect(text).toContain(unquoted(message));
    for (const { code, where } of sample.results.flatMap(({ findings }) => findings)) {
      expect(text).toContain(code);
      const place = placeIn(format.id, where);
      expect(text).toContain(unquoted(place));
    }
  });

  test('says name, verdict and every reason', () => {
    const text = unquoted(render(sample));
    for (const { reason } of sample.results) expect(text).toContain(unquoted(reason ?? ''));
    expect(text.toLowerCase()).toContain(
      format.id === 'junit' ? sample.name : sample.verdict === 'broken' ? 'failed' : sample.verdict,
    );
  });

  test('lets nothing awkward through', () => {
    const text = render(awkward);
    // eslint-disable-next-line no-control-regex -- that is what must not be there
    expect(text).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/);
    expect(text.isWellFormed()).toBe(true);
    expect(text).toContain('awkward');
  });

  test('is the same text twice', () => {
    expect(render(awkward)).toBe(render(awkward));
  });

  test('copes with a run that has nothing', () => {
    expect(render(reportOf([]))).toMatch(/\S/);
  });

  test('writes 5,000 results before the time limit of a test', () => {
    const many = Array.from({ length: 5000 }, (_, at) =>
      resultOf({ subject: `operation ${at}`, ...(at % 10 === 0 ? { status: 'failed', findings: [findingOf()] } : {}) }),
    );
    const report = reportOf(many);
    expect(render(report).length).toBeGreaterThan(0);
  });
});

/** Formats for machines have a place's parts apart. */
function placeIn(format: string, { source, line, column }: Where): string {
  if (format === 'json') return `"source": "${source}",`;
  if (format === 'sarif') return `"uri": "${source}",`;
  return format === 'github' ? `file=${source},line=${line},col=${column},` : `${source}:${line}:${column}`;
}

/** A string's method since ES2024, which the types of this project's target do not know yet. */
declare global {
  interface String {
    isWellFormed(): boolean;
  }
}

test('json keeps everything, long messages too', () => {
  const text = formats.find(({ id }) => id === 'json')?.render(awkward, {}) ?? '';
  const parsed: Report = JSON.parse(text);
  expect(parsed.results[0]?.findings[0]?.message).toBe(AWKWARD);
  expect(parsed.results[1]?.findings[0]?.message).toHaveLength(100_000);
  expect(parsed.results[2]?.measures?.[0]?.value).toBeNull();
});

test('junit is well-formed XML whatever is in it', () => {
  const text = formats.find(({ id }) => id === 'junit')?.render(awkward, {}) ?? '';
  const document = XmlDocument.fromString(text);
  expect(document.find('//testcase')).toHaveLength(6);
  document.dispose();
});

test('html has no element that its text asked for', () => {
  const text = formats.find(({ id }) => id === 'html')?.render(awkward, {}) ?? '';
  expect(text.match(/<script/g)).toHaveLength(1);
  expect(text).not.toContain('<img');
  expect(text).not.toContain('\u202e');
});

test('text shows an escape sequence instead of obeying it, in colour too', () => {
  const text = formats.find(({ id }) => id === 'text')?.render(awkward, { colour: true }) ?? '';
  expect(text).toContain('\\u001b[2J');
  expect(text).not.toContain('\u001b[2J');
  expect(text).toContain('\u001b[31m');
});

test('markdown fits a comment and says what it left out', () => {
  const results = Array.from({ length: 900 }, (_, at) =>
    resultOf({ subject: `operation ${at}`, status: 'failed', findings: [findingOf()] }),
  );
  const text = formats.find(({ id }) => id === 'markdown')?.render(reportOf(results), {}) ?? '';
  expect(text.length).toBeLessThan(65_536);
  expect(text).toMatch(/… and \d+ more findings and \d+ more checks: see the HTML or JSON report/);
});

test('a check with a thousand findings shows the worst first and counts the rest', () => {
  const findings = Array.from({ length: 1000 }, (_, at) =>
    findingOf({ severity: at === 999 ? 'error' : 'warning', message: `finding ${at}.` }),
  );
  const report = reportOf([resultOf({ status: 'failed', findings })]);
  const shown = Object.fromEntries(formats.map((format) => [format.id, format.render(report, {})]));
  expect(shown['text']).toContain('… and 980 more findings: response-body-mismatch ×980');
  expect(shown['markdown']).toMatch(/_… and \d+ more findings: see the HTML or JSON report\._/);
  expect(shown['html']).toContain('975 more findings: response-body-mismatch ×975');
  for (const id of ['text', 'markdown', 'html'])
    expect(shown[id]?.indexOf('finding 999.')).toBeLessThan(shown[id]?.indexOf('finding 0.') ?? 0);
  for (const id of ['json', 'junit', 'html']) expect(shown[id]).toContain('finding 998.');
});

function unquoted(text: string): string {
  return text.replaceAll(/\\?"|&quot;|&#39;|'|&gt;|&lt;|[<>]/g, '');
}
