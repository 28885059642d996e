import { afterEach, beforeAll, expect, test } from '@jest/globals';
import nock from 'nock';
import { greet } from './greet.mjs';

const PROVIDER = 'http://greetings.example';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());

test('says which status stood in the way', async () => {
  nock(PROVIDER).get('/greetings/Ada').query({ language: 'en' }).reply(503);
  await expect(greet(PROVIDER, 'a-key', 'Ada')).rejects.toThrow('no greeting: 503');
});

test('does not take a cut answer for a greeting', async () => {
  nock(PROVIDER).get('/greetings/Ada').query({ language: 'en' }).reply(200, '{"name": "Ada", "te');
  await expect(greet(PROVIDER, 'a-key', 'Ada')).rejects.toThrow('JSON');
});
