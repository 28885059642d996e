import { describe, expect, test } from '@jest/globals';
import { brief, diffOf, withOperation } from '../fixtures/diff-of.ts';

const linked = (links: object): object => withOperation({ responses: { 200: { description: 'ok', links } } });
const NEXT = { operationId: 'getB', parameters: { id: '$response.body#/id' } };

test('a link that is gone may break, with both lines', async () => {
  expect(await diffOf(linked({ next: NEXT }), linked({}))).toEqual([
    {
      code: 'link-removed',
      severity: 'warning',
      message: "the link 'next' of the 200 response is gone",
      fix: 'keep the link',
      where: { source: 'revision.json', pointer: '/paths/~1a/get/responses/200', line: 11, column: 11 },
      direction: 'response',
      operation: 'GET /a',
      base: { source: 'base.json', pointer: '/paths/~1a/get/responses/200/links/next', line: 14, column: 15 },
      revision: { source: 'revision.json', pointer: '/paths/~1a/get/responses/200', line: 11, column: 11 },
    },
  ]);
});

describe('links', () => {
  test.each([
    [{}, { next: NEXT }, ["info link-added (response) GET /a: the link 'next' of the 200 response is new"]],
    [
      { next: NEXT },
      { next: { operationId: 'getC' } },
      ["warning link-changed (response) GET /a: the link 'next' of the 200 response leads elsewhere"],
    ],
  ])('%j to %j is judged', async (before, after, expected) => {
    expect((await diffOf(linked(before), linked(after))).map(brief)).toEqual(expected);
  });

  test('a description is left alone', async () => {
    expect(await diffOf(linked({ next: NEXT }), linked({ next: { ...NEXT, description: 'b' } }))).toEqual([]);
  });
});
