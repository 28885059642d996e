import { expect, test } from '@jest/globals';
import { brief, diffOf, document } from '../fixtures/diff-of.ts';

const CREATED = { created: { post: { responses: {} } } };

test('a webhook that is gone breaks, with its line in the base', async () => {
  expect(await diffOf(document({ webhooks: CREATED }), document({}))).toEqual([
    {
      code: 'webhook-removed',
      severity: 'error',
      message: "the webhook 'created' no longer comes",
      fix: 'keep sending it',
      where: { source: 'base.json', pointer: '/webhooks/created/post', line: 10, column: 7 },
      direction: 'response',
      operation: 'webhook created (POST)',
      base: { source: 'base.json', pointer: '/webhooks/created/post', line: 10, column: 7 },
    },
  ]);
});

test('a new webhook informs', async () => {
  expect((await diffOf(document({}), document({ webhooks: CREATED }))).map(brief)).toEqual([
    "info webhook-added (response) webhook created (POST): the webhook 'created' is new",
  ]);
});

test('webhooks under their old name are the same', async () => {
  expect(await diffOf(document({ 'x-webhooks': CREATED }, '3.0.3'), document({ webhooks: CREATED }))).toEqual([]);
});
