import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { createRedactor, openCredentials, openWorkspace, type Finding, type Result } from '../contracts/index.ts';
import { runVerify } from './verify.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The provider suites of this repository's own workspace, with one defect planted in the reference provider. */
async function verify(defect: string): Promise<readonly Result[]> {
  const opened = await openWorkspace([ROOT], ROOT);
  const { parcels } = opened.config.providers;
  if (!parcels?.start) throw new Error('tally.yaml starts the reference provider');
  const start = { ...parcels.start, env: { ...parcels.start.env, PARCELS_DEFECT: defect } };
  const workspace = { ...opened, config: { ...opened.config, providers: { parcels: { ...parcels, start } } } };
  const redactor = createRedactor();
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
  await runVerify(context, { suites: ['connectivity', 'provider', 'conformance', 'files', 'webhooks'] });
  return results;
}

function findingsOf(results: readonly Result[]): readonly (Finding & { readonly suite: string })[] {
  return results.flatMap(({ suite, findings }) => findings.map((finding) => ({ suite, ...finding })));
}

describe('the reference provider', () => {
  test('keeps all of its contracts: every operation of both versions, pacts, files and webhooks', async () => {
    const results = await verify('');
    expect(results.filter(({ status }) => status !== 'passed')).toEqual([]);
    const suites = new Set(results.map(({ suite }) => suite));
    expect([...suites]).toEqual(['connectivity', 'provider', 'conformance', 'files', 'webhooks']);
  });

  test('that drops a required property is found by its pact and by its API: operation, pointer, file and line', async () => {
    const findings = findingsOf(await verify('drop-weight'));
    expect(findings).toMatchObject([
      {
        suite: 'provider',
        code: 'pact-mismatch',
        operationId: 'getParcel',
        instancePointer: '/weightGrams',
        where: { source: 'contracts/pacts/checkout-parcels.json', pointer: expect.stringMatching(/\/weightGrams$/) },
      },
      {
        suite: 'conformance',
        code: 'response-body-mismatch',
        message: "the body must have required property 'weightGrams'",
        operationId: 'getParcel',
        instancePointer: '/weightGrams',
        where: { source: 'contracts/apis/parcels/2.0.0/openapi.yaml', pointer: '/components/schemas/Parcel/required' },
      },
    ]);
    for (const { where } of findings) expect(where.line).toBeGreaterThan(1);
  });

  test.each([
    ['bad-webhook-signature', 'webhook-signature-invalid'],
    ['manifest-wrong-total', 'v18-control-total'],
  ])('with the defect %s has the finding %s', async (defect, code) => {
    expect(findingsOf(await verify(defect)).map((finding) => finding.code)).toContain(code);
  });
});
