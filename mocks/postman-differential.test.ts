import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { contextFor } from './fixtures/context.ts';
import { askBoth } from './fixtures/differential/ask-both.ts';
import { describeDifference } from './fixtures/differential/compare-answers.ts';
import { startPrism } from './fixtures/differential/start-prism.ts';
import type { WireRequest } from './fixtures/differential/wire-request.ts';
import { MOCK_DEFAULTS, startMocks } from './index.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const TIMEOUT_MS = 120_000;
const JSON_BODY = ['Content-Type', 'application/json'] as const;
const FORM = ['Content-Type', 'application/x-www-form-urlencoded'] as const;

function ask(method: string, target: string, headers: WireRequest['headers'] = [], body?: string): WireRequest {
  return { method, target, headers, ...(body === undefined ? {} : { body }) };
}

const REQUESTS: readonly WireRequest[] = [
  ask('GET', '/pets'),
  ask('GET', '/pets?limit=10', [['X-Trace', 'abc']]),
  ask('GET', '/pets?limit=ten', [['X-Trace', 'abc']]),
  ask('GET', '/pets?limit=10', [
    ['X-Trace', 'abc'],
    ['Prefer', 'code=404'],
  ]),
  ask('GET', '/pets?limit=10&__code=404', [['X-Trace', 'abc']]),
  ask('GET', '/pets?limit=10', [
    ['X-Trace', 'abc'],
    ['Accept', 'text/html'],
  ]),
  ask('HEAD', '/pets?limit=10'),
  ask('POST', '/pets', [JSON_BODY], '{"name":"Rex","age":3}'),
  ask('POST', '/pets', [JSON_BODY, ['X-Key', 'k']], '{"name":"Rex","age":3}'),
  ask('POST', '/pets', [JSON_BODY, ['X-Key', 'k']], '{"name":3}'),
  ask('POST', '/pets', [JSON_BODY, ['X-Key', 'k']], '[]'),
  ask('POST', '/pets', [JSON_BODY, ['X-Key', 'k']], '{'),
  ask('POST', '/pets', [FORM, ['X-Key', 'k']], 'name=Rex'),
  ask('POST', '/pets', [['X-Key', 'k']]),
  ask('GET', '/pets/7'),
  ask('GET', '/pets/7', [['Authorization', 'Basic dTpw']]),
  ask('GET', '/pets/7', [['Authorization', 'Bearer t']]),
  ask('GET', '/pets/%20', [['Authorization', 'Basic dTpw']]),
  ask('POST', '/login', [FORM], 'user=u&password=p'),
  ask('POST', '/login', [FORM], 'user=u'),
  ask('POST', '/login', [JSON_BODY], '{}'),
  ask('GET', '/ping'),
  ask('DELETE', '/pets'),
  ask('GET', '/nothing'),
  ask('GET', '/'),
];

describe('a Postman collection is mocked as Prism mocks it', () => {
  test.each(['collection-2.0.json', 'collection-2.1.json'])(
    '%s',
    async (name) => {
      const prism = await startPrism(path.join(FIXTURES, name), [], FIXTURES);
      const { context } = await contextFor([name]);
      const ours = await startMocks(context, { ...MOCK_DEFAULTS, port: 0, verboseLevel: 'silent' });
      try {
        const differences = await askBoth({ prism: prism.port, ours: Number(new URL(ours.url).port) }, REQUESTS);
        expect(differences.map((each) => describeDifference(each, ours.url)).join('\n')).toBe('');
      } finally {
        await Promise.all([prism.end(), ours.close()]);
      }
    },
    TIMEOUT_MS,
  );
});
