import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { TallyError, type TallyErrorData } from './error.ts';
import { findContract, openWorkspace } from './workspace.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

async function lay(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(path.join(tmpdir(), 'tally-workspace-')));
  folders.push(root);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), content);
  }
  return root;
}

async function errorOf(promise: Promise<unknown> | (() => unknown)): Promise<TallyErrorData> {
  try {
    await (typeof promise === 'function' ? promise() : promise);
  } catch (error) {
    if (error instanceof TallyError) return error.toJSON();
    throw error;
  }
  throw new Error('it did not fail as it should');
}

const CONFIG = 'version: 1\nname: carrier\n';
const api = (version: string, title = 'Parcels'): string =>
  JSON.stringify({
    openapi: '3.1.0',
    info: { title, version },
    paths: { '/parcels': { get: { operationId: 'listParcels', responses: { 200: { description: 'all' } } } } },
  });
const events =
  'asyncapi: 3.0.0\ninfo: { title: Events, version: 2.0.0 }\nchannels:\n  a: { messages: { m: { payload: true } } }\noperations:\n  o: { action: send, channel: { $ref: "#/channels/a" } }\n';
const files = '{"name":"manifest","version":"1.0.0","resources":[{"name":"m","format":"json","schema":{}}]}';
const pact =
  '{"consumer":{"name":"checkout"},"provider":{"name":"parcels"},"interactions":[{"description":"a","request":{"method":"GET","path":"/"},"response":{"status":200}}]}';

const WHOLE = {
  'tally.yaml': CONFIG,
  'contracts/apis/parcels/2.0.0/openapi.json': api('2.0.0'),
  'contracts/apis/parcels/10.0.0/openapi.yaml': api('10.0.0'),
  'contracts/apis/parcels/2.0.0-rc.1/openapi.yml': api('2.0.0-rc.1'),
  'contracts/apis/addresses/1.0.0/openapi.yaml': api('1.0.0'),
  'contracts/events/parcels/2.0.0/asyncapi.yaml': events,
  'contracts/files/manifest/1.0.0/datapackage.json': files,
  'contracts/pacts/checkout-parcels.json': pact,
  'contracts/pacts/README.md': 'no pact',
  'contracts/workspace.ts': 'no contract either',
};

describe('a folder with tally.yaml', () => {
  test('is a workspace: its contracts are found by layout and sorted by kind, name and SemVer', async () => {
    const root = await lay(WHOLE);
    const workspace = await openWorkspace([], root);
    expect(workspace).toMatchObject({ root, configSource: 'tally.yaml', config: { name: 'carrier' }, unreadable: [] });
    expect(
      workspace.contracts.map(({ contract: { kind, name, version, source }, findings }) => [
        kind,
        name,
        version,
        source,
        findings,
      ]),
    ).toEqual([
      ['asyncapi', 'parcels', '2.0.0', 'contracts/events/parcels/2.0.0/asyncapi.yaml', []],
      ['file', 'manifest', '1.0.0', 'contracts/files/manifest/1.0.0/datapackage.json', []],
      ['openapi', 'addresses', '1.0.0', 'contracts/apis/addresses/1.0.0/openapi.yaml', []],
      ['openapi', 'parcels', '2.0.0-rc.1', 'contracts/apis/parcels/2.0.0-rc.1/openapi.yml', []],
      ['openapi', 'parcels', '2.0.0', 'contracts/apis/parcels/2.0.0/openapi.json', []],
      ['openapi', 'parcels', '10.0.0', 'contracts/apis/parcels/10.0.0/openapi.yaml', []],
      ['pact', 'checkout-parcels', '0.0.0', 'contracts/pacts/checkout-parcels.json', []],
    ]);
  });

  test('is found from a folder below it, and by its name from elsewhere', async () => {
    const root = await lay(WHOLE);
    expect((await openWorkspace([], path.join(root, 'contracts/apis'))).contracts).toHaveLength(7);
    expect((await openWorkspace([path.basename(root)], path.dirname(root))).root).toBe(root);
  });

  test('may be opened in part, by one of its folders', async () => {
    const root = await lay(WHOLE);
    const workspace = await openWorkspace(['contracts/apis/parcels'], root);
    expect(workspace).toMatchObject({ root, configSource: 'tally.yaml' });
    expect(workspace.contracts.map(({ contract }) => contract.version)).toEqual(['2.0.0-rc.1', '2.0.0', '10.0.0']);
    await mkdir(path.join(root, 'load'));
    expect(await errorOf(openWorkspace(['load'], root))).toMatchObject({ code: 'CONTRACTS_NONE' });
  });

  test('serves the newest version at the root where a provider names none', async () => {
    const root = await lay({
      ...WHOLE,
      'tally.yaml': `${CONFIG}providers:\n  parcels: { url: "http://127.0.0.1:1" }\n  addresses: { url: "http://127.0.0.1:1", versions: { 1.0.0: /v1 } }\n`,
    });
    const { providers } = (await openWorkspace([], root)).config;
    expect([providers['parcels']?.versions, providers['addresses']?.versions]).toEqual([
      { '10.0.0': '' },
      { '1.0.0': '/v1' },
    ]);
  });
});

