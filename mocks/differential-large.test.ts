import { describe, expect, test } from '@jest/globals';
import { askDocument, nameOf, ROOT } from './fixtures/differential/ask-document.ts';
import { LARGE_DOCUMENTS } from './fixtures/differential/documents.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';

const TIMEOUT_MS = 300_000;

describe('on large documents, the same requests get the same answers from Prism and from us', () => {
  test.each(LARGE_DOCUMENTS.map((each) => [nameOf(each), each] as const))(
    '%s',
    async (_, document) => {
      const { report } = await askDocument(document, await startPrism(document.path, document.flags ?? [], ROOT));
      expect(report).toBe('');
    },
    TIMEOUT_MS,
  );
});
