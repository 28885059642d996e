import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Change } from './change.ts';
import { openCredentials } from './credentials.ts';
import { diffContracts } from './diff-contracts.ts';
import { folderWith } from './fixtures/folder-with.ts';
import type { Finding } from './finding.ts';
import { createRedactor } from './redact.ts';
import { recordReleases } from './releases.ts';
import type { Result } from './result.ts';
import type { RunContext } from './run-context.ts';
import { checkVersions, type Differ } from './version-gate.ts';
import { applyWaivers } from './waivers.ts';
import { openWorkspace, type Workspace } from './workspace.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const TODAY = '2026-06-30';
const FIELDS = [{ name: 'id', type: 'string' }];

const fileOf = (version: string): string => `contracts/files/manifest/${version}/datapackage.json`;

/** A workspace with these versions of a file contract; the text starts with `{`, then the name on line 2, the version on 3. */
async function workspaceOf(versions: readonly string[], more: object = {}): Promise<Workspace> {
  const files = versions.map((version) => [
    fileOf(version),
    {
      name: 'manifest',
      version,
      ...more,
      resources: [{ name: 'manifest', format: 'csv', schema: { fields: FIELDS } }],
    },
  ]);
  return open(Object.fromEntries(files));
}

async function open(files: Readonly<Record<string, unknown>>): Promise<Workspace> {
  const root = await folderWith({ 'tally.yaml': 'version: 1\nname: test\n', ...files });
  folders.push(root);
  return openWorkspace([], root);
}

async function resultsOf(workspace: Workspace, diff: Differ): Promise<readonly Result[]> {
  const redactor = createRedactor();
  const results: Result[] = [];
  const silent = (): void => undefined;
  const context: RunContext = {
    workspace,
    redactor,
    log: { debug: silent, info: silent, warn: silent, progress: silent },
    credentials: openCredentials(workspace, redactor),
    signal: new AbortController().signal,
    seed: 1,
    emit: (result) => results.push(result),
  };
  await checkVersions(context, diff, TODAY);
  return results;
}

async function findingsOf(workspace: Workspace, diff: Differ = none): Promise<readonly Finding[]> {
  return (await resultsOf(workspace, diff)).flatMap(({ findings }) => findings);
}

const none: Differ = () => [];

function changeOf(severity: Change['severity']): Change {
  const base = { source: fileOf('1.0.0'), pointer: '/resources/0', line: 5, column: 5 };
  const revision = { ...base, source: fileOf('1.0.1') };
  return {
    code: 'file-column-removed',
    severity,
    message: 'the column id was removed',
    fix: 'keep it',
    direction: 'response',
    operation: 'manifest',
    where: revision,
    base,
    revision,
  };
}

const changed =
  (...severities: readonly Change['severity'][]): Differ =>
  () =>
    severities.map(changeOf);

const versionAt = (version: string) => ({ source: fileOf(version), pointer: '/version', line: 3, column: 3 });