describe('a contract in the wrong place', () => {
  test('has findings for its version and its name', async () => {
    const root = await lay({ 'tally.yaml': CONFIG, 'contracts/apis/Parcel_API/2.1.0/openapi.json': api('2.0.0') });
    const { contracts } = await openWorkspace([], root);
    const source = 'contracts/apis/Parcel_API/2.1.0/openapi.json';
    expect(contracts[0]?.findings).toEqual([
      {
        code: 'contract-version-mismatch',
        severity: 'error',
        message: 'the folder says version 2.1.0, the document says 2.0.0',
        fix: 'rename the folder to 2.0.0, or correct the version in the document',
        expected: '2.1.0',
        actual: '2.0.0',
        where: { source, pointer: '/info/version', line: 1, column: 46 },
      },
      {
        code: 'contract-name-not-kebab-case',
        severity: 'warning',
        message: 'the name "Parcel_API" is not in kebab-case; it becomes part of addresses and flags',
        fix: 'rename it to parcel-api',
        expected: 'parcel-api',
        actual: 'Parcel_API',
        where: { source, pointer: '', line: 1, column: 1 },
      },
    ]);
  });

  test('does not hide the others when it cannot be read', async () => {
    const root = await lay({
      ...WHOLE,
      'contracts/apis/broken/1.0.0/openapi.yaml': 'openapi: 3.1.0\ninfo: [',
      'contracts/apis/empty/1.0.0/notes.txt': 'x',
    });
    const workspace = await openWorkspace([], root);
    expect(workspace.contracts).toHaveLength(7);
    expect(workspace.unreadable).toMatchObject([
      {
        code: 'CONTRACT_DOCUMENT_MISSING',
        where: 'contracts/apis/empty/1.0.0',
        why: expect.stringContaining('found notes.txt'),
        fix: 'add contracts/apis/empty/1.0.0/openapi.yaml, or remove the folder',
      },
      {
        code: 'CONTRACT_UNREADABLE',
        where: expect.stringMatching(/^contracts\/apis\/broken\/1\.0\.0\/openapi\.yaml:\d+:\d+$/),
      },
    ]);
  });

  test('is the error when it is the only one', async () => {
    const root = await lay({ 'tally.yaml': CONFIG, 'contracts/apis/broken/1.0.0/openapi.json': '{"openapi": ' });
    expect(await errorOf(openWorkspace([], root))).toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: 'contracts/apis/broken/1.0.0/openapi.json:1:13',
    });
  });
});

