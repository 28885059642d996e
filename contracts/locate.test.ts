import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import { forgetSource, locate, locateIn } from './locate.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function folder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const made = await folderWith(files);
  folders.push(made);
  return made;
}

const YAML = `base: &base
  type: string
paths:
  /a/b:
    - x
    - y: 1
  200: ok
merged:
  <<: *base
flow: { one: { two: 3 } }
`;

test('a pointer into YAML is the line and column of its key or item', async () => {
  const root = await folder({ 'a.yaml': YAML });
  const at = (pointer: string): unknown => {
    const { line, column } = locateIn(root, 'a.yaml', pointer);
    return [line, column];
  };
  expect(at('/paths/~1a~1b')).toEqual([4, 3]);
  expect(at('/paths/~1a~1b/1')).toEqual([6, 7]);
  expect(at('/paths/~1a~1b/1/y')).toEqual([6, 7]);
  expect(at('/paths/200')).toEqual([7, 3]);
  expect(at('/merged/type')).toEqual([2, 3]);
  expect(at('/flow/one/two')).toEqual([10, 16]);
  expect(at('')).toEqual([1, 1]);
});

test('a pointer that leads nowhere is where its nearest parent is', async () => {
  const root = await folder({ 'a.yaml': YAML, 'a.json': '{\n "a": {\n  "b": 1}}' });
  expect(locateIn(root, 'a.yaml', '/paths/~1a~1b/7/z')).toEqual({
    source: 'a.yaml',
    pointer: '/paths/~1a~1b/7/z',
    line: 4,
    column: 3,
  });
  expect(locateIn(root, 'a.json', '/a/b/c')).toEqual({ source: 'a.json', pointer: '/a/b/c', line: 3, column: 3 });
});

test('a pointer below x-tally-files or x-tally-forms is found where that stands', async () => {
  const root = await folder({ 'apis/a.yaml': 'x: 1\npaths:\n  /p:\n    put: {}\n', 'shared/b.yaml': 'A:\n  b: 1\n' });
  const contract = { source: 'apis/a.yaml' };
  expect(locate(root, contract, '/x-tally-files/..~1shared~1b.yaml/A/b')).toEqual({
    source: 'shared/b.yaml',
    pointer: '/A/b',
    line: 2,
    column: 3,
  });
  expect(locate(root, contract, '/x-tally-forms/~1paths~1~01p~1put/required')).toMatchObject({
    pointer: '/paths/~1p/put',
    line: 4,
  });
});

test('a file that is gone has no line but still a name', () => {
  expect(locateIn('/', 'nowhere/a.yaml', '/a')).toEqual({
    source: 'nowhere/a.yaml',
    pointer: '/a',
    line: 1,
    column: 1,
  });
});

test('a file that was read anew is located anew', async () => {
  const root = await folder({ 'a.yaml': 'a: 1\n' });
  expect(locateIn(root, 'a.yaml', '/a').line).toBe(1);
  await writeFile(path.join(root, 'a.yaml'), '\n\na: 1\n');
  forgetSource(path.join(root, 'a.yaml'));
  expect(locateIn(root, 'a.yaml', '/a').line).toBe(3);
});

test("the last schema of GitHub's 13 MB is found", () => {
  const root = fileURLToPath(new URL('../node_modules/@octokit/openapi/generated/', import.meta.url));
  const where = locateIn(root, 'api.github.com.json', '/components/schemas/simple-user/properties/login');
  // Measured: 0.15 s.
  expect(where.line).toBeGreaterThan(100_000);
});
