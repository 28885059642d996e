import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { writeFileAtomically } from './write-file.ts';

describe('a file that is replaced', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tally-write-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  test('is made with its folders', async () => {
    const file = path.join(folder, 'a/b/report.json');
    await writeFileAtomically(file, 'content');
    expect(await readFile(file, 'utf8')).toBe('content');
  });

  test('keeps its permissions', async () => {
    const file = path.join(folder, 'private.txt');
    await writeFile(file, 'old');
    await chmod(file, 0o600);
    await writeFileAtomically(file, 'new');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('is written through a link to it, which stays a link', async () => {
    const file = path.join(folder, 'linked.txt');
    const link = path.join(folder, 'link.txt');
    await writeFile(file, 'old');
    await symlink(file, link);
    await writeFileAtomically(link, 'new');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await readFile(file, 'utf8')).toBe('new');
  });

  test('is never a device: that is written to, and stays one', async () => {
    const link = path.join(folder, 'null');
    await symlink('/dev/null', link);
    await writeFileAtomically(link, 'gone');
    expect((await stat(link)).isCharacterDevice()).toBe(true);
  });

  test('is left as it was, and nothing beside it, when writing fails', async () => {
    const target = path.join(folder, 'folder-in-the-way');
    await writeFileAtomically(path.join(target, 'inside.txt'), 'kept');
    await expect(writeFileAtomically(target, 'content')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
    expect(await readFile(path.join(target, 'inside.txt'), 'utf8')).toBe('kept');
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('is always whole to a reader, however many write it at once', async () => {
    const file = path.join(folder, 'contended.txt');
    const contents = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 2, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(contents, async (lines) => {
        const whole = lines.map((line) => `${line}\0`.repeat(5000));
        await writeFileAtomically(file, whole[0] ?? '');
        const writing = Promise.all(whole.map((content) => writeFileAtomically(file, content)));
        const seen = [];
        for (let reads = 0; reads < 10; reads++) seen.push(await readFile(file, 'utf8'));
        await writing;
        seen.push(await readFile(file, 'utf8'));
        for (const content of seen) expect(whole.includes(content)).toBe(true);
        expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });
});
