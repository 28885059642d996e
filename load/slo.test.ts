import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_PROFILE, readSlo, readSlos } from './slo.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tally-slo-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(name: string, text: string): Promise<string> {
  await mkdir(path.join(root, 'load/slos'), { recursive: true });
  await writeFile(path.join(root, 'load/slos', name), text);
  return `load/slos/${name}`;
}

describe('an SLO file', () => {
  test('is read with its defaults', async () => {
    const source = await write(
      'clinic.yaml',
      `api: clinic
version: "1.0"
profile: { durationS: 5, connections: 2 }
operations:
  listSlots: { weight: 3 }
  getSlot:
gates:
  - p(99) < 250
  - { operation: getSlot, gate: avg < 20 }
`,
    );
    expect(await readSlo(root, source)).toEqual({
      source: 'load/slos/clinic.yaml',
      api: 'clinic',
      version: '1.0',
      profile: { ...DEFAULT_PROFILE, durationS: 5, connections: 2 },
      operations: { listSlots: { weight: 3 }, getSlot: { weight: 1 } },
      gates: [
        {
          text: 'p(99) < 250',
          metric: { kind: 'percentile', percent: 99 },
          comparison: '<',
          limit: 250,
          pointer: '/gates/0',
        },
        {
          text: 'avg < 20',
          metric: { kind: 'avg' },
          comparison: '<',
          limit: 20,
          pointer: '/gates/1/gate',
          operationId: 'getSlot',
        },
      ],
    });
  });

  test.each([
    [
      'an unknown key',
      'api: a\nversion: "1"\ngats: []\ngates: [avg < 1]\n',
      ':3:1',
      'the file has no key "gats"',
      'did you mean "gates"?',
    ],
    [
      'an unknown key of the profile',
      'api: a\nversion: "1"\nprofile:\n  conections: 3\ngates: [avg < 1]\n',
      ':4:3',
      '"profile" has no key "conections"',
      'did you mean "connections"?',
    ],
    ['a missing key', 'api: a\nversion: "1"\n', ':1:1', 'the file needs "gates"', 'add "gates: …"'],
    [
      'a value out of bounds',
      'api: a\nversion: "1"\nprofile: { durationS: 0 }\ngates: [avg < 1]\n',
      ':3:12',
      '"durationS" must be >= 1',
      'it is: How long is measured, in seconds.',
    ],
    [
      'a gate without its text',
      'api: a\nversion: "1"\ngates:\n  - { operation: x }\n',
      ':4:5',
      '"0" needs "gate"',
      'add "gate: …"',
    ],
    [
      'a gate that cannot be read',
      'api: a\nversion: "1"\ngates:\n  - p(95) < 1\n  - p95 < 250\n',
      ':5:5',
      '"p95 < 250", at its character 2: a percentile stands in brackets',
      'did you mean p(95)?',
    ],
    [
      'broken YAML',
      'api: a\nversion: [\n',
      ':3:1',
      expect.stringContaining('this is no YAML'),
      'correct the file at this place',
    ],
    ['no map', '- a\n', ':1:1', 'the file holds no map', 'begin with "api: …"'],
  ])('with %s names the line and what was meant', async (_, text, place, why, fix) => {
    const source = await write('clinic.yaml', text);
    await expect(readSlo(root, source)).rejects.toMatchObject({
      code: 'SLO_INVALID',
      exitCode: 2,
      where: `${source}${place}`,
      why,
      fix,
    });
  });

  test('that is not there is named', async () => {
    await expect(readSlo(root, 'load/slos/none.yaml')).rejects.toMatchObject({
      code: 'SLO_MISSING',
      where: 'load/slos/none.yaml',
    });
  });
});

test('all SLOs of a workspace are found, by name; a workspace may have none', async () => {
  expect(await readSlos(root)).toEqual([]);
  await write('b.yaml', 'api: b\nversion: "1"\ngates: [avg < 1]\n');
  await write('a.yml', 'api: a\nversion: "1"\ngates: [avg < 1]\n');
  await write('notes.md', 'no SLO');
  expect((await readSlos(root)).map(({ api }) => api)).toEqual(['a', 'b']);
});

test('the published schema names the defaults that are used', async () => {
  const file = fileURLToPath(new URL('../contracts/schemas/slo.schema.json', import.meta.url));
  const schema = JSON.parse(await readFile(file, 'utf8'));
  const documented = Object.entries<{ default: unknown }>(schema.definitions.profile.properties).map(
    ([name, property]) => [name, property.default],
  );
  expect(Object.fromEntries(documented)).toEqual(DEFAULT_PROFILE);
});
