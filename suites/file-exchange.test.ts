import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { createRedactor, openCredentials, openWorkspace, type Result } from '../contracts/index.ts';
import { runFileExchange } from './file-exchange.ts';
import { startTarget } from './target.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLE = `${ROOT}/contracts/files/manifest/1.0.0/examples/manifest-20260302.csv`;

/** What is found of a file that a server hands over under a Content-Disposition. */
async function receive(
  disposition: string,
  options: { readonly status?: number; readonly file?: string } = {},
): Promise<Result> {
  const bytes = await readFile(EXAMPLE);
  const server = createServer((_request, response) => {
    response
      .writeHead(options.status ?? 200, { 'content-type': 'text/csv', 'content-disposition': disposition })
      .end(bytes);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened = await openWorkspace([ROOT], ROOT);
  const provider = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    versions: {},
    files: [{ file: options.file ?? 'manifest', path: '/today' }],
  };
  const workspace = { ...opened, config: { ...opened.config, providers: { parcels: provider } } };
  const redactor = createRedactor('test');
  const results: Result[] = [];
  const quiet = (): void => {};
  const context = {
    workspace,
    redactor,
    credentials: openCredentials(workspace, redactor, {}),
    log: { debug: quiet, info: quiet, warn: quiet, progress: quiet },
    signal: new AbortController().signal,
    seed: 1,
    emit: (result: Result) => results.push(result),
  };
  await runFileExchange(context, { target: await startTarget(context, 'parcels'), examples: false });
  server.closeAllConnections();
  server.close();
  const [result] = results;
  if (!result || results.length > 1) throw new Error(`not one result: ${JSON.stringify(results)}`);
  return result;
}

const codes = (result: Result): readonly string[] => result.findings.map(({ code }) => code);

test.each([
  ['attachment; filename="manifest-20260302.csv"'],
  ['attachment; filename=manifest-20260302.csv'],
  [`attachment; filename="x.csv"; filename*=UTF-8''manifest-20260302.csv`],
])('a good file under %s passes', async (disposition) => {
  const result = await receive(disposition);
  expect(result).toMatchObject({
    id: 'file-served',
    suite: 'files',
    subject: 'parcels · manifest',
    status: 'passed',
    findings: [],
  });
});

test.each([
  ['attachment; filename="../../manifest-20260302.csv"'],
  [`attachment; filename*=UTF-8''..%2F..%2Fmanifest-20260302.csv`],
  ['attachment; filename="manifest-20260302.csv\\\\..\\\\x"'],
  ['attachment'],
])('a file under %s breaks the rule of names, and is written nowhere', async (disposition) => {
  expect(codes(await receive(disposition))).toEqual(['v01-file-name']);
});

test('a provider that does not hand the file over has a finding', async () => {
  const result = await receive('attachment', { status: 503 });
  expect(result.findings).toMatchObject([
    {
      code: 'file-not-served',
      message: 'the provider does not hand the file over: 503',
      actual: 503,
      where: { source: 'contracts/files/manifest/1.0.0/datapackage.json', pointer: '/resources/0' },
    },
  ]);
});

test('a file without a contract is errored, with the name that was meant', async () => {
  const result = await receive('attachment', { file: 'manifst' });
  expect(result).toMatchObject({ status: 'errored', error: { code: 'CONTRACT_UNKNOWN', exitCode: 2 } });
});
