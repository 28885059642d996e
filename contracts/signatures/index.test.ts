import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { signatureSchemes } from './index.ts';

test('every scheme in this folder is in the list, sorted by id', async () => {
  const files = (await readdir(new URL('.', import.meta.url))).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'index.ts',
  );
  expect(signatureSchemes.map((scheme) => `${scheme.id}.ts`)).toEqual(files.toSorted());
});