describe('tally.yaml next to the contracts', () => {
  const provider = (text: string): Readonly<Record<string, string>> => ({
    ...WHOLE,
    'tally.yaml': `${CONFIG}providers:\n${text}credentials:\n  w: { type: webhook, value: { from: env:X } }\n`,
  });
  const webhooks = (events_: string, trigger: string): string =>
    `  parcels:\n    url: http://a\n    webhooks: { events: ${events_}, subscribePath: /a, credential: w, triggerOperationId: ${trigger} }\n`;

  const cases: readonly (readonly [name: string, text: string, where: string, why: string, fix: string])[] = [
    [
      'a provider',
      '  parcel: { url: http://a }\n',
      'tally.yaml:4:3',
      'there is no API contract "parcel"; found addresses, parcels',
      'did you mean "parcels"?',
    ],
    [
      'a version',
      '  parcels: { url: http://a, versions: { 3.0.0: /v3 } }\n',
      'tally.yaml:4:41',
      'the API "parcels" has no version 3.0.0; found 2.0.0-rc.1, 2.0.0, 10.0.0',
      'add contracts/apis/parcels/3.0.0, or correct the version',
    ],
    [
      'an event contract',
      webhooks('parcel', 'listParcels'),
      'tally.yaml:6:25',
      'there is no event contract "parcel"; found parcels',
      'did you mean "parcels"?',
    ],
    [
      'an operation',
      webhooks('parcels', 'listParcel'),
      'tally.yaml:6:88',
      'the API "parcels" has no operation "listParcel"',
      'did you mean "listParcels"?',
    ],
    [
      'a file contract',
      '  parcels: { url: http://a, files: [{ file: x, path: /x }] }\n',
      'tally.yaml:4:45',
      'there is no file contract "x"; found manifest',
      'add contracts/files/x, or correct the name',
    ],
  ];

  test.each(cases)('names %s that is there', async (_, text, where, why, fix) => {
    const root = await lay(provider(text));
    expect(await errorOf(openWorkspace([], root))).toEqual({ code: 'CONFIG_INVALID', where, why, fix, exitCode: 2 });
  });

  const consumers: readonly (readonly [name: string, text: string, where: string, why: string, fix: string])[] = [
    [
      'a consumer',
      'consumers: { chekout: { contracts: { parcels: 2.0.0 } } }\n',
      'tally.yaml:3:14',
      'no pact in contracts/pacts is of a consumer "chekout"; found checkout, billing',
      'did you mean "checkout"?',
    ],
    [
      'the contract of a consumer',
      'consumers: { checkout: { contracts: { parcel: 2.0.0 } } }\n',
      'tally.yaml:3:39',
      'there is no API or event contract "parcel"; found parcels, addresses',
      'did you mean "parcels"?',
    ],
    [
      'the version of the contract of a consumer',
      'consumers: { checkout: { contracts: { parcels: 2.1.0 } } }\n',
      'tally.yaml:3:48',
      '"parcels" has no version 2.1.0; found 2.0.0, 2.0.0-rc.1, 10.0.0',
      'did you mean "2.0.0"?',
    ],
  ];

  test.each(consumers)('names %s that is there', async (_, text, where, why, fix) => {
    const root = await lay({ ...WHOLE, 'suites/consumers/billing/a.ts': '', 'tally.yaml': `${CONFIG}${text}` });
    expect(await errorOf(openWorkspace([], root))).toEqual({ code: 'CONFIG_INVALID', where, why, fix, exitCode: 2 });
  });

  test('may name a consumer whose pact is not there yet', async () => {
    const text = `${CONFIG}consumers: { billing: { contracts: { addresses: 1.0.0 } } }\n`;
    const root = await lay({ ...WHOLE, 'suites/consumers/billing/a.ts': '', 'tally.yaml': text });
    expect((await openWorkspace([], root)).config.consumers).toEqual({
      billing: { contracts: { addresses: '1.0.0' } },
    });
  });

  test('is not blamed for the name of a contract that could not be read', async () => {
    const root = await lay({
      ...provider('  broken: { url: http://a }\n'),
      'contracts/apis/broken/1.0.0/openapi.json': '{',
    });
    expect((await openWorkspace([], root)).unreadable).toHaveLength(1);
  });
});

