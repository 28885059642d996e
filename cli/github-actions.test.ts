import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildReport, type Report } from '../reports/index.ts';
import { appendStepSummary, folderInRepository } from './github-actions.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-summary-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

function reportWith(messages: readonly string[]): Report {
  const where = { source: 'openapi.yaml', pointer: '', line: 1, column: 1 };
  const findings = messages.map((message) => ({ code: 'x', severity: 'error' as const, message, where }));
  return buildReport({
    tool: { name: 'tallystick', version: '0.1.0' },
    runId: '1',
    name: 'parcels',
    command: 'check',
    startedAt: '2026-05-04T08:15:02.000Z',
    finishedAt: '2026-05-04T08:15:03.000Z',
    environment: { os: 'Linux', arch: 'x64', cpu: 'a processor', cores: 2, memoryBytes: 1, node: 'v22.12.0' },
    seeds: {},
    contracts: [],
    results: [{ id: 'lint', suite: 'check', subject: 'parcels', status: 'failed', findings, durationMs: 1 }],
    failOn: 'error',
    redactions: 0,
  });
}

const warnings: string[] = [];
const ignore = (): void => undefined;
const log = { debug: ignore, info: ignore, progress: ignore, warn: (text: string) => void warnings.push(text) };

describe('the step summary', () => {
  test('gets the Markdown report after what other runs of the step wrote', async () => {
    const file = path.join(folder, 'summary.md');
    await writeFile(file, 'before\n');
    await appendStepSummary(reportWith(['it is gone']), { env: { GITHUB_STEP_SUMMARY: file }, log });
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^before\n## ❌ 1 check of 1 failed\./);
    expect(text).toContain('it is gone');
  });

  test('is cut at 900 kB, whatever the characters', async () => {
    const file = path.join(folder, 'large.md');
    const messages = Array.from({ length: 3000 }, (_, at) => `${at} ${'漢'.repeat(400)}`);
    await appendStepSummary(reportWith(messages), { env: { GITHUB_STEP_SUMMARY: file }, log });
    const bytes = await readFile(file);
    expect(bytes.length).toBeLessThanOrEqual(900_000);
    expect(bytes.toString('utf8')).toMatch(/… and \d+ more findings/);
    await appendStepSummary(reportWith(messages), { env: { GITHUB_STEP_SUMMARY: file }, log });
    expect((await readFile(file)).length).toBeLessThanOrEqual(900_000);
  });

  test('is left alone outside of a workflow, and a file that cannot be written only warns', async () => {
    await appendStepSummary(reportWith(['x']), { env: {}, log });
    expect(warnings).toEqual([]);
    await appendStepSummary(reportWith(['x']), {
      env: { GITHUB_STEP_SUMMARY: path.join(folder, 'no', 'such.md') },
      log,
    });
    expect(warnings).toEqual([expect.stringMatching(/^the step summary was not written: .*ENOENT/)]);
  });
});

test('a workspace is found within its repository', () => {
  expect(folderInRepository('/repo/services/parcels', { GITHUB_WORKSPACE: '/repo' })).toBe('services/parcels');
  expect(folderInRepository('/repo', { CI_PROJECT_DIR: '/repo' })).toBe('');
  expect(folderInRepository('/elsewhere', { GITHUB_WORKSPACE: '/repo' })).toBe('');
  expect(folderInRepository('/repo/a', {})).toBe('');
});
