import { expect, test } from '@jest/globals';
import { brief, diffOf, withOperation } from '../fixtures/diff-of.ts';

const URL = '{$request.body#/url}';
const called = (schema: object, responses: object = {}, expression = URL): object =>
  withOperation(
    {
      callbacks: {
        done: { [expression]: { post: { requestBody: { content: { 'application/json': { schema } } }, responses } } },
      },
    },
    'post',
  );
const NAME = `POST /a · callback done (POST ${URL})`;

test('a callback that is gone breaks, with its line in the base', async () => {
  expect(await diffOf(called({}), withOperation({}, 'post'))).toEqual([
    {
      code: 'callback-removed',
      severity: 'error',
      message: 'the callback no longer comes',
      fix: 'keep making it',
      where: {
        source: 'base.json',
        pointer: `/paths/~1a/post/callbacks/done/${URL.replace('/', '~1')}/post`,
        line: 18,
        column: 15,
      },
      direction: 'response',
      operation: NAME,
      base: {
        source: 'base.json',
        pointer: `/paths/~1a/post/callbacks/done/${URL.replace('/', '~1')}/post`,
        line: 18,
        column: 15,
      },
    },
  ]);
});

test('a new callback informs', async () => {
  expect((await diffOf(withOperation({}, 'post'), called({}))).map(brief)).toEqual([
    `info callback-added (response) ${NAME}: the callback is new`,
  ]);
});

test('an address that is taken from elsewhere breaks', async () => {
  expect((await diffOf(called({}), called({}, {}, '{$request.query.url}'))).map(brief)).toEqual([
    `error callback-url-changed (request) POST /a · callback done (POST {$request.query.url}): the callback goes to {$request.query.url}, no longer to ${URL}`,
  ]);
});

test('a callback that stays is left alone', async () => {
  expect(await diffOf(called({ type: 'string' }), called({ type: 'string' }))).toEqual([]);
});

test('what a callback delivers is received, what it is answered is sent', async () => {
  const wider = await diffOf(called({ type: 'integer' }), called({ type: 'number' }));
  expect(wider.map(({ severity, direction, operation }) => [severity, direction, operation])).toEqual([
    ['error', 'response', NAME],
  ]);
  const answered = (type: string): object =>
    called({}, { 200: { description: 'ok', content: { 'application/json': { schema: { type } } } } });
  const taken = await diffOf(answered('integer'), answered('number'));
  expect(taken.map(({ severity, direction }) => [severity, direction])).toEqual([['info', 'request']]);
});
