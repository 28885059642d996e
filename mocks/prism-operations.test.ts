import { fileURLToPath } from 'node:url';
import { createExamplePath } from '@stoplight/prism-cli/dist/util/paths.js';
import { getHttpOperationsFromSpec } from '@stoplight/prism-http';
import { describe, expect, test } from '@jest/globals';
import { loadPrismDocument } from './prism-operations.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const EXAMPLES = 'node_modules/@readme/oas-examples/3.0/json';

/** Plain and circular, one file and several, with and without parameters that Prism changes. */
const DOCUMENTS = [
  `${EXAMPLES}/circular.json`,
  `${EXAMPLES}/schema-circular.json`,
  `${EXAMPLES}/circular-request-bodies.json`,
  `${EXAMPLES}/star-trek.json`,
  `${EXAMPLES}/callbacks.json`,
  'node_modules/@readme/oas-examples/2.0/json/petstore.json',
  'node_modules/@readme/oas-examples/3.1/json/train-travel.json',
  'node_modules/@netlify/open-api/dist/swagger.json',
  'mocks/fixtures/pets-2.0.json',
  'mocks/fixtures/library/openapi.yaml',
  'mocks/fixtures/printed-3.0.yaml',
  'mocks/fixtures/differential/parameters-3.0.yaml',
  `${EXAMPLES}/parameters-style.json`,
];

describe('an operation that is read on first use', () => {
  test.each(DOCUMENTS)('is the one that Prism reads from %s at its start', async (document) => {
    const all = await getHttpOperationsFromSpec(ROOT + document);
    // Prism prints an example of each, which changes what it prints.
    for (const operation of all) createExamplePath(operation);
    const { routes } = await loadPrismDocument(ROOT + document);
    // From the last to the first: what is used before must make no difference.
    const used = routes.toReversed().map((route) => plain(route.operation()));
    expect(used.toReversed()).toEqual(all.map(plain));
    expect(used.length).toBeGreaterThan(0);
  });
});

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