describe('documents stand for themselves', () => {
  test('one or several, of any kind, in the order of a catalogue', async () => {
    const root = await lay({
      'petstore.json': api('1.0.0', 'Pet Store API'),
      'old/pets.yaml': api('0.9.0', 'Pet Store API'),
      'events.yml': events,
    });
    const workspace = await openWorkspace(['petstore.json', 'old/pets.yaml', 'events.yml', './petstore.json'], root);
    expect(workspace).toMatchObject({ root, config: { name: 'pet-store-api', providers: {} }, unreadable: [] });
    expect(workspace).not.toHaveProperty('configSource');
    expect(
      workspace.contracts.map(({ contract: { kind, name, version, source } }) => [kind, name, version, source]),
    ).toEqual([
      ['asyncapi', 'events', '2.0.0', 'events.yml'],
      ['openapi', 'pet-store-api', '0.9.0', 'old/pets.yaml'],
      ['openapi', 'pet-store-api', '1.0.0', 'petstore.json'],
    ]);
  });

  test('also inside a workspace', async () => {
    const root = await lay(WHOLE);
    const workspace = await openWorkspace(['contracts/apis/parcels/2.0.0/openapi.json'], root);
    expect(workspace.contracts).toHaveLength(1);
    expect(workspace).not.toHaveProperty('configSource');
  });

  test('but not one that is broken, of no kind, or not there', async () => {
    const root = await lay({
      'broken.yaml': 'openapi: 3.1.0\ninfo: [',
      'other.json': '{"opnapi":"3.0.0"}',
      'other.txt': 'hello',
    });
    expect(await errorOf(openWorkspace(['broken.yaml'], root))).toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: expect.stringMatching(/^broken\.yaml:2:/),
    });
    expect(await errorOf(openWorkspace(['other.json'], root))).toEqual({
      code: 'CONTRACT_KIND_UNKNOWN',
      where: 'other.json:1:1',
      why: 'it is none of asyncapi, file, openapi, pact, postman; its members are opnapi',
      fix: '"opnapi": did you mean "openapi"?',
      exitCode: 2,
    });
    expect(await errorOf(openWorkspace(['other.txt'], root))).toMatchObject({
      code: 'CONTRACT_KIND_UNKNOWN',
      why: 'it is none of asyncapi, file, openapi, pact, postman',
    });
    await writeFile(path.join(root, 'empty.yaml'), '\n');
    await writeFile(path.join(root, 'binary.yaml'), Buffer.from([1, 0, 2]));
    await writeFile(path.join(root, 'wide.yaml'), Buffer.from('\uFEFFopenapi: 3.1.0\n', 'utf16le'));
    await writeFile(path.join(root, 'wide.json'), Buffer.from('{"openapi": "3.1.0"}', 'utf16le').swap16());
    await writeFile(path.join(root, 'wider.yaml'), Buffer.from('o\0\0\0p\0\0\0', 'utf8'));
    await writeFile(path.join(root, 'odd.yaml'), 'a: [1\nb: 2\n');
    for (const [file, where, why] of [
      ['empty.yaml', 'empty.yaml:1:1', 'the file is empty'],
      ['binary.yaml', 'binary.yaml', 'it is no text'],
      ['wide.yaml', 'wide.yaml', 'it is written in UTF-16'],
      ['wide.json', 'wide.json', 'it is written in UTF-16'],
      ['wider.yaml', 'wider.yaml', 'it is written in UTF-32'],
      ['odd.yaml', 'odd.yaml:2:1', expect.stringMatching(/^this is no YAML: /)],
    ] as const)
      expect(await errorOf(openWorkspace([file], root))).toMatchObject({ code: 'CONTRACT_UNREADABLE', where, why });
    expect(await errorOf(openWorkspace(['nowhere.yaml'], root))).toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      where: 'nowhere.yaml',
      why: 'there is no such file or folder',
    });
    expect(await errorOf(openWorkspace(['https://host.example/openapi.yaml'], root))).toMatchObject({
      code: 'CONTRACT_UNREADABLE',
      fix: 'download it and give the file',
    });
  });
});

