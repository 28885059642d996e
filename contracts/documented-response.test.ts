import { expect, test } from '@jest/globals';
import { documentedMediaType, documentedResponse } from './documented-response.ts';
import type { MediaType, Response } from './model.ts';

const media = (mediaType: string): MediaType => ({ mediaType, schema: true, pointer: '', examples: [] });
const response = (status: string): Response => ({ status, description: '', headers: [], content: [], pointer: '' });
const operation = { responses: ['default', '4xx', '404', '200'].map(response) };

test.each([
  [200, '200'],
  [404, '404'],
  [409, '4xx'],
  [500, 'default'],
])('%i is documented as %s', (status, name) => {
  expect(documentedResponse(operation, status)?.status).toBe(name);
});

test('a status that nothing speaks of is not documented', () => {
  expect(documentedResponse({ responses: [response('200')] }, 201)).toBeUndefined();
});

test.each([
  ['application/json; charset=utf-8', 'Application/JSON'],
  ['text/csv', 'text/*'],
  ['image/png', '*/*'],
])('%s is documented as %s', (sent, name) => {
  const content = ['*/*', 'text/*', 'Application/JSON'].map(media);
  expect(documentedMediaType({ content }, sent)?.mediaType).toBe(name);
});

test('a media type that nothing speaks of is not documented', () => {
  expect(documentedMediaType({ content: [media('application/json')] }, 'text/html')).toBeUndefined();
  expect(documentedMediaType({ content: [media('application/json')] })).toBeUndefined();
});
