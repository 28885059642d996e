import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { processesOf, processStarted } from './fixtures/processes-of.ts';
import { startTally } from './fixtures/tally-process.ts';

const TEMPLATE = fileURLToPath(new URL('templates/workspace', import.meta.url));
const DOCUMENT =
  'openapi: 3.1.0\ninfo: { title: A, version: 1.0.0 }\npaths:\n  /a: { get: { operationId: a, responses: { 200: { description: ok } } } }\n';

let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(realpathSync(tmpdir()), 'tally-bad input-'));
});
afterAll(async () => {
  await rm(base, { recursive: true });
});

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(base, 'ü '));
});

const tally = (...argv: string[]) => startTally(cwd, argv).ended;

async function lay(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, name)), { recursive: true });
    await writeFile(join(cwd, name), content);
  }
}

/** What a person reads: code and place, why, fix. Nothing else, and no stack. */
const error = (what: string, why: string, fix: string): string => `${what}\n  why  ${why}\n  fix  ${fix}\n`;

describe('what was typed', () => {
  test.each<[readonly string[], string]>([
    [['chekc'], error('VERB_UNKNOWN  tally chekc', 'there is no such verb', 'did you mean tally check?')],
    [
      ['run', '--skpi', 'load'],
      error('FLAG_UNKNOWN  tally run --skpi', 'there is no such flag', 'did you mean --skip?'),
    ],
    [
      ['check', '--output', '--quiet'],
      error('FLAG_VALUE  tally check --output', 'its value is missing', 'give --output FILE'),
    ],
    [
      ['run', 'a', 'b'],
      error('ARGUMENTS  tally run a b', 'it takes 0 to 1 arguments, found 2', 'tally run [WORKSPACE]'),
    ],
    [
      ['check', 'gone.yaml'],
      error(
        'CONTRACT_UNREADABLE  gone.yaml',
        'there is no such file or folder',
        'check the path, it is relative to the current folder',
      ),
    ],
    [
      ['verify', 'a.yaml', '--url', 'localhost:80'],
      error(
        'URL_INVALID  --url localhost:80',
        'it is no absolute http or https address',
        'give one such as http://127.0.0.1:8080/v2',
      ),
    ],
  ])('%j is a mistake of usage', async (argv, stderr) => {
    expect(await tally(...argv)).toEqual({ code: 2, stdout: '', stderr });
  });

  test('shows a stack with --debug alone', async () => {
    const { stderr } = await tally('check', 'gone.yaml', '--debug');
    expect(stderr).toContain('\n    at ');
  });
});

