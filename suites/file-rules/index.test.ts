import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { byteRules, tableRules } from './index.ts';

test('every file of the folder is in a list, and each list is in the order of the ids', async () => {
  const files = await readdir(new URL('.', import.meta.url));
  const rules = files.filter((file) => !/^index\.|\.test\.ts$/.test(file));
  expect(byteRules.length + tableRules.length).toBe(rules.length);
  for (const ids of [byteRules.map(({ id }) => id), tableRules.map(({ id }) => id)])
    expect(ids).toEqual(ids.toSorted());
});
