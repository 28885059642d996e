import { readdir } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { Json } from '../json.ts';
import { kindOf, kinds } from './index.ts';

test('every kind in this folder is in the list, sorted by id', async () => {
  const names = (await readdir(new URL('.', import.meta.url))).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== 'index.ts',
  );
  // `openapi-parameters.ts` is a part of the kind in `openapi.ts`.
  const files = names.filter((name) => !names.some((other) => name.startsWith(`${other.slice(0, -3)}-`)));
  expect(kinds.map((kind) => `${kind.id}.ts`)).toEqual(files.toSorted());
});

describe('a document is recognised by what is in it', () => {
  const cases: readonly (readonly [document: Json | undefined, path: string, kind: string | undefined])[] = [
    [{ openapi: '3.1.0' }, 'a.yaml', 'openapi'],
    [{ swagger: '2.0' }, 'a.json', 'openapi'],
    [{ asyncapi: '3.0.0' }, 'a.yaml', 'asyncapi'],
    [{ consumer: { name: 'a' }, provider: { name: 'b' }, interactions: [] }, 'a.json', 'pact'],
    [{ metadata: {}, messages: [] }, 'a.json', 'pact'],
    [{ name: 'a', resources: [] }, 'datapackage.json', 'file'],
    [{ $schema: 'https://json-schema.org/draft/2020-12/schema' }, 'a.json', 'file'],
    [undefined, 'a.xsd', 'file'],
    [{ name: 'tallystick', version: '1.0.0' }, 'package.json', undefined],
    [undefined, 'a.txt', undefined],
    [[], 'a.json', undefined],
  ];

  test.each(cases)('%j in %s is %s', (document, path, kind) => {
    expect(kindOf(document, path)?.id).toBe(kind);
  });
});
