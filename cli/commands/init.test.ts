import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openWorkspace } from '../../contracts/index.ts';
import { tally } from '../fixtures/tally.ts';

const CATALOGUE = fileURLToPath(new URL('../../contracts', import.meta.url));

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'tally-init-'));
});
afterEach(async () => {
  await rm(cwd, { recursive: true });
});

const init = (...argv: string[]) => tally(cwd, ['init', ...argv]);

async function lay(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), text);
  }
}

/** Every file below the folder. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(cwd, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(cwd.length + 1))
    .toSorted();
}

const DOCUMENT = 'openapi: 3.1.0\ninfo: { title: Pet Store, version: 1.2.3 }\npaths: {}\n';

describe('a new workspace', () => {
  test('is laid out once, and again only when told to', async () => {
    const first = await init();
    expect(first).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('next: tally run\n') });
    expect(first.stdout).toContain('wrote .gitignore\n');
    await writeFile(join(cwd, 'tally.yaml'), 'mine');
    expect(await init()).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^FILE_EXISTS {2}contracts\/apis\/greetings\/1\.0\.0\/openapi\.yaml, .* and \d+ more\n {2}why {2}they are there already, and nothing was written\n {2}fix {2}start in an empty folder, or replace them with --force\n$/,
      ),
    });
    expect(await readFile(join(cwd, 'tally.yaml'), 'utf8')).toBe('mine');
    expect(await init('--force')).toMatchObject({ code: 0, stdout: first.stdout });
    expect(await readFile(join(cwd, 'tally.yaml'), 'utf8')).toContain('name: greetings');
  });

  test('has contracts without a finding', async () => {
    await init();
    expect(await tally(cwd, ['check', '--fail-on', 'info'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a contract', () => {
  test('that comes first makes the folder a workspace, which can be checked at once', async () => {
    await lay({ 'pets.yaml': DOCUMENT });
    expect(await init('pets.yaml')).toEqual({
      code: 0,
      stdout: 'wrote contracts/apis/pet-store/1.2.3/openapi.yaml\nwrote tally.yaml\nnext: tally check\n',
      stderr: '',
    });
    expect(await readFile(join(cwd, 'tally.yaml'), 'utf8')).toBe('version: 1\nname: pet-store\n');
    const [added] = (await openWorkspace([], cwd)).contracts;
    expect(added).toMatchObject({ contract: { name: 'pet-store', version: '1.2.3' }, findings: [] });
  });

  test('goes into the workspace around, also from a folder in it', async () => {
    await lay({
      'tally.yaml': 'version: 1\nname: mine\n',
      'drafts/pets.json': '{"openapi":"3.0.0","info":{"title":"Pets","version":"2.0.0"},"paths":{}}',
    });
    const { stdout } = await tally(join(cwd, 'drafts'), ['init', 'pets.json']);
    expect(stdout).toBe('wrote ../contracts/apis/pets/2.0.0/openapi.json\nnext: tally check\n');
    expect(await readFile(join(cwd, 'tally.yaml'), 'utf8')).toBe('version: 1\nname: mine\n');
  });

  test('is not replaced unless told so', async () => {
    await lay({ 'pets.yaml': DOCUMENT });
    await init('pets.yaml');
    expect(await init('pets.yaml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('FILE_EXISTS  contracts/apis/pet-store/1.2.3/openapi.yaml\n  why  it is there'),
    });
    expect((await init('pets.yaml', '--force')).code).toBe(0);
  });

  test('brings the files along that it refers to', async () => {
    await lay({
      'in/pets.yaml': `${DOCUMENT.replace('{}\n', '')}\n  /pets: { $ref: parts/pets.yaml }\n`,
      'in/parts/pets.yaml': 'get:\n  responses: { "200": { $ref: "answers.json#/Ok" } }\n',
      'in/parts/answers.json': '{"Ok":{"description":"ok"}}',
    });
    await init('in/pets.yaml');
    expect(await filesIn('contracts')).toEqual([
      'contracts/apis/pet-store/1.2.3/openapi.yaml',
      'contracts/apis/pet-store/1.2.3/parts/answers.json',
      'contracts/apis/pet-store/1.2.3/parts/pets.yaml',
    ]);
  });

  test('that refers to a file outside its folder is refused', async () => {
    await lay({
      'in/pets.yaml': `${DOCUMENT.replace('{}\n', '')}\n  /pets: { $ref: ../parts.yaml }\n`,
      'parts.yaml': 'get:\n  responses: {}\n',
    });
    expect(await init('in/pets.yaml')).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'CONTRACT_NOT_SELF_CONTAINED  in/pets.yaml\n  why  it refers to ../parts.yaml, which lies outside its own folder\n  fix  move the file below the contract, then add it\n',
    });
    expect(await readdir(cwd)).toEqual(['in', 'parts.yaml']);
  });

  test.each([
    ['apis/parcels/2.0.0/openapi.yaml', 'apis/parcels/2.0.0'],
    ['events/parcels/2.0.0/asyncapi.yaml', 'events/parcel-events/2.0.0'],
    ['files/manifest/1.0.0/datapackage.json', 'files/manifest/1.0.0'],
    ['files/settlement/1.0.0/datapackage.json', 'files/settlement/1.0.0'],
    ['files/tariff/1.0.0/datapackage.json', 'files/tariff/1.0.0'],
  ])('of each kind is copied whole: %s', async (source, place) => {
    await cp(join(CATALOGUE, dirname(source)), join(cwd, 'in'), { recursive: true });
    const given = (await filesIn('in')).map((file) => file.replace(/^in/, `contracts/${place}`));
    expect((await init(source.replace(/^.*\//, 'in/'))).code).toBe(0);
    expect(await filesIn('contracts')).toEqual(given);
    expect((await openWorkspace([], cwd)).contracts.flatMap(({ findings }) => findings)).toEqual([]);
  });

  test('that is a pact goes to the pacts', async () => {
    await cp(join(CATALOGUE, 'pacts/checkout-parcels.json'), join(cwd, 'any.json'));
    expect((await init('any.json')).stdout).toContain('wrote contracts/pacts/checkout-parcels.json\n');
  });

  test.each([
    ['a folder', 'CONTRACT_IS_FOLDER  folder', 'folder'],
    ['a schema alone', 'CONTRACT_WITHOUT_VERSION  a.xsd', 'a.xsd'],
    ['nothing', 'CONTRACT_UNREADABLE  gone.yaml', 'gone.yaml'],
  ])('that is %s is refused', async (_what, said, name) => {
    await lay({ 'folder/a.txt': '', 'a.xsd': '<schema xmlns="http://www.w3.org/2001/XMLSchema"/>' });
    expect(await init(name)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${said}\n`) });
  });
});
