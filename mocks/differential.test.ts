import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { askBoth } from './fixtures/differential/ask-both.ts';
import { describeDifference } from './fixtures/differential/compare-answers.ts';
import { DOCUMENTS, type DifferentialDocument } from './fixtures/differential/documents.ts';
import { generateRequests } from './fixtures/differential/generate-requests.ts';
import { readOperations } from './fixtures/differential/read-operations.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';
import { DIFFERENTIAL_REQUESTS } from './fixtures/differential-requests.ts';
import { MOCK_DEFAULTS, startMocks } from './index.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SEED = Number(process.env['FC_SEED'] ?? 20261122);
const TIMEOUT_MS = 120_000;

describe('the same requests get the same answers from Prism and from us', () => {
  test.each(DOCUMENTS.map((each) => [nameOf(each), each] as const))(
    '%s',
    async (_, document) => {
      const prism = await startPrism(path.join(ROOT, document.path), document.flags ?? [], ROOT);
      const { context } = await contextFor([path.join(ROOT, document.path)]);
      const ours = await startMocks(context, { ...MOCK_DEFAULTS, ...document.options, port: 0 });
      try {
        const differences = await askBoth({ prism: prism.port, ours: Number(new URL(ours.url).port) }, await requestsFor(document));
        expect(differences.map((each) => describeDifference(each, ours.url)).join('\n')).toBe('');
      } finally {
        await Promise.all([prism.end(), ours.close()]);
      }
    },
    TIMEOUT_MS,
  );
});

function nameOf({ path: document, flags = [] }: DifferentialDocument): string {
  return [document.replace('node_modules/', ''), ...flags].join(' ');
}

async function requestsFor(document: DifferentialDocument): ReturnType<typeof generated> {
  const own = DIFFERENTIAL_REQUESTS.filter((each) => document.path === `mocks/fixtures/${each.document}`);
  const written = own.map(({ method, target, headers = {}, body }) => ({
    method,
    target,
    headers: Object.entries(headers),
    ...(body === undefined ? {} : { body }),
  }));
  return [...written, ...(await generated(document))];
}

async function generated(document: DifferentialDocument): Promise<ReturnType<typeof generateRequests>> {
  const operations = await readOperations(path.join(ROOT, document.path));
  return generateRequests(operations, document.generated, SEED + DOCUMENTS.indexOf(document));
}
