import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { withProvider } from './provider-under-test.ts';
import { SettingsError } from './settings.ts';
import { Store } from './store.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'parcels-store-'))));
afterEach(async () => rm(folder, { recursive: true }));

describe('a store with a file', () => {
  test('outlives the process, and leaves no half-written file', async () => {
    const env = { PARCELS_DATA: join(folder, 'parcels.json') };
    await withProvider(env, async ({ ask }) => void (await ask('DELETE', '/v2/parcels/PCL-0000DDDD')));
    await withProvider(env, async ({ ask }) => {
      expect((await ask('GET', '/v2/parcels/PCL-0000DDDD')).body).toMatchObject({ status: 'cancelled' });
    });
    expect(await readdir(folder)).toEqual(['parcels.json']);
  });

  test('has everything on disk once it is flushed, however much changed at once', async () => {
    const file = join(folder, 'parcels.json');
    const store = new Store(file, () => new Date());
    const seed = store.find('PCL-0000AAAA');
    if (!seed) throw new Error('there is no seed');
    for (let weightGrams = 1; weightGrams <= 200; weightGrams += 1) store.put({ ...seed, weightGrams });
    await store.flush();
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      version: 1,
      parcels: [{ id: 'PCL-0000AAAA', weightGrams: 200 }, {}, {}, {}, {}],
    });
  });

  test.each([
    ['{"version":1', 'DATA_UNREADABLE'],
    ['{"parcels":[{"id":1}]}', 'DATA_UNREADABLE'],
    ['[]', 'DATA_UNREADABLE'],
  ])('says so when the file holds %s', async (text, code) => {
    const file = join(folder, 'parcels.json');
    await writeFile(file, text);
    const open = () => new Store(file, () => new Date());
    expect(open).toThrow(SettingsError);
    expect(open).toThrow(expect.objectContaining({ code }));
  });
});
