import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { TallyError } from '../contracts/index.ts';
import { contextFor } from './fixtures/context.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';
import { createSandboxStore } from './sandbox-store.ts';
import { openStateFile } from './state-file.ts';

const WRITER = fileURLToPath(new URL('./fixtures/state-writer-process.ts', import.meta.url));

const folder = async (): Promise<string> => await mkdtemp(path.join(tmpdir(), 'tally-state-'));

/** Numbers that the writer called safe before it was killed in the middle of its work. */
async function writeUntilKilled(file: string, from: number, count: number): Promise<readonly number[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, file, String(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    said += String(chunk);
    if (said.split('\n').length > count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return said.split('\n').slice(0, -1).map(Number);
}

describe('a state file', () => {
  test('holds after kill -9 whatever was acknowledged, ten times in a row', async () => {
    const file = path.join(await folder(), 'state.ndjson');
    const newest = new Map<string, number>();
    let from = 1;
    for (let round = 0; round < 10; round += 1) {
      const safe = await writeUntilKilled(file, from, 150 + round * 37);
      expect(safe.length).toBeGreaterThan(100);
      for (const n of safe) newest.set(String(n % 200), n);
      const store = createSandboxStore({});
      const { log, changes } = await openStateFile(file, { present: () => [] });
      await log.close();
      for (const { change } of changes) store.apply(change);
      const { objects } = store.collection('c', '/notes');
      const lost = [...newest].filter(([id, n]) => (objects.get(id)?.revision ?? 0) < n);
      expect(lost).toEqual([]);
      from = Math.max(...safe) + 5;
    }
  }, 120_000);

  test('leaves out a last line that was cut off, and says so', async () => {
    const { server, run, file } = await notes();
    await post(server, 'one');
    await server.close();
    const whole = await readFile(file, 'utf8');
    await appendFile(file, '[{"service":"notes 1.0.0","change":{"do":"pu');
    const again = await notes(file);
    expect(await listed(again.server)).toEqual(['one']);
    await post(again.server, 'two');
    await again.server.close();
    expect(again.run.logged.join('\n')).toContain(
      'its last line was cut off after 44 bytes; that change was never acknowledged',
    );
    expect(run.logged.join('\n')).not.toContain('cut off');
    expect((await readFile(file, 'utf8')).startsWith(whole)).toBe(true);
    const third = await notes(file);
    expect(await listed(third.server)).toEqual(['one', 'two']);
    await third.server.close();
  });

  test('that is corrupt in the middle, or no state file, is a clear error', async () => {
    const { server, file } = await notes();
    await post(server, 'one');
    await post(server, 'two');
    await server.close();
    const [header = '', first = '', ...rest] = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [header, first.slice(0, 30), ...rest].join('\n'));
    await expect(notes(file)).rejects.toMatchObject({
      code: 'STATE_FILE_CORRUPT',
      where: `${file}:2`,
      why: 'this line is no change of state, and lines after it would build on it',
    });
    await writeFile(file, '{"a":1}\n');
    await expect(notes(file)).rejects.toMatchObject({ code: 'STATE_FILE_CORRUPT', where: `${file}:1` });
    expect(await readFile(file, 'utf8')).toBe('{"a":1}\n');
    await expect(notes(path.dirname(file))).rejects.toMatchObject({
      code: 'STATE_FILE_UNREADABLE',
      why: 'it is a folder, not a file',
    });
  });

  test('is written anew in one step when most of it is outdated', async () => {
    const file = path.join(await folder(), 'state.ndjson');
    const store = createSandboxStore({});
    const present = () => store.changes().map((change) => ({ service: 's', change }));
    const { log } = await openStateFile(file, { present, compactBytes: 2_000 });
    for (let n = 1; n <= 100; n += 1) {
      const change = {
        do: 'put' as const,
        consumer: 'c',
        in: '/a',
        object: { id: '1', value: { n }, revision: n, order: 1 },
      };
      store.apply(change);
      await log.append([{ service: 's', change }]);
    }
    await log.close();
    const text = await readFile(file, 'utf8');
    expect(text.length).toBeLessThan(3_000);
    const { log: reopened, changes } = await openStateFile(file, { present });
    await reopened.close();
    const again = createSandboxStore({});
    for (const { change } of changes) again.apply(change);
    expect(again.snapshot()).toEqual(store.snapshot());
  });
});

describe('a seed file', () => {
  test('is what every consumer begins with', async () => {
    const { server } = await seeded({ '/notes': [{ id: 7, text: 'seven', etag_count: 0 }] });
    expect(await listed(server)).toEqual(['seven']);
    await post(server, 'eight');
    expect(await listed(server, 'other')).toEqual(['seven']);
    await server.close();
  });

  test.each([
    ['a collection that is not there', { '/note': [] }, 'notes 1.0.0 has no collection /note, did you mean "/notes"?'],
    [
      'a misspelt member',
      { '/notes': [{ id: 7, txt: 'x', etag_count: 0 }] },
      `it does not fit the contract: must have required property 'text'; it has "txt", did you mean "text"?`,
    ],
    [
      'another type',
      { '/notes': [{ id: 'seven', text: 'x', etag_count: 0 }] },
      'it does not fit the contract: must be integer',
    ],
    ['an unknown service', { nots: {} }, 'nothing is mocked as nots, did you mean "notes"?'],
    ['a list', [], 'it is no JSON object'],
  ])('with %s is refused', async (_, content, why) => {
    await expect(seeded(content)).rejects.toMatchObject({ code: 'STATE_SEED_INVALID', why });
  });

  test('that is no JSON is refused', async () => {
    const file = path.join(await folder(), 'seed.json');
    await writeFile(file, '{');
    await expect(notes(undefined, file)).rejects.toBeInstanceOf(TallyError);
  });
});

describe('the state of running mocks', () => {
  test('is copied, set back to a copy, and to the start', async () => {
    const { server } = await notes();
    await post(server, 'one');
    const copy = server.state?.snapshot() ?? {};
    await post(server, 'two');
    await server.state?.restore(structuredClone(copy));
    expect(await listed(server)).toEqual(['one']);
    await server.state?.reset();
    expect(await listed(server)).toEqual([]);
    await server.close();
  });

  test('needs one process', async () => {
    const run = await contextFor(['notes-3.1.yaml']);
    await expect(startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, state: {}, workers: 2 })).rejects.toMatchObject({
      code: 'STATE_NEEDS_ONE_PROCESS',
    });
  });
});

async function seeded(content: unknown): Promise<Awaited<ReturnType<typeof notes>>> {
  const file = path.join(await folder(), 'seed.json');
  await writeFile(file, JSON.stringify(content));
  return await notes(undefined, file);
}

async function notes(given?: string, seedFile?: string) {
  const run = await contextFor(['notes-3.1.yaml']);
  const file = given ?? path.join(await folder(), 'state.ndjson');
  const state = { file, ...(seedFile === undefined ? {} : { seedFile }) };
  const server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, layout: 'root', state });
  return { server, run, file };
}

async function post(server: MockServer, text: string, consumer = 'me'): Promise<void> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${consumer}` };
  const response = await fetch(`${server.url}/notes`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ id: 0, etag_count: 0, text }),
  });
  expect(response.status).toBe(201);
}

async function listed(server: MockServer, consumer = 'me'): Promise<readonly string[]> {
  const response = await fetch(`${server.url}/notes`, { headers: { authorization: `Bearer ${consumer}` } });
  const { data } = (await response.json()) as { readonly data: readonly { readonly text: string }[] };
  return data.map(({ text }) => text);
}
