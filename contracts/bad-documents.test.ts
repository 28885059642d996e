import { rm } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { checkContracts } from './check-contracts.ts';
import { openCredentials } from './credentials.ts';
import { diffRevisions } from './diff-revisions.ts';
import { folderWith } from './fixtures/folder-with.ts';
import { createRedactor } from './redact.ts';
import type { Result } from './result.ts';
import { openWorkspace } from './workspace.ts';

const get = (operationId: string, name?: string) => ({
  get: {
    operationId,
    ...(name === undefined ? {} : { parameters: [{ name, in: 'path', required: true, schema: { type: 'string' } }] }),
    responses: { '200': { description: 'ok' }, '400': { description: 'no' } },
  },
});

const document = (paths: object, schemas: object = {}, more: object = {}) => ({
  openapi: '3.1.0',
  info: { title: 'a', version: '1.0.0' },
  ...more,
  paths,
  components: { schemas },
});

const EVIL = `${'e'.repeat(60)}!`;

/** By what is wrong with it. */
const BAD: Readonly<Record<string, object>> = {
  'duplicate-ids': document({ '/a': get('a'), '/b': get('a') }),
  'clashing-paths': document({ '/a/{x}': get('a', 'x'), '/a/{y}': get('b', 'y') }),
  'mixed-versions': document({ '/a': get('a') }, {}, { swagger: '2.0' }),
  'path-of-itself': document({ '/a': { $ref: '#/paths/~1a' } }),
  'schema-of-itself': document(
    {},
    { A: { $ref: '#/components/schemas/A', description: 'x' }, B: { $ref: '#/components/schemas/B' } },
  ),
  'reference-nowhere': document({}, { A: { $ref: '#/components/schemas/B' } }),
  'no-pattern': document({}, { A: { pattern: '([' }, B: { patternProperties: { '*': {} } } }),
  'evil-pattern': document({}, { A: { type: 'string', pattern: '^(e+)+$', examples: [EVIL] } }),
};

async function checkAll(documents: Readonly<Record<string, object>>): Promise<readonly Result[]> {
  const files = Object.entries(documents).map(([name, content]) => [
    `contracts/apis/${name}/1.0.0/openapi.json`,
    content,
  ]);
  const root = await folderWith({ 'tally.yaml': 'version: 1\nname: test\n', ...Object.fromEntries(files) });
  const workspace = await openWorkspace([], root);
  const redactor = createRedactor();
  const results: Result[] = [];
  const silent = (): void => undefined;
  await checkContracts({
    workspace,
    redactor,
    log: { debug: silent, info: silent, warn: silent, progress: silent },
    credentials: openCredentials(workspace, redactor),
    signal: new AbortController().signal,
    seed: 1,
    emit: (result) => results.push(result),
  });
  await rm(root, { recursive: true });
  return results;
}

test('what is wrong with a document is a finding on its line, and no linter gives up on it', async () => {
  const results = await checkAll(BAD);
  expect(results.filter(({ status }) => status === 'errored')).toEqual([]);
  const found = results.flatMap(({ subject, findings }) =>
    findings
      .filter(({ severity, code }) => severity === 'error' || code === 'pattern-too-slow')
      .map(({ code, where }) => `${subject}: ${code} ${where.line}`),
  );
  expect(found.toSorted()).toEqual([
    'clashing-paths 1.0.0: path-params 31',
    'duplicate-ids 1.0.0: operation-operationId-unique 23',
    'evil-pattern 1.0.0: pattern-too-slow 12',
    'mixed-versions 1.0.0: structure 7',
    'no-pattern 1.0.0: schema-invalid 11',
    'no-pattern 1.0.0: schema-invalid 15',
    'path-of-itself 1.0.0: ref-unresolved 9',
    'reference-nowhere 1.0.0: ref-unresolved 11',
    'schema-of-itself 1.0.0: ref-unresolved 15',
  ]);
});

test.each(Object.keys(BAD))('the document with %s is the same as itself', async (name) => {
  const root = await folderWith({ 'a.json': BAD[name] });
  const { contracts } = await openWorkspace(['a.json'], root);
  const side = { root, prefix: '', contracts };
  const [comparison] = diffRevisions(side, side, { severities: {}, today: '2026-01-01' });
  expect(comparison?.changes).toEqual([]);
  await rm(root, { recursive: true });
});
