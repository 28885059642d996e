import { expect, test } from '@jest/globals';
import { rootMembers } from './root-members.ts';

test.each([
  ['openapi: 3.1.0\ninfo:\n  title: x\n', { openapi: '3.1.0', info: true }],
  ['# a comment\n---\n"swagger": "2.0"  # old\r\npaths: {}\r\n', { swagger: '2.0', paths: true }],
  ["\uFEFFasyncapi: '3.0.0'\n", { asyncapi: '3.0.0' }],
  ['{"info":{"title":"x"},"openapi":"3.0.0"}', { openapi: '3.0.0', info: { title: 'x' } }],
  ['{ "openapi": "3.0.0", "info": {} }', { openapi: '3.0.0' }],
  ['{ openapi: 3.0.0, info: {} }', { openapi: '3.0.0', info: true }],
  ['{"info": {}, "openapi": "3.0.0", "paths": {', { info: true, openapi: '3.0.0', paths: true }],
  ['openapi: 3.1.0\n  bad: [indentation\n', { openapi: '3.1.0' }],
])('reads the members of %j', (text, members) => {
  expect(rootMembers(text)).toEqual(members);
});

test.each(['', 'just a text', '- a\n- b\n', '[1]', '<xs:schema/>'])('finds none in %j', (text) => {
  expect(rootMembers(text)).toBeUndefined();
});

test('looks at no more than it needs of thirteen megabytes of YAML', () => {
  const text = `openapi: 3.1.0\npaths:\n${'  /path/to/something: { get: { responses: { default: { description: x } } } }\n'.repeat(170_000)}`;
  expect(rootMembers(text)).toEqual({ openapi: '3.1.0', paths: true });
});
