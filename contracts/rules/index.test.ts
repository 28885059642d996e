import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { rules } from './index.ts';

const FOLDER = new URL('./', import.meta.url);

test('every rule of this folder is in the list, sorted', async () => {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.ts') && !/(^index|\.test)\.?/.test(name));
  expect(rules.map(({ id }) => `${id}.ts`)).toEqual(files.toSorted());
});

test('every code is kebab-case, told once, and tested', async () => {
  const codes = rules.flatMap((rule) => rule.codes.map(({ code }) => code));
  expect(new Set(codes).size).toBe(codes.length);
  for (const { id, codes: own } of rules) {
    const tests = await readFile(new URL(`${id}.test.ts`, FOLDER), 'utf8');
    for (const { code } of own) {
      expect(code).toMatch(/^[a-z]+(-[a-z]+)+$/);
      expect(`${id}: ${tests.includes(code) ? '' : code}`).toBe(`${id}: `);
    }
    expect(own.map(({ code }) => code)).toEqual(own.map(({ code }) => code).toSorted());
  }
});
