import { readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import type { Contract } from './model.ts';
import { readReleases, recordReleases, type Release } from './releases.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function folder(files: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const root = await folderWith(files);
  folders.push(root);
  return root;
}

const DIGEST = `sha256:${'0'.repeat(64)}`;

function contractOf(kind: Contract['kind'], name: string, version: string, digest = DIGEST): Contract {
  return {
    kind,
    name,
    version,
    digest,
    title: name,
    source: `${name}.yaml`,
    specification: '',
    operations: [],
    messages: [],
    interactions: [],
    files: [],
    securitySchemes: {},
    document: {},
  };
}

const FIRST: Release = { kind: 'file', name: 'manifest', version: '1.0.0', digest: DIGEST, date: '2026-03-02' };

describe('releases', () => {
  test('are recorded once, sorted, in a file that is replaced in one step', async () => {
    const root = await folder();
    const contracts = [contractOf('openapi', 'parcels', '1.10.0'), contractOf('openapi', 'parcels', '1.9.0')];
    expect(
      await recordReleases(
        root,
        [contractOf('file', 'manifest', '1.0.0'), contractOf('pact', 'a-b', '4')],
        '2026-03-02',
      ),
    ).toEqual([FIRST]);
    const later = [
      { ...FIRST, kind: 'openapi', name: 'parcels', version: '1.9.0', date: '2026-04-01' },
      { ...FIRST, kind: 'openapi', name: 'parcels', version: '1.10.0', date: '2026-04-01' },
    ];
    expect(
      await recordReleases(root, [...contracts, contractOf('file', 'manifest', '1.0.0', 'sha256:other')], '2026-04-01'),
    ).toEqual(later);
    expect(await readReleases(root)).toEqual([FIRST, ...later]);
    expect(await readFile(path.join(root, 'contracts/releases.json'), 'utf8')).toBe(
      `${JSON.stringify({ version: 1, releases: [FIRST, ...later] }, undefined, 2)}\n`,
    );
    expect(await readdir(path.join(root, 'contracts'))).toEqual(['releases.json']);
  });

  test('leave the file alone when there is nothing new', async () => {
    const root = await folder();
    await recordReleases(root, [contractOf('file', 'manifest', '1.0.0')], '2026-03-02');
    const { mtimeMs } = await stat(path.join(root, 'contracts/releases.json'));
    expect(await recordReleases(root, [contractOf('file', 'manifest', '1.0.0')], '2026-03-03')).toEqual([]);
    expect((await stat(path.join(root, 'contracts/releases.json'))).mtimeMs).toBe(mtimeMs);
  });

  test('are none where there is no file', async () => {
    expect(await readReleases(await folder())).toEqual([]);
  });

  test('name the line of every mistake', async () => {
    const releases = [{ ...FIRST, digest: 'md5:0', knd: 'file' }];
    await expect(
      readReleases(await folder({ 'contracts/releases.json': { version: 1, releases } })),
    ).rejects.toMatchObject({
      code: 'RELEASES_INVALID',
      where: 'contracts/releases.json:8:7',
      why: [
        '"digest" must match pattern "^sha256:[0-9a-f]{64}$"',
        'contracts/releases.json:10:7 item 1 of "releases" has no key "knd"',
      ].join('\n       '),
      fix: 'it is: Digest of the document and of every file that it refers to; did you mean "kind"?',
    });
  });

  test('say where the file is no JSON', async () => {
    await expect(
      readReleases(await folder({ 'contracts/releases.json': '{ "version": 1,\n }' })),
    ).rejects.toMatchObject({
      code: 'RELEASES_UNREADABLE',
      where: expect.stringMatching(/^contracts\/releases\.json:2:2$/),
      fix: 'correct the file at this place',
    });
  });
});