describe('files that are wrong', () => {
  const yaml = (text: string) => ({ 'tally.yaml': text });
  const fixHere = 'correct the file at this place';
  test.each<[string, Readonly<Record<string, string | Uint8Array>>, readonly string[], string]>([
    [
      'no workspace',
      {},
      ['run'],
      error(
        'WORKSPACE_MISSING  $CWD',
        'there is no tally.yaml here or in a folder above',
        'run `tally init` to lay out a workspace, or give a document: tally check openapi.yaml',
      ),
    ],
    [
      'no contracts',
      yaml('version: 1\nname: a\n'),
      ['run'],
      error(
        'CONTRACTS_NONE  $CWD/contracts',
        'no contract was found there',
        'add one, for example contracts/apis/<name>/<version>/openapi.yaml, or let `tally init` do it',
      ),
    ],
    [
      'a tally.yaml that is no YAML',
      yaml('version: 1\nname: [a\n'),
      ['check'],
      error(
        'CONFIG_UNREADABLE  tally.yaml:3:1',
        'this is no YAML: flow sequence in block collection must be sufficiently indented and end with a ]',
        fixHere,
      ),
    ],
    [
      'a tally.yaml with a misspelt key',
      yaml('version: 1\nname: a\nprovider: {}\n'),
      ['verify'],
      error('CONFIG_INVALID  tally.yaml:3:1', 'tally.yaml has no key "provider"', 'did you mean "providers"?'),
    ],
    [
      'a tally.yaml with a secret',
      yaml('version: 1\nname: a\ncredentials: { a: { type: bearer, value: { from: hunter2hunter2 } } }\n'),
      ['load'],
      error(
        'CONFIG_INVALID  tally.yaml:3:50',
        'the credential "a" seems to hold the secret itself; it must not stand in this file',
        'name where it is kept: { from: env:NAME }, { from: file:path } or { from: "command:…" }, and change the secret if this file was shared',
      ),
    ],
    [
      'a folder that is called tally.yaml',
      { 'tally.yaml/a.txt': '' },
      ['mock'],
      error('CONFIG_UNREADABLE  tally.yaml', 'it is a folder, not a file', 'make the file readable'),
    ],
    [
      'YAML that is broken',
      { 'a.yaml': 'openapi: 3.1.0\ninfo: { title: a\npaths: {}\n' },
      ['check', 'a.yaml'],
      error(
        'CONTRACT_UNREADABLE  a.yaml:3:1',
        'this is no YAML: flow map in block collection must be sufficiently indented and end with a }',
        fixHere,
      ),
    ],
    [
      'JSON that is broken',
      { 'a.json': '{"openapi": "3.1.0",\n "info": {"title": "x", },\n}' },
      ['load', 'a.json', '--url', 'http://127.0.0.1:1'],
      error(
        'CONTRACT_UNREADABLE  a.json:2:25',
        'this is no JSON: a key in double quotes is expected, but "}" stands here',
        fixHere,
      ),
    ],
    [
      'a version that is not supported',
      { 'a.yaml': 'openapi: 4.0.0\n' },
      ['mock', 'a.yaml'],
      error(
        'OPENAPI_VERSION_UNSUPPORTED  a.yaml:1:1',
        'the document says openapi: "4.0.0"',
        'supported are swagger: "2.0" and openapi: 3.0.x, 3.1.x, 3.2.x',
      ),
    ],
    [
      'a file that is no contract',
      { 'a.yaml': 'opnapi: 3.1.0\n' },
      ['check', 'a.yaml'],
      error(
        'CONTRACT_KIND_UNKNOWN  a.yaml:1:1',
        'it is none of asyncapi, file, openapi, pact, postman; its members are opnapi',
        '"opnapi": did you mean "openapi"?',
      ),
    ],
    [
      'a file that is no text',
      { 'a.yaml': new Uint8Array([0, 1, 2]) },
      ['check', 'a.yaml'],
      error('CONTRACT_UNREADABLE  a.yaml', 'it is no text', 'give a YAML or JSON document'),
    ],
    [
      'a file in UTF-16',
      { 'a.yaml': Buffer.from('openapi: 3.1.0\n', 'utf16le') },
      ['check', 'a.yaml'],
      error('CONTRACT_UNREADABLE  a.yaml', 'it is written in UTF-16', 'save it in UTF-8'),
    ],
    [
      'a file that is empty',
      { 'a.yaml': '' },
      ['mock', 'a.yaml'],
      error('CONTRACT_UNREADABLE  a.yaml:1:1', 'the file is empty', 'give a contract'),
    ],
  ])('%s', async (_what, files, argv, stderr) => {
    await lay(files);
    expect(await tally(...argv)).toEqual({ code: 2, stdout: '', stderr: stderr.replace('$CWD', cwd) });
  });

  test('a reference that leads nowhere is a finding with file, line and target', async () => {
    await lay({ 'a.yaml': DOCUMENT.replace('{ description: ok }', '{ $ref: "#/components/responses/Ok" }') });
    const { code, stdout } = await tally('check', 'a.yaml');
    expect(code).toBe(1);
    expect(stdout).toContain(
      'a.yaml:4:52\n      error  ref-unresolved\n      the reference #/components/responses/Ok leads nowhere',
    );
  });

  test('one contract that cannot be read is told by every verb, and does not hide the others', async () => {
    await lay({
      'tally.yaml': 'version: 1\nname: a\n',
      'contracts/apis/a/1.0.0/openapi.yaml': DOCUMENT,
      'contracts/apis/b/1.0.0/openapi.yaml': 'openapi: [',
    });
    for (const verb of ['load', 'verify']) {
      const { code, stdout } = await tally(verb);
      expect([code, stdout]).toEqual([2, expect.stringContaining('contracts/apis/b/1.0.0/openapi.yaml:1:')]);
    }
  });
});

describe('where results go', () => {
  test('a report that cannot be written costs neither the others nor the text', async () => {
    await lay({ 'a.yaml': DOCUMENT, 'folder/a.txt': '' });
    const told = await tally('check', 'a.yaml', '--format', 'html=folder', '--format', 'json=report.json');
    expect(told).toEqual({
      code: 2,
      stdout: expect.stringContaining('KEPT'),
      stderr: error(
        `REPORT_UNWRITABLE  ${cwd}/folder`,
        'it is a folder, not a file',
        'name a file in a folder that may be written to',
      ),
    });
    expect(JSON.parse(await readFile(join(cwd, 'report.json'), 'utf8'))).toMatchObject({ verdict: 'kept' });
  });

  test('a reader who goes away early changes nothing: reports are written, and the exit code counts', async () => {
    await lay({ 'a.yaml': 'openapi: 3.1.0\ninfo: { title: A, version: 1.0.0 }\npaths: { /a: { $ref: gone.yaml } }\n' });
    const { child, ended } = startTally(cwd, ['check', 'a.yaml', '--format', 'text', '--format', 'json=report.json']);
    child.stdout?.destroy();
    child.stderr?.destroy();
    expect((await ended).code).toBe(1);
    expect(existsSync(join(cwd, 'report.json'))).toBe(true);
  });
});

