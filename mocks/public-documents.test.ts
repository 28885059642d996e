import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { PUBLIC_DOCUMENTS } from './fixtures/public-documents.ts';
import { MOCK_DEFAULTS, startMocks } from './index.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

describe('documents that nobody here wrote', () => {
  test.each(PUBLIC_DOCUMENTS.map((document) => [document.about, document] as const))(
    '%s: is mocked',
    async (_, { path, get }) => {
      const { context } = await contextFor([path], ROOT);
      const server = await startMocks(context, { ...MOCK_DEFAULTS, port: 0 });
      try {
        const response = await fetch(server.url + get.target, { headers: { ...get.headers } });
        expect({ status: response.status, body: await response.text() }).toEqual({
          status: 200,
          body: expect.stringContaining(get.holds),
        });
        expect(server.journal.exchanges).toMatchObject([
          { operationId: expect.any(String), response: { status: 200 } },
        ]);
      } finally {
        await server.close();
      }
    },
    120_000,
  );
});
