import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../contracts/index.ts';
import { comparePacts } from './compare-pacts.ts';

const interaction = (description: string, path = '/'): JsonObject => ({
  description,
  request: { method: 'GET', path },
  type: 'Synchronous/HTTP',
});
const pactOf = (...interactions: readonly JsonObject[]): JsonObject => ({ interactions });
const FIX = 'run `tally verify --update-pacts` and commit the pact, so that the provider is held to it';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tally-compare-'));
  const committed = pactOf(interaction('a'), interaction('b'), interaction('c'));
  await writeFile(
    join(root, 'pact.json'),
    JSON.stringify({ ...committed, metadata: { of: 'another library' } }, null, 2),
  );
  await writeFile(join(root, 'broken.json'), '{');
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a committed pact', () => {
  test('that says the same in another order is left alone', () => {
    expect(comparePacts(root, 'pact.json', pactOf(interaction('c'), interaction('a'), interaction('b')))).toEqual([]);
  });

  test('that says something else is outdated, at the first interaction that differs', () => {
    const merged = pactOf(interaction('a'), interaction('b', '/other'), interaction('d'), interaction('e'));
    expect(comparePacts(root, 'pact.json', merged)).toEqual([
      {
        code: 'pact-outdated',
        severity: 'warning',
        message: 'the committed pact is not what the consumer tests say: changed "b"; new "d", "e"; gone "c"',
        fix: FIX,
        where: { source: 'pact.json', pointer: '/interactions/1', line: 11, column: 5 },
      },
    ]);
  });

  test('that lacks interactions only is outdated as a whole', () => {
    const added = ['d', 'e', 'f', 'g', 'h'].map((description) => interaction(description));
    const merged = pactOf(interaction('a'), interaction('b'), interaction('c'), ...added);
    expect(comparePacts(root, 'pact.json', merged)).toMatchObject([
      {
        message: 'the committed pact is not what the consumer tests say: new "d", "e", "f" and 2 more',
        where: { pointer: '/interactions' },
      },
    ]);
  });

  test.each(['missing.json', 'broken.json'])('in %s is no committed pact', (source) => {
    expect(comparePacts(root, source, pactOf(interaction('a')))).toEqual([
      {
        code: 'pact-outdated',
        severity: 'warning',
        message: 'the pact that the consumer tests wrote is not committed',
        fix: FIX,
        where: { source, pointer: '', line: 1, column: 1 },
      },
    ]);
  });
});