describe('the versions of a contract', () => {
  test('pass when each follows from the one before, one result a contract', async () => {
    const events = { asyncapi: '3.0.0', info: { title: 'Parcels', version: '1.0.0' }, channels: {} };
    const workspace = await open({
      [fileOf('1.0.0')]: { name: 'manifest', version: '1.0.0', resources: [] },
      'contracts/events/parcels/1.0.0/asyncapi.yaml': events,
      'contracts/pacts/a-b.json': { consumer: { name: 'a' }, provider: { name: 'b' }, interactions: [] },
    });
    expect(
      (await resultsOf(workspace, none)).map(({ id, suite, subject, status }) => [id, suite, subject, status]),
    ).toEqual([
      ['versions', 'check', 'parcels · asyncapi', 'passed'],
      ['versions', 'check', 'manifest · file', 'passed'],
    ]);
  });

  test('are compared in SemVer order, each with the release before it', async () => {
    const workspace = await workspaceOf([
      '1.10.0',
      '1.9.0',
      '1.11.0-rc.1',
      '1.11.0-rc.2',
      '1.11.0',
      '2.0.0-rc.1',
      '2.0.0',
    ]);
    const compared: string[] = [];
    await resultsOf(workspace, (base, revision) => {
      compared.push(`${base.contract.version} ${revision.contract.version}`);
      return [];
    });
    expect(compared).toEqual(['1.9.0 1.10.0', '1.10.0 1.11.0-rc.1', '1.10.0 1.11.0-rc.2', '1.10.0 1.11.0']);
  });

  test('break only with a new major version', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0', '1.1.0']), changed('error'))).toEqual([
      {
        code: 'file-column-removed',
        severity: 'error',
        message: 'manifest: the column id was removed: this breaks, and 1.1.0 after 1.0.0 promises that nothing does',
        fix: 'number it 2.0.0; or keep it',
        operation: 'manifest',
        where: changeOf('error').revision,
        related: [changeOf('error').base],
      },
    ]);
    expect(await findingsOf(await workspaceOf(['1.0.0', '2.0.0']), changed('error'))).toEqual([]);
  });

  test('of an API break where a client would see it, on the lines of both documents', async () => {
    const api = (version: string, required: string): string => `openapi: 3.1.0
info: { title: Parcels, version: ${version} }
paths:
  /parcels:
    get:
      operationId: listParcels
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                type: object
                required: [${required}]
                properties: { id: { type: string }, grams: { type: integer } }
`;
    const at = (version: string): string => `contracts/apis/parcels/${version}/openapi.yaml`;
    const workspace = await open({ [at('1.0.0')]: api('1.0.0', 'id, grams'), [at('1.1.0')]: api('1.1.0', 'id') });
    const findings = await findingsOf(workspace, diffContracts);
    expect(findings).toMatchObject([
      {
        severity: 'error',
        message: expect.stringMatching(
          /^GET \/parcels: .*grams.*: this breaks, and 1\.1\.0 after 1\.0\.0 promises that nothing does$/,
        ),
        fix: expect.stringMatching(/^number it 2\.0\.0; or /),
        operation: 'GET /parcels',
        operationId: 'listParcels',
        where: { source: at('1.1.0') },
        related: [{ source: at('1.0.0'), line: 14 }],
      },
    ]);
    const waived = applyWaivers(
      findings,
      [
        {
          code: findings[0]?.code ?? '',
          place: 'GET /parcels',
          owner: 'us',
          reason: 'old',
          expires: TODAY,
          where: versionAt('1.0.0'),
        },
      ],
      TODAY,
      'check',
    );
    expect(waived).toMatchObject({ findings: [{ severity: 'info' }], problems: [] });
  });

  test('are judged as tally.yaml says', async () => {
    const workspace = await workspaceOf(['1.0.0', '1.1.0']);
    const gates = { ...workspace.config.gates, severities: { 'file-column-removed': 'info' } } as const;
    expect(await findingsOf({ ...workspace, config: { ...workspace.config, gates } }, changed('error'))).toEqual([]);
  });

  test('say what may break in a minor version', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0', '1.1.0']), changed('warning', 'info'))).toEqual([
      {
        code: 'file-column-removed',
        severity: 'warning',
        message: 'manifest: the column id was removed (may break, and 1.1.0 after 1.0.0 promises that nothing does)',
        fix: 'keep it',
        operation: 'manifest',
        where: changeOf('warning').revision,
      },
    ]);
  });

  test('change at all only with a new minor version', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0', '1.0.1']), changed('info', 'info'))).toEqual([
      {
        code: 'version-step-too-small',
        severity: 'error',
        message: '1.0.1 is only a patch after 1.0.0, but the contract changed: the column id was removed (and 1 more)',
        fix: 'number it 1.1.0',
        expected: '1.1.0',
        actual: '1.0.1',
        where: versionAt('1.0.1'),
      },
    ]);
    expect(await findingsOf(await workspaceOf(['1.0.0', '1.0.1']), none)).toEqual([]);
    expect(await findingsOf(await workspaceOf(['1.0.0', '1.1.0']), changed('info'))).toEqual([]);
  });

  test('before 1.0.0 break with a new minor version', async () => {
    expect(await findingsOf(await workspaceOf(['0.1.0', '0.2.0']), changed('error'))).toEqual([]);
    expect(await findingsOf(await workspaceOf(['0.1.0', '0.1.1']), changed('info'))).toEqual([]);
    expect((await findingsOf(await workspaceOf(['0.1.0', '0.1.1']), changed('error'))).map(({ fix }) => fix)).toEqual([
      'number it 0.2.0; or keep it',
    ]);
  });

  test('are semantic versions', async () => {
    const workspace = await workspaceOf(['v2', '1.0.0']);
    expect(await findingsOf(workspace, changed('error'))).toEqual([
      {
        code: 'version-not-semver',
        severity: 'error',
        message: 'the version v2 is no semantic version, so nobody can tell what comes after it',
        fix: 'number it MAJOR.MINOR.PATCH: 2.0.0',
        actual: 'v2',
        where: versionAt('v2'),
      },
    ]);
  });

  test('have different ranks', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0+a', '1.0.0+b']))).toEqual([
      {
        code: 'version-repeated',
        severity: 'error',
        message: 'the versions 1.0.0+a and 1.0.0+b have the same rank: what follows a "+" does not order them',
        fix: 'give one of them a higher number',
        actual: '1.0.0+b',
        where: versionAt('1.0.0+b'),
      },
    ]);
  });

  test('are nobody’s business for a bare document', async () => {
    const { root } = await workspaceOf(['v2']);
    expect(await resultsOf(await openWorkspace([fileOf('v2')], root), none)).toEqual([]);
  });

  test('could not be compared is no pass', async () => {
    const workspace = await workspaceOf(['1.0.0', '1.1.0']);
    const results = await resultsOf(workspace, () => {
      throw new Error('no');
    });
    expect(results).toMatchObject([{ id: 'versions', status: 'errored', error: { code: 'INTERNAL', why: 'no' } }]);
  });
});

