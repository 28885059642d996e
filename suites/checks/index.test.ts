import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { checks } from './index.ts';

test('every file of the folder is in the list, by its id and in order', async () => {
  const files = await readdir(new URL('.', import.meta.url));
  const ids = files.filter((file) => !/^index\.|\.test\.ts$/.test(file)).map((file) => file.replace(/\.ts$/, ''));
  expect(checks.map(({ id }) => id)).toEqual(ids.toSorted());
});
