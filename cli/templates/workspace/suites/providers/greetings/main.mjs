// A provider to begin with: node:http and nothing else. `tally` starts it with PORT and the credential in its environment.
import { createServer } from 'node:http';

const TEXTS = { en: 'Hello', de: 'Hallo', fr: 'Bonjour' };
const key = process.env.GREETINGS_API_KEY;

function answer(response, status, body, headers = {}) {
  const mediaType = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, { 'content-type': mediaType, ...headers });
  response.end(JSON.stringify(body));
}

function problem(response, status, title, headers) {
  answer(response, status, { type: 'about:blank', title, status }, headers);
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (url.pathname === '/health') return answer(response, 200, { status: 'up' });
  // Pact asks for a state before each interaction; this provider is always in the one it needs.
  if (url.pathname === '/_tally/states') return answer(response, 200, {});
  if (key === undefined || request.headers['x-api-key'] !== key) {
    return problem(response, 401, 'Unauthorized', { 'www-authenticate': 'ApiKey' });
  }
  const name = /^\/v1\/greetings\/([^/]+)$/.exec(url.pathname)?.[1];
  const language = url.searchParams.get('language') ?? 'en';
  if (request.method !== 'GET' || name === undefined || TEXTS[language] === undefined) {
    return problem(response, 404, 'Not Found');
  }
  const person = decodeURIComponent(name);
  return answer(response, 200, { name: person, language, text: `${TEXTS[language]}, ${person}!` });
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
