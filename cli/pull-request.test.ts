import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runTally } from './run-tally.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const CONTRACT = 'contracts/apis/parcels/2.0.0/openapi.yaml';
const PACT = 'contracts/pacts/checkout-parcels.json';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tally-pull-request-'));
  await cp(path.join(ROOT, 'contracts'), path.join(folder, 'contracts'), {
    recursive: true,
    // The contracts, not the room's code.
    filter: (source) => !source.endsWith('.ts') && !source.includes('/fixtures'),
  });
  await cp(path.join(ROOT, 'tally.yaml'), path.join(folder, 'tally.yaml'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function tally(...argv: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const read = [text(stdout), text(stderr)] as const;
  const env = { GITHUB_WORKSPACE: path.dirname(folder), GITHUB_STEP_SUMMARY: path.join(folder, 'summary.md') };
  const code = await runTally(argv, {
    cwd: folder,
    env,
    stdout,
    stderr,
    terminal: false,
    colour: false,
    signal: new AbortController().signal,
  });
  stdout.end();
  stderr.end();
  return { code, stdout: (await Promise.all(read))[0] };
}

interface Shown {
  readonly results: readonly {
    readonly id: string;
    readonly subject: string;
    readonly status: string;
    readonly findings: readonly { readonly message: string }[];
  }[];
}

async function check(): Promise<{ readonly code: number; readonly report: Shown }> {
  const { code, stdout } = await tally('check', '--format', 'json');
  const report: Shown = JSON.parse(stdout);
  return { code, report };
}

function outcomes({ results }: Shown): unknown {
  return results.map(({ id, subject, status, findings }) => [id, subject, status, findings]);
}

/** The first line that holds a text, from 1. */
async function lineOf(file: string, needle: string, after = 0): Promise<number> {
  const lines = (await readFile(path.join(folder, file), 'utf8')).split('\n');
  return lines.findIndex((line, at) => at >= after && line.includes(needle)) + 1;
}

describe('a pull request that removes a property that one consumer reads', () => {
  let original: string;
  beforeAll(async () => {
    original = await readFile(path.join(folder, CONTRACT), 'utf8');
  });

  async function removeUpdatedAt(): Promise<void> {
    const [before = '', after = ''] = original.split('\n        updatedAt:\n', 2);
    const rest = after.slice(after.indexOf('\n    ParcelPage:'));
    const changed = before.replace(', createdAt, updatedAt]', ', createdAt]') + rest;
    expect(changed.length).toBeLessThan(original.length);
    await writeFile(path.join(folder, CONTRACT), changed);
  }

  test('the workspace as it is passes, and a second check of the same bytes says the same', async () => {
    const first = await check();
    expect(first.code).toBe(0);
    expect(first.report.results.map(({ id, subject }) => `${id} ${subject}`)).toContain(
      'pact-compatible checkout → parcels 2.0.0',
    );
    const second = await check();
    expect([second.code, outcomes(second.report)]).toEqual([0, outcomes(first.report)]);
  });

  test('fails, and names the consumer and the line in both files', async () => {
    await removeUpdatedAt();
    const { code, stdout } = await tally('check');
    const inPact = await lineOf(
      PACT,
      '"updatedAt"',
      (await lineOf(PACT, '"description": "a request for a parcel"')) + 1,
    );
    const inContract = await lineOf(CONTRACT, '    Parcel:');
    expect(code).toBe(1);
    expect(stdout).toContain(`${PACT}:${inPact}:`);
    expect(stdout).toContain(
      'checkout, "a request for a parcel": it reads the property "updatedAt", which the 200 answer of GET /parcels/{parcelId} does not have',
    );
    expect(stdout).toContain(`see       ${CONTRACT}:${inContract}:5`);
  });

  test('SARIF, the annotations and the step summary carry it', async () => {
    const { code, stdout } = await tally('check', '--format', 'github', '--format', 'sarif=check.sarif');
    expect(code).toBe(1);
    const inPact = await lineOf(
      PACT,
      '"updatedAt"',
      (await lineOf(PACT, '"description": "a request for a parcel"')) + 1,
    );
    const inContract = await lineOf(CONTRACT, '    Parcel:');
    const prefix = path.basename(folder);
    expect(stdout).toContain(
      `::error file=${prefix}/${PACT},line=${inPact},col=13,title=pact-response-property-unknown (getParcel)::checkout, "a request for a parcel"`,
    );
    expect(stdout).toContain(`%0Asee ${CONTRACT}:${inContract}:5`);
    const sarif: { readonly runs: readonly { readonly results: readonly object[] }[] } = JSON.parse(
      await readFile(path.join(folder, 'check.sarif'), 'utf8'),
    );
    expect(sarif.runs[0]?.results).toContainEqual(
      expect.objectContaining({
        ruleId: 'pact-response-property-unknown',
        level: 'error',
        message: { text: expect.stringContaining('checkout, "a request for a parcel"') },
        locations: [expect.objectContaining({ physicalLocation: placed(`${prefix}/${PACT}`, inPact, 13) })],
        relatedLocations: [
          expect.objectContaining({ physicalLocation: placed(`${prefix}/${CONTRACT}`, inContract, 5) }),
        ],
      }),
    );
    expect(await readFile(path.join(folder, 'summary.md'), 'utf8')).toContain('a request for a parcel');
  });

  test('passes again once the property is back', async () => {
    await writeFile(path.join(folder, CONTRACT), original);
    expect((await check()).code).toBe(0);
  });
});

function placed(uri: string, startLine: number, startColumn: number): object {
  return { artifactLocation: { uri, uriBaseId: '%SRCROOT%' }, region: { startLine, startColumn } };
}
