import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contextFor, type TestRun } from './fixtures/context.ts';
import { processesOf } from './fixtures/processes-of.ts';
import { MOCK_DEFAULTS, startMocks, type MockServer } from './index.ts';

let folder = '';
let run: TestRun;
let server: MockServer;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-workers-'));
  run = await contextFor(['shop-3.0.yaml']);
  const journalFile = path.join(folder, 'calls.ndjson');
  server = await startMocks(run.context, { ...MOCK_DEFAULTS, port: 0, workers: 2, journalFile });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** Each over a connection of its own, so that the processes take turns. */
async function ask(target: string): Promise<string> {
  const response = await fetch(server.url + target, { headers: { connection: 'close' } });
  return `${response.status} ${response.headers.get('sl-violations')} ${await response.text()}`;
}

/** The journal gets what the processes hand over; asks until it holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await ask('/items/newest').catch(() => undefined);
}

describe('mocks in two processes', () => {
  test('answer alike, and one journal has it all, with the reasons of refusals', async () => {
    const own = await startMocks((await contextFor(['shop-3.0.yaml'])).context, { ...MOCK_DEFAULTS, port: 0 });
    for (const target of ['/items/newest', '/items?limit=0', '/item']) {
      const response = await fetch(own.url + target);
      const expected = `${response.status} ${response.headers.get('sl-violations')} ${await response.text()}`;
      expect(await Promise.all([ask(target), ask(target), ask(target), ask(target)])).toEqual(Array(4).fill(expected));
    }
    await own.close();
    await until(() => server.journal.counts.refused === 8);
    const statuses = server.journal.exchanges.map(({ response }) => response?.status);
    expect(statuses.filter((status) => status === 422 || status === 400 || status === 404)).toHaveLength(8);
    expect(run.logged.join('\n')).toContain(
      'query.limit  minimum  Request query parameter limit must be >= 1  shop-3.0.yaml:11',
    );
  });

  test('one that is killed is replaced and told, and the others answer on', async () => {
    const [victim = 0, other = 0] = processesOf(process.pid, 'worker-process');
    process.kill(victim, 'SIGKILL');
    await until(() => run.logged.some((text) => text.includes(`worker process ${victim} ended (SIGKILL)`)));
    await until(() => {
      const pids = processesOf(process.pid, 'worker-process');
      return pids.length === 2 && pids.includes(other) && !pids.includes(victim);
    });
    expect(await ask('/items/newest')).toContain('200');
  });

  test('end with the mocks, and what they answered is in the file, redacted', async () => {
    const canary = 'canary-77f0a1b2c3';
    await ask(`/items?access_token=${canary}&limit=1`);
    const { requests } = server.journal.counts;
    await server.close();
    expect(processesOf(process.pid, 'worker-process')).toEqual([]);
    const text = readFileSync(path.join(folder, 'calls.ndjson'), 'utf8');
    expect(server.journal.counts.requests).toBeGreaterThanOrEqual(requests);
    expect(text.trimEnd().split('\n')).toHaveLength(server.journal.counts.requests);
    expect(text).toContain('access_token=[REDACTED:');
    expect(text + run.logged.join('\n')).not.toContain(canary);
    await expect(fetch(server.url)).rejects.toThrow('fetch failed');
  });
});
