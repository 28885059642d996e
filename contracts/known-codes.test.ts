import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkCodes } from './check-codes.ts';
import { knownCodes } from './known-codes.ts';
import { schemaCodes } from './schema-codes.ts';

const FOLDER = new URL('.', import.meta.url);
const sources = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('fixtures'),
);
const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

describe('every code that is written anywhere in this room is known', () => {
  test('of findings', () => {
    const known = knownCodes();
    const written = sources.flatMap((name) => [...read(name).matchAll(/\bcode: '([a-z0-9]+(?:-[a-z0-9]+)+)'/g)]);
    // These begin a code: `pact-request-body-mismatch`, `request-unevaluated-items-added`.
    const begun = written.flatMap(([, code = '']) => (known.has(code) ? [] : [code]));
    expect(begun.filter((code) => ![...known].some((each) => each.includes(`${code}-`)))).toEqual([]);
    expect(written.length).toBeGreaterThan(100);
  });

  test('of changes of schemas', () => {
    const written = sources
      .filter((name) => name.startsWith('compare-'))
      .flatMap((name) => [...read(name).matchAll(/difference\(\s*'([a-z-]+)'|'([a-z-]+-(?:added|removed|changed))'/g)])
      .map(([, first, second]) => first ?? second ?? '')
      .filter((code) => !code.startsWith('file-'));
    expect(written.filter((code) => !schemaCodes.has(`request-${code}`))).toEqual([]);
    expect(written.length).toBeGreaterThan(20);
  });
});

test('the codes of the check are sorted, and none is written nowhere', () => {
  expect(checkCodes).toEqual([...new Set(checkCodes)].toSorted());
  const all = sources
    .filter((name) => !name.endsWith('-codes.ts'))
    .map(read)
    .join('\n');
  // Pacts' are put together from what is compared and what is wrong with it.
  const lone = checkCodes.filter((code) => !code.startsWith('pact-') && !code.endsWith('-without-pact'));
  expect(lone.filter((code) => !all.includes(`'${code}'`))).toEqual([]);
});
