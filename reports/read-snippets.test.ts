import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findingOf, reportOf, resultOf } from './fixtures/report-of.ts';
import { readSnippets } from './read-snippets.ts';
import type { Report } from './report.ts';

let outside: string;
let root: string;
beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'outside-'));
  root = mkdtempSync(join(outside, 'root-'));
  writeFileSync(join(outside, 'secret.yaml'), 'hidden\n');
  writeFileSync(join(root, 'a.yaml'), Array.from({ length: 9 }, (_, at) => `line ${at + 1}`).join('\r\n'));
  symlinkSync(join(outside, 'secret.yaml'), join(root, 'link.yaml'));
});
afterAll(() => rmSync(outside, { recursive: true }));

function reportAt(source: string, line: number): Report {
  return reportOf([
    resultOf({ status: 'failed', findings: [findingOf({ where: { source, pointer: '', line, column: 1 } })] }),
  ]);
}

test('reads three lines on either side, redacted', () => {
  const { snippets } = readSnippets(reportAt('a.yaml', 5), root, (text) => text.replace('4', '[REDACTED]'));
  expect(snippets).toEqual({
    'a.yaml:5': {
      firstLine: 2,
      lines: ['line 2', 'line 3', 'line [REDACTED]', 'line 5', 'line 6', 'line 7', 'line 8'],
    },
  });
});

test('stops at the ends of the file', () => {
  expect(readSnippets(reportAt('a.yaml', 1), root).snippets?.['a.yaml:1']).toEqual({
    firstLine: 1,
    lines: ['line 1', 'line 2', 'line 3', 'line 4'],
  });
  expect(readSnippets(reportAt('a.yaml', 9), root).snippets?.['a.yaml:9']?.lines).toHaveLength(4);
});

test.each(['../secret.yaml', 'link.yaml', 'none.yaml', 'https://example.com/a.yaml', '.', '\0'])(
  'has none of %j',
  (source) => {
    expect(readSnippets(reportAt(source, 1), root).snippets).toEqual({});
  },
);

test('has none of a line that is not there', () => {
  expect(readSnippets(reportAt('a.yaml', 10), root).snippets).toEqual({});
  expect(readSnippets(reportAt('a.yaml', 0), root).snippets).toEqual({});
});
