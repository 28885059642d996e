import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checkContracts, reportUnreadable } from './check-contracts.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { openCredentials } from './credentials.ts';
import { createRedactor } from './redact.ts';
import type { Result } from './result.ts';
import type { RunContext } from './run-context.ts';
import { openWorkspace } from './workspace.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

const GOOD = `openapi: 3.1.0
info: { title: parcels, version: 1.0.0, description: Parcels., contact: { name: Us } }
servers: [{ url: https://carrier.invalid }]
paths:
  /parcels:
    get:
      operationId: listParcels
      description: All parcels.
      parameters:
        - { name: limit, in: query, schema: { type: integer }, example: 3 }
      responses:
        "200":
          description: ok
          content: { application/json: { schema: { type: array, items: { type: string } }, example: [a] } }
        "400":
          description: no
          content: { application/problem+json: { schema: { type: object } } }
components: { securitySchemes: { key: { type: apiKey, in: header, name: X-Key } } }
`;

async function check(files: Readonly<Record<string, string>>, folder?: string): Promise<readonly Result[]> {
  const root = folder ?? (await folderWith({ 'tally.yaml': 'version: 1\nname: test\n', ...files }));
  if (folder === undefined) folders.push(root);
  const workspace = await openWorkspace([], root);
  const redactor = createRedactor();
  const results: Result[] = [];
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, progress: silent };
  const context: RunContext = {
    workspace,
    redactor,
    log,
    credentials: openCredentials(workspace, redactor),
    signal: new AbortController().signal,
    seed: 1,
    emit: (result) => results.push(result),
  };
  await reportUnreadable(context);
  await checkContracts(context);
  return results;
}

const FILE = 'contracts/apis/parcels/1.0.0/openapi.yaml';

function outcomes(results: readonly Result[]): unknown {
  return results.map(({ id, subject, status, findings }) => [
    id,
    subject,
    status,
    findings.map(({ code, where }) => `${code} ${where.line}:${where.column}`),
  ]);
}

