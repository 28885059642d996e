import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { memoryOf, openForCheck } from './check-memory.ts';
import { folderWith } from './fixtures/folder-with.ts';
import type { Result } from './result.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const API = 'contracts/apis/parcels/1.0.0/openapi.yaml';
const SCHEMA = 'shared/parcel.yaml';
const DOCUMENT = `openapi: 3.1.0
info: { title: parcels, version: 1.0.0 }
paths: {}
components: { schemas: { Parcel: { $ref: '../../../../shared/parcel.yaml' } } }
`;

const RESULT: Result = {
  id: 'parses',
  suite: 'check',
  subject: 'parcels 1.0.0',
  status: 'passed',
  findings: [],
  durationMs: 3,
};

async function checked(results: readonly Result[] = [RESULT]): Promise<string> {
  const folder = await folderWith({
    'tally.yaml': 'version: 1\nname: test\n',
    [API]: DOCUMENT,
    [SCHEMA]: 'type: object\n',
  });
  folders.push(folder);
  await memoryOf(await openForCheck([], folder))?.keep(results);
  return folder;
}

async function remembered(folder: string, paths: readonly string[] = []): Promise<readonly Result[] | undefined> {
  return memoryOf(await openForCheck(paths, folder))?.results;
}

describe('the memory of a check', () => {
  test('has the results of the same bytes, and what names the contracts', async () => {
    const folder = await checked();
    const workspace = await openForCheck([], folder);
    expect(memoryOf(workspace)?.results).toEqual([RESULT]);
    expect(workspace.config.name).toBe('test');
    expect(workspace.contracts.map(({ contract }) => contract)).toMatchObject([
      {
        kind: 'openapi',
        name: 'parcels',
        version: '1.0.0',
        source: API,
        digest: expect.stringMatching(/^sha256:/),
        document: {},
      },
    ]);
  });

  test.each([
    ['the document', API, `${DOCUMENT}# changed\n`],
    ['a file outside of contracts/ that it refers to', SCHEMA, 'type: string\n'],
    ['tally.yaml', 'tally.yaml', 'version: 1\nname: other\n'],
    ['a waiver', 'contracts/waivers.yaml', 'waivers: []\n'],
    ['a ruleset', '.spectral.yaml', 'rules: {}\n'],
    ['a new contract', 'contracts/apis/parcels/2.0.0/openapi.yaml', DOCUMENT.replace('version: 1', 'version: 2')],
  ])('has nothing once %s changed', async (_, file, content) => {
    const folder = await checked();
    const { mkdir } = await import('node:fs/promises');
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), content);
    expect(await remembered(folder)).toBeUndefined();
  });

  test('tells a part of a workspace from the whole', async () => {
    const folder = await checked();
    expect(await remembered(folder, ['contracts/apis'])).toBeUndefined();
    expect(await remembered(folder)).toBeDefined();
  });

  test('keeps nothing of a check that could not run, or that misses a file', async () => {
    const where = { source: API, pointer: '', line: 1, column: 1 };
    const unresolved = { code: 'ref-unresolved', severity: 'error', message: 'nowhere', where } as const;
    expect(await remembered(await checked([{ ...RESULT, status: 'errored', reason: 'no' }]))).toBeUndefined();
    expect(await remembered(await checked([{ ...RESULT, status: 'failed', findings: [unresolved] }]))).toBeUndefined();
  });

  test('keeps nothing of a document that changed while it was checked', async () => {
    const folder = await checked([]);
    await rm(path.join(folder, '.tally'), { recursive: true });
    const workspace = await openForCheck([], folder);
    await writeFile(path.join(folder, API), `${DOCUMENT}# while\n`);
    await memoryOf(workspace)?.keep([RESULT]);
    expect(await remembered(folder)).toBeUndefined();
  });

  test('may be deleted, cut short, and written by several runs at once', async () => {
    const folder = await checked();
    const cache = path.join(folder, '.tally', 'cache');
    const [entry = ''] = (await readdir(cache)).filter((name) => name.startsWith('check-'));
    await writeFile(path.join(cache, entry), '{"name":"test","oth');
    const workspaces = await Promise.all(Array.from({ length: 8 }, async () => await openForCheck([], folder)));
    expect(workspaces.map((workspace) => memoryOf(workspace)?.results)).toEqual(Array.from({ length: 8 }));
    await Promise.all(workspaces.map(async (workspace) => await memoryOf(workspace)?.keep([RESULT])));
    expect(await remembered(folder)).toEqual([RESULT]);
    expect((await readdir(cache)).toSorted()).toEqual(['.gitignore', entry]);
    await rm(cache, { recursive: true });
    expect(await remembered(folder)).toBeUndefined();
  });
});