describe('two contracts of one name and version', () => {
  test('get names of their own, and a finding', async () => {
    const root = await lay({ ...WHOLE, 'contracts/pacts/checkout-parcels-messages.json': pact });
    const { contracts } = await openWorkspace([], root);
    const pacts = contracts.filter(({ contract }) => contract.kind === 'pact');
    expect(pacts.map(({ contract, findings }) => [contract.name, contract.source, findings])).toEqual([
      ['checkout-parcels', 'contracts/pacts/checkout-parcels-messages.json', []],
      [
        'checkout-parcels-2',
        'contracts/pacts/checkout-parcels.json',
        [
          {
            code: 'contract-repeated',
            severity: 'warning',
            message:
              'contracts/pacts/checkout-parcels-messages.json has the name checkout-parcels and the version 0.0.0, too; this one is called checkout-parcels-2 here',
            fix: 'merge the two pacts into one file',
            where: { source: 'contracts/pacts/checkout-parcels.json', pointer: '', line: 1, column: 1 },
          },
        ],
      ],
    ]);
  });
});

describe('nothing to open', () => {
  test('says how to begin', async () => {
    const root = await lay({ 'a/b.txt': '' });
    expect(await errorOf(openWorkspace([], path.join(root, 'a')))).toEqual({
      code: 'WORKSPACE_MISSING',
      where: path.join(root, 'a'),
      why: 'there is no tally.yaml here or in a folder above',
      fix: 'run `tally init` to lay out a workspace, or give a document: tally check openapi.yaml',
      exitCode: 2,
    });
  });

  test('notices a misspelt tally.yaml', async () => {
    const root = await lay({ 'tally.yml': CONFIG });
    expect(await errorOf(openWorkspace(['.'], root))).toMatchObject({
      code: 'WORKSPACE_MISSING',
      fix: 'rename it to tally.yaml',
    });
  });

  test('says where contracts belong', async () => {
    const root = await lay({ 'tally.yaml': CONFIG });
    expect(await errorOf(openWorkspace([], root))).toMatchObject({
      code: 'CONTRACTS_NONE',
      where: path.join(root, 'contracts'),
      fix: expect.stringContaining('tally init'),
    });
  });

  test('takes one folder, or documents', async () => {
    const root = await lay(WHOLE);
    expect(await errorOf(openWorkspace(['.', 'contracts'], root))).toMatchObject({ code: 'WORKSPACE_AMBIGUOUS' });
  });
});

describe('a contract of the catalogue', () => {
  test('is found by name and version, the newest without one', async () => {
    const workspace = await openWorkspace([], await lay(WHOLE));
    expect(findContract(workspace, 'openapi', 'parcels', '2.0.0').source).toContain('/2.0.0/');
    expect(findContract(workspace, 'openapi', 'parcels').version).toBe('10.0.0');
  });

  test('that is not there is an error with what there is', async () => {
    const workspace = await openWorkspace([], await lay(WHOLE));
    expect(await errorOf(() => findContract(workspace, 'openapi', 'parcels', '2.1.0'))).toEqual({
      code: 'CONTRACT_VERSION_UNKNOWN',
      where: 'contracts/apis/parcels has no version 2.1.0',
      why: 'found 2.0.0-rc.1, 2.0.0, 10.0.0',
      fix: 'add contracts/apis/parcels/2.1.0/openapi.yaml, or ask for 10.0.0',
      exitCode: 2,
    });
    expect(await errorOf(() => findContract(workspace, 'asyncapi', 'parcel'))).toEqual({
      code: 'CONTRACT_UNKNOWN',
      where: 'contracts/events has no contract parcel',
      why: 'found parcels',
      fix: 'did you mean parcels?',
      exitCode: 2,
    });
  });
});