describe('tally check', () => {
  test('compares two versions once, and again when a byte of one changed', async () => {
    const next = GOOD.replace('version: 1.0.0', 'version: 1.1.0');
    const later = FILE.replace('1.0.0', '1.1.0');
    const files = { [FILE]: GOOD, [later]: next.replace('type: integer', 'type: boolean') };
    const messagesIn = (results: readonly Result[]): readonly string[] =>
      results.flatMap(({ id, findings }) => (id === 'versions' ? findings.map(({ message }) => message) : []));
    const broken = expect.stringContaining('changed from integer to boolean');
    expect(messagesIn(await check(files))).toEqual([broken]);
    const root = folders.at(-1) ?? '';
    const cache = path.join(root, '.tally', 'cache');
    for (const entry of await readdir(cache)) {
      const kept = await readFile(path.join(cache, entry), 'utf8');
      // Nothing but the cache says this.
      await writeFile(path.join(cache, entry), kept.replace('changed from integer to boolean', 'is as remembered'));
    }
    expect(messagesIn(await check({}, root))).toEqual([expect.stringContaining('is as remembered')]);
    await writeFile(path.join(root, FILE), `${GOOD}# changed\n`);
    expect(messagesIn(await check({}, root))).toEqual([broken]);
  });

  test('judges findings as tally.yaml says', async () => {
    const bad = GOOD.replace('example: 3', 'example: three');
    const severities = 'version: 1\nname: test\ngates: { severities: { example-invalid: warning } }\n';
    const results = await check({ [FILE]: bad, 'tally.yaml': severities });
    const judged = results.find(({ id }) => id === 'examples-valid');
    expect([judged?.status, judged?.findings.map(({ code, severity }) => `${severity} ${code}`)]).toEqual([
      'warned',
      ['warning example-invalid'],
    ]);
  });

  test('finds nothing on a contract that is as it should be', async () => {
    expect(outcomes(await check({ [FILE]: GOOD }))).toEqual([
      ['parses', 'parcels 1.0.0', 'passed', []],
      ['lint', 'parcels 1.0.0', 'passed', []],
      ['examples-valid', 'parcels 1.0.0', 'passed', []],
      ['versions', 'parcels', 'passed', []],
    ]);
  });

  test('finds broken structure, style and examples, each on its line', async () => {
    const bad = GOOD.replace('example: 3', 'example: three')
      .replace('description: ok', 'descripton: ok')
      .replace('operationId: listParcels', 'summary: All')
      .replace('"400":', '"300":')
      .replace('application/problem+json', 'application/json')
      .replace('components:', 'x-components:');
    const results = await check({ [FILE]: bad });
    expect(outcomes(results)).toEqual([
      ['parses', 'parcels 1.0.0', 'passed', []],
      [
        'lint',
        'parcels 1.0.0',
        'failed',
        expect.arrayContaining([
          'structure 13:11',
          'operation-operationId 6:5',
          'tally-client-error 11:7',
          'tally-security-declared 1:1',
        ]),
      ],
      ['examples-valid', 'parcels 1.0.0', 'failed', ['example-invalid 10:64']],
      ['versions', 'parcels', 'passed', []],
    ]);
    expect(results[2]?.findings).toEqual([
      {
        code: 'example-invalid',
        severity: 'error',
        message: 'the example does not match its schema: must be integer',
        fix: 'correct the example, or the schema at #/paths/~1parcels/get/parameters/0/schema/type',
        expected: 'integer',
        actual: 'three',
        instancePointer: '',
        where: { source: FILE, pointer: '/paths/~1parcels/get/parameters/0/example', line: 10, column: 64 },
      },
    ]);
  });

  test("lets the workspace's rulesets change single rules", async () => {
    const files = { [FILE]: GOOD.replace('operationId: listParcels', 'summary: All') };
    expect(outcomes(await check(files))).toContainEqual([
      'lint',
      'parcels 1.0.0',
      'warned',
      ['operation-operationId 6:5'],
    ]);
    const own = { 'contracts/rulesets/own.yaml': 'rules:\n  operation-operationId: off\n' };
    expect(outcomes(await check({ ...files, ...own }))).toContainEqual(['lint', 'parcels 1.0.0', 'passed', []]);
  });

  test('takes an unknown keyword of a 3.1 schema for a warning, and leaves extensions alone', async () => {
    const odd = GOOD.replace(
      'schema: { type: object }',
      'schema: { type: object, nullable: true, x-codeSamples: { odd: 1 } }',
    );
    const [, lint] = await check({ [FILE]: odd });
    expect(lint?.findings).toEqual([
      {
        code: 'structure',
        severity: 'warning',
        message: 'Property `nullable` has no effect: JSON Schema has no such keyword',
        fix: 'write type: [..., "null"] instead: OpenAPI 3.1 has no nullable',
        where: {
          source: FILE,
          pointer: '/paths/~1parcels/get/responses/400/content/application~1problem+json/schema/nullable',
          line: 17,
          column: 74,
        },
      },
    ]);
  });

  test('says which ruleset is broken', async () => {
    const results = await check({ [FILE]: GOOD, '.spectral.yaml': 'rules:\n  x: { given: 5 }\n' });
    expect(results[1]).toMatchObject({
      id: 'lint',
      status: 'errored',
      error: { code: 'RULESET_INVALID', where: expect.stringContaining('.spectral.yaml') },
    });
  });

  test('remembers what it found, and takes a damaged memory for none', async () => {
    const root = await folderWith({
      'tally.yaml': 'version: 1\nname: test\n',
      [FILE]: GOOD.replace('operationId: listParcels', 'summary: All'),
    });
    folders.push(root);
    const first = outcomes(await check({}, root));
    const cache = path.join(root, '.tally', 'cache');
    const entries = (await readdir(cache)).filter((name) => name.endsWith('.json'));
    expect(entries).toHaveLength(2);
    const [lint = ''] = await Promise.all(
      entries.map(async (name) =>
        (await readFile(path.join(cache, name), 'utf8')).includes('operationId') ? name : '',
      ),
    ).then((names) => names.filter((name) => name !== ''));
    await writeFile(path.join(cache, lint), '[{"code":"planted","severity":"error","message":"x","pointer":""}]');
    expect(outcomes(await check({}, root))).toContainEqual(['lint', 'parcels 1.0.0', 'failed', ['planted 1:1']]);
    await writeFile(path.join(cache, lint), '[{"code":1');
    expect(outcomes(await check({}, root))).toEqual(first);
  });
});

test('reports a contract that cannot be read, and checks the others', async () => {
  const results = await check({ [FILE]: GOOD, 'contracts/apis/quotes/1.0.0/openapi.yaml': 'openapi: 3.1.0\ninfo: [' });
  const errored = results.filter((result) => result.status === 'errored');
  expect(errored).toEqual([
    expect.objectContaining({
      id: 'parses',
      suite: 'check',
      subject: expect.stringContaining('contracts/apis/quotes/1.0.0/openapi.yaml'),
      error: expect.objectContaining({ code: 'CONTRACT_UNREADABLE', exitCode: 2 }),
    }),
  ]);
  expect(results.filter((result) => result.status === 'passed')).toHaveLength(4);
});
