import { expect, test } from '@jest/globals';
import { pactWith } from 'tallystick/suites';
import { greet } from './greet.mjs';

const pact = pactWith({ consumer: 'web', provider: 'greetings' });

test('greets somebody by name', () =>
  pact
    .addInteraction()
    .given('the service is up')
    .uponReceiving('a request for an English greeting')
    .withRequest('GET', '/greetings/Ada', (request) =>
      request.query({ language: 'en' }).headers({ 'X-Api-Key': pact.matchers.string('a-key') }),
    )
    .willRespondWith(200, (response) => response.jsonBody({ text: pact.matchers.string('Hello, Ada!') }))
    .executeTest(async (server) => {
      expect(await greet(server.url, 'a-key', 'Ada')).toBe('Hello, Ada!');
    }));
