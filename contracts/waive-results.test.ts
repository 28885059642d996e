import { rm } from 'node:fs/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import { folderWith } from './fixtures/folder-with.ts';
import type { Result } from './result.ts';
import { openResultWaivers } from './waive-results.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function openWith(...waivers: readonly object[]) {
  const full = waivers.map((each) => ({ place: '**', owner: 'us', reason: 'later', expires: '2026-12-31', ...each }));
  const root = await folderWith({ 'contracts/waivers.yaml': { version: 1, waivers: full } });
  folders.push(root);
  return openResultWaivers(root, '2026-06-30');
}

function resultOf(change: Partial<Result> = {}): Result {
  return {
    id: 'lint',
    suite: 'check',
    subject: 'parcels 2.0.0',
    status: 'failed',
    durationMs: 1,
    findings: [
      { code: 'a', severity: 'error', message: 'A', where: { source: 'a.yaml', pointer: '', line: 1, column: 1 } },
      { code: 'b', severity: 'warning', message: 'B', where: { source: 'b.yaml', pointer: '', line: 1, column: 1 } },
    ],
    ...change,
  };
}

const codes = (problems: readonly { readonly code: string; readonly message: string }[]) =>
  problems.map(({ code, message }) => `${code} ${message.split(' at ')[0]}`);

describe('the waivers of a run', () => {
  test('leave the status that the other findings amount to', async () => {
    expect((await openWith({ code: 'a' })).waive(resultOf()).status).toBe('warned');
    expect((await openWith({ code: 'a' }, { code: 'b' })).waive(resultOf()).status).toBe('passed');
    expect((await openWith({ code: 'b' })).waive(resultOf()).status).toBe('failed');
  });

  test.each(['errored', 'inconclusive', 'skipped'] as const)('leave a check that %s as it is', async (status) => {
    const result = resultOf({ status, reason: 'why' });
    expect((await openWith({ code: 'a' })).waive(result)).toMatchObject({ status, reason: 'why' });
  });

  test('leave a missed gate missed', async () => {
    expect((await openWith({ code: 'a' })).waive(resultOf({ findings: [] })).status).toBe('failed');
  });

  test('are unused only where their suite ran to its end', async () => {
    const waivers = await openWith({ code: 'c' }, { code: 'd', suite: 'conformance' }, { code: 'e', suite: 'files' });
    waivers.waive(resultOf());
    waivers.waive(resultOf({ suite: 'conformance', status: 'errored', findings: [] }));
    expect(codes(waivers.problems(true))).toEqual(['waiver-unused nothing needs the waiver of c']);
    expect(waivers.problems(false)).toEqual([]);
  });

  test('are none in a workspace without the file', async () => {
    const root = await folderWith({});
    folders.push(root);
    const waivers = await openResultWaivers(root, '2026-06-30');
    expect([waivers.isEmpty, waivers.problems(true)]).toEqual([true, []]);
    expect(waivers.waive(resultOf())).toEqual(resultOf());
  });
});
