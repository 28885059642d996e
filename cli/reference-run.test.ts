import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Result } from '../contracts/index.ts';
import type { Report } from '../reports/index.ts';
import { processesOf } from './fixtures/processes-of.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAIN = join(ROOT, 'dist/cli/main.js');
const WORKSPACE_PARTS = [
  'contracts',
  'mocks',
  'suites',
  'load',
  'reports',
  'package.json',
  'tsconfig.json',
  'tally.yaml',
];

/** Shaped as no real secret is, so that only redaction by value can catch it. */
const CANARIES = {
  PARCELS_CLIENT_SECRET: 'canary client+secret/with=odd characters',
  PARCELS_API_KEY: 'canary-api-key-zwitscher',
  PARCELS_WEBHOOK_SECRET: `whsec_${Buffer.from('canary webhook secret, 32 bytes!').toString('base64')}`,
};

let workspace: string;

beforeAll(() => {
  workspace = mkdtempSync(join(tmpdir(), 'tally-reference-'));
  for (const part of WORKSPACE_PARTS) {
    cpSync(join(ROOT, part), join(workspace, part), {
      recursive: true,
      filter: (path) => !path.endsWith('reports/out'),
    });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(workspace, 'node_modules'));
});

afterAll(() => {
  rmSync(workspace, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startTally(argv: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  const inherited = { ...process.env, NODE_OPTIONS: '', ...env };
  return spawn(process.execPath, [MAIN, ...argv], {
    cwd: workspace,
    env: inherited,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function ended(child: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stdout, stderr };
}

const readReport = (): Report => JSON.parse(readFileSync(join(workspace, 'reports/out/report.json'), 'utf8'));

/** Everything that a run may leave behind, as one text. */
function everythingWritten(): string {
  return ['reports/out', '.tally']
    .filter((folder) => existsSync(join(workspace, folder)))
    .flatMap((folder) => readdirSync(join(workspace, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

function encodingsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex'), encodeURIComponent(secret)];
}

describe('tally run on the reference integration', () => {
  test('keeps every contract, writes its report, and shows no secret anywhere', async () => {
    const { code, stdout, stderr } = await ended(startTally(['run', '--debug'], CANARIES));
    const report = readReport();
    expect(report.results.filter(({ status }) => status === 'failed' || status === 'errored')).toEqual([]);
    expect({ code, verdict: report.verdict }).toEqual({ code: 0, verdict: 'kept' });
    expect(stdout).toContain('report: reports/out/index.html');

    const suites = new Set(report.results.map(({ suite }) => suite));
    const expected = [
      'check',
      'mock',
      'connectivity',
      'consumer',
      'provider',
      'conformance',
      'failure-modes',
      'files',
      'webhooks',
      'load',
    ];
    expect([...suites].toSorted()).toEqual(expected.toSorted());
    expect(report.contracts.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['openapi', 'asyncapi', 'file', 'pact']),
    );

    const written = [everythingWritten(), stdout, stderr].join('\n');
    expect(written).toContain('parcels 2.0.0');
    for (const canary of Object.values(CANARIES)) {
      expect(encodingsOf(canary).filter((encoding) => written.includes(encoding))).toEqual([]);
    }
  }, 240_000);

  test('names operation, pointer, contract file and line of a planted defect, in JSON and in JUnit', async () => {
    const { code, stdout } = await ended(startTally(['run', '--skip', 'load'], { PARCELS_DEFECT: 'drop-weight' }));
    expect(code).toBe(1);
    const failed = readReport().results.filter(({ status }) => status === 'failed');
    const finding = findingOf(failed, 'getParcel');
    expect(finding).toMatchObject({
      code: 'response-body-mismatch',
      severity: 'error',
      operationId: 'getParcel',
      message: expect.stringContaining('weightGrams'),
      where: { source: 'contracts/apis/parcels/2.0.0/openapi.yaml', pointer: expect.stringContaining('/required') },
    });
    const lines = readFileSync(join(workspace, finding.where.source), 'utf8').split('\n');
    expect(lines[finding.where.line - 1]).toContain('required');

    const place = `${finding.where.source}:${finding.where.line}`;
    const junit = readFileSync(join(workspace, 'reports/out/junit.xml'), 'utf8');
    expect(junit).toContain(place);
    expect(junit).toContain('response-body-mismatch');
    expect(stdout).toContain(place);
  }, 240_000);

  test('stops at Ctrl-C with the partial report written and its provider gone', async () => {
    rmSync(join(workspace, 'reports/out'), { recursive: true, force: true });
    const child = startTally(['run']);
    child.stderr?.on('data', (text: Buffer) => {
      if (text.includes('verify')) child.kill('SIGINT');
    });
    const { code } = await ended(child);
    expect(code).toBe(130);
    const report = readReport();
    expect(report.verdict).toBe('interrupted');
    expect(report.results.some(({ suite }) => suite === 'check')).toBe(true);
    expect(processesOf(workspace)).toEqual([]);
  }, 120_000);
});

function findingOf(results: readonly Result[], operationId: string) {
  const findings = results.filter(({ suite }) => suite === 'conformance').flatMap((result) => result.findings);
  const finding = findings.find((each) => each.operationId === operationId);
  if (finding === undefined) throw new Error(`no finding on ${operationId} in ${JSON.stringify(results)}`);
  return finding;
}
