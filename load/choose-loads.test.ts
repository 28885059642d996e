import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openWorkspace, type Workspace } from '../contracts/index.ts';
import { chooseLoads, withOverrides } from './choose-loads.ts';
import { openClinic, sloOf } from './fixtures/load-context.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'tally-choose-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

const API = 'openapi: 3.0.3\ninfo: { title: Clinic, version: VERSION }\npaths: {}\n';

async function workspaceWith(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const config =
    'version: 1\nname: clinic\nproviders:\n  clinic: { url: "http://127.0.0.1:1", versions: { 1.0.0: /v1 } }\n';
  const all = {
    'tally.yaml': config,
    'contracts/apis/clinic/1.0.0/openapi.yaml': API.replace('VERSION', '1.0.0'),
    'contracts/apis/clinic/2.0.0/openapi.yaml': API.replace('VERSION', '2.0.0'),
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  return await openWorkspace([], root);
}

const chosen = async (workspace: Workspace, source?: string) =>
  (await chooseLoads(workspace, source === undefined ? {} : { sloSource: source })).map(({ contract, slo }) => [
    contract.name,
    contract.version,
    slo.source,
  ]);

test('a workspace is loaded as its SLOs say', async () => {
  const workspace = await workspaceWith({
    'load/slos/new.yaml': 'api: clinic\nversion: 2.0.0\ngates: [avg < 1]\n',
    'load/slos/old.yaml': 'api: clinic\nversion: 1.0.0\ngates: [avg < 1]\n',
  });
  expect(await chosen(workspace)).toEqual([
    ['clinic', '2.0.0', 'load/slos/new.yaml'],
    ['clinic', '1.0.0', 'load/slos/old.yaml'],
  ]);
  expect(await chosen(workspace, 'load/slos/old.yaml')).toEqual([['clinic', '1.0.0', 'load/slos/old.yaml']]);
});

test('a workspace without SLOs is loaded where a provider serves it', async () => {
  const workspace = await workspaceWith({});
  expect(await chosen(workspace)).toEqual([['clinic', '1.0.0', undefined]]);
  expect((await chooseLoads(workspace, { hasUrl: true })).map(({ contract }) => contract.version)).toEqual([
    '1.0.0',
    '2.0.0',
  ]);
});

test('an SLO for an API that is not there names the one that was meant', async () => {
  const workspace = await workspaceWith({ 'load/slos/x.yaml': 'api: clinik\nversion: 1.0.0\ngates: [avg < 1]\n' });
  await expect(chooseLoads(workspace)).rejects.toMatchObject({
    code: 'SLO_CONTRACT_UNKNOWN',
    where: 'load/slos/x.yaml',
    why: 'there is no API clinik 1.0.0; found clinic 1.0.0, clinic 2.0.0',
    fix: 'did you mean clinic 1.0.0?',
  });
});

test('a bare document is loaded with the default profile, or with the SLO that is named, whatever API that names', async () => {
  const { context } = await openClinic();
  const [load] = await chooseLoads(context.workspace);
  expect([load?.contract.name, load?.slo.gates.map(({ text }) => text)]).toEqual(['clinic', ['rate(errors) < 1%']]);
  await writeFile(path.join(root, 'x.yaml'), 'api: other\nversion: 1.0.0\ngates: [avg < 1]\n');
  expect(await chosen(context.workspace, path.join(root, 'x.yaml'))).toEqual([
    ['clinic', '1.2.0', path.join(root, 'x.yaml')],
  ]);
});

test('flags take the place of what the SLO says', () => {
  const slo = sloOf(
    ['avg < 1', 'getSlot: avg < 1', 'book: avg < 1'],
    {},
    { getSlot: { weight: 4 }, listSlots: { weight: 1 } },
  );
  const asked = withOverrides(slo, { durationS: 30, connections: 2, operationIds: ['getSlot', 'other'] });
  expect([asked.profile.durationS, asked.profile.connections, asked.operations]).toEqual([
    30,
    2,
    { getSlot: { weight: 4 }, other: { weight: 1 } },
  ]);
  expect(asked.gates.map(({ operationId }) => operationId)).toEqual([undefined, 'getSlot']);
  expect(withOverrides(slo, {})).toEqual(slo);
});