describe('a released version', () => {
  test('stays as it was', async () => {
    const { root, contracts } = await workspaceOf(['1.0.0', '1.1.0']);
    await recordReleases(
      root,
      contracts.slice(0, 1).map(({ contract }) => contract),
      '2026-03-02',
    );
    const touch = async (version: string): Promise<void> =>
      writeFile(path.join(root, fileOf(version)), JSON.stringify({ name: 'manifest', version, resources: [] }));
    expect(await findingsOf(await openWorkspace([], root))).toEqual([]);
    await touch('1.1.0');
    expect(await findingsOf(await openWorkspace([], root))).toEqual([]);
    await touch('1.0.0');
    const changedNow = await openWorkspace([], root);
    expect(await findingsOf(changedNow)).toEqual([
      {
        code: 'released-version-changed',
        severity: 'error',
        message:
          'manifest 1.0.0 was released on 2026-03-02, and its document or a file that it refers to changed since',
        fix: 'restore what was released, and make the change a new version, such as 1.1.0',
        expected: contracts[0]?.contract.digest,
        actual: changedNow.contracts[0]?.contract.digest,
        where: { source: fileOf('1.0.0'), pointer: '', line: 1, column: 1 },
      },
    ]);
  });

  test('is not judged from a record that cannot be read', async () => {
    const { root } = await workspaceOf(['1.0.0']);
    await writeFile(path.join(root, 'contracts/releases.json'), '{"version": 1, "relases": []}');
    expect(await resultsOf(await openWorkspace([], root), none)).toMatchObject([
      { id: 'versions', status: 'errored', error: { code: 'RELEASES_INVALID', where: 'contracts/releases.json:1:1' } },
    ]);
  });
});

describe('a deprecated version', () => {
  const lifecycle = (sunset?: string) => ({
    'x-lifecycle': { status: 'deprecated', ...(sunset === undefined ? {} : { sunset }) },
  });

  test('says until when it works', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0'], lifecycle('2026-06-30')))).toEqual([]);
    expect(await findingsOf(await workspaceOf(['1.0.0'], lifecycle()))).toEqual([
      {
        code: 'version-sunset-missing',
        severity: 'error',
        message: 'manifest 1.0.0 is deprecated, and does not say until when it works',
        fix: 'add "x-lifecycle: { status: deprecated, sunset: YYYY-MM-DD }" to the document',
        where: { source: fileOf('1.0.0'), pointer: '/x-lifecycle', line: 4, column: 3 },
      },
    ]);
  });

  test('is reported when its day is past', async () => {
    expect(
      await findingsOf(await workspaceOf(['1.0.0'], { 'x-deprecated': true, 'x-sunset': '2026-06-29T12:00:00Z' })),
    ).toEqual([
      {
        code: 'version-sunset-past',
        severity: 'warning',
        message: 'manifest 1.0.0 was to work until 2026-06-29, and is still in the catalogue',
        fix: 'remove this version, or set a later day and tell whoever uses it',
        actual: '2026-06-29',
        where: { source: fileOf('1.0.0'), pointer: '/x-sunset', line: 5, column: 3 },
      },
    ]);
  });

  test('names a day that exists', async () => {
    expect(await findingsOf(await workspaceOf(['1.0.0'], lifecycle('2026-02-30')))).toEqual([
      {
        code: 'version-sunset-invalid',
        severity: 'error',
        message: 'the sunset "2026-02-30" of manifest 1.0.0 is no date',
        fix: 'write it as YYYY-MM-DD',
        actual: '2026-02-30',
        where: { source: fileOf('1.0.0'), pointer: '/x-lifecycle/sunset', line: 6, column: 5 },
      },
    ]);
  });

  const api = (first: string, second: string): string => `openapi: 3.1.0
info: { title: Parcels, version: 1.0.0 }
paths:
  /parcels:
    get: { responses: {}${first} }
    post: { responses: {}${second} }
`;
  const API = 'contracts/apis/parcels/1.0.0/openapi.yaml';

  test('is one whose operations are all deprecated, and their last day is its own', async () => {
    const over = ', deprecated: true';
    expect(await findingsOf(await open({ [API]: api(over, '') }))).toEqual([]);
    expect(
      await findingsOf(await open({ [API]: api(`${over}, x-sunset: 2026-01-31`, `${over}, x-sunset: 2026-12-31`) })),
    ).toEqual([]);
    expect(await findingsOf(await open({ [API]: api(`${over}, x-sunset: 2026-01-31`, over) }))).toEqual([
      {
        code: 'version-sunset-missing',
        severity: 'error',
        message: 'parcels 1.0.0 is deprecated, and does not say until when it works',
        fix: 'add "x-lifecycle: { status: deprecated, sunset: YYYY-MM-DD }" to "info"',
        where: { source: API, pointer: '/info', line: 2, column: 1 },
      },
    ]);
  });
});
