import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeFolder } from './make-folder.ts';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'tally-folder-'));
});
afterAll(async () => {
  await rm(base, { recursive: true });
});

test('a folder is made with those above it, and a second time nothing happens', async () => {
  const folder = path.join(base, 'a/b/c');
  await Promise.all([makeFolder(folder), makeFolder(folder)]);
  await makeFolder(folder);
  expect((await stat(folder)).isDirectory()).toBe(true);
});

test('a file in the way is an error', async () => {
  await writeFile(path.join(base, 'file'), '');
  await expect(makeFolder(path.join(base, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(path.join(base, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

/** Linux alone has a file system that says ENOENT where it takes no folder; there, mkdir with `recursive` never returns. */
const refusing = existsSync('/proc/self') ? '/proc/tally/reports' : path.join(tmpdir(), 'a\0b');

test('a file system that takes no folder is an error, and no endless loop', async () => {
  await expect(makeFolder(refusing)).rejects.toThrow(/ENOENT|null bytes/);
});
