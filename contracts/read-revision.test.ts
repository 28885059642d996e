import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import { readRevision } from './read-revision.ts';

const OPENAPI =
  'openapi: 3.1.0\ninfo: { title: Parcels, version: 1.0.0 }\npaths:\n  /a:\n    get: { responses: { "200": { $ref: "../shared/ok.yaml" } } }\n';
const RENAMED = OPENAPI.replace('Parcels', 'Later');
const FILES = {
  'apis/openapi.yaml': OPENAPI,
  'shared/ok.yaml': 'description: ok\ncontent: { application/json: { schema: { $ref: "schemas/a.json" } } }\n',
  'shared/schemas/a.json': { type: 'string' },
  'shared/unused.yaml': 'a: 1\n',
  'tally.yaml': 'version: 1\nname: shop\n',
  'contracts/apis/parcels/1.0.0/openapi.yaml': OPENAPI.replace('../shared', '../../../../shared'),
  'contracts/apis/parcels/2.0.0/openapi.yaml': OPENAPI.replace('../shared', '../../../../shared').replace(
    '1.0.0',
    '2.0.0',
  ),
  'several/a.yaml': OPENAPI,
  'several/b.yaml': OPENAPI,
  'none/readme.md': 'nothing',
  'broken/openapi.yaml': 'openapi: 3.1.0\n  info: [',
};

let root = '';
const git = (...args: readonly string[]): void => {
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.test', ...args], {
    cwd: root,
    stdio: 'ignore',
  });
};

beforeAll(async () => {
  root = await folderWith(FILES);
  symlinkSync('/etc/hosts', path.join(root, 'shared', 'link.yaml'));
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('commit', '-q', '-m', 'first');
  writeFileSync(path.join(root, 'apis/openapi.yaml'), RENAMED);
});
afterAll(() => rmSync(root, { recursive: true }));

/** Copies of our repository that were not removed: no other test has this file. */
const leftOvers = (): readonly string[] =>
  readdirSync(tmpdir()).filter(
    (name) => name.startsWith('tally-revision-') && existsSync(path.join(tmpdir(), name, 'broken', 'openapi.yaml')),
  );

describe('a revision of git', () => {
  test('is read with every file that the document names, as it was', async () => {
    const revision = await readRevision('git:main:apis/openapi.yaml', root);
    try {
      expect(revision.prefix).toBe('git:main:');
      expect(revision.contracts.map(({ contract, findings }) => [contract.title, contract.source, findings])).toEqual([
        ['Parcels', 'apis/openapi.yaml', []],
      ]);
      expect(readdirSync(path.join(revision.root, 'shared')).toSorted()).toEqual(['ok.yaml', 'schemas']);
    } finally {
      await revision.close();
    }
    expect(existsSync(revision.root)).toBe(false);
    expect((await readRevision('apis/openapi.yaml', root)).contracts[0]?.contract.title).toBe('Later');
  });

  test('is found from a folder inside the repository, too', async () => {
    const revision = await readRevision('git:HEAD:openapi.yaml', path.join(root, 'apis'));
    await revision.close();
    expect(revision.contracts[0]?.contract.source).toBe('apis/openapi.yaml');
  });

  test.each(['git:main:.', 'git:main:', 'git:main'])('%s is the whole workspace', async (name) => {
    const revision = await readRevision(name, root);
    await revision.close();
    expect(revision.prefix).toBe('git:main:');
    expect(revision.contracts.map(({ contract }) => `${contract.name} ${contract.version}`)).toEqual([
      'parcels 1.0.0',
      'parcels 2.0.0',
    ]);
  });

  test.each([
    ['git:mian:apis/openapi.yaml', 'GIT_REVISION_UNKNOWN', 'did you mean main?'],
    [
      'git:--output=x:apis/openapi.yaml',
      'GIT_REVISION_UNKNOWN',
      'write git:REVISION:PATH, for example git:main:openapi.yaml',
    ],
    ['git::apis/openapi.yaml', 'GIT_REVISION_UNKNOWN', 'write git:REVISION:PATH, for example git:main:openapi.yaml'],
    ['git:main:apis/openapi.yml', 'GIT_PATH_MISSING', 'did you mean apis/openapi.yaml?'],
    [
      'git:main:../openapi.yaml',
      'GIT_PATH_MISSING',
      'the path is the one in the repository, as in git show REVISION:PATH',
    ],
    ['git:main:shared/link.yaml', 'GIT_PATH_MISSING', 'did you mean shared/ok.yaml?'],
  ])('%s is refused as %s', async (name, code, fix) => {
    await expect(readRevision(name, root)).rejects.toMatchObject({ code, where: name, fix, exitCode: 2 });
    expect(leftOvers()).toEqual([]);
  });

  test('that holds a broken document says where in which revision, and leaves nothing behind', async () => {
    await expect(readRevision('git:main:broken', root)).rejects.toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: expect.stringMatching(/^git:main:broken\/openapi\.yaml:\d+:\d+$/),
    });
    expect(leftOvers()).toEqual([]);
  });

  test('outside a repository is refused', async () => {
    const outside = await folderWith({ 'a.yaml': OPENAPI });
    await expect(readRevision('git:main:a.yaml', outside)).rejects.toMatchObject({ code: 'GIT_REPOSITORY_MISSING' });
    rmSync(outside, { recursive: true });
  });
});

describe('a folder', () => {
  test('stands for the contract in it, other documents beside it are its parts', async () => {
    const { contracts, prefix } = await readRevision('apis', root);
    expect([contracts.map(({ contract }) => contract.source), prefix]).toEqual([['apis/openapi.yaml'], '']);
  });

  test('with several contracts in it, or none, is refused', async () => {
    await expect(readRevision('several', root)).rejects.toMatchObject({
      code: 'CONTRACT_AMBIGUOUS',
      fix: 'name one of them: several/a.yaml',
    });
    await expect(readRevision('none', root)).rejects.toMatchObject({ code: 'CONTRACTS_NONE', where: 'none' });
  });
});

test('a file that is not there, or is no contract, is refused', async () => {
  await expect(readRevision('gone.yaml', root)).rejects.toMatchObject({
    code: 'CONTRACT_UNREADABLE',
    where: 'gone.yaml',
  });
  await expect(readRevision('shared/unused.yaml', root)).rejects.toMatchObject({ code: 'CONTRACT_KIND_UNKNOWN' });
});