describe('a provider', () => {
  const CONFIG = (command: string): string =>
    `version: 1\nname: a\nproviders:\n  a: { start: { command: ${JSON.stringify(command)}, readyPath: /ready, timeoutMs: 700 } }\n`;
  const server = (handle: string): string =>
    `require('node:http').createServer((q, r) => { if (q.url === '/ready') return r.end(); ${handle} }).listen(process.env.PORT, '127.0.0.1');`;

  test.each([
    [
      'whose command is not there',
      'no-such-command',
      'its command was not found (exit code 127)',
      'PROVIDER_NOT_STARTED',
    ],
    ['that ends at once', 'node -e "process.exit(3)"', 'it exits with code 3', 'PROVIDER_NOT_STARTED'],
    ['that is never ready', 'sleep 60', '/ready is not ready within 700 ms (ECONNREFUSED)', 'PROVIDER_NOT_STARTED'],
    [
      'that dies half-way',
      'node provider.cjs',
      'it ended while it was being tested: it exits with code 7',
      'PROVIDER_DIED',
    ],
  ])('%s ends in a report and with exit code 4, and nothing is left of it', async (_what, command, why, code) => {
    await lay({
      'tally.yaml': CONFIG(command).replace('700', command.startsWith('node ') ? '10000' : '700'),
      'contracts/apis/a/1.0.0/openapi.yaml': DOCUMENT,
      'provider.cjs': server('process.exit(7);'),
    });
    const told = await tally('verify', '--format', 'json');
    expect([told.code, told.stderr]).toEqual([4, '']);
    const { results }: { results: readonly { error?: object }[] } = JSON.parse(told.stdout);
    expect(results.flatMap((result) => result.error ?? [])).toContainEqual({
      code,
      where: `providers.a.start.command: ${command}`,
      why: expect.stringContaining(why),
      fix: 'run the command yourself with PORT=4010 and look at /ready',
      exitCode: 4,
    });
    expect(processesOf(cwd)).toEqual([]);
  });

  test('whose credential is not set is not started', async () => {
    const credential = 'credentials: { key: { type: bearer, value: { from: env:TALLY_TEST_UNSET } } }\n';
    await lay({ 'tally.yaml': CONFIG('sleep 60') + credential, 'contracts/apis/a/1.0.0/openapi.yaml': DOCUMENT });
    const { code, stdout } = await tally('verify');
    expect(code).toBe(2);
    expect(stdout).toContain('the credential "key": env:TALLY_TEST_UNSET is not set\n      CREDENTIAL_NOT_SET\n');
  });

  test('that is not there ends with exit code 4', async () => {
    await lay({ 'a.yaml': DOCUMENT });
    const { code, stdout, stderr } = await tally('verify', 'a.yaml', '--url', 'http://127.0.0.1:1');
    expect([code, stderr]).toEqual([4, '']);
    expect(stdout).toContain('no TCP connection to port 1 (ECONNREFUSED)\n      TARGET_UNREACHED\n');
  });
});

describe('Ctrl-C', () => {
  beforeEach(async () => {
    await cp(TEMPLATE, cwd, { recursive: true });
  });
  afterEach(() => {
    expect(processesOf(cwd)).toEqual([]);
  });

  test.each<[string, NodeJS.Signals, RegExp, readonly string[]]>([
    ['check', 'SIGINT', /lint-process/, []],
    ['verify', 'SIGTERM', /jest/, []],
    ['load', 'SIGINT', /generator-process/, ['--duration', '60']],
    ['run', 'SIGINT', /jest/, ['--skip', 'check', '--skip', 'mock']],
  ])(
    'in the middle of %s (%s) writes the partial report and leaves nothing behind',
    async (verb, signal, busy, flags) => {
      const { child, ended } = startTally(cwd, [verb, ...flags, '-o', 'partial.json']);
      await processStarted(cwd, busy);
      child.kill(signal);
      // As npm does, which passes on what the terminal has sent already.
      child.kill(signal);
      const told = await ended;
      expect([told.code, told.stderr.replaceAll(/^\w+ …\n/gm, '')]).toEqual([130, '']);
      expect(told.stdout).toContain('INTERRUPTED  The run was interrupted');
      expect(JSON.parse(await readFile(join(cwd, 'partial.json'), 'utf8'))).toMatchObject({ verdict: 'interrupted' });
    },
  );

  test('ends a mock, and its port is free again', async () => {
    const first = startTally(cwd, ['mock', '-p', '0']);
    await first.said(/Ctrl-C ends it/);
    first.child.kill('SIGINT');
    const { code, stdout } = await first.ended;
    expect(code).toBe(0);
    const second = startTally(cwd, ['mock', '-p', new URL(/http:\S+/.exec(stdout)?.[0] ?? '').port]);
    await second.said(/Ctrl-C ends it/);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
  });
});
